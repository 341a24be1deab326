"""A meter that lies, through the whole charger: how soon it is doubted, how soon the car falls back."""

import logging

import pytest

from ballast.control.meter import meter as m
from ballast_bench.plant.plant import Config
from ballast_bench.setup import Setup, default_ev
from ballast_bench.sims.link_latency import StepHouse

FALLBACK_MA = 6000


class Lie:
    """A house of 4 A, a car that takes the rest of 25 A, and a meter to be bent after a minute."""

    def __init__(self, meter, car="usual"):
        logging.disable(logging.CRITICAL)  # pymodbus tells of every closed connection
        config = Config(house=StepHouse(), limit_a=25.0, breaker_a=63.0, clairvoyant=False)
        self.setup = Setup(config=config, limit_a=25.0, meter=meter,
                           ev=default_ev(delay_s=1.0, model=car))  # fmt: skip
        self.world = self.setup.start()
        self.node = self.world.nodes[0]
        self.meter = self.node.cycle.site.meter
        self.bent = self.world.plant.meter
        self.world.run(60)
        assert self.meter.state == m.GOOD and self.node.cycle.offered_ma > 15000

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.setup.stop()
        logging.disable(logging.NOTSET)

    def doubted(self, seconds):
        """Seconds until the meter is no longer GOOD, and why."""
        took = self.world.until(lambda: self.meter.state != m.GOOD, seconds)
        return took, m.REASON_KEYS[self.meter.reason]

    def fallen(self, seconds):
        cycle = self.node.cycle
        return self.world.until(lambda: 5900 <= cycle.offered_ma <= FALLBACK_MA, seconds)


@pytest.mark.parametrize("meter", ["clamp", "modbus"])
def test_silent(meter):
    with Lie(meter) as lie:
        last_s = lie.meter.age_ms / 1000
        lie.bent.silent = True
        took, why = lie.doubted(5)
        assert took + last_s <= 3.0 and why == "silent"
        assert lie.fallen(5) + took + last_s <= 5.05
        lie.bent.silent = False
        back = lie.world.until(lambda: lie.meter.state == m.GOOD, 20)
        assert 9.5 <= back <= 13.0
        assert lie.world.until(lambda: lie.node.cycle.offered_ma > 15000, 60) is not None


def frozen(meter):
    meter.frozen = True


def on_another_cable(meter):
    meter.other_cable = lambda: (4.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("bend", "why", "car"),
    [
        (frozen, {"frozen", "deaf"}, "usual"),
        (on_another_cable, {"frozen", "deaf"}, "ideal"),
        (on_another_cable, {"frozen", "deaf"}, "usual"),
    ],
    ids=["frozen", "other cable", "other cable, usual car"],
)
def test_a_meter_that_does_not_answer_the_car(bend, why, car):
    """Doubted within ten seconds of the car's movement by 4 A; the fall-back five seconds later.

    The car has rested for a minute: while it creeps by 1 to 4 A the firmware compares with an older
    reading for up to a minute, and another cable of the same change would pass as an answer.
    """
    with Lie("modbus", car) as lie:
        lie.world.run(65)
        bend(lie.bent)
        lie.world.run(5)
        before = lie.world.plant.ev_a[0]
        lie.node.charger.set_user_ma(10000)
        moved = lie.world.until(lambda: abs(lie.world.plant.ev_a[0] - before) >= 4.0, 10)
        assert moved is not None
        took, said = lie.doubted(10)
        assert took is not None and said in why
        assert lie.fallen(5) is not None


def test_a_wrong_ratio_is_doubted_when_the_car_rises():
    """A fall that shows too little may be a house that rises just then; a rise may not."""
    with Lie("modbus") as lie:
        lie.node.charger.set_user_ma(8000)
        lie.world.run(20)
        lie.bent.ratio = 0.1
        lie.world.run(5)
        before = lie.world.plant.ev_a[0]
        lie.node.charger.set_user_ma(20000)
        moved = lie.world.until(lambda: abs(lie.world.plant.ev_a[0] - before) >= 4.0, 40)
        assert moved is not None
        took, said = lie.doubted(10)
        assert took is not None and said in {"frozen", "deaf"}
        assert lie.fallen(5) is not None


@pytest.mark.parametrize("meter", ["clamp", "modbus"])
def test_reversed_where_nothing_can_export(meter):
    with Lie(meter) as lie:
        lie.bent.reversed = {0}
        took, why = lie.doubted(3)
        assert took is not None and why == "negative"
        assert lie.fallen(5) is not None


@pytest.mark.parametrize("meter", ["clamp", "modbus"])
def test_wild_values(meter):
    with Lie(meter) as lie:
        lie.bent.jump_a, lie.bent.jump_chance = 60.0, 0.5
        took, why = lie.doubted(15)
        assert took is not None and why in ("jumping", "negative")
        assert lie.fallen(10) is not None


def test_an_honest_meter_is_believed_through_a_busy_hour():
    """The oven's thermostat, kettles, and the car answering them: never a doubt."""
    with Lie("clamp") as lie:
        doubts = []
        lie.world.actors.append(
            lambda now_s: doubts.append(now_s) if lie.meter.state == m.DISTRUSTED else None
        )
        house = lie.world.plant.house
        for n in range(120):
            house.a[0] = (4.0, 14.0, 13.1, 22.5, 4.6, 9.0)[n * 7 % 6]
            lie.world.plant.touch()
            lie.world.run(7.0 + n % 5)
        assert doubts == []
