# Runs after every reset: contactor open, pilot at +12 V without PWM, RCD test off.
#
# A soft reset, machine.reset(), a panic and the watchdog restart the program alone: outputs keep
# their level and PWM goes on. Therefore this file drives each pin to its safe level. If one pin
# fails, the others are still set. If board.py cannot be read, the pins are not known; then only
# deep sleep helps, because its end lets the pins float, and the board's resistors pull them to safe.
#
# The base image's _boot.py imports this file before it touches the flash. MicroPython runs it a
# second time as a script; if that ends with an exception, main.py is skipped.

import micropython


def _quiet() -> None:
    """Let no byte 0x03 on the console interrupt this file (KeyboardInterrupt).

    A byte that came earlier interrupts at the next branch, which is the loop here.
    """
    try:
        micropython.kbd_intr(-1)
        for _ in (0, 1):
            pass
    except KeyboardInterrupt:
        pass


def _safe(board: object, pin_name: str, level: int) -> bool:
    """Drive the pin that `board` names to `level`; False if that failed."""
    try:
        from machine import Pin

        number = getattr(board, pin_name)
        if number is not None:
            Pin(number, Pin.OUT, value=level)
        return True
    except BaseException:  # noqa: BLE001 - the next pin must still be made safe
        return False


def make_safe() -> bool:
    """Whether every output that the board has is now at its safe level."""
    try:
        import board
    except BaseException:  # noqa: BLE001 - a broken board file must not stop the boot
        return False
    ok = _safe(board, "COIL_PIN", 0 if getattr(board, "COIL_ON_LEVEL", 1) else 1)
    ok = _safe(board, "COIL_PULSE_PIN", 0) and ok
    ok = _safe(board, "RCD_TEST_PIN", 0 if getattr(board, "RCD_TEST_LEVEL", 1) else 1) and ok
    return _safe(board, "CP_PWM_PIN", 0 if getattr(board, "CP_PWM_INVERTED", 0) else 1) and ok


_quiet()
if not make_safe():
    import machine

    # of these three the pads may still have the level that the last run gave them; the cause
    # after deep sleep is another one, so this happens once
    if machine.reset_cause() in (machine.SOFT_RESET, machine.HARD_RESET, machine.WDT_RESET):
        machine.deepsleep(1)
