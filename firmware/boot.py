# Runs first after every reset: contactor open, pilot at +12 V without PWM, RCD test off.
#
# A soft reset keeps the level of every output, so a closed contactor would stay
# closed. Therefore this file drives each pin to its safe level. If one pin fails, the
# others are still set. If board.py cannot be read, the pins are not known; then only a
# hard reset helps, after which the pins float and the board's resistors pull them to safe.


def _safe(board: object, pin_name: str, level: int) -> bool:
    """Drive the pin that `board` names to `level`; False if that failed."""
    try:
        from machine import Pin

        number = getattr(board, pin_name)
        if number is not None:
            Pin(number, Pin.OUT, value=level)
        return True
    except Exception:  # noqa: BLE001 - the next pin must still be made safe
        return False


def make_safe() -> bool:
    """Whether every output that the board has is now at its safe level."""
    try:
        import board
    except Exception:  # noqa: BLE001 - a broken board file must not stop the boot
        return False
    ok = _safe(board, "COIL_PIN", 0 if getattr(board, "COIL_ON_LEVEL", 1) else 1)
    ok = _safe(board, "COIL_PULSE_PIN", 0) and ok
    ok = _safe(board, "RCD_TEST_PIN", 0 if getattr(board, "RCD_TEST_LEVEL", 1) else 1) and ok
    return _safe(board, "CP_PWM_PIN", 0 if getattr(board, "CP_PWM_INVERTED", 0) else 1) and ok


if not make_safe():
    import machine

    if machine.reset_cause() == machine.SOFT_RESET:
        machine.reset()  # the pins float; this happens once, because the next cause is HARD_RESET
