"""SETTINGS.md: every setting, from the table control/setting_rows.py and the notes above its rows.

The settings of the thermistors are made of control/places.py; their notes are there, once for
all places, with NAME for the place.
"""

import ast

from ballast_tools.check.references import markdown, notes
from ballast_tools.shell.paths import FIRMWARE

SOURCE = FIRMWARE / "ballast" / "control" / "setting_rows.py"
PLACES = SOURCE.with_name("places.py")
DOCUMENT = SOURCE.with_name("SETTINGS.md")

_WHO = {"user": "user", "site": "installer", "profile": "brand, market"}
_HEADS = ("setting", "default", "range", "unit or values", "who may change it", "meaning", "effect")

_HEAD = """# Settings

{made}

**Who may change a setting.** *user*: anybody who is logged in, the installer included, by PUT
/api/settings. *installer*: the installer alone, by the same route. *brand, market*: nobody on a
charger; the build writes the values of boards/brands and boards/markets into the image. A star
(`user*`): PUT refuses the setting, and a route of its own writes it; its row names the route.

**When a change counts.** Unless its row says otherwise, within 20 ms and without a restart. It is
in flash at once while the contactor is open, else within 5 s. A value out of range is refused with
one line, and the old one stays.

**Limit slots.** Many settings set a limit slot. The smallest of all slots decides, and the page
names it: control/limits/limits.py.
"""


def rows(text=None):
    """([{key, group, default, range, unit, who, secret, meaning, effect}], problems)."""
    from ballast.control import setting_rows as data
    from ballast.services.web.settings import _OWN_ROUTE

    found, problems = _notes(text)
    of_places = _place_notes()
    out = []
    for row in data.NUMBERS + data.TEXTS:
        number = len(row) == 6
        key, group = row[0], row[5] if number else row[4]
        note = found.pop(key, None)
        words = note.text if note else of_places.get(key, "")
        meaning, _, effect = words.partition(". ")
        if not effect:
            where = note.where() if note else notes.place(SOURCE, _line_of(key))
            problems.append(
                f'{where}: {key} is not described; write "#: MEANING. EFFECT." above its row'
            )
        out.append({
            "key": key, "group": group, "default": row[1],
            "range": [row[2], row[3]] if number else row[2], "unit": row[4] if number else "text",
            "who": _WHO[group] + ("*" if key in _OWN_ROUTE else ""),
            "secret": not number and row[3], "meaning": meaning, "effect": effect,
        })  # fmt: skip
    return out, problems


def _place_notes():
    """{key: text} of the settings that each place of a thermistor has."""
    from ballast.control.places import NAMES

    out = {}
    for note in notes.read(PLACES):
        for _, line in note.items():
            key, _, words = line.partition(": ")
            out.update({key.replace("NAME", n): words.replace("NAME", n) for n in NAMES})
    return out


def _notes(text):
    """({key: Note}, problems): the notes of the rows of NUMBERS and TEXTS."""
    source = SOURCE.read_text() if text is None else text
    keys = {}
    for node in ast.parse(source).body:
        names = [getattr(target, "id", "") for target in getattr(node, "targets", ())]
        if names in (["NUMBERS"], ["TEXTS"]):
            table = node.value.left if isinstance(node.value, ast.BinOp) else node.value
            keys.update({row.lineno: row.elts[0].value for row in table.elts})
    found, problems = {}, []
    for note in notes.read(SOURCE, source):
        if note.at in keys:
            found[keys[note.at]] = note
        else:
            problems.append(f"{note.where()}: this note stands above no setting; remove it")
    return found, problems


def _line_of(key):
    for number, line in enumerate(SOURCE.read_text().splitlines(), 1):
        if f'"{key}"' in line:
            return number
    return 1


def document(found):
    """The text of SETTINGS.md."""
    out = [_HEAD.format(made=markdown.made("the tables and notes of setting_rows.py"))]
    for group, title in (("user", "For every day"), ("site", "For the site"),
                         ("profile", "Of the brand and the market")):  # fmt: skip
        out += [f"## {title}", ""]
        out += markdown.table(_HEADS, [_cells(row) for row in found if row["group"] == group])
        out.append("")
    return "\n".join(out)


def _cells(row):
    if row["unit"] == "text":
        around = f"up to {row['range']} bytes"
        unit = "text, secret: never read back" if row["secret"] else "text"
        default = f"`{row['default']}`" if row["default"] else "empty"
    else:
        around, unit, default = f"{row['range'][0]} .. {row['range'][1]}", row["unit"], row["default"]
        unit = "0 no, 1 yes" if unit == "bool" else unit
    return (f"`{row['key']}`", default, around, unit, row["who"], row["meaning"], row["effect"])
