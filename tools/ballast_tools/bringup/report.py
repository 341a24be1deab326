"""Expected beside measured, line by line, and what could not be checked."""

from ballast_tools.bringup import chip_profile, plan
from ballast_tools.ship import boards

OK, LOOK, NO_VALUE = "ok", "LOOK", ""
FACTOR = 1.5
"""A time within this factor of the profile's is as expected: chosen; an estimate is seldom better."""

NEVER = (
    "set_boot, mark_valid: they choose what starts next; the first update over the air measures them",
    "the contactor, the residual current module, mains: the command `flash --jig` and the first power-up "
    "of boards/esp32s3_devkit/README.md",
    "TLS: the firmware uses none yet",
)


def lines(figures, profile, board, layout_bytes, state):
    """The text. figures: Figures. board: constants. layout_bytes: flash of image.toml, None = no layout."""
    rows = [("", "expected", "measured", "")]
    rows += _chip(figures.values, board, layout_bytes, profile)
    rows += _pilot(figures.values, board)
    rows += _pads(figures.values, board)
    rows += _links(figures.values)
    rows += _tests(figures.tests)
    text = ["-- the board"] + _table(rows)
    text += ["", "-- times"] + _table([("", "expected", "median, worst", ""), *_times(figures, profile)])
    for name, (edges, counts) in figures.histograms.items():
        text += ["", f"-- {name}", *_histogram(edges, counts)]
    return text + ["", "-- not checked"] + [f"  {line}" for line in _missing(figures, state)]


def _table(rows):
    widths = [max(len(row[at]) for row in rows) for at in range(3)]
    cells = [[*(row[at].ljust(widths[at]) for at in range(3)), row[3]] for row in rows]
    return ["  " + "  ".join(row).rstrip() for row in cells]


def _same(name, expected, measured):
    return _row(name, expected, measured, expected == measured)


def _row(name, expected, measured, good):
    return (name, str(expected), str(measured), OK if good else LOOK)


def _chip(values, board, layout_bytes, profile):
    if "machine" not in values:
        return
    good = is_chip(values["machine"], board["CHIP"])
    yield _row("chip", boards.FAMILY[board["CHIP"]], values["machine"], good)
    if "micropython" in values:
        yield _same("MicroPython", boards.release()["micropython"], values["micropython"])
    if "mhz" in values:
        yield _same("clock, MHz", 240, values["mhz"])
    if "board" in values:
        yield _same("board", board["NAME"], values["board"])
    if layout_bytes and "flash_bytes" in values:
        yield _same("flash, bytes", layout_bytes, values["flash_bytes"])
    if "psram_bytes" in values and profile is not None:
        wants = profile.psram != "none"
        found = values["psram_bytes"]
        yield _row("PSRAM, bytes", "some" if wants else 0, found, bool(found) == wants)
    if "step_stack_bytes" in values:
        found = values["step_stack_bytes"]
        yield _row("stack of a step, bytes", "at most 8192", found, found <= 8192)


def is_chip(machine, chip):
    """Whether os.uname().machine ("... with ESP32-S3") is of this chip."""
    last = machine.rpartition(" with ")[2].upper().replace("-", "")
    return last == chip.upper()


def _cp_mv(uv, board):
    return (uv - board["CP_OFFSET_UV"]) * board["CP_GAIN_X100"] // 100000


def _pilot(values, board):
    for name, level in (("plus", 12000), ("minus", -12000)):
        spread = values.get(f"adc_{name}_uv")
        if spread:
            found = _cp_mv(spread[2], board)
            noise = _cp_mv(spread[4], board) - _cp_mv(spread[1], board)
            # 11.4 to 12.6 V: IEC 61851-1 table A.2
            good = abs(found - level) <= 600
            yield _row(f"pilot {name}, mV", f"{level} +-600", f"{found}, noise {noise}", good)
    for duty, high, low in values.get("pilot_levels", []):
        good = abs(high[2] - 12000) <= 600 and abs(low[2] + 12000) <= 600
        yield _row(f"pilot at {duty / 10:.1f} %, mV", "12000, -12000", f"{high[2]}, {low[2]}", good)
        widths = [high[4] - high[1], low[4] - low[1]]
        good = max(widths) <= 500  # chosen: a third of the distance between the levels of two states
        yield _row("  its spread over 40 bursts, mV", "at most 500", widths, good)
    if "pwm_mhz" in values:
        expected = 998400 if board["CHIP"] == "esp32" else 1000000
        found = values["pwm_mhz"]
        yield _row("pilot frequency, Hz", expected / 1000, found / 1000, abs(found - expected) <= 5000)
    for duty, high, low in values.get("pwm_duty", []):
        found = 1000 * high[2] / (high[2] + low[2])
        # 5 us of 1 ms: IEC 61851-1 table A.2
        name = f"pilot duty {duty / 10:.1f} %"
        yield _row(name, f"{duty / 10:.1f} +-0.5", f"{found / 10:.2f}", abs(found - duty) <= 5)


def _pads(values, board):
    causes = {"reset": 2, "watchdog": 3}
    safe = [1 - board["COIL_ON_LEVEL"], 0 if board["CP_PWM_INVERTED"] else 1]
    for how, cause in causes.items():
        if f"{how}_cause" in values:
            yield _same(f"reset_cause() after {how}", cause, values[f"{how}_cause"])
        if f"{how}_pads_after" in values:
            yield _same(f"coil, pilot after {how}", safe, values[f"{how}_pads_after"])
        if f"{how}_start_us" in values:
            yield (f"{how} to start, ms", "", f"{values[f'{how}_start_us'] / 1000:.0f}", NO_VALUE)
        changes = values.get(f"{how}_coil_changes")
        if changes and len(changes) > 1:
            shown = ", ".join(f"{level} at {us // 1000} ms" for us, level in changes[:6])
            yield (f"coil's pin, seen by the second board, {how}", "", shown, NO_VALUE)
        edges = values.get(f"{how}_pilot_edges")
        if edges:
            shown = " ".join(map(str, edges[:40]))
            yield (f"pilot's edges per 100 ms, {how}", "200 while PWM runs", shown, NO_VALUE)


def _links(values):
    for baud, parity, wrong, took in values.get("rs485", []):
        bits = 64 * (10 + (parity is not None))
        expected = bits * 1_000_000 // baud
        name = f"RS-485 {baud} 8{'N' if parity is None else 'E'}1, wrong bytes, us"
        yield _row(name, f"0, {expected}", f"{wrong}, {took}", not wrong and took <= expected * 1.2 + 2000)
    if "wifi_join_ms" in values:
        yield ("Wi-Fi join and re-joins, ms", "", str(values["wifi_join_ms"]), NO_VALUE)
    if "espnow_lost" in values:
        lost, sent = values["espnow_lost"]
        yield _row("ESP-NOW frames lost", f"at most {sent // 20}", f"{lost} of {sent}", lost <= sent // 20)
    if "espnow_trip_us" in values:
        spread = values["espnow_trip_us"]
        yield ("ESP-NOW there and back, us", "", f"median {spread[2]}, worst {spread[4]}", NO_VALUE)
    if "ble_partner_ble" in values:
        seen = values["ble_partner_ble"]
        yield _row("BLE advertisements seen", "some", f"{len(seen)}", bool(seen))


def _tests(tests):
    if tests:
        failed = [f"{module}.{name}" for module, _, wrong in tests for name, _ in wrong]
        passed = sum(count for _, count, _ in tests)
        yield _row("portable tests", "all pass", f"{passed} passed, {len(failed)} failed", not failed)
        for name in failed:
            yield ("", "", name, LOOK)


def _times(figures, profile):
    for kind, found in figures.costs.items():
        for amount, spread in found:
            expected = chip_profile.expected_us(profile, kind, amount)
            measured = f"{spread[2]}, {spread[4]} us"
            name = kind if amount == 1 else f"{kind} ({amount})"
            if expected is None:
                yield (name, "-", measured, NO_VALUE)
            else:
                good = spread[2] <= FACTOR * max(expected, 1)
                yield _row(name, f"{expected:.0f} us", measured, good)
    if "decide_charging" in figures.values:
        yield _same("those steps were of a charging EV", 1, figures.values["decide_charging"])
    spread = figures.values.get("step_late_us")
    if spread:
        yield _row("step late", "worst at most 38000 us", f"{spread[2]}, {spread[4]} us", spread[4] <= 38000)
    if "erase_timer_gap_us" in figures.values:
        gap = figures.values["erase_timer_gap_us"]
        yield ("timer of 1 ms silent beside an erase", "-", f"{gap} us", NO_VALUE)


def _histogram(edges, counts):
    most = max([*counts, 1])
    names = [f"< {edge}" for edge in edges] + [f">= {edges[-1]}"]
    return [f"  {name:>9} us {count:7} {'#' * (50 * count // most)}"
            for name, count in zip(names, counts, strict=True) if count]  # fmt: skip


def _missing(figures, state):
    for key in plan.keys():
        if key not in state.results:
            yield f"{key}: not done yet"
    for step, name, why in figures.missing:
        yield f"{step}: {why}" if name == step else f"{step}: {name}: {why}"
    yield from NEVER
