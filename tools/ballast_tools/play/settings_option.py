"""`--set KEY=N`: settings of the charger, for every command that puts one on the bench.

    settings_option.add_arguments(parser)
    values = settings_option.given(args, {"fuse_ma": "--limit"})    # keys that have an option of their own
"""

import re

from ballast_tools.shell.errors import UserError


def add_arguments(parser):
    parser.add_argument("--set", action="append", default=[], metavar="KEY=N",
                        help="a setting of the charger")  # fmt: skip


def given(args, own=()):
    """{key: number} of all --set, not checked by the charger's schema. UserError with one line.

    own: {key: the option that says the same}.
    """
    values = {}
    for item in args.set:
        key, equals, text = item.partition("=")
        if not equals or not re.fullmatch(r"-?\d+", text):
            raise UserError(f"--set {item}: write it like margin_ma=500")
        if key in values:
            raise UserError(f"--set {item}: {key} is given twice")
        if key in own:
            raise UserError(f"--set {item}: say it with {own[key]}")
        values[key] = int(text)
    return values
