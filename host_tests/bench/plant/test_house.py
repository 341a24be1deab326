"""House: appliances, timetables, switching by hand, traces underneath."""

from math import inf

import pytest

from ballast_bench.plant import programs as load
from ballast_bench.plant.appliances import Appliance
from ballast_bench.plant.house import PRESETS, House, by_hand, semi
from ballast_bench.plant.trace import Trace

DAY_S = 86400.0


def events(house, upto_s, start_s=0.0):
    """[(instant, L1, L2, L3)] at every change, by jumping from event to event."""
    found, t = [], start_s
    while t < upto_s:
        if house.advance(t):
            found.append((t, *house.a))
        t = house.next_change_s
    return found


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_a_day_is_plausible_and_cheap(name):
    for seed in (1, 2, 3):
        house = PRESETS[name](seed)
        day = events(house, DAY_S)
        kwh, last = 0.0, day[0]
        for event in day[1:]:
            kwh += sum(last[1:]) * 230.0 * (event[0] - last[0]) / 3.6e6
            last = event
        assert 2.0 < kwh < 90.0, (name, seed)
        assert len(day) < 30000
        assert all(a == 0.0 for event in day for a in event[1 + house.phases :])


def test_same_seed_same_day_and_any_step_width():
    def at_steps(house, dt):
        return [tuple(house.amps(k * dt)) for k in range(int(7200 / dt))]

    fine = at_steps(semi(4), 0.5)
    assert fine == at_steps(semi(4), 0.5)
    assert fine[::8] == at_steps(semi(4), 4.0)
    assert fine != at_steps(semi(5), 0.5)


def test_one_appliance_does_not_change_the_random_numbers_of_another():
    alone = House(appliances=[Appliance("oven", (0,), load.oven, load.ALWAYS, seed=1)])
    pair = House(
        appliances=[
            Appliance("oven", (0,), load.oven, load.ALWAYS, seed=1),
            Appliance("tea", (1,), load.kettle, load.ALWAYS, seed=1),
        ],
        phases=3,
    )
    assert [round(alone.amps(t)[0], 6) for t in range(4000)] == [
        round(pair.amps(t)[0], 6) for t in range(4000)
    ]


def test_a_heat_pump_starts_with_its_locked_rotor_current():
    pump = Appliance("pump", (0,), load.heat_pump(2200.0, 5.0), load.ALWAYS, seed=1)
    house = House(appliances=[pump])
    house.motors("simple")
    house.advance(0.0)
    peak = house.a[0]
    assert peak == pytest.approx(5.0 * 2200.0 / 230.0)
    seen = [house.amps(k * 0.02)[0] for k in range(1, 26)]
    assert seen[1] == peak
    assert all(a >= b for a, b in zip(seen, seen[1:], strict=False))
    assert seen[6] < 0.5 * peak
    assert seen[-1] == pytest.approx(2200.0 / 230.0, rel=0.06)


def test_switching_by_hand():
    house = House(appliances=by_hand(), start_of_day_s=12 * 3600.0)
    assert {a.name for a in house.appliances} == {
        "kettle",
        "oven",
        "shower",
        "heat pump",
        "second car",
        "solar roof",
    }
    house.advance(0.0)
    assert house.a == [0.0, 0.0, 0.0]
    house.switch("oven", True)
    assert house.advance(0.02)
    oven = next(a for a in house.appliances if a.name == "oven")
    assert (oven.on, oven.watt, oven.hand) == (True, 3000.0, True)
    assert house.a[0] == pytest.approx(3000.0 / 230.0)
    house.switch("oven", False)
    assert house.advance(0.04), "switching off is a change too"
    assert (house.a[0], oven.on) == (0.0, False)
    assert house.next_change_s == inf
    house.switch("solar roof", True)
    house.advance(1.0)
    assert house.a[0] < -1.0
    with pytest.raises(KeyError, match="there are: kettle, oven"):
        house.switch("sauna", True)


def test_a_kettle_switches_itself_off_and_an_oven_does_not():
    house = House(appliances=by_hand())
    for name in ("kettle", "oven"):
        house.switch(name, True)
    busy = {"kettle": 0, "oven": 0}
    for t in range(0, 7200, 10):
        house.advance(float(t))
        for appliance in house.appliances:
            if appliance.on:
                busy[appliance.name] += 1
    assert busy["kettle"] < 25
    assert busy["oven"] > 100


def test_off_by_hand_beats_the_timetable_and_none_gives_it_back():
    kettle = Appliance("kettle", (0,), load.kettle, load.around(18.0, spread_h=0.0), seed=1)
    house = House(appliances=[kettle], start_of_day_s=17.5 * 3600.0)
    house.advance(0.0)
    house.switch("kettle", False)
    assert all(house.amps(float(t))[0] == 0.0 for t in range(3600))
    house.switch("kettle", None)
    loads = [house.amps(3600.0 + t)[0] for t in range(0, 86400, 20)]
    assert sum(a > 0 for a in loads) in range(4, 11)
    assert loads.index(max(loads)) == pytest.approx((DAY_S - 3600.0 + 1800.0) / 20.0, abs=12)


def test_base_load_keeps_its_mean_and_peaks_in_the_evening():
    house = House(appliances=[Appliance("base", (0,), load.base_load(300.0), load.ALWAYS, seed=3)])
    house.start_of_day_s = 0.0
    watts = [house.amps(t * 30.0)[0] * 230.0 for t in range(2880)]
    assert sum(watts) / len(watts) == pytest.approx(300.0 * 0.85, rel=0.1)
    hours = [sum(watts[h * 120 : h * 120 + 120]) / 120 for h in range(24)]
    assert hours.index(max(hours)) in (18, 19, 20)
    assert min(watts) >= 20.0


def test_the_sun_shines_by_day_only():
    roof = House(
        appliances=[Appliance("roof", (0,), load.photovoltaics(4000.0), load.ALWAYS, seed=2)],
        start_of_day_s=0.0,
    )
    by_hour = [min(roof.amps(h * 3600.0 + m * 60.0)[0] for m in range(60)) for h in range(48)]
    for hour in (0, 3, 6, 19, 22, 24, 27, 46):
        assert by_hour[hour] == 0.0
    for hour in (10, 12, 14, 34, 36):
        assert -4000.0 / 230.0 <= by_hour[hour] < -1.0


def trace():
    return Trace([0.0, 1.0, 2.0], [(1.0, 0.0, 0.0), (2.0, 0.0, 0.0), (4.0, 0.0, 0.0)], 1, 1.0)


def test_a_trace_plays_holds_its_end_or_loops():
    house = House(trace())
    assert [house.amps(t)[0] for t in (0.0, 0.98, 1.0, 2.5, 50.0)] == [1.0, 1.0, 2.0, 4.0, 4.0]
    assert house.duration_s == 3.0
    looped = House(trace(), loop=True)
    assert [looped.amps(t * 1.0)[0] for t in range(8)] == [1, 2, 4, 1, 2, 4, 1, 2]


def test_appliances_lie_on_top_of_a_trace():
    house = House(trace(), by_hand())
    house.switch("kettle", True)
    assert house.amps(0.0)[0] > 9.0
    house.switch("kettle", False)
    assert house.amps(1.0)[0] == 2.0


def test_phases_are_checked():
    with pytest.raises(ValueError, match="x is on a phase"):
        House(appliances=[Appliance("x", (1,), load.kettle, load.never)])
    with pytest.raises(ValueError, match="phases is 1 or 3"):
        House(phases=2)
