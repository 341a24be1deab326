"""A board's mpconfigboard.h: macros that MicroPython reads, and the default pins of its UARTs."""

import re

_DEFINE = re.compile(r"^\s*#define\s+(\w+)(?:\s+(.*?))?\s*(?://.*)?$", re.MULTILINE)
_UART = re.compile(r"#define\s+MICROPY_HW_UART(\d)_(TX|RX)\s+\((\d+)\)")
SEARCHED = ("ports/esp32", "py", "extmod", "shared")
_SPIRAM = re.compile(r"#if[^\n]*CONFIG_SPIRAM\n(.*?)#else\n(.*?)#endif", re.DOTALL)


def defines(board_folder):
    """{macro: (value, line)} of mpconfigboard.h."""
    path = board_folder / "mpconfigboard.h"
    text = path.read_text(errors="replace") if path.is_file() else ""
    return {m[1]: (m[2] or "", text[: m.start(1)].count("\n") + 1) for m in _DEFINE.finditer(text)}


def check_macros(found, board_folder, micropython):
    """Each macro that the board defines is read somewhere in MicroPython's sources."""
    ours = defines(board_folder)
    left = set(ours)
    for folder in SEARCHED:
        for path in (micropython.folder / folder).rglob("*.[ch]"):
            if left and "boards" not in path.relative_to(micropython.folder).parts:
                text = path.read_text(errors="replace")
                left -= {name for name in left if re.search(rf"\b{name}\b", text)}
    for name in sorted(left):
        found.wrong(f"mpconfigboard.h:{ours[name][1]}: {name}: nothing in this MicroPython reads this macro")
    if not left:
        found.ok(f"mpconfigboard.h: MicroPython reads all of its {len(ours)} macros")


def check_name(found, board):
    """The image carries the name by which `tools/ballast image` knows a base of this board."""
    value, line = defines(board.folder).get("MICROPY_HW_BOARD_NAME", ("", 0))
    own = next(iter(board.bases), "")
    if value.strip('"') == own:
        found.ok(f"mpconfigboard.h: MICROPY_HW_BOARD_NAME is the first [[base]] of image.toml, {own}")
    else:
        found.wrong(f"mpconfigboard.h:{line}: MICROPY_HW_BOARD_NAME is {value or 'not set'}; "
                    f"the first [[base]] of image.toml is {own!r}, and `image` takes no other")  # fmt: skip


def default_uart_pins(micropython, chip, psram, board_folder):
    """{(uart, "TX" or "RX"): GPIO} of machine_uart.h, with what the board's header puts in their place."""
    text = (micropython.port / "machine_uart.h").read_text(errors="replace")
    with_psram = chip == "esp32" and psram
    text = _SPIRAM.sub(lambda m: m[1] if with_psram else m[2], text)
    pins = {(int(uart), side): int(gpio) for uart, side, gpio in _UART.findall(text)}
    for name, (value, _) in defines(board_folder).items():
        found = re.fullmatch(r"MICROPY_HW_UART(\d)_(TX|RX)", name)
        if found and value.strip("()").isdigit():
            pins[int(found[1]), found[2]] = int(value.strip("()"))
    return pins


def check_uart(found, micropython, board, values, psram):
    """UART(n) opens its default pins before it is given others: they must be the bus's own.

    MicroPython ports/esp32/machine_uart.c: a UART that is made without pins drives the default TX
    pin, and a later init() with another buffer size leaves that pin without its output driver.
    values: constants of board.py. psram: whether its chip profile has some.
    """
    uart = values.get("RS485_UART")
    if uart is None:
        return
    header = micropython.port / "machine_uart.h"
    if not header.is_file():
        found.skipped("UART: this MicroPython has no ports/esp32/machine_uart.h")
        return
    pins = default_uart_pins(micropython, board.chip, psram, board.folder)
    before = found.count("WRONG")
    for side in ("TX", "RX"):
        default, own = pins.get((uart, side)), values[f"RS485_{side}_PIN"]
        if default != own:
            found.wrong(f"mpconfigboard.h: UART({uart}) starts with {side} on GPIO{default}"
                        f"{_user(values, default)}; expected #define MICROPY_HW_UART{uart}_{side} ({own}), "
                        f"the board's RS485_{side}_PIN")  # fmt: skip
    found.verdict(f"UART: UART({uart}) starts on the bus's own pins", before)


def _user(values, gpio):
    for key, value in values.items():
        if key.endswith(("_PIN", "_PINS")) and gpio in (value if isinstance(value, tuple) else (value,)):
            return f", which is {key}"
    return ""
