"""Brands: boards/brands/<brand>/brand.toml and logo.svg, all that an OEM changes.

`load(name)` checks everything and gives a Brand; `document(...)` is the brand.json
that the firmware reads. Mistakes come as one line: file, line, key, what was expected.
"""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, replace

from ballast_bench import boards, home
from ballast_bench.errors import UserError
from ballast_bench.product import market
from ballast_bench.product.tomlfile import Reader, shown

FOLDER = boards.BOARDS / "brands"
LANGUAGES = home.FIRMWARE / "web" / "lang"
LOGO_MAX = 8192
CONTRAST = 4.5  # WCAG 2.2, 1.4.3 (AA) for text of normal size
_ID = r"[a-z][a-z0-9_]{0,31}"
_COLOUR = r"#[0-9a-fA-F]{6}"


@dataclass(frozen=True)
class Brand:
    """What brand.toml says, checked. `market` is the loaded profile, `logo` SVG bytes."""

    id: str
    name: str
    product: str
    maker: str
    languages: tuple
    support: dict
    colours: dict
    boards: tuple
    plug: dict
    cable_ma: int
    rated_ma: int
    currents: tuple
    serial_prefix: str
    setup: dict
    market: dict
    logo: bytes

    def sold(self, market, plug):
        """This brand with another market and plug: as the OEM would sell it there."""
        limit_ma = min(plug["ma"], self.cable_ma, self.rated_ma)
        currents = tuple(amps for amps in self.currents if amps * 1000 <= limit_ma)
        return replace(self, market=market, plug=plug, currents=currents)


def known():
    return sorted(path.parent.name for path in FOLDER.glob("*/brand.toml"))


def load(name):
    """The Brand of a name in boards/brands; UserError with the choices."""
    folder = FOLDER / name
    if not re.fullmatch(_ID, name) or not (folder / "brand.toml").exists():
        raise UserError(f"{shown(FOLDER)}: no brand {name!r}; there are {', '.join(known())}")
    return read(folder)


def read(folder):
    """The Brand in a folder; UserError with file, line and key.

    A folder outside boards/brands may name boards that lie outside too.
    """
    if not re.fullmatch(_ID, folder.name):
        raise UserError(f"{folder.name}: the folder of a brand is called like its id: a-z, 0-9 and _")
    doc = Reader(folder / "brand.toml")
    profile = market.load(doc.choice("market", market.known()))
    plug = doc.choice("hardware.plug", sorted(profile["plugs"]))
    brand = Brand(
        id=folder.name,
        name=doc.text("name", 24),
        product=doc.text("product", 32),
        maker=doc.text("maker", 48),
        languages=_languages(doc),
        support=_support(doc),
        colours=_colours(doc),
        boards=_boards(doc, folder),
        plug={"id": plug, **profile["plugs"][plug]},
        cable_ma=doc.integer("hardware.cable_ma", 6000, 32000),
        rated_ma=doc.integer("hardware.rated_ma", 6000, 32000),
        currents=tuple(doc.listing("hardware.currents", _is_current, "whole ampere, 6 to 32")),
        serial_prefix=doc.text("serial.prefix", 8, r"[A-Z][A-Z0-9]*", "capitals and digits"),
        setup=_setup(doc),
        market=profile,
        logo=_logo(folder / "logo.svg"),
    )
    doc.finish()
    _check(doc, brand)
    return brand


def _boards(doc, folder):
    there = boards.names()
    if folder.parent == FOLDER:
        listed = doc.listing("hardware.boards", lambda b: b in there, "boards: " + ", ".join(there))
    else:
        listed = doc.listing("hardware.boards", _is_id, "names of boards")
    return tuple(listed)


def _is_id(value):
    return isinstance(value, str) and re.fullmatch(_ID, value) is not None


def languages():
    """Languages that the page is written in: firmware/web/lang/*.json."""
    return sorted(path.stem for path in LANGUAGES.glob("*.json"))


def _is_current(value):
    return isinstance(value, int) and not isinstance(value, bool) and 6 <= value <= 32


def _languages(doc):
    there = languages()
    chosen = doc.listing("languages", lambda x: x in there, "languages: " + ", ".join(there))
    if len(set(chosen)) != len(chosen):
        raise doc.error("languages", "one is named twice")
    return tuple(chosen)


def _support(doc):
    return {
        "url": doc.text("support.url", 96, r"https://[^\s]+", "an address with https://"),
        "email": doc.text("support.email", 64, r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address"),
        "until": doc.text("support.until", 7, r"20\d\d-(0[1-9]|1[0-2])", "a month, 2031-12"),
    }


def _colours(doc):
    colours = {
        key: doc.text(f"colours.{key}", 7, _COLOUR, "a colour such as #0b6b53").lower()
        for key in ("accent", "on_accent")
    }
    ratio = contrast(colours["accent"], colours["on_accent"])
    if ratio < CONTRAST:
        raise doc.error(
            "colours.on_accent",
            f"contrast to accent is {ratio:.1f}:1, expected at least {CONTRAST}:1 (WCAG 1.4.3)",
        )
    return colours


def contrast(one, two):
    """Contrast ratio of two #rrggbb colours, WCAG 2.2."""
    a, b = sorted((_luminance(one), _luminance(two)))
    return (b + 0.05) / (a + 0.05)


def _luminance(colour):
    parts = []
    for at in (1, 3, 5):
        value = int(colour[at : at + 2], 16) / 255
        parts.append(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _setup(doc):
    return {
        # SSID: 32 bytes with the dash and six characters of the serial
        "ssid": doc.text("setup.ssid", 25, r"[A-Za-z0-9-]+", "letters, digits and dashes"),
        # 10 characters of 30 are 49 bits; PBKDF2 on the device makes a guess last a second
        "code_chars": doc.integer("setup.code_chars", 10, 16),
        "password_chars": doc.integer("setup.password_chars", 10, 24),
    }


def _logo(path):
    """SVG bytes that may be put into a page: small, and with nothing that runs or loads."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{shown(path)}: {error.strerror}") from error
    if len(data) > LOGO_MAX:
        raise UserError(f"{shown(path)}: {len(data)} bytes, expected at most {LOGO_MAX}")
    if b"<!" in data.replace(b"<!--", b""):
        raise UserError(f"{shown(path)}: DOCTYPE and entities are not allowed")
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise UserError(
            f"{shown(path)}:{error.position[0]}: not well-formed XML ({error})"
        ) from error
    if root.tag != "{http://www.w3.org/2000/svg}svg" or "viewBox" not in root.attrib:
        raise UserError(f"{shown(path)}: expected an <svg> with a viewBox")
    for element in root.iter():
        name = element.tag.rpartition("}")[2].lower()
        if name in ("script", "foreignobject", "image", "use", "style", "a"):
            raise UserError(f"{shown(path)}: <{name}> is not allowed in a logo")
        for key, value in element.attrib.items():
            key = key.rpartition("}")[2].lower()
            if key.startswith("on") or key == "href" or "url(" in value.lower():
                raise UserError(
                    f"{shown(path)}: attribute {key} of <{name}> is not allowed in a logo"
                )
    return data


def _check(doc, brand):
    if len(brand.name.encode()) > 32:  # it is the first name of each charger: setting `name`
        raise doc.error("name", "is longer than 32 bytes in UTF-8")
    if list(brand.currents) != sorted(set(brand.currents)):
        raise doc.error("hardware.currents", "must rise, each once")
    limit = limit_ma(brand)
    if brand.currents[-1] * 1000 > limit:
        raise doc.error(
            "hardware.currents", f"{brand.currents[-1]} A is above the hardware's {limit} mA"
        )
    if brand.currents[0] * 1000 < brand.market["profile"]["min_ma"]:
        raise doc.error("hardware.currents", "starts below the market's smallest current")


def limit_ma(brand):
    """What plug, cable and rating allow together."""
    return min(brand.plug["ma"], brand.cable_ma, brand.rated_ma)


def profile(brand, board_rated_ma):
    """{key of control/setting_rows.py, group "profile": value} for this brand on a board."""
    values = dict(brand.market["profile"])
    for key in ("low_mv", "high_mv"):
        values[key] = brand.plug.get(key, values[key])
    values["rated_ma"] = min(brand.rated_ma, board_rated_ma)
    values["plug_ma"] = brand.plug["ma"]
    values["cable_ma"] = brand.cable_ma
    return values


def document(brand, board, release, keys):
    """The brand.json of an application image: a dict of JSON values.

    board: boards.Board; release: {"version", ...}; keys: {id: hex modulus} that updates
    may be signed with.
    """
    return {
        "brand": brand.id,
        "board": board.name,
        "version": release["version"],
        "name": brand.name,
        "product": brand.product,
        "ssid": brand.setup["ssid"],
        "profile": profile(brand, board.rated_ma),
        "rules": brand.market["rules"],
        "household": brand.plug["household"],
        "phases": min(brand.plug["phases"], board.phases),
        "currents": list(brand.currents),
        "update_keys": keys,
    }
