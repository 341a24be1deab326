"""Checks the constants of a board.py against each other and the chip: pins, dividers, sampling.

Each constant is of the right kind by itself when it comes here (board_check.py).
"""

from ballast_tools.ship import board_constants as constants

PULSED_MODULES = (2,)  # control/safety/rcd_test.py: the Bender RCMB102 takes a longer test as a reset
_EXTREME_MV = 12600  # IEC 61851-1: 12 V + 5 %
_COLDEST_OHM = 401860  # 10k NTC, B 3950, -40 degC: above it control reads "open"
_ADC_ERROR_MV = 10
_PART_US = 75.0  # 6 A: 100 us high, less 10 us of edge and 15 us by which a reading varies


def check(values, chip, say, psram="none"):
    """Call say(constant, what is wrong and what is expected) for each mistake. chip: its Chip.

    psram: what the chip profile has; on the classic ESP32 it takes two pins.
    """
    if values["MIRROR_PIN"] is None and values["LOAD_PINS"] is None:
        say("MIRROR_PIN", "None, and LOAD_PINS too; expected one of them: a weld must be seen")
    for leader, members in constants.GROUPS.items():
        for key in members:
            if (values[leader] is None) != (values[key] is None):
                say(key, f"{values[key]}; expected {leader} and its pins all fitted, or none")
    if values["LOAD_PINS"] is not None and len(values["LOAD_PINS"]) == 1 and values["PHASES"] == 3:
        say("LOAD_PINS", "one GPIO; expected three on a three-phase board")
    pulse = values["RCD_TEST_PULSE_US"]
    if (pulse is not None) != (values["RCD_MODULE"] in PULSED_MODULES):
        say("RCD_TEST_PULSE_US", f"{pulse!r}; expected 50 to 100 for an RCMB102, None for others")
    _check_pins(values, chip, say, chip.psram_pins if psram != "none" else ())
    _check_divider(values, chip, say)
    _check_thermistors(values, chip, say)
    _check_sampling(values, chip, say)


def _check_pins(values, chip, say, psram_pins):
    used = {}
    for key in (*constants.OUTPUTS, *constants.ANALOG, *constants.INPUTS):
        value = values[key]
        for gpio in value if isinstance(value, tuple) else (value,):
            if gpio is None:
                continue
            if gpio in used:
                say(key, f"GPIO{gpio} is {used[gpio]} already; expected a pin of its own")
            used[gpio] = key
            _check_pin(key, gpio, chip, say)
            if gpio in psram_pins:
                say(key, f"GPIO{gpio} carries the PSRAM of this CHIP_PROFILE; expected a free pin")


def _check_pin(key, gpio, chip, say):
    if gpio in chip.taken:
        say(key, f"GPIO{gpio} is a {chip.taken[gpio]}; expected a free pin")
    if key in constants.ANALOG and gpio not in chip.adc1:
        first, last = min(chip.adc1), max(chip.adc1)
        say(key, f"GPIO{gpio} is not on ADC1; expected GPIO{first}-{last} (Wi-Fi owns ADC2)")
    if key in constants.OUTPUTS and gpio in chip.input_only:
        say(key, f"GPIO{gpio} is an input only; expected a pin that can drive")
    if key in constants.PULLED and gpio in chip.input_only:
        say(key, f"GPIO{gpio} has no pull resistor; expected one, so that an open cable is seen")
    if key in constants.NO_GLITCH and gpio in chip.glitch:
        say(key, f"GPIO{gpio} goes high at power-up by itself; expected a quiet pin")


def _check_divider(values, chip, say):
    offset, gain = values["CP_OFFSET_UV"], values["CP_GAIN_X100"]
    low, high = chip.adc_mv
    for cp_mv in (-_EXTREME_MV, _EXTREME_MV):
        adc_mv = offset // 1000 + cp_mv * 100 // gain
        if not low <= adc_mv <= high:
            say(
                "CP_GAIN_X100",
                f"{cp_mv / 1000:+.1f} V at CP gives {adc_mv} mV; expected {low} to {high} mV,"
                " where the ADC is linear",
            )


def _check_thermistors(values, chip, say):
    """An open NTC must read higher than the coldest one, or it would pass for frost."""
    supply, pullup = values["NTC_SUPPLY_MV"], values["NTC_PULLUP_OHM"]
    coldest_mv = supply * _COLDEST_OHM // (_COLDEST_OHM + pullup)
    if coldest_mv > chip.adc_mv[1] - _ADC_ERROR_MV:
        say(
            "NTC_SUPPLY_MV",
            f"{supply}; an open sensor reads like a cold one, as the ADC ends at"
            f" {chip.adc_mv[1]} mV; expected 2500, from a reference",
        )


def fewest_in_window(burst, spacing_us, period_us, window_us):
    """Fewest of `burst` readings, spacing_us apart, that fall into any window of the period.

    >>> fewest_in_window(10, 100.0, 1000.0, 90.0)
    0
    """
    phases = sorted(k * spacing_us % period_us for k in range(burst))
    starts = [p + 1e-6 for p in phases]  # the worst window begins just after a reading
    wrapped = phases + [p + period_us for p in phases]
    return min(sum(1 for p in wrapped if s < p < s + window_us) for s in starts)


def _check_sampling(values, chip, say):
    spacing = values["CP_SPACING_US"]
    if spacing == 0:
        return  # the ADC spaces itself: the bench
    seen = fewest_in_window(values["CP_BURST"], spacing, chip.period_us, _PART_US)
    if seen < 2:
        say(
            "CP_SPACING_US",
            f"{spacing} us, {values['CP_BURST']} readings: a 10 % part is seen {seen} times;"
            " expected 2 (116 us and 34 readings do)",
        )
