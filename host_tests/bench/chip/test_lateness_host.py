"""What is counted of late steps, bursts and stalls; and a charger that lives on its chip."""

from types import SimpleNamespace

import pytest

from ballast.control.safety.interlocks import STEP_MAX_MS
from ballast_bench.chip import profile
from ballast_bench.chip.lateness import PERIOD_MS, Lateness
from ballast_bench.sims import chip_life
from ballast_tools.check.benches import chip as bench_chip


def lateness(coil=0, taken=0):
    app = SimpleNamespace(out=SimpleNamespace(coil=coil))
    lane = SimpleNamespace(taken=taken)
    return Lateness(SimpleNamespace(app=app, lane=lane, profile=profile.load("esp32s3_octal")))


def test_gaps_and_bursts():
    one = lateness()
    now = 0
    for gap in (20, 20, 130, 6, 6, 6, 20, 20, 60, 8, 20):
        one.step(now + gap, now)
        now += gap
    assert (one.bursts, one.burst_most) == (2, 4)
    assert one.histogram() == {**dict.fromkeys(one.histogram(), 0), 10: 4, 21: 5, 70: 1, 150: 1}


def test_steps_of_the_lane_are_in_time_and_a_new_lane_begins_anew():
    one = lateness(taken=7)
    one.look()
    one._node.lane.taken = 10
    one.look()
    one._node.lane = SimpleNamespace(taken=2)
    assert one.histogram()[21] == 12


def test_stalls_with_the_contactor_closed_are_apart_and_python_is_none():
    one = lateness(coil=1)
    one.stall("gc", 9000)
    one._node.app.out.coil = 0
    one.stall("gc", 12000)
    one.stall("pbkdf2", 90_000)
    assert one.longest == {"gc": 12000} and one.closed_longest == {"gc": 9000}


def test_a_start_is_no_lateness():
    one = lateness()
    one.step(20_000, 0)
    assert sum(one.histogram().values()) == 0


@pytest.mark.slow
def test_two_chargers_live_on_their_chip_and_the_same_seed_gives_the_same():
    found = [chip_life.life("esp32s3_devkit", "esp32s3_octal", 120.0, 5) for _ in range(2)]
    assert found[0] == found[1]
    one = found[0]
    assert one["closed_s"] > 60 and one["collections"] > 10
    assert {"gc", "json_dumps"} <= set(one["longest_us"])
    steps = sum(one["histogram"].values())
    assert abs(steps - 240 * 50) < 60, "none is lost, and none is told twice"
    assert PERIOD_MS < one["worst_closed_gap_ms"] <= STEP_MAX_MS or one["stops"]
    # with the contactor open a sector may take as long as the flash's data sheet allows
    longest_ms = max(one["longest_us"].values()) / 1000
    assert one["worst_gap_ms"] <= longest_ms + PERIOD_MS


def test_many_runs_are_summed_and_none_seen_is_not_none():
    piece = {
        "seed": 1, "seconds": 100, "closed_s": 90, "collections": 3, "bursts": 2, "lost_ticks": 0,
        "worst_gap_ms": 41, "worst_closed_gap_ms": 30, "burst_most": 3, "histogram": {"21": 5000},
        "closed_histogram": {"21": 4000},
        "acts": {"log in": 1}, "calls": {"gc": 3}, "longest_us": {"gc": 9}, "closed_longest_us": {},
        "stops": [],
    }  # fmt: skip
    other = {**piece, "seed": 2, "worst_gap_ms": 50, "longest_us": {"gc": 7}, "stops": [(3.0, 0, "overrun")]}
    out = bench_chip.summed([piece, other])
    assert out["seconds"] == 200 and out["worst_gap_ms"] == 50 and out["longest_us"] == {"gc": 9}
    assert out["stops"] == [(2, 3.0, 0, "overrun")]
    assert bench_chip.most_in_a_million([], 1e6) == pytest.approx(3.0)
    assert bench_chip.most_in_a_million(out["stops"], 1e6) is None


def test_the_table_shows_both_columns_and_ends_with_the_longest():
    counts = {"19": 3, "21": 5000, "25": 20, "55": 1, "more": 0}
    closed = {"19": 1, "21": 4000, "25": 0, "55": 0, "more": 0}
    lines = bench_chip.histogram_lines(counts, closed)
    assert [line.split()[:4] for line in lines[1:]] == [
        ["0", "to", "19", "3"], ["19", "to", "21", "5000"], ["21", "to", "25", "20"], ["25", "to", "55", "1"],
    ]  # fmt: skip
    assert lines[2].endswith("####") and " 4000 " in lines[2] and " 99.9750 %" in lines[2]


def test_steps_of_the_lane_count_by_the_coil_of_their_time():
    one = lateness()
    one.look()
    one._node.lane.taken = 30
    one.step(1020, 1000)  # the coil goes on in this step
    one._node.app.out.coil = 1
    one._node.lane.taken = 50
    one.step(1440, 1420)
    assert one.histogram()[21] == 52 and one.closed_histogram()[21] == 21
