"""The balancing bench measures what it says: hand-made houses, known answers, rivals as published."""

import json

import pytest

from ballast_bench.sims.balance import frontier
from ballast_bench.sims.balance.ballast import Ballast
from ballast_bench.sims.balance.rivals import RIVALS, Lagged, Static
from ballast_bench.sims.balance.scores import bars, frozen_row, row, step_row
from ballast_bench.sims.balance.sim import Link, simulate
from ballast_bench.sims.balance.traces import Case, busiest, seeded, step
from ballast_bench.sims.solar import Divert, Hindsight, days, replay
from ballast_tools.check.benches import balance as bench_balance
from ballast_tools.check.benches import solar as bench_solar
from ballast_tools.shell import cli
from ballast_tools.shell.errors import UserError

CELL = {"who": "Ballast", "energy_percent": 98.0, "overload_s": 10.0, "longest_s": 3.0, "pauses": 1,
        "changes_per_h": 20.0, "breaker_heat": 0.8, "breaker_tripped": False,
        "ev_delay_s": 2.0}  # fmt: skip
RIVALS_OF_CELL = [
    dict(CELL, who="OpenEVSE", overload_s=20.0),
    dict(CELL, who="SmartEVSE", overload_s=30.0, pauses=2),
]
STEP = {"undershoot_a": 0.5, "recovery_s": 15.0}


class Fixed:
    def __init__(self, offers):
        self.offers = offers

    def step(self, t_ms, reading, ev_a):
        return self.offers[min(t_ms // 1000, len(self.offers) - 1)]


def test_overload_energy_pauses_and_changes_of_a_run_done_by_hand():
    house = [[5.0] * 10 + [9.0] * 10]
    score = simulate(Fixed([10.0] * 15 + [0.0]), house, 15.05, 1.0, Link("poll", 0.0))
    # 1 s delay, 1 s of slewing, at the limit until 10 s; then 4 A above it until the pause
    # obeys at 16 s and has slewed below 6.15 A
    assert score.overload_s == pytest.approx(6.3)
    assert score.longest_s == pytest.approx(6.3)
    assert score.pauses == 1
    assert score.changes_per_h == pytest.approx(2 * 3600 / 20)
    assert score.energy == pytest.approx((0.55 + 14.0 + 0.45) * 100, rel=0.02)
    assert score.possible == pytest.approx((10.05 + 6.05) * 100)


def test_what_the_house_overdraws_alone_is_no_overload():
    score = simulate(Fixed([10.0]), [[20.0] * 20], 15.0, 0.0, Link("poll", 0.0))
    assert score.overload_s == 0 and not score.tripped


def test_an_ev_that_ignores_the_supply_trips_the_breaker():
    score = simulate(Fixed([32.0]), [[14.0] * 600], 16.0, 0.5, Link("poll", 0.0))
    assert score.tripped


def test_the_clamp_tells_of_a_step_at_once_and_otherwise_each_second():
    for kind, expected in (("clamp", [0, 5, 15, 22, 25]), ("poll", [5, 15, 25])):
        link = Link(kind, 0.3)
        seen = []
        for k in range(34):
            link.measure(k, [5.0 if k < 21 else 7.0])
            reading = link.arrived(k)
            if reading:
                seen.append((k - 3, reading.age_ms))
        assert [k for k, _ in seen if k] == [k for k in expected if k]
        assert {age for _, age in seen} == {300}


def test_rivals_are_near_what_was_published_of_them():
    """A 4 A step under 25 A: SmartEVSE undershoots to 6 A of 13 free at 2 s, OpenEVSE does not."""
    assert 6.0 <= step_row("SmartEVSE", 2.0, 0.3)["undershoot_a"] <= 7.5
    assert 11.0 <= step_row("SmartEVSE", 2.0, 0.3)["recovery_s"] <= 16.5
    assert step_row("OpenEVSE", 2.0, 0.3)["undershoot_a"] == 0.0
    assert step_row("naive", 2.0, 0.3)["undershoot_a"] > 5.0


@pytest.mark.parametrize("delay", [0.5, 2.0, 5.0])
@pytest.mark.parametrize("latency", [0.3, 3.0])
def test_ballast_neither_undershoots_nor_dawdles_nor_winds_up(delay, latency):
    for during_a in (5.3, 6.0, 6.5, 8.0, 12.0, 17.0):
        found = step_row("Ballast", delay, latency, during_a)
        assert found["undershoot_a"] <= 0.5, during_a
        assert found["recovery_s"] <= 15.0, during_a
    frozen = frozen_row("Ballast", delay, latency)
    assert frozen["wind_up_a"] == 0.0
    assert frozen["stopped_s"] <= 40.0


def test_ballast_overloads_half_as_long_as_the_best_rival_on_a_house_that_climbs():
    house = [5.0]
    for k in range(120):
        house += [5.0 + 0.6 * (k % 12)] * (2 + k % 7)
    case = Case("stairs", [house], (25.0,))
    rows = {who: row(who, case, 25.0, 2.0, 0.3) for who in ("OpenEVSE", "SmartEVSE", "Ballast")}
    own = rows.pop("Ballast")
    assert own["overload_s"] <= min(r["overload_s"] for r in rows.values()) / 2
    assert own["changes_per_h"] <= rows["SmartEVSE"]["changes_per_h"]


@pytest.mark.parametrize("phase", [0, 1, 2])
def test_a_one_phase_ev_in_a_three_phase_house_uses_its_own_phase(phase):
    house = [[20.0] * 120 for _ in range(3)]
    house[phase] = [3.0] * 120
    ballast = Ballast(25.0, 3)
    score = simulate(ballast, house, 25.0, 0.5, Link("clamp", 0.3), (phase,), keep=True)
    # Until found out, every phase counts: 5 A are no charge. The EV cannot start by itself.
    assert max(score.offer[:40]) == 0.0
    house = [[12.0] * 120 for _ in range(3)]
    house[phase] = [3.0] * 120
    score = simulate(Ballast(25.0, 3), house, 25.0, 0.5, Link("clamp", 0.3), (phase,), keep=True)
    assert score.ev[-1] > 21.5 and score.overload_s == 0


def test_without_an_own_meter_and_without_a_known_age_the_limit_holds():
    case = step()
    for options in ({"own_meter": False}, {"age_known": False, "interval_ms": 3000}):
        ballast = Ballast(25.0, 1, **options)
        score = simulate(ballast, case.house, 25.0, 2.0, Link("clamp", 1.5), keep=True)
        assert score.longest_s <= 2.0 + 1.5 + 1.0 + 0.2
        assert min(score.ev[700:1200]) >= 12.4
        assert not score.tripped


def test_a_chain_of_two_supplies_is_kept_at_both():
    """Main fuse 35 A, sub-panel 20 A with a load of its own: the smaller spare wins each second."""
    panel_load = [4.0] * 60 + [9.0] * 60 + [2.0] * 60
    rest = [6.0] * 90 + [16.0] * 90

    class Chain:
        def __init__(self):
            self.main, self.panel = Ballast(35.0), Ballast(20.0)
            self.way = Link("clamp", 0.3)

        def step(self, t_ms, reading, ev_a):
            k = t_ms // 100
            self.way.measure(k, [panel_load[k // 10] + ev_a[0]])
            below = self.panel.step(t_ms, self.way.arrived(k), ev_a)
            return min(below, self.main.step(t_ms, reading, ev_a))

    both = [a + b for a, b in zip(panel_load, rest, strict=True)]
    score = simulate(Chain(), [both], 35.0, 0.5, Link("clamp", 0.3), keep=True)
    above = [k for k, e in enumerate(score.ev) if panel_load[k // 10] + e > 20.1]
    assert len(above) <= 15, "only while the EV answers the panel's step"
    assert score.overload_s <= 1.5
    assert 15.0 <= score.ev[580] <= 16.0 and 16.0 <= score.ev[-1] <= 17.0


def test_every_bar_can_be_missed():
    assert bars(CELL, RIVALS_OF_CELL, STEP) == []
    for key, value, name in (
        ("energy_percent", 97.9, "energy %"), ("overload_s", 10.1, "overload s"),
        ("longest_s", 3.1, "longest s"), ("pauses", 2, "pauses"), ("changes_per_h", 20.1, "changes/h"),
        ("breaker_heat", 1.0, "breaker heat"), ("breaker_tripped", True, "breaker heat"),
    ):  # fmt: skip
        assert [m[0] for m in bars(dict(CELL, **{key: value}), RIVALS_OF_CELL, STEP)] == [name]
    assert bars(CELL, RIVALS_OF_CELL, dict(STEP, undershoot_a=0.6))[0][0] == "undershoot A"
    assert bars(CELL, RIVALS_OF_CELL, dict(STEP, recovery_s=None))[0][0] == "recovery s"


def test_references_do_what_their_names_say():
    assert Static(25.0, 12.3).step(0, None, [0.0]) == 12.0
    assert Static(25.0, 20.0).step(0, None, [0.0]) == 0.0
    lagged = Lagged(25.0, [[5.0, 15.0]], 1.0, (0,))
    assert lagged.step(900, None, [0.0]) == 0.0
    assert lagged.step(1000, None, [0.0]) == 19.5
    assert lagged.step(2000, None, [0.0]) == 9.5
    assert set(RIVALS) >= {"naive", "quarter", "filter", "slow", "OpenEVSE", "SmartEVSE"}


def test_seeded_houses_are_reproducible_and_differ_by_seed():
    one = seeded("detached", 1, 0.2, (25.0,), (0, 1, 2))
    assert one.house == seeded("detached", 1, 0.2, (25.0,), (0, 1, 2)).house
    assert one.house != seeded("detached", 2, 0.2, (25.0,), (0, 1, 2)).house
    assert len(one.house) == 3 and one.hours == pytest.approx(0.2)


def test_the_busiest_hours_of_a_long_trace_are_taken(tmp_path):
    file = tmp_path / "house.csv"
    rows = [f"{t * 60},{20.0 if 200 <= t < 260 else 2.0}" for t in range(400)]
    file.write_text("time_s,current_a\n" + "\n".join(rows) + "\n")
    case = busiest(file, 1, (25.0,))
    assert sum(case.house[0]) >= 0.9 * 20.0 * 3600


def _run(tmp_path, *words):
    return cli.run(["bench", "balance", *words])


def test_the_command_writes_figures_and_says_what_was_missed(tmp_path, capsys):
    file = tmp_path / "house.csv"
    file.write_text("time_s,current_a\n" + "\n".join(f"{t},{5 + t // 40 % 2}" for t in range(240)))
    out = tmp_path / "figures.json"
    status = _run(tmp_path, "--traces", str(file), "--limits", "25", "--short", "--jobs", "1",
                  "--json", str(out))  # fmt: skip
    text = capsys.readouterr().out
    figures = json.loads(out.read_text())
    assert status == (1 if figures["missed"] else 0)
    assert text.count("missed  ") == len(figures["missed"])
    assert {r["who"] for r in figures["cells"]} >= {"Ballast", "OpenEVSE", "SmartEVSE", "static"}


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--limits", "25"], "--limits goes with --traces"),
        (["--traces", "{file}", "--limits", "3"], "3 A is no supply"),
        (["--traces", "nowhere.csv"], "nowhere.csv"),
        (["--hours", "0"], "--hours: 0 is not a time"),
        (["--jobs", "0"], "--jobs: 0 processes"),
        (["--json", "/nowhere/x.json"], "there is no folder /nowhere"),
        (["--traces", "{bad}"], "bad.csv"),
    ],
)
def test_bad_input_is_one_line(tmp_path, words, line):
    (tmp_path / "ok.csv").write_text("time_s,current_a\n0,5\n1,5\n")
    (tmp_path / "bad.csv").write_text("time_s,current_a\n0,five\n")
    words = [w.format(file=tmp_path / "ok.csv", bad=tmp_path / "bad.csv") for w in words]
    with pytest.raises(UserError) as caught:
        _run(tmp_path, *words)
    assert line in str(caught.value) and "\n" not in str(caught.value)
    assert caught.value.status == 2


def test_the_frontier_of_a_house_that_never_moves_is_a_corner_and_of_one_that_does_is_not():
    still = Case("still", [[10.0] * 300], (25.0,))
    cells = [frontier.row(still, 25.0, 2.0, 0.3, margin) for margin in (0.0, 1.0)]
    rich, calm, short = frontier.judge(cells)
    assert rich is calm is short is cells[0] and rich["longest_s"] == 0 and rich["energy_percent"] > 98
    stairs = Case("stairs", [[5.0 + 10.0 * (k // 20 % 2) for k in range(300)]], (25.0,))
    cells = [frontier.row(stairs, 25.0, 2.0, 0.3, margin) for margin in (0.0, 12.0)]
    rich, calm, short = frontier.judge(cells)
    assert rich is calm is cells[0] and rich["longest_s"] > 3.0  # 10 A: 2.4 s late, 1 s of slewing
    assert short is cells[1] and short["energy_percent"] < 60
    assert frontier.judge(cells[:1])[2] is None
    assert frontier.judge(cells[1:])[:2] == (None, None)
    apart = [dict(cells[0], overload_s=o, longest_s=s) for o, s in ((9, 2), (5, 4), (7, 3))]
    assert frontier.judge(apart)[:2] == (apart[0], apart[1])


def test_the_frontier_command_prints_every_margin(tmp_path, capsys):
    file = tmp_path / "house.csv"
    file.write_text("time_s,current_a\n" + "".join(f"{n},{5 + 8 * (n // 30 % 2)}\n" for n in range(240)))
    to = tmp_path / "f.json"
    words = ["--traces", str(file), "--limits", "25", "--frontier", "--jobs", "1", "--json", str(to)]
    assert _run(tmp_path, *words) == 0
    out = capsys.readouterr().out
    figures = json.loads(to.read_text())
    assert len(figures["frontier"]) == 6 * len(frontier.MARGINS_A)
    for bar, (reference, own) in figures["met"].items():
        assert (f"98 % of the energy and {bar}: the reference with the best margin in {reference},"
                f" Ballast in {own} of 6 cells") in out  # fmt: skip


def test_what_the_frontier_says_of_one_cell(capsys):
    def cell(**reference):
        where = {"who": "(lagged)", "trace": "house", "limit_a": 25.0, "latency_s": 0.3, "margin_a": 1.0}
        return [CELL | where | reference]

    longest, half = bench_balance.FRONTIER_BARS
    both = bench_balance._frontier_cell(cell(), [CELL, *RIVALS_OF_CELL])
    assert both == {longest: (True, True), half: (True, True)}
    for changed, name in (({"longest_s": 3.1}, longest), ({"overload_s": 10.1}, half)):
        others = [dict(CELL, **changed), *RIVALS_OF_CELL]
        assert bench_balance._frontier_cell(cell(), others)[name] == (True, False)
        assert bench_balance._frontier_cell(cell(**changed), others)[name] == (False, False)
    poor = {"energy_percent": 97.9}
    found = bench_balance._frontier_cell(cell(**poor), [CELL | poor, *RIVALS_OF_CELL])
    assert found == {longest: (False, False), half: (False, False)}
    out = capsys.readouterr().out
    assert "98 % of the energy: longest 3 s, overload 10 s at least (half of the best rival's: 10 s)" in out
    assert "98 % of the energy: never" in out


def test_plots_are_drawn(tmp_path):
    pytest.importorskip("matplotlib", reason="plots: pip install matplotlib")
    from ballast_tools.check import plot_balance

    case = Case("stairs", [[5.0 + k // 20 % 3 for k in range(300)]], (25.0,))
    rows = [row(who, case, 25.0, 2.0, 0.3) for who in ("OpenEVSE", "SmartEVSE", "Ballast")]
    for file in plot_balance.draw(tmp_path, case, rows):
        assert file.stat().st_size > 10_000


def test_solar_days_are_read_and_bad_ones_refused(tmp_path):
    file = tmp_path / "sun.csv"
    file.write_text("series,timestamp,solar_w,grid_import_w,voltage_v\na,1,2000,,\na,2,,-500,\nb,1,,,\n")
    assert days(file) == [("a", [2000.0] * 60 + [500.0] * 60)]
    file.write_text("series,solar_w\na,1\n")
    with pytest.raises(ValueError, match="line 2: needs the columns"):
        days(file)
    file.write_text("series,timestamp,solar_w,grid_import_w\n")
    with pytest.raises(ValueError, match="no rows"):
        days(file)


def test_a_solar_day_done_by_hand():
    day = [2300.0] * 3600 + [0.0] * 3600
    best = replay(Hindsight(), day)
    assert best["roof_kwh"] == pytest.approx(2.3) and best["starts"] == 1
    divert = replay(Divert(), day)
    assert divert["starts"] == 1 and divert["grid_kwh"] > 0


def test_solar_needs_a_file(tmp_path):
    class Args:
        traces = tmp_path / "none.csv"

    with pytest.raises(UserError, match=r"none\.csv: no such file"):
        bench_solar.main(Args)


def test_the_table_names_who_is_best():
    own = dict(CELL, overload_s=5.0)
    assert "0.25 of the best rival's (OpenEVSE)" in bench_balance._ratio(own, RIVALS_OF_CELL)
    calm = [dict(r, overload_s=0.0) for r in RIVALS_OF_CELL]
    assert "no overload here either" in bench_balance._ratio(own, calm)
