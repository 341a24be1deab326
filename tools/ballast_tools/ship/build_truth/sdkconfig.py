"""A board's sdkconfig lines: the keys exist in ESP-IDF, and say what image.toml and board.py say."""

import re
from pathlib import Path

TARGETS = ("esp32", "esp32s2", "esp32s3", "esp32c2", "esp32c3", "esp32c5", "esp32c6", "esp32c61",
           "esp32h2", "esp32h21", "esp32h4", "esp32p4", "linux")  # fmt: skip
_LINE = re.compile(r"^\s*(?:# )?CONFIG_(\w+)(?:=(.*)| is not set)\s*$")
_KEY = re.compile(
    r"^\s*(?:menu)?config\s+(\w+).*\n(?:\s*#.*\n)*\s*(?:(bool|int|hex|string)\b)?", re.MULTILINE
)
_FORMS = {
    "bool": (r"[yn]?", "y or n"), "int": (r"-?\d+", "a whole number"),
    "hex": (r"0[xX][0-9a-fA-F]+", "a number such as 0x1000"), "string": (r'".*"', "a text in quotes"),
}  # fmt: skip


def lines(text):
    """[(line number, key without CONFIG_, value)] of an sdkconfig file; "" and "n" are both off."""
    rows = []
    for at, line in enumerate(text.splitlines(), 1):
        found = _LINE.match(line)
        if found and (not line.lstrip().startswith("#") or found[2] is None):
            rows.append((at, found[1], (found[2] or "n").strip()))
    return rows


def index(idf, chip):
    """({key: its type} of ESP-IDF's Kconfig files for `chip`, {old name: new name}); type "" = not found."""
    keys, renamed = {}, {}
    others = set(TARGETS) - {chip}
    for path in idf.folder.rglob("Kconfig*"):
        inside = set(path.relative_to(idf.folder).parts)
        if path.is_file() and not inside & (others | {"examples", "test_apps"}):
            for key, kind in _KEY.findall(path.read_text(errors="replace")):
                keys[key] = kind or keys.get(key, "")
    for path in idf.folder.rglob("sdkconfig.rename*"):
        if path.suffix in ("", ".rename", f".{chip}"):
            for line in path.read_text(errors="replace").splitlines():
                words = line.split()
                if len(words) == 2 and words[0].startswith("CONFIG_"):
                    renamed[words[0][7:]] = words[1].lstrip("!").removeprefix("CONFIG_")
    return keys, renamed


def check_keys(found, text, name, known):
    """Each key of a board's file exists and has a value of its type. known: what `index` returned."""
    keys, renamed = known
    before = found.count("WRONG")
    rows = lines(text)
    for at, line in _none(text):
        found.wrong(f"{name}:{at}: {line[:60]!r}: expected CONFIG_KEY=value; idf.py would drop the line")
    for at, key, value in rows:
        if key in keys:
            form, words = _FORMS.get(keys[key], (".*", ""))
            if not re.fullmatch(form, value):
                found.wrong(f"{name}:{at}: CONFIG_{key}={value}: expected {words}")
        elif key in renamed:
            new = renamed[key]
            found.note(f"{name}:{at}: CONFIG_{key} is an old name; this ESP-IDF calls it CONFIG_{new}")
        else:
            found.wrong(f"{name}:{at}: CONFIG_{key}: no such key for this chip in this ESP-IDF; "
                        "idf.py would drop the line")  # fmt: skip
    found.verdict(f"sdkconfig: {name}: {len(rows)} keys exist in this ESP-IDF", before)


def _none(text):
    """(line number, line) of what is neither a key with a value nor a comment."""
    for at, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if line and not line.startswith("#") and not _LINE.match(line):
            yield at, line


def merged(variables, port):
    """({key: value} of all files that the build joins: the last one wins, {file: why it is unreadable})."""
    values, missing = {}, {}
    for path in variables.sdkconfigs:
        text = variables.generated.get(str(path))
        if text is None:
            try:
                text = (port / path).read_text(errors="replace")
            except OSError as error:
                missing[str(path)] = error.strerror
                continue
        values.update((key, value) for _, key, value in lines(text))
    return values, missing


PSRAM = {  # (chip, what its profile has): (keys that must be on, keys that must be off)
    ("esp32s3", "octal"): (("SPIRAM", "SPIRAM_MODE_OCT"), ("SPIRAM_MODE_QUAD",)),
    ("esp32s3", "quad"): (("SPIRAM", "SPIRAM_MODE_QUAD"), ("SPIRAM_MODE_OCT",)),
    ("esp32", "quad"): (("SPIRAM",), ()),
}


def check_values(found, values, where, board, variant, profile):
    """Flash size, partition table and PSRAM are those of image.toml and of the chip profile (None = none)."""
    before = found.count("WRONG")
    flash = f"{values.get('ESPTOOLPY_FLASHSIZE', '')}".strip('"')
    sizes = [key.removeprefix("ESPTOOLPY_FLASHSIZE_") for key, value in values.items()
             if key.startswith("ESPTOOLPY_FLASHSIZE_") and value == "y"]  # fmt: skip
    if sizes != [flash]:
        on = " and _".join(sizes) or "none"
        found.wrong(f"{where}: CONFIG_ESPTOOLPY_FLASHSIZE is {flash} and _{on} is set; "
                    "switch the others off in the board's file")  # fmt: skip
    elif flash not in board.layouts or (not variant and flash != board.flash):
        layouts = ", ".join(board.layouts)
        found.wrong(f"{where}: flash of {flash}; image.toml says {board.flash}, layouts {layouts}")
    table = Path(values.get("PARTITION_TABLE_CUSTOM_FILENAME", "").strip('"')).name
    wanted = board.layouts.get(flash, table)
    if table != wanted:
        found.wrong(f"{where}: partition table {table or 'none'}; image.toml has {wanted} for {flash}")
    if values.get("FREERTOS_HZ") != "1000":
        found.wrong(f"{where}: CONFIG_FREERTOS_HZ is {values.get('FREERTOS_HZ', 'not set')}; expected 1000: "
                    "the step's timer counts in ticks of 1 ms")  # fmt: skip
    _check_psram(found, values, where, profile)
    said = f"PSRAM as {profile.name} has it" if profile else "PSRAM not compared: no CHIP_PROFILE"
    found.verdict(f"sdkconfig: {where}: flash {flash}, {table}, {said}", before)


def _check_psram(found, values, where, profile):
    if profile is None:
        return
    on, off = PSRAM.get((profile.chip, profile.psram), ((), ("SPIRAM",)))
    wrong = [f"CONFIG_{key} is off" for key in on if values.get(key) != "y"]
    wrong += [f"CONFIG_{key} is on" for key in off if values.get(key) == "y"]
    if wrong:
        found.wrong(f"{where}: {' and '.join(wrong)}; CHIP_PROFILE {profile.name} has PSRAM: {profile.psram}")
