"""Timers, watchdog and resets of the imitated chip."""

import machine
import pytest
from machine import PWM, WDT, Pin, Timer

from ballast_bench import fakes
from ballast_bench.fakes.resets import KINDS

# -- time -----------------------------------------------------------------------------


def test_hard_timers_do_not_exist(dev):
    with pytest.raises(ValueError, match="hard Timers"):
        Timer(-1).init(period=20, hard=True)
    with pytest.raises(ValueError, match="Timer"):
        Timer(4)


def test_one_shot(dev, clock):
    seen = []
    Timer(-1, mode=Timer.ONE_SHOT, period=30, callback=seen.append)
    for _ in range(100):
        clock.advance_ms(1)
        dev.run_due()
    assert len(seen) == 1


def test_wdt_cannot_be_stopped_and_survives_a_soft_reset(dev, clock):
    WDT(0, 1000)
    dev.soft_reset()
    clock.advance_ms(1001)
    with pytest.raises(fakes.HardReset):
        dev.run_due()
    clock.advance_ms(5000)
    dev.run_due()  # a hard reset ended it


@pytest.mark.parametrize("args", [(1, 1000), (0, 0), (0, -1)])
def test_wdt_arguments(dev, args):
    with pytest.raises(ValueError, match=r"^$|too short"):
        WDT(*args)


# -- resets ---------------------------------------------------------------------------


def test_soft_reset_keeps_levels_but_stops_pwm_low(dev):
    Pin(15, Pin.OUT, value=1)
    PWM(Pin(14), freq=1000, duty_u16=65535)
    with pytest.raises(fakes.SoftReset):
        machine.soft_reset()
    assert dev.pad(15) == 1  # a closed contactor stays closed
    assert dev.pad(14) == 0
    assert machine.reset_cause() == machine.SOFT_RESET


def test_a_restart_of_the_cpu_alone_leaves_the_pads(dev):
    Pin(15, Pin.OUT, value=1)
    PWM(Pin(14), freq=1000, duty_u16=17472)
    told = []
    dev.listen(15, lambda: told.append(dev.pad(15)))
    with pytest.raises(fakes.HardReset):
        machine.reset()
    assert (dev.pad(15), told) == (1, [])
    assert dev.pad(14).high_fraction() == pytest.approx(17472 / 65536, abs=1e-3)
    assert machine.reset_cause() == machine.HARD_RESET
    Pin(14, Pin.OUT, value=1)
    assert dev.pad(14) == 1  # a Pin takes the pad from LEDC


@pytest.mark.parametrize("kind", KINDS)
def test_what_each_reset_does(dev, kind):
    what = KINDS[kind]
    Pin(15, Pin.OUT, value=1)
    PWM(Pin(14), freq=1000)
    machine.RTC().datetime((2026, 5, 1, 0, 12, 0, 0, 0))
    before = machine.mem_backup()[0:64] = bytes(range(64))
    told = []
    dev.listen(15, lambda: told.append(dev.pad(15)))
    dev.hard_reset(kind)
    assert (dev.pad(15), told) == ((1, []) if what.pads else (None, [None]))
    assert (dev.pad(14) is None) is not what.pads
    assert (bytes(machine.mem_backup()[0:64]) == before) is what.memory
    assert machine.RTC().datetime()[0] == (2026 if what.memory else 2000)
    assert machine.reset_cause() == what.cause
    assert machine.mem32[0x60008038] & 0xFFF == what.code << 6 | what.code


def test_no_other_register_can_be_read(dev):
    with pytest.raises(fakes.FakeError, match="0x3ff48034"):
        machine.mem32[0x3FF48034]
    with pytest.raises(TypeError):
        machine.mem32[0x60008038] = 0


def test_rtc_memory(dev):
    assert bytes(machine.mem_backup()) != bytes(2048)  # random after power-on
    assert machine.RTC().memory() == b""
    machine.RTC().memory(b"abc")
    assert machine.RTC().memory() == bytes(machine.mem_backup()[0:3]) == b"abc"
    assert len(machine.mem_backup()) == 2048
    with pytest.raises(IndexError):
        machine.mem_backup()[2048] = 1
    with pytest.raises(ValueError, match="region"):
        machine.mem_backup(3)
    with pytest.raises(TypeError):
        machine.RTC(0)


def test_two_devices_in_one_process(clock):
    a, b = fakes.Device(clock), fakes.Device(clock)
    with a:
        pin_a = Pin(15, Pin.OUT, value=0)
        with b:
            pin_b = Pin(15, Pin.OUT, value=0)
        pin_b.on()
    pin_a.off()
    assert (a.pad(15), b.pad(15)) == (0, 1)
    with pytest.raises(fakes.FakeError, match="no device"):
        Pin(15)


def test_a_task_remembers_its_device(clock):
    import asyncio

    a, b = fakes.Device(clock), fakes.Device(clock)

    async def firmware():
        await asyncio.sleep(0)
        pin = Pin(15, Pin.OUT, value=1)
        inner = asyncio.create_task(child())
        await inner
        return pin

    async def child():
        Pin(16, Pin.OUT, value=1)

    async def main():
        with a:
            first = asyncio.create_task(firmware())
        with b:
            second = asyncio.create_task(firmware())
        await first
        await second
        with pytest.raises(fakes.FakeError):
            Pin(15)

    asyncio.run(main())
    assert [d.pad(n) for d in (a, b) for n in (15, 16)] == [1, 1, 1, 1]
