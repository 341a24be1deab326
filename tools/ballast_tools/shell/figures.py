"""The figures of a bench as a JSON file: what --json asks of each of them."""

import json
from pathlib import Path

from ballast_tools.shell.errors import UserError


def add_argument(parser):
    """--json FILE, for every bench alike."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there as well")


def check(file):
    """UserError where `file` could not be written later: a bench may run for hours. None is good."""
    if file is None:
        return
    if not file.parent.is_dir():
        raise UserError(f"--json: there is no folder {file.parent}")
    if file.is_dir():
        raise UserError(f"--json: {file} is a folder; name a file in it")


def write(file, data):
    """Write `data` (plain numbers, texts, lists, dicts) unless `file` is None."""
    if file is not None:
        file.write_text(json.dumps(data, indent=1) + "\n")
        print(f"wrote {file}")
