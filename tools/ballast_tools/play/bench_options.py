"""Options of every command that puts a charger on the bench: its board, brand and market.

    bench_options.add_arguments(parser)
    setup = make_setup({"house": "semi", **bench_options.given(args)})    # person/options.py
    setup = Setup(charger=bench_options.charger(args), ...)               # where there is more to say
"""

from pathlib import Path

from ballast_tools.shell.errors import UserError

NAMES = ("board", "brand", "market", "mains_plug")
"""Names in ballast_bench.person.options.OPTIONS, and of the arguments."""


def add_arguments(parser):
    """--board, --brand, --market, --mains-plug; what is not given is left to options.OPTIONS."""
    group = parser.add_argument_group("the charger")
    add = group.add_argument
    add("--board", metavar="NAME", help="a folder of boards/, or the path of one (default: esp32s3_ref)")
    add("--brand", metavar="NAME", help="a folder of boards/brands/, or the path of one (default: ballast)")
    add("--market", metavar="NAME", help="of boards/markets/ (default: the brand's)")
    add("--mains-plug", metavar="NAME", help="a plug of that market (default: the brand's, or the strongest)")


def given(args):
    """{name: value} of what was given, for make_setup; paths are whole. UserError with one line."""
    found = {name: getattr(args, name) for name in NAMES if getattr(args, name) is not None}
    for name in ("board", "brand"):
        path = Path(found.get(name, "")).expanduser()
        if name in found and ("/" in found[name] or path.is_dir()) and path.exists():
            found[name] = str(path.resolve())
    if "/" in found.get("board", ""):
        _check_board(Path(found["board"]) / "board.py")
    return found


def charger(args):
    """The ballast_bench.product.product.Product of these arguments. UserError with one line."""
    from ballast_bench import upy

    upy.install()
    from ballast_bench.product import product

    wanted = given(args)
    plug = wanted.pop("mains_plug", None)
    return product.load(**wanted, plug=plug)


def _check_board(path):
    """A board outside the tree is checked as the build checks it."""
    from ballast_tools.ship.board_check import check_board

    if path.exists():
        found = check_board(path)
        if found:
            raise UserError(found[0])
