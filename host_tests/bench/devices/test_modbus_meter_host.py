"""Modbus meters on the wire: the charger's own link asks a pymodbus server, on a virtual clock."""

import asyncio
import random
from types import SimpleNamespace

import pytest

from ballast.services.meters.bus import TcpBus
from ballast.services.meters.link import MeterLink, model
from ballast_bench.devices import meter_servers
from ballast_bench.devices.meter_maps import MAPS
from ballast_bench.devices.modbus_meter import ModbusMeter
from ballast_bench.plant.metering import SupplyMeter

TRUE_A = [6.0, 11.5, -2.5]


class Table:
    """A supply, its meter on TCP, and the charger's link to it. readings: [(s, mA [3])]."""

    def __init__(self, key="sdm630", seed=1, interval_ms=1000, timeout_ms=500, **errors):
        self.meter = SupplyMeter(random.Random(seed), seed=seed)
        self.key, self.interval_ms, self.timeout_ms = key, interval_ms, timeout_ms
        for name, value in errors.items():
            setattr(self.meter, name, value)
        self.readings = []
        self.start_s = 0.0

    def now_s(self):
        return asyncio.get_running_loop().time() - self.start_s

    def ask(self, count, before=lambda n, now_s: None):
        """Read `count` times; before(n, now_s) may change the supply first. The link."""
        async def main():
            self.start_s = asyncio.get_running_loop().time()
            self.meter.note(0.0, TRUE_A, [230.0] * 3, 50.0)
            self.server = ModbusMeter(SimpleNamespace(meter=self.meter), self.now_s, self.key)
            bus = TcpBus("127.0.0.1", await self.server.start(port=0), self.timeout_ms)
            link = MeterLink(bus, model(self.key, ""), 1, self.interval_ms, self._take, lambda ms: None)
            try:
                for n in range(count):
                    began_s = self.now_s()
                    before(n, began_s)
                    await link.read()
                    left_s = began_s + self.interval_ms / 1000 - self.now_s()
                    await asyncio.sleep(max(left_s, 0.0))
            finally:
                await bus.close()
                await self.server.stop()
            return link

        return meter_servers.run(main())

    def _take(self, now_ms, l1, l2, l3, age_ms):
        self.readings.append((self.now_s(), (l1, l2, l3), age_ms))


@pytest.mark.parametrize("key", sorted(MAPS))
def test_every_model_says_on_the_wire_what_flows(key):
    table = Table(key)
    link = table.ask(2)
    assert (link.good, link.bad) == (2, 0), link.error
    wanted = [round(a * 1000) for a in TRUE_A]
    if not MAPS[key].amps:
        wanted = [round(sum(TRUE_A) * 1000)] * 3
    elif MAPS[key].phases == 1:
        wanted = [wanted[0], 0, 0]
    got = table.readings[-1][1]
    for phase, ma in enumerate(wanted):
        assert abs(abs(got[phase]) - abs(ma)) <= 10
        if MAPS[key].signs and MAPS[key].parts[2][0]:
            assert (got[phase] < 0) == (ma < 0)


def test_held_values_on_the_wire():
    table = Table(held_s=5.0)
    table.ask(30, lambda n, now_s: table.meter.note(now_s, [float(n), 0, 0], [230.0] * 3, 50.0))
    values = [ma[0] for _, ma, _ in table.readings]
    assert len(values) == 30 and 6 <= len(set(values)) <= 8


def test_the_answer_takes_its_time_and_the_link_knows_half_of_it():
    table = Table(answer_s=0.3)
    table.ask(3)
    assert all(140 <= age_ms <= 170 for _, _, age_ms in table.readings)


def test_lost_and_late_answers_cost_a_reading_each():
    for kind in ("lost", "late"):
        table = Table()
        table.meter.answers.share[kind] = 0.4
        link = table.ask(60)
        assert link.good + link.bad == 60 and 12 <= link.bad <= 36, kind
        assert all(ma == (6000, 11500, -2500) for _, ma, _ in table.readings)


def test_an_exception_has_its_code():
    table = Table()
    table.meter.answers.share["exception"] = 1.0
    link = table.ask(2)
    assert link.bad == 2 and link.error == "device failure"  # exception 4


@pytest.mark.parametrize("key", ["sdm630", "shelly-3em", "pac2200"])
def test_nan_is_no_reading(key):
    table = Table(key)
    table.meter.answers.share["nan"] = 0.5
    link = table.ask(40)
    assert 8 <= link.bad <= 32 and link.good + link.bad == 40
    assert {ma for _, ma, _ in table.readings} == {(6000, 11500, -2500)}


def test_answers_full_of_zeros_look_like_readings():
    table = Table()
    table.meter.answers.share["zeros"] = 0.5
    table.ask(40)
    assert {ma for _, ma, _ in table.readings} == {(6000, 11500, -2500), (0, 0, 0)}


def test_a_silent_meter_and_a_gateway_before_it():
    table = Table()
    table.meter.silent = True
    assert table.ask(2).good == 0
    table = Table(gateway_s=2.0)

    def silence(n, now_s):
        table.meter.silent = n >= 3

    assert table.ask(8, silence).bad == 0


def test_an_unknown_model_is_one_line():
    with pytest.raises(ValueError, match=r"meter_model: no 'sdm'; there are: .*sdm630"):
        ModbusMeter(SimpleNamespace(meter=SupplyMeter(random.Random(1))), lambda: 0.0, "sdm")
