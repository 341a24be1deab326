"""The bench of the demand limit: its quarters, EV and hindsight by hand, and the command."""

import json

import pytest

from ballast_bench.sims import demand as sim
from ballast_bench.sims import dimming as dim_sim
from ballast_bench.sims.balance.traces import Case
from ballast_tools.check.benches import demand as bench_demand
from ballast_tools.shell import cli

QUARTER = sim.QUARTER_S
FIRST = QUARTER - sim.INTO_S  # s until the first quarter that counts


class Fixed:
    """The same offer always; what it was handed."""

    def __init__(self, *ma):
        self.ma, self.handed = ma, []

    def step(self, second, mains_w, house_w):
        self.handed.append((mains_w, house_w))
        return self.ma[min(second, len(self.ma) - 1)]


def house(*levels, limits_w=(7000,)):
    """The quarter that does not count at 0 W, then one quarter at each of `levels`, and 10 s more."""
    watts = [0.0] * FIRST
    for level in levels:
        watts += [float(level)] * QUARTER
    return sim.House("house", watts + [0.0] * 10, limits_w)


def test_only_whole_quarters_after_the_clock_was_set_count():
    assert sim.quarters(FIRST + QUARTER - 1) == []
    assert sim.quarters(FIRST + QUARTER) == [(300, 1200)]
    assert sim.quarters(FIRST + 2 * QUARTER + 899) == [(300, 1200), (1200, 2100)]


def test_the_phases_of_a_house_add_up():
    found = sim.of_case(Case("three", [[1.0, 2.0], [3.0, 4.0], [0.0, -1.0]], ()), [7000])
    assert found.watts == [920.0, 1150.0] and found.limits_w == (7000,)


def test_hindsight_by_hand():
    """7 kW less the house, 7.36 kW at most, nothing where the house takes more; export counts."""
    watts = house(1000, 6500, 8000, -2000).watts
    by_hand = (6000 + 500 + 0 + 7360) * 0.25 / 1000
    assert sim.hindsight_kwh(watts, 7000, 1) == pytest.approx(by_hand)
    by_hand = (6000 + 500 + 0 + 9000) * 0.25 / 1000
    assert sim.hindsight_kwh(watts, 7000, 3) == pytest.approx(by_hand)


@pytest.mark.parametrize(("delay_s", "obeyed_s"), [(0.5, 0.8), (0.75, 1.05), (2.0, 2.3), (5.0, 5.3)])
def test_an_ev_obeys_after_its_delay_and_slews(delay_s, obeyed_s):
    """To 10 A in one second: what it has drawn by then is half of that."""
    offer = sim.Pilot().offer(10000)
    _, drawn, _ = sim.run(Fixed(10000), [0.0] * 20, 1, delay_s)
    amps, ramp_s = offer / 1000, offer / 10000
    for second in range(20):
        late = max(0.0, second + 1 - obeyed_s)
        charge = amps * (late - ramp_s / 2) if late > ramp_s else 5 * late**2
        assert sum(drawn[: second + 1]) == pytest.approx(charge * 230)


def test_a_controller_is_handed_the_mains_and_the_house_of_one_moment():
    """Both 0.3 s old: an EV that slews from 0.8 s on has drawn 2 A at 1 s and 12 A at 2 s."""
    fixed = Fixed(32000)
    sim.run(fixed, [1000.4] * 9 + [-200.6], 1, 0.5)
    assert {house for _, house in fixed.handed[:9]} == {1000} and fixed.handed[9][1] == -201
    amps = [(mains - house) / 230 for mains, house in fixed.handed]
    assert amps[:3] == pytest.approx([0, 2, 12], abs=0.01) and amps[8] == pytest.approx(32, abs=0.02)


def test_the_pilot_moves_as_the_scan_cycle_moves_it():
    """Down at once, up from 100 mA, never more than was offered, no duty below 6 A."""
    pilot = sim.Pilot()
    said = [pilot.offer(ma) for ma in (5999, 10000, 10099, 10100, 10000, 5999, 6000, 50000)]
    assert said[0] == said[5] == 0 and said[1] == said[2] == said[4]
    assert [0 <= ma - s < 10 for ma, s in zip((10000, 10100, 6000, 32000),
                                              (said[1], said[3], said[6], said[7]), strict=True)]  # fmt: skip
    assert said[3] > said[1] and said[7] <= 32000


def test_a_constant_house_and_a_constant_ev_in_closed_form():
    """32 A on 1 kW: every quarter has the mean of 8360 W; one of a house of 9 kW is not the EV's doing."""
    row = sim.replay("none", house(1000, 9000, 1000, limits_w=(8000,)), 8000, 1, 2.0)
    assert row["kwh"] == pytest.approx(7360 * 0.75 / 1000, rel=1e-4)
    assert row["over"] == 2 and row["excess_w"] == pytest.approx(360, abs=1)
    assert row["pauses"] == 0 and row["changes_per_h"] == 0
    assert row["hindsight_kwh"] == pytest.approx((7000 + 0 + 7000) * 0.25 / 1000)
    assert row["share_percent"] == pytest.approx(100 * row["kwh"] / row["hindsight_kwh"])


def test_what_the_house_exports_is_no_import():
    imported, drawn, _ = sim.run(Fixed(10000), [-5000.0] * 20, 1, 0.5)
    assert max(imported) == 0.0 and drawn[-1] > 2290


def test_pauses_and_changes_are_those_of_the_quarters_that_count():
    """On and off every second before them; then off twice and on once in a quarter."""
    offers = [10000, 0] * (FIRST // 2) + [10000] * 300 + [0] * 300 + [10000] * 299 + [0] * 20
    flat = [0.0] * (FIRST + QUARTER)
    row = sim.score(flat, 8000, sim.run(Fixed(*offers), flat, 1, 0.5))
    assert row["pauses"] == 2 and row["changes_per_h"] == 4 * 4


@pytest.mark.parametrize("who", ["momentary", "even budget"])
def test_the_rivals_on_a_constant_house_reach_the_limit(who):
    row = sim.replay(who, sim.House("still", [2000.0] * 3000, ()), 7000, 1, 2.0)
    best = 100 * (7000 * 0.99 - 2000) / (7000 - 2000)
    assert row["over"] == 0 and best - 0.5 < row["share_percent"] <= best


def test_an_even_budget_spends_what_a_calm_half_has_left_and_momentary_does_not():
    calm = sim.House("calm", [3000.0] * FIRST + [6500.0] * 450 + [500.0] * 450, ())
    even = sim.replay("even budget", calm, 7000, 3, 0.5)
    momentary = sim.replay("momentary", calm, 7000, 3, 0.5)
    assert even["share_percent"] > 97 > 95 > momentary["share_percent"]
    assert even["over"] == momentary["over"] == 0


def test_ballast_keeps_the_limit_of_a_house_that_alternates():
    switching = sim.House("switching", [500.0 + 5500.0 * (k // 40 % 2) for k in range(3900)], ())
    for phases in (1, 3):
        row = sim.replay(sim.BALLAST, switching, 8000, phases, 5.0)
        assert row["over"] == 0 and row["kwh"] > 0


def test_a_house_that_rises_takes_momentary_over_until_the_ev_has_obeyed():
    """2 kW more at the quarter's first second: 2 kW for 1.3 s, then 1 kW on the mean of the slew.

    Of a limit of 8081 W it takes 8000 W: above these.
    """
    rising = [2000.0] * FIRST + [4000.0] * QUARTER
    row = sim.score(rising, 8000, sim.run(sim.Momentary(8081, 1), rising, 1, 1.0))
    ramp_s = 2000 / 230 / sim.SLEW_A_S
    assert row["over"] == 1
    assert row["excess_w"] == pytest.approx((2000 * 1.3 + 1000 * ramp_s) / QUARTER, abs=3)


def test_the_bars():
    own = {"who": sim.BALLAST, "over": 0, "excess_w": 0.0, "alone_percent": 91.5}
    rival = {"who": sim.MOMENTARY, "over": 1, "excess_w": 7.0}
    assert sim.missed([rival, own]) == []
    found = sim.missed([rival, own | {"over": 2, "excess_w": 3.0}])
    assert found == ["2 quarters above the limit, by 3.0 W at most, where none was to be; "
                     "the house alone took 91.5 % of it"]  # fmt: skip
    sums = {sim.BALLAST: {"kwh": 2.0}, sim.MOMENTARY: {"kwh": 2.0}}
    assert sim.missed_in_all(sums) == []
    sums[sim.BALLAST]["kwh"] = 1.999
    assert sim.missed_in_all(sums) == ["1.999 kWh where momentary charges 2.000"]
    row = {"power_w": 4200, "advertised_s": 0.04, "highest_w": 4200.0, "ended": True}
    assert dim_sim.missed(row) == []
    late = dim_sim.missed(row | {"advertised_s": 0.06, "highest_w": 4201.0, "ended": False})
    assert [text[:10] for text in late] == ["advertised", "4201 W whe", "the car do"]
    assert dim_sim.missed(row | {"advertised_s": None}) == ["the pilot never says 4200 W or less"]


def test_tight_limits_are_of_the_house_s_own_highest_quarter_rounded_up():
    found = sim.tight(house(1000, 6010, -8000))
    assert found.limits_w == (6100, 6700, 8200) and found.watts == house(1000, 6010, -8000).watts
    houses = bench_demand._tight(short=True)
    assert [len(h.watts) for h in houses] == [8 * 3600] * 3 and all(len(h.limits_w) == 3 for h in houses)


def test_how_much_of_the_limit_the_house_alone_took_in_the_worst_quarter_is_told():
    watts = house(4000, 6000, 6500).watts
    more = [w + 1500 if w else 0 for w in watts]
    row = sim.score(watts, 7000, (more, [0.0] * len(watts), [0] * len(watts)))
    assert (row["over"], row["excess_w"], row["alone_percent"]) == (2, 1000.0, 92.9)
    row = sim.score(watts, 7000, (watts, [0.0] * len(watts), [0] * len(watts)))
    assert (row["over"], row["alone_percent"]) == (0, None)


def test_all_cells_in_one_row():
    row = {"kwh": 1.0, "hindsight_kwh": 4.0, "over": 1, "pauses": 2, "excess_w": 5.0, "changes_per_h": 10.0}
    found = sim.total([row, row | {"kwh": 2.0, "excess_w": 7.0, "changes_per_h": 30.0}])
    assert found == {"kwh": 3.0, "hindsight_kwh": 8.0, "over": 2, "pauses": 4, "share_percent": 37.5,
                     "excess_w": 7.0, "changes_per_h": 20.0}  # fmt: skip


def test_a_whole_charger_is_dimmed_and_comes_back():
    """3 kW at 230 V on one phase: 13 A and a bit, within the car's delay and the slew from 32 A."""
    row = dim_sim.dim(1, 0.5, power_w=3000)
    assert row["before_w"] == pytest.approx(32 * (230 - 32 * 0.2), rel=0.01)
    assert row["duty_s"] <= 0.04 and row["ended"]
    assert 2900 < row["then_w"] < 3090 and row["highest_w"] < 3090


def test_the_command_writes_figures_and_says_what_was_missed(tmp_path, capsys):
    trace, to = tmp_path / "house.csv", tmp_path / "f.json"
    trace.write_text("time_s,house_w\n" + "".join(f"{t},{500 + t % 7 * 100}\n" for t in range(0, 1300, 20)))
    words = ["--traces", str(trace), "--limits", "7000", "--short", "--json", str(to)]
    status = cli.run(["bench", "demand", *words])
    out, figures = capsys.readouterr().out, json.loads(to.read_text())
    assert status == (1 if figures["missed"] else 0)
    assert out.count("  missed  ") == len(figures["missed"])
    assert {r["who"] for r in figures["cells"]} == set(figures["total"]) == set(sim.CONTROLLERS)
    assert len(figures["cells"]) == 2 * 4 and len(figures["dimmed"]) == len(dim_sim.SITES)
    assert "Neither the quarter hour in which the clock is set" in out
    own = figures["total"][sim.BALLAST]
    assert f"{own['kwh']:.2f} kWh" in out and own["over"] == 0


def test_the_short_form_takes_the_first_and_the_last_limit():
    for limits, taken in (((7, 8, 9), [7, 9]), ((7, 8), [7, 8]), ((7,), [7])):
        only = house(0, limits_w=[1000 * w for w in limits])
        cells = list(bench_demand._cells([only], (2.0,), short=True))
        assert [c[0]["limit_w"] // 1000 for c in cells if c[0]["phases"] == 1] == taken
    full = list(bench_demand._cells([house(0, limits_w=(7000, 8000, 9000))], (2.0,), short=False))
    assert len(full) == 3 * 2


def test_without_the_measured_houses_there_is_a_seeded_one(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(bench_demand, "SHAPER", tmp_path / "none.csv")
    (only,) = bench_demand._usual(short=False)
    assert "none.csv is not in ../shared/data" in capsys.readouterr().out
    assert only.limits_w == bench_demand.LIMITS_W and len(sim.quarters(len(only.watts))) > 4


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--limits", "7000"], "--limits goes with --traces"),
        (["--tight", "--limits", "7000"], "--tight goes without --traces and --limits"),
        (["--tight", "--traces", "{ok}"], "--tight goes without --traces and --limits"),
        (["--traces", "{ok}", "--limits", "1399"], "1399 W is no demand limit"),
        (["--traces", "{ok}", "--limits", "100001"], "100001 W is no demand limit"),
        (["--traces", "nowhere.csv"], "nowhere.csv"),
        (["--traces", "{bad}"], "bad.csv"),
        (["--traces", "{ok}"], "hold no whole quarter hour"),
        (["--json", "/nowhere/x.json"], "there is no folder /nowhere"),
    ],
)
def test_bad_input_is_one_line(tmp_path, words, line):
    (tmp_path / "ok.csv").write_text("time_s,current_a\n0,5\n1,5\n")
    (tmp_path / "bad.csv").write_text("time_s,current_a\n0,five\n")
    words = [w.format(ok=tmp_path / "ok.csv", bad=tmp_path / "bad.csv") for w in words]
    with pytest.raises(bench_demand.UserError) as caught:
        cli.run(["bench", "demand", *words])
    assert line in str(caught.value) and "\n" not in str(caught.value)
    assert caught.value.status == 2
