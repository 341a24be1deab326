"""The form of a row that a script prints. A cable may damage a line so that it is still JSON.

    rows, error = rows.sound(rows, error)       # without those of another form; says how many they were
"""

LONGEST_US = 3_600_000_000
MOST_HEAP = 64 << 20
"""Both as a chip profile takes them (ballast_bench/chip/profile.py)."""
SPREAD = (int, int, int, int, int)
_VALUES = {
    "machine": str, "micropython": str, "uid": str, "board": str, "partner_mac": str,
    "mhz": int, "flash_bytes": int, "psram_bytes": int, "step_stack_bytes": int, "decide_charging": int,
    "pwm_mhz": int, "erase_timer_gap_us": int, "reset_cause": int, "watchdog_cause": int,
    "reset_start_us": int, "watchdog_start_us": int,
    "adc_plus_uv": SPREAD, "adc_minus_uv": SPREAD, "step_late_us": SPREAD, "espnow_trip_us": SPREAD,
    "espnow_lost": (int, int), "python_heap": [int], "wifi_join_ms": [int], "ble_partner_ble": [int],
    "reset_pads_after": [int], "watchdog_pads_after": [int],
    "reset_pilot_edges": [int], "watchdog_pilot_edges": [int],
    "reset_coil_changes": [(int, int)], "watchdog_coil_changes": [(int, int)],
    "pilot_levels": [(int, SPREAD, SPREAD)], "pwm_duty": [(int, SPREAD, SPREAD)],
    "rs485": [(int, object, int, int)], "tests": (str, int, [(str, str)]),
}  # fmt: skip
"""What the report and the profile read. Other values are kept as they are."""
_ROWS = {
    "cost": (str, int, SPREAD), "value": (str, object), "histogram": (str, [int], [int]),
    "missing": (str, str),
}  # fmt: skip


def good(row):
    """Whether a row has the form of its kind."""
    if not isinstance(row, list) or not row or not isinstance(row[0], str) or row[0] not in _ROWS:
        return False
    kind, *rest = row
    if not _has(rest, _ROWS[kind]):
        return False
    if kind == "cost":
        return rest[1] >= 0 and rest[2][0] > 0 and all(0 <= us <= LONGEST_US for us in rest[2][1:])
    if kind == "histogram":
        return len(rest[1]) > 0 and len(rest[2]) == len(rest[1]) + 1
    return kind != "value" or (_has(rest[1], _VALUES.get(rest[0], object)) and _possible(*rest))


def sound(rows, error):
    """(the rows of good form, `error` or a line that says how many were not)."""
    kept = [row for row in rows if good(row)]
    lost = len(rows) - len(kept)
    if lost and not error:
        error = f"{lost} of its {len(rows)} lines came damaged; --again measures anew"
    return kept, error


def _possible(name, what):
    if name == "python_heap":
        return all(size > 0 for size in what) and sum(what) <= MOST_HEAP
    return name != "rs485" or all(baud > 0 for baud, *_ in what)


def _has(what, form):
    """form: a type, [form of each], or (form of the first, of the second ...)."""
    if isinstance(form, list):
        return isinstance(what, list) and all(_has(one, form[0]) for one in what)
    if isinstance(form, tuple):
        same = isinstance(what, list) and len(what) == len(form)
        return same and all(_has(one, part) for one, part in zip(what, form, strict=True))
    return type(what) is int if form is int else isinstance(what, form)
