"""Solar and demand modes alone: what one sample of the site's meter does to the two slots."""

from ballast.control.limits import limits
from ballast.control.limits.limits import DEMAND, GRID, NO_LIMIT_MA, SOLAR, Limits
from ballast.control.limits.modes import Modes
from ballast.control.meter.meter import DISTRUSTED, GOOD
from ballast.control.records import Fit
from ballast.control.ticks import add

START = 0x40000000 - 3000  # the tick wraps after 3 s


class Site:
    """A meter, the phases the EV is on, and the house: as control/balance/supply.py, numbers by hand."""

    def __init__(self):
        self.meter = self
        self.balancer = self
        self.phases = self
        self.used = [1, 0, 0]
        self.seq = 0
        self.state = GOOD
        self.t_ms = START
        self.ma = [0, 0, 0]
        self.house = [0, 0, 0]
        self.fallback_ms = 5000
        self.age_ms = 1000
        self.supply_mv = [230000, 115000, 57000]  # as ev_meter has them

    def house_ma(self, phase):
        return self.house[phase]


class Rig:
    """`sample` hands a new one over and returns the two slots in mA."""

    def __init__(self, **values):
        self.site = Site()
        self.limits = Limits()
        self.modes = Modes(self.limits)
        self.configure(**values)

    def configure(self, mode=0, demand_w=0, meter_kind=1, fallback_ma=6000):
        s = {"mode": mode, "demand_w": demand_w, "meter_kind": meter_kind}
        s.update({"fallback_ma": fallback_ma, "min_ma": 6000, "rated_ma": 32000})
        s["supply_phases"] = 2
        fit = Fit()
        fit.phases = 3
        self.modes.configure(s, fit, START)

    def step(self, now_ms=START):
        self.modes.step(now_ms, self.site, self.site)
        return self.slots()

    def sample(self, t_ms, **values):
        for key in values:
            setattr(self.site, key, values[key])
        self.site.seq += 1
        self.site.t_ms = add(START, t_ms)
        return self.step(self.site.t_ms)

    def slots(self):
        return self.limits.slot_ma[SOLAR], self.limits.slot_ma[DEMAND]


def test_before_the_first_sample_each_slot_is_at_its_fall_back():
    for mode, solar in ((0, NO_LIMIT_MA), (1, 0), (2, 6000)):
        for demand_w, demand in ((0, NO_LIMIT_MA), (1, 8000), (4600, 8000)):
            rig = Rig(mode=mode, demand_w=demand_w, fallback_ma=8000)
            assert rig.slots() == (solar, demand)
            assert rig.limits.fall_ma[SOLAR] == solar
            assert rig.limits.fall_ma[DEMAND] == demand
            assert rig.limits.left_ms(SOLAR, START) == limits.FOREVER
            assert rig.limits.left_ms(DEMAND, START) == limits.FOREVER


def test_a_mode_given_up_is_no_limit():
    rig = Rig(mode=1, demand_w=4600)
    rig.configure()
    assert rig.slots() == (NO_LIMIT_MA, NO_LIMIT_MA)
    assert rig.modes.demand.ma == rig.modes.solar.ma == NO_LIMIT_MA
    rig.configure(mode=1, demand_w=4600, meter_kind=0)
    assert rig.slots() == (NO_LIMIT_MA, NO_LIMIT_MA)
    assert rig.modes.demand.ma == rig.modes.solar.ma == NO_LIMIT_MA


def test_a_slot_lives_until_the_meter_counts_as_lost():
    for age, left in ((0, 5000), (1000, 4000), (4997, 3), (4998, 2), (4999, 1), (5000, 1), (9000, 1)):
        rig = Rig(mode=2, demand_w=4600)
        rig.sample(1000, age_ms=age)
        for slot in (SOLAR, DEMAND):
            assert rig.limits.left_ms(slot, add(START, 1000)) == left, age


def test_one_sample_counts_once_and_an_older_one_not_at_all():
    """10 A of surplus are 4 A more than the minimum: followed at once, if at all."""
    for t, solar in ((-1, 6000), (0, 6000), (1, 10000)):
        rig = Rig(mode=2)
        assert rig.sample(t, house=[-10000, 0, 0])[0] == solar, t
    rig.site.house = [-20000, 0, 0]
    assert rig.step()[0] == 10000, "no new one"
    assert rig.sample(1)[0] == 10000, "no later one"
    assert rig.sample(2)[0] == 20000


def test_a_sample_that_was_not_trusted_when_it_came_stays_unused():
    rig = Rig(mode=2)
    assert rig.sample(1000, house=[-10000, 0, 0], state=DISTRUSTED)[0] == 6000
    rig.site.state = GOOD
    assert rig.step()[0] == 6000
    assert rig.sample(2000)[0] == 10000


def test_watts_are_counted_at_the_voltage_of_the_own_meter_on_its_first_phase():
    for mv, volt in ((229001, 230), (81000, 81), (80000, 80), (79999, 230), (0, 230)):
        rig = Rig(mode=2)
        rig.sample(1000, house=[-10000, 0, 0], supply_mv=[mv, 115000, 57000])
        assert rig.modes.solar.surplus_w == 10 * volt, mv


def test_demand_counts_the_import_and_the_house_of_all_phases_at_one_moment():
    """9900 W of 10 kW less 1 %. The house is what the balancer found it to be, whatever flows now."""
    rig = Rig(demand_w=10000)
    rig.sample(1000, ma=[20000, 10000, -5000], house=[10000, 10000, -5000])
    house = 2300 + 2300 - 1150
    assert rig.slots()[1] == (9900 - house) * 1000 // 230
    rig.sample(2000, ma=[20000, 0, 20000], house=[0, 0, 20000])
    assert rig.slots()[1] == (9900 - 4600) * 1000 // 230
    rig = Rig(demand_w=10000)
    rig.modes.sync(START, 899000)
    rig.sample(1000, ma=[20000, 10000, -5000], house=[0, 0, 0])
    rig.sample(2000)
    assert rig.modes.demand.used_ws == 2 * (4600 + 2300 - 1150)


def test_dimming_counts_the_phases_that_there_are_and_each_new_reading():
    rig = Rig()
    rig.modes.dimming.put(4200, START, 60000, rig.site, rig.limits)
    assert rig.limits.slot_ma[GRID] == 4200000 // (230 + 115)
    rig.site.supply_mv = [240000, 115000, 57000]
    rig.sample(1000)
    assert rig.limits.slot_ma[GRID] == 4200000 // (240 + 115)


def test_the_current_is_shared_by_the_phases_the_ev_is_on_and_by_one_at_least():
    for used, phases in (([1, 1, 1], 3), ([1, 0, 1], 2), ([0, 0, 0], 1)):
        rig = Rig(mode=2)
        solar = rig.sample(1000, house=[-10000, -10000, -10000], used=used)[0]
        assert solar == 30000 // phases, used
