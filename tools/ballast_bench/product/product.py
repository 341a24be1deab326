"""Board, brand and market together: the charger that a customer unpacks.

    made = load("esp32s3_lite", brand="acme")          # names, or paths of an OEM's folders
    made = load(brand="ballast", market="us", plug="nema5-15")
    made.document["profile"]                         # what the firmware reads at its start
    made.supply                                      # the mains where it is sold
"""

from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace

from ballast_bench import boards, home
from ballast_bench.errors import UserError
from ballast_bench.product import brand as brands
from ballast_bench.product import market as markets

BOARD = boards.DEFAULT
BRAND = "ballast"
"""The brand where nobody names one; its market is the market then."""


class Product:
    """board: its constants. brand: brand.Brand, with the market and plug it is sold with here.

    document: brand.json as the build writes it, with version "bench". profile: settings of it.
    phases: that board and plug both have. rated_a: the most that board, plug and cable carry.
    supply: {"source_v", "freq_hz"} of the mains at that plug.
    """

    def __init__(self, board, brand):
        self.board, self.brand = board, brand
        own = SimpleNamespace(name=board.NAME, rated_ma=board.RATED_MA, phases=board.PHASES)
        self.document = brands.document(brand, own, {"version": "bench"}, {})
        self.profile = self.document["profile"]
        self.phases = self.document["phases"]
        self.rated_a = min(board.RATED_MA, brands.limit_ma(brand)) / 1000.0
        supply = brand.market["supply"]
        self.supply = {
            "source_v": float(brand.plug.get("volts", supply["volts"])),
            "freq_hz": float(supply["hertz"]),
        }

    @property
    def name(self):
        """Board, brand, market and plug in one line, for people."""
        brand = self.brand
        return f"{self.board.NAME}, {brand.id}, {brand.market['id']}, {brand.plug['id']}"

    def capabilities(self):
        """Names of boards.CAPABILITIES that this charger has."""
        return boards.capabilities(self.board, self.profile, self.phases)


def load(board=boards.DEFAULT, brand=BRAND, market=None, plug=None):
    """The Product of these names; UserError with one line for what is not there.

    board: a name, the path of a folder, or its constants. market: None = the brand's own.
    plug: of that market. None = the brand's; in another market the one that carries most.
    """
    if isinstance(board, (str, Path)):
        board = boards.load(board)
    return Product(board, _brand(str(brand), market, plug))


def sold(brand=BRAND, market=None, plug=None):
    """The Brand as it is sold in `market` with `plug`; None and errors as of `load`."""
    return _brand(str(brand), market, plug)


def check_names(names):
    """UserError with one line for a board, brand or market of {name: value} that is not there."""
    if "board" in names:
        boards.load(names["board"])
    if "brand" in names:
        _brand(names["brand"], None, None)
    if names.get("market"):
        markets.load(names["market"])


@lru_cache(maxsize=64)  # a campaign makes a world a second, and the files stay as they are
def _brand(brand, market, plug):
    """The Brand as it is sold in `market`."""
    chosen = _read(brand)
    own = chosen.market
    rules = own if market in (None, own["id"]) else markets.load(market)
    plugs = rules["plugs"]
    if plug is None:
        plug = chosen.plug["id"] if rules is own else max(plugs, key=lambda name: plugs[name]["ma"])
    if plug not in plugs:
        raise UserError(f"market {rules['id']}: no plug {plug!r}; there are {', '.join(sorted(plugs))}")
    return chosen.sold(rules, {"id": plug, **plugs[plug]})


def _read(brand):
    """A brand by its name in boards/brands, or by the path of a folder."""
    if "/" not in brand and brand in brands.known():
        return brands.load(brand)
    path = home.path_of(brand)
    if not (path / "brand.toml").exists():
        if "/" in brand or path.is_dir():
            raise UserError(f"brand {brand}: no brand.toml in this folder; boards/brands/README.md")
        raise UserError(f"no brand {brand!r}; there are {', '.join(brands.known())}, or the path of a folder")
    return brands.read(path.resolve())
