"""Writes firmware/ballast/control/safety/SAFETY.md from the fault catalogue and what bench safety measured.

    python -m ballast_tools.check.safety_doc           (writes)
    python -m ballast_tools.check.safety_doc --check   (exit status 1 when it is out of date)
"""

import json
import sys

from ballast_tools.shell import paths

DOCUMENT = paths.FIRMWARE / "ballast" / "control" / "safety" / "SAFETY.md"
MEASURED = paths.BENCH / "safety" / "measured.json"

ACTIONS = ("warning", "less current", "pause: PWM off, open under load after 6 s at the latest",
           "stop: contactor open in the same step")  # fmt: skip
LATCHES = ("by itself", "unplug, or reset by hand", "reset by hand", "power cycle", "service only")

# fault key: (rows of bench safety, hazard, tests that show it)
SHOWN = {
    "exception": (("exception",), "the program is wrong",
                  "control/test_scan_cycle, ports/test_main_dies_host"),
    "overrun": (("overrun",), "the program is too slow to protect", "control/test_scan_cycle"),
    "crash_loop": ((), "it restarts for ever under load", "scenarios/hang.story"),
    "watchdog": ((), "the program hangs while closed", "scenarios/hang.story, ports/test_main_dies_host"),
    "brown_out": ((), "the supply collapses", "scenarios/brown_out.story, ports/test_reset_info_host"),
    "rcd_trip": (("rcd", "rcd_contacts", "rcd_hardware"), "shock, fire: current to earth",
                 "scenarios/rcd_trip.story, campaign: leak"),
    "rcd_test": (("closes",), "the leakage protection is dead",
                 "control/safety/test_rcd_test, campaign: test_dead"),
    "pe_lost": (("pe", "pe_loop", "pe_hot"), "shock: the car's body is live",
                "scenarios/pe_lost.story, campaign: pe"),
    "weld": (("weld",), "the car's inlet stays live", "scenarios/weld.story, campaign: weld, mirror_shut"),
    "no_close": (("no_close",), "contacts burn half closed", "campaign: no_close, drop_out"),
    "diode": (("diode",), "what is connected is no car", "campaign: no_diode"),
    "ventilation": (("c_to_d",), "explosive gas in the room", "scenarios/refused_ventilation.story"),
    "pilot_short": (("c_to_e", "dead_pilot"), "live without the car's consent",
                    "scenarios/pilot_short.story"),
    "pilot_lost": (("c_to_a", "c_to_b", "window", "stuck_low"), "live plug pulled, live without consent",
                   "control/pilot/test_pilot_sweep, campaign: level_*"),
    "overcurrent": (("over_hard", "over_soft"), "cable and socket overheat",
                    "scenarios/greedy_car.story, control/pilot/test_everest_vectors"),
    "undervolt": (("under",), "weak supply, lost neutral", "scenarios/brown_mains.story"),
    "overvolt": (("over",), "lost neutral", "campaign: over"),
    "phase_lost": (("phase",), "unbalanced load, damage", "control/safety/test_interlocks, campaign: phase"),
    "plug_hot": (("plug_hot",), "fire at the socket", "scenarios/hot_plug.story"),
    "connector_hot": (("connector_hot",), "fire at the car's inlet", "campaign: connector_hot"),
    "box_hot": (("box_hot",), "fire in the box", "campaign: box_hot"),
    "plug_rise": ((), "fire at a loose socket", "scenarios/plug_heats_fast.story"),
    "plug_sensor": (("sensor",), "heat is not seen", "control/safety/test_derating, campaign: plug_open"),
    "connector_sensor": (("connector_sensor",), "heat is not seen", "campaign: connector_open"),
    "box_sensor": ((), "heat is not seen; with the market's `box_stop`: stop",
                   "control/test_scan_cycle_edges, campaign: box_open"),
    "own_meter": (("own_meter",), "over-current is not seen", "campaign: meter_dead"),
    "meter_lost": (("meter",), "the main fuse is overloaded", "scenarios/meter_lost.story"),
    "meter_distrust": ((), "the main fuse is overloaded", "scenarios/test_trust_host"),
    "derated": ((), "heat builds up", "scenarios/worn_socket.story"),
    "settings": ((), "wrong limits", "services/memory/test_store_host"),
    "storage": ((), "latches are forgotten", "services/memory/test_store_host"),
    "clock": ((), "schedules at the wrong time", "services/memory/test_records_host"),
    "leak_open": (("leak_open",), "current past the contactor", "control/safety/test_interlocks"),
    "meters_apart": ((), "the main fuse is overloaded", "control/meter/test_agreement"),
}

HEAD = """# Safety of the charger: hazards, measures, times, proof

Made by `python -m ballast_tools.check.safety_doc` from the fault catalogue
(control/safety/fault_catalogue.py) and the figures of `tools/ballast bench safety`; do not edit.

**What this is not.** Nothing here has ever run on hardware: every time below was measured on
the virtual bench. Nothing is certified. No standard's text was read: clauses are cited as
open implementations and makers' manuals cite them; what was not found is marked "chosen".

**What the hardware must do without any software:**

- The residual current monitor's output opens the coil's supply directly (RCD trip), and an
  open cable of it does the same.
- The coil's supply passes only while the step toggles the dead-man's line; a program that
  stops opens the contactor (the bench assumes 100 ms).
- In reset and with floating pins: coil off, pilot at -12 V. Pulls on the carrier board.
- The mirror contact is positively driven (IEC 60947-4-1 annex F), or voltage is sensed
  behind every contact.
- 3 mm contact gap, clearances, breaking capacity, protective conductor, enclosure: not software.

Firmware opens too, latches, explains and tests these; it does not replace them.
"""


def _rows():
    from ballast_bench import upy

    upy.install()
    from ballast.control.safety import faults

    return list(enumerate(faults.CATALOGUE))[1:]


def document():
    """The text of SAFETY.md. KeyError when a fault has no hazard or a row no figure."""
    rows = _rows()
    from ballast.control.safety.interlocks import STEP_MAX_MS
    from ballast_bench.safety import timing

    measured = json.loads(MEASURED.read_text())
    figures = {row["key"]: row for row in measured["rows"]}
    out = [HEAD, "## Faults", ""]
    out.append("| fault | hazard | measure | ends | worst, ms | bar, ms | shown by |")
    out.append("|---|---|---|---|---|---|---|")
    for _, (key, action, latch, hold_ms, retries, _, _, _) in rows:
        keys, hazard, tests = SHOWN[key]
        worst = ", ".join(f"{figures[k]['worst_ms']:g}" for k in keys) or "-"
        bar = ", ".join(str(figures[k]["limit_ms"]) for k in keys) or "-"
        ends = LATCHES[latch] + _hold(hold_ms, retries)
        out.append(f"| {key} | {hazard} | {ACTIONS[action]} | {ends} | {worst} | {bar} | {tests} |")
    out += ["", "## Times", ""]
    chips = [name for name in measured.get("chips", ()) if name != "ideal"]
    on_each = f" on each chip that a board names ({', '.join(chips)}) and without one" if chips else ""
    out.append(f"Worst of {measured['phases']} phases per row{on_each}, ADC noise, steps up to"
               f" {STEP_MAX_MS}.99 ms apart (all that the overrun interlock lets pass; README.md),"
               f" {timing.COMPUTE_US / 1000:g} ms allowed for one step's computing,"
               f" {timing.ARMATURE_US / 1000:g} ms for the armature. Seed {measured['seed']}.")  # fmt: skip
    out += ["", "| what | best, ms | worst, ms | bar, ms | source of the bar |", "|---|---|---|---|---|"]
    for row in measured["rows"]:
        out.append(f"| {row['text']} | {row['best_ms']:g} | {row['worst_ms']:g} | {row['limit_ms']}"
                   f" | {row['source']} |")  # fmt: skip
    out += ["", "## Advertised current", "",
            "Never more than the limit: the duty is rounded down to a whole step of the timer.", "",
            "| PWM bits | duties | most below the limit, mA | of 8 to 32 A, mA | most above, mA |",
            "|---|---|---|---|---|"]  # fmt: skip
    for row in measured["duty"]:
        out.append(f"| {row['bits']} | {row['steps']} | {row['short_ma']} | {row['portable_short_ma']}"
                   f" | {max(0, row['excess_ma']):g} |")  # fmt: skip
    out += ["", "The largest shortfall is the gap of the norm's table: 51 to 52.5 A is told as 51 A.", ""]
    return "\n".join(out)


def _hold(hold_ms, retries):
    text = f" after {hold_ms / 1000:g} s" if hold_ms else ""
    return text + (f", {retries} times, then by hand" if retries > 0 else "")


def main(words):
    text = document()
    if "--check" in words:
        same = DOCUMENT.exists() and DOCUMENT.read_text() == text
        print("up to date" if same else f"{DOCUMENT.name} is out of date: run it without --check")
        return 0 if same else 1
    DOCUMENT.write_text(text)
    print(f"wrote {DOCUMENT}")
    return 0


if __name__ == "__main__":
    sys.path[:0] = [str(paths.FIRMWARE)]
    sys.exit(main(sys.argv[1:]))
