# Runs first after every reset: contactor open, pilot at +12 V without PWM, RCD test off.
#
# A soft reset keeps the level of every output, so a closed contactor would stay
# closed: each safe level is driven here explicitly. A pin is set even if another
# one failed. If the board's description cannot be read nothing is known about
# the pins; then only a hard reset lets them float to the hardware's safe pulls.


def _safe(pin_class, board, pin_name, level):
    """Drive the pin that `board` names to `level`; False if that failed."""
    try:
        number = getattr(board, pin_name)
        if number is not None:
            pin_class(number, pin_class.OUT, value=level)
        return True
    except Exception:  # noqa: BLE001 - the next pin must still be made safe
        return False


def make_safe():
    """Returns True if every output that the board has is now at its safe level."""
    try:
        import board
        from machine import Pin
    except Exception:  # noqa: BLE001 - a broken board file must not stop the boot
        return False
    ok = _safe(Pin, board, "COIL_PIN", 0 if getattr(board, "COIL_ON_LEVEL", 1) else 1)
    ok = _safe(Pin, board, "COIL_PULSE_PIN", 0) and ok
    ok = _safe(Pin, board, "RCD_TEST_PIN", 0 if getattr(board, "RCD_TEST_LEVEL", 1) else 1) and ok
    return _safe(Pin, board, "CP_PWM_PIN", 0 if getattr(board, "CP_PWM_INVERTED", 0) else 1) and ok


if not make_safe():
    import machine

    if machine.reset_cause() == machine.SOFT_RESET:
        machine.reset()  # floats all pins; once only, as the next cause is HARD_RESET
