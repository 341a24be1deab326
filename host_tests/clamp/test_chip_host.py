"""The clamp on its chip: its profile, its collections, and the bars of `bench clamp`."""

import pytest

from ballast_bench.chip import clamp_chip
from ballast_bench.devices.clamp_unit.unit import FittedBoard
from ballast_bench.errors import UserError
from ballast_bench.rigs.clamp import Rig
from ballast_bench.sims import clamp_life
from ballast_tools.check.benches import clamp as bench_clamp

GOOD = (clamp_chip.FOLDER / "esp32c3.toml").read_text()


def test_the_battery_is_that_of_the_profile():
    from clamp import power

    chip = clamp_chip.load()
    assert chip.current_ua == power.TYPICAL_UA and not chip.measured
    rig = Rig(seed=1)
    assert rig.add_clamp().app.ledger._ua == chip.current_ua


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("adc_us = 75", "adc_us = -1", "window.adc_us: -1"),
        ("us = 18000\n", "", "evaluate.us: is missing"),
        ("heap_kib = 150", "heap_kib = 20", "gc.heap_kib: 20"),
        ("wake_us = 80000", "wake_us = 80000\nwek = 1", "radio.wek: is not a known key"),
    ],
)
def test_a_bad_profile_of_a_clamp_is_one_line(tmp_path, old, new, says):
    assert old in GOOD
    path = tmp_path / "c3.toml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(UserError) as caught:
        clamp_chip.load(str(path))
    assert says in str(caught.value) and "\n" not in str(caught.value)
    with pytest.raises(UserError, match="esp32c3"):
        clamp_chip.load("esp32c9")


def test_a_collection_makes_a_cycle_longer_and_loses_no_window():
    rigs = [Rig(seed=2), Rig(seed=2)]
    units = [rig.add_clamp(board=FittedBoard(3), collects=n) for n, rig in enumerate(rigs)]
    for rig in rigs:
        rig.run(60)
    chip = clamp_chip.load()
    plain, collects = (unit._cycles for unit in units)
    assert units[0].collections == 0
    assert units[1].collections == collects // chip.cycles_to_full > 5
    assert 0 < plain - collects <= units[1].collections * chip.collect_s / chip.window_s + 1


def test_an_event_is_in_a_frame_in_time():
    times, _ = clamp_life.events(60, seed=3)
    assert None not in times and 45 < max(times) <= bench_clamp.BAR_MS


def test_an_event_is_in_a_frame_in_time_while_the_clamp_computes_a_key():
    times, unit = clamp_life.events(40, seed=3, pairs=True)
    assert unit.app.pairing._work is not None
    assert None not in times and 45 < max(times) <= bench_clamp.BAR_MS


def test_an_adc_that_is_too_slow_for_the_pace_tears_windows():
    chip = clamp_chip.load()
    assert clamp_life.windows(20, chip.adc_us_max)[0] == 0
    assert clamp_life.windows(20, 2 * chip.adc_us_max)[0] == 20


def test_the_bars():
    good = {"windows_lost": 0, "unseen": 0, "worst_ms": bench_clamp.BAR_MS, "pairing_ms": 100}
    assert bench_clamp.bars(good) == []
    bad = {"windows_lost": 2, "unseen": 1, "worst_ms": bench_clamp.BAR_MS + 1, "pairing_ms": 100}
    assert len(bench_clamp.bars(bad)) == 3
    assert len(bench_clamp.bars({**good, "pairing_ms": bench_clamp.BAR_MS + 1})) == 1
