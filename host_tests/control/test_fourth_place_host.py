"""A fourth place for a thermistor is one line: add it to a copy of the firmware and see it work.

The copy runs in a Python of its own; nothing else is changed, neither firmware nor bench nor
board. The references describe it, every board is still good. Then one board gets a pin for it.
"""

import json
import os
import shutil
import subprocess
import sys

import pytest

from ballast_tools.shell import paths

LINE = '    ("coil", (700, 300, 1000), (850, 400, 1100), (650, 200, 900), "box_hot", "box_sensor"),\n'
END = ")  # fmt: skip\n\nPLUG ="

SCRIPT = """
import json
from ballast_bench import boards, fakes, upy
upy.install(upy.ManualClock(0))
fakes.install()
from ballast.control.limits import limits
from ballast.control.places import NAMES
from ballast.control.records import Fit, Status
from ballast.control.safety import faults
from ballast.ports.board_io import BoardIo
from ballast.protocol import status
from ballast_bench.person import actions
from ballast_bench.plant.plant import Config, Plant
from ballast_bench.rigs.control import Rig, active, charging
from ballast_bench.rigs.ports import Rig as Ports
from ballast_tools.check.references import __main__ as references
from ballast_tools.shell import paths
from ballast_tools.ship import board_check

COOL, WARM, HOT = 1650, 428, 282  # 25, 75 and 90 degC at 10 kohm and 3.3 V
coil = NAMES.index("coil")
out = {}

def shown(rig):
    st = Status(limits.COUNT, faults.COUNT)
    rig.charger.status(st)
    info = status.Info(ntc=rig.fit.ntc)
    info.take(rig.settings)
    return json.loads(status.encode(status.build(st, info)))

def run(rig, mv, seconds=1):
    rig.ntc_mv = mv
    rig.scan.ntc_mv[coil] = mv
    rig.run(seconds)
    document = shown(rig)
    return {
        "coil_ddegc": document["temperatures"]["coil_ddegc"],
        "temp_ma": rig.cycle.limits.slot_ma[limits.TEMP],
        "closed": rig.out.coil,
        "faults": [faults.CATALOGUE[n][0] for n in active(rig)],
    }

rig = charging()
out["places"] = list(shown(rig)["temperatures"])
for name, mv in (("cool", COOL), ("warm", WARM), ("hot", HOT), ("cooling", WARM), ("cool again", COOL)):
    out[name] = run(rig, mv, 8 if name == "cool again" else 1)
out["broken"] = run(rig, 3300)
rig = charging(coil_t1=300, coil_t2=700)
out["by its settings"] = run(rig, WARM)

def board_reads(board):
    with fakes.Device(upy.clock()) as device:
        ports = Ports(device, board)
        ports.cp.places[-1].forced_degc = 60.0
        for second in range(60, 66):
            ports.at(second)
        io, fit = BoardIo(board), Fit()
        io.fit(fit)
        io.read_all(ports.scan)
        return {"fitted": fit.ntc[coil], "mv": ports.scan.ntc_mv[coil]}

out["board of today"] = board_reads(boards.load("bench"))
out["board with its pin"] = board_reads(boards.load("bench", NTC_PINS=(2, 4, 5, 3)))

documents, complaints = references.check()
out["complaints"] = complaints
out["described"] = [key for key in ("`coil_t1`", "`coil_t2`", "`coil_t3`", "`temperatures.coil_ddegc`")
                    if any(key in text for text in documents.values())]
out["boards"] = {path.parent.name: board_check.check_board(path) for path in
                 paths.BOARDS.glob("*/board.py")}

class Bench:
    charger_index = 0
    plant = Plant(Config())

actions.do(Bench, "heat", {"place": "coil", "degc": 70})
out["by hand"] = [place.forced_degc for place in Bench.plant.chargers[0].places]
print(json.dumps(out))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What the copy with the line said."""
    copy = tmp_path_factory.mktemp("four") / "firmware"
    shutil.copytree(paths.FIRMWARE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    table = copy / "ballast" / "control" / "places.py"
    text = table.read_text(encoding="utf-8")
    assert text.count(END) == 1
    table.write_text(text.replace(END, LINE + END), encoding="utf-8")
    env = {**os.environ, "BALLAST_FIRMWARE": str(copy),
           "PYTHONPATH": os.pathsep.join([str(copy), str(paths.ROOT / "tools")])}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=env, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_is_shown(told):
    assert sorted(told["places"]) == ["box_ddegc", "coil_ddegc", "connector_ddegc", "plug_ddegc"]
    assert abs(told["cool"]["coil_ddegc"] - 250) < 10 and told["cool"]["faults"] == []


def test_it_derates(told):
    warm = told["warm"]
    assert abs(warm["coil_ddegc"] - 750) < 10
    assert 6000 < warm["temp_ma"] < 32000
    assert warm["closed"] == 1 and warm["faults"] == ["derated"]


def test_it_stops_and_goes_on_when_it_is_cool(told):
    assert told["hot"]["closed"] == 0 and "box_hot" in told["hot"]["faults"]
    assert told["cooling"]["closed"] == 0, "above T3"
    assert told["cool again"]["closed"] == 1 and told["cool again"]["faults"] == []


def test_its_broken_sensor_is_a_fault(told):
    broken = told["broken"]
    assert broken["coil_ddegc"] is None
    assert broken["faults"] == ["box_sensor", "derated"] and broken["temp_ma"] == 6000


def test_its_settings_are_obeyed(told):
    assert told["by its settings"]["closed"] == 0
    assert "box_hot" in told["by its settings"]["faults"]


def test_a_board_has_it_with_a_pin_and_not_without(told):
    assert told["board of today"] == {"fitted": False, "mv": -1}
    there = told["board with its pin"]
    assert there["fitted"] is True and 400 < there["mv"] < 700  # 60 degC, 2.5 V: 498 mV


def test_the_references_describe_it(told):
    assert told["complaints"] == []
    assert len(told["described"]) == 4


def test_the_boards_without_its_pin_are_good(told):
    assert "bench" in told["boards"] and not any(told["boards"].values())


def test_a_person_heats_it_on_the_bench(told):
    assert told["by hand"] == [None, None, None, 70.0]
