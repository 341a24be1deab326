"""Judges what the jig's self-test measured: limits, and words for the operator."""

import json
from dataclasses import dataclass, field

# Limits: chosen, from the parts' data sheets, wide enough for 5 % resistors in the jig
RELAY_CLOSE_MS = (0, 60)
RELAY_OPEN_MS = (0, 60)
RCD_TRIP_MS = (0, 1200)  # the slowest self-test, RCM14-01
PILOT_MV = 12000
PILOT_TOLERANCE_MV = 400  # IEC 61851-1 table A.2: 11.4 to 12.6 V, less the ADC's error
NTC_TOLERANCE = 0.06
RADIO_DBM = -65

TESTS = ("adc", "relay", "rcd", "pilot", "ntc", "panel", "radio", "end")
_WITH_ADC = ("pilot", "ntc")


@dataclass
class Verdict:
    """ok: all passed. text: one line for the screen. values: raw measurements by test."""

    ok: bool = True
    words: list = field(default_factory=list)
    values: dict = field(default_factory=dict)
    failed: list = field(default_factory=list)

    @property
    def text(self):
        return ", ".join(self.words)

    def say(self, test, ok, words):
        self.words.append(words)
        if not ok:
            self.ok = False
            self.failed.append(test)


def parse(output):
    """{test: value} of the script's lines; other lines (boot messages) are ignored."""
    values = {}
    for line in output.splitlines():
        if line.startswith("JIG {"):
            try:
                row = json.loads(line[4:])
                values[row["test"]] = row["value"]
            except (ValueError, KeyError, TypeError):  # a line that the cable cut short
                continue
    return values


def judge(values, pins):
    """The Verdict on {test: value}. pins: constants of the board.py."""
    verdict = Verdict(values=values)
    if values.get("adc"):
        verdict.say("adc", False, f"this chip's ADC cannot be used: {values['adc']}")
    for test in TESTS:
        if test not in values and not (test in _WITH_ADC and values.get("adc")):
            verdict.say(test, False, f"{test} did not report")
    if "relay" in values:
        _relay(verdict, values["relay"])
    if "rcd" in values:
        _rcd(verdict, values["rcd"])
    if "ntc" in values:
        _ntc(verdict, values["ntc"], pins)
    if "pilot" in values:
        _pilot(verdict, values["pilot"], pins)
    if "panel" in values:
        _panel(verdict, values["panel"])
    if "radio" in values:
        _radio(verdict, values["radio"])
    if values.get("end", pins["NAME"]) != pins["NAME"]:
        verdict.say("end", False, f"the unit says that it is {values['end']}")
    return verdict


def _within(value, limits):
    return value is not None and limits[0] <= value <= limits[1]


def _relay(verdict, value):
    if not value["open_before"]:
        verdict.say("relay", False, "relay is closed without its coil")
    elif not _within(value["close_ms"], RELAY_CLOSE_MS):
        verdict.say("relay", False, "relay did not close")
    elif not value["open_after"] or not _within(value["open_ms"], RELAY_OPEN_MS):
        verdict.say("relay", False, "relay did not open")
    else:
        verdict.say("relay", True, "relay ok")


def _rcd(verdict, value):
    if not value["idle"]:
        verdict.say("rcd", False, "RCD trips without a test (cable open?)")
    elif not _within(value["trip_ms"], RCD_TRIP_MS):
        verdict.say("rcd", False, "RCD did not trip in its test")
    else:
        verdict.say("rcd", True, f"RCD test {value['trip_ms']} ms")


def _ntc(verdict, value, pins):
    """Every fitted place must read a 10 kohm resistor."""
    pullup, supply = pins["NTC_PULLUP_OHM"], pins["NTC_SUPPLY_MV"]
    expected = supply * 10000 / (10000 + pullup)
    fitted = [at for at, pin in enumerate(pins["NTC_PINS"]) if pin is not None]
    good = [
        at
        for at in fitted
        if value[at] is not None and abs(value[at] - expected) <= NTC_TOLERANCE * expected
    ]
    verdict.say("ntc", good == fitted, f"NTC {len(good)}/{len(fitted)}")


def _pilot(verdict, value, pins):
    volts = []
    for key in ("plus_uv", "minus_uv"):
        volts.append((value[key] - pins["CP_OFFSET_UV"]) * pins["CP_GAIN_X100"] / 100_000)
    ok = (
        abs(volts[0] - PILOT_MV) <= PILOT_TOLERANCE_MV
        and abs(volts[1] + PILOT_MV) <= PILOT_TOLERANCE_MV
    )
    verdict.say("pilot", ok, f"pilot {volts[0] / 1000:.2f}/{volts[1] / 1000:.2f} V")


def _panel(verdict, value):
    if value["pe"] is False:
        verdict.say("panel", False, "protective earth not seen")
    if value["button"]:
        verdict.say("panel", False, "button is stuck")


def _radio(verdict, value):
    if value is None:
        verdict.say("radio", False, "radio heard nothing")
    else:
        verdict.say("radio", value >= RADIO_DBM, f"radio {value} dBm")
