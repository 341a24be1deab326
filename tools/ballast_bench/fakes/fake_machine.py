"""The module `machine` (ports/esp32/modmachine.c and machine_*.c of MicroPython 1.29)."""

import ballast_bench.fakes as _fakes

from .fake_pins import ADC, PWM, Pin, Signal
from .fake_serial import SPI, UART
from .fake_timing import RTC, WDT, Timer
from .resets import DEEPSLEEP_RESET, HARD_RESET, PWRON_RESET, SOFT_RESET, WDT_RESET

__all__ = [
    "ADC",
    "DEEPSLEEP_RESET",
    "HARD_RESET",
    "PWM",
    "PWRON_RESET",
    "RTC",
    "SOFT_RESET",
    "SPI",
    "UART",
    "WDT",
    "WDT_RESET",
    "Pin",
    "Signal",
    "Timer",
    "deepsleep",
    "freq",
    "idle",
    "lightsleep",
    "mem32",
    "mem_backup",
    "reset",
    "reset_cause",
    "soft_reset",
    "unique_id",
]

_FREQS = (20_000_000, 40_000_000, 80_000_000, 160_000_000, 240_000_000)
_cpu_hz = [160_000_000]


def reset():
    """Of the CPU alone: the pads keep their level and PWM goes on (see resets.py)."""
    _fakes.device().hard_reset("software")
    raise _fakes.HardReset("machine.reset()")


def soft_reset():
    _fakes.device().soft_reset()
    raise _fakes.SoftReset("machine.soft_reset()")


def reset_cause():
    return _fakes.device().reset_cause


def lightsleep(time_ms, /):
    """Time passes; RAM and pads stay. (Without a time only a wake-up source would end it.)"""
    _fakes.device().clock.sleep_us(time_ms * 1000)


def deepsleep(time_ms, /):
    device = _fakes.device()
    device.clock.sleep_us(time_ms * 1000)
    device.hard_reset("deep_sleep")
    raise _fakes.HardReset("machine.deepsleep()")


def idle():
    pass


def unique_id():
    return _fakes.device().mac


def freq(hz=None, /):
    if hz is None:
        return _cpu_hz[0]
    if hz not in _FREQS:
        raise ValueError("frequency must be 20MHz, 40MHz, 80Mhz, 160MHz or 240MHz")
    _cpu_hz[0] = hz
    return None


class _Mem32:
    """machine.mem32: of the chip's registers the one that the firmware may read."""

    def __getitem__(self, address):
        device = _fakes.device()
        if address != device.chip.reset_register:
            raise _fakes.FakeError(f"mem32[{address:#x}]: no such register here")
        return 0x3000 | device.reset_code << 6 | device.reset_code  # both CPUs' causes


mem32 = _Mem32()


def mem_backup(region=0):
    """RTC memory: survives every reset but the loss of the supply; then it is random."""
    memory = memoryview(_fakes.device().rtc_memory)
    if region == -1:
        return (memory,)
    if region != 0:
        raise ValueError("invalid region")
    return memory
