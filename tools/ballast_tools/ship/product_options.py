"""Options of every command that makes a charger: its board, brand and market, of this tree or of an OEM's.

    product_options.add_arguments(parser)
    setup = make_setup({"house": "semi", **product_options.given(args)})    # person/options.py
    setup = Setup(charger=product_options.charger(args), ...)               # where there is more to say
    board, brand = product_options.built(args)                              # what `build` builds
"""

from dataclasses import replace
from pathlib import Path

from ballast_tools.shell.errors import UserError
from ballast_tools.ship import boards
from ballast_tools.ship.board_check import check_board

NAMES = ("board", "brand", "market", "mains_plug")
"""Names in ballast_bench.person.options.OPTIONS, and of the arguments."""

_ID_MAX = 32  # bytes of a brand in an update file (protocol/update_file.py)


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


def add_names(parser):
    """BOARD and BRAND without their options, for who types them often; then `take_names`."""
    parser.add_argument("names", nargs="*", metavar="BOARD BRAND",
                        help="short for --board BOARD --brand BRAND")  # fmt: skip


def take_names(args):
    """Put the words of `add_names` where --board and --brand are. UserError with one line."""
    if len(args.names) > 2:
        raise UserError(f"{args.names[2]}: BOARD and BRAND alone may stand here")
    for option, word in zip(("board", "brand"), args.names, strict=False):
        if getattr(args, option) is not None:
            raise UserError(f"{word}: --{option} is given too; leave one of them out")
        setattr(args, option, word)


def charger(args):
    """The ballast_bench.product.product.Product of these arguments. UserError with one line."""
    from ballast_bench import upy

    upy.install()
    from ballast_bench.product import product

    wanted = given(args)
    plug = wanted.pop("mains_plug", None)
    return product.load(**wanted, plug=plug)


def built(args):
    """(boards.Board, brand.Brand) of these arguments, checked against each other. UserError with one line.

    A brand that is sold in another market or with another plug than its own has an id of its own: a
    charger takes updates of its brand alone, and so never the limits of another market.
    """
    from ballast_bench.product import product

    wanted = given(args)
    board = boards.load(wanted.get("board", product.BOARD))
    name, plug = wanted.get("brand", product.BRAND), wanted.get("mains_plug")
    own, sold = product.sold(name), product.sold(name, wanted.get("market"), plug)
    if board.name not in own.boards:
        raise UserError(f"brand {own.id}: hardware.boards: {board.name} is not among them")
    if (sold.market["id"], sold.plug["id"]) != (own.market["id"], own.plug["id"]):
        sold = replace(sold, id=_id_of(sold))
    return board, sold


def _id_of(brand):
    name = f"{brand.id}_{brand.market['id']}_{brand.plug['id']}".replace("-", "_")
    if len(name) > _ID_MAX:
        raise UserError(f"brand {brand.id}: its id with market and plug, {name}, is longer than {_ID_MAX}")
    return name


def _check_board(path):
    """A board outside the tree is checked before it is used."""
    if path.exists():
        found = check_board(path)
        if found:
            raise UserError(found[0])
