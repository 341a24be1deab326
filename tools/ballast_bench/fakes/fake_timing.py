"""machine.Timer, WDT and RTC (machine_timer.c, machine_wdt.c, machine_rtc.c)."""

import ballast_bench.fakes as _fakes

_HARDWARE = 4  # of the ESP32 and the S3
_EPOCH_DAYS = 730120  # ordinal of 2000-01-01, MicroPython's epoch on the ESP32


class Timer:
    """Soft timer: each tick is scheduled, and runs from Device.run_due() (chip_time.py).

    A negative id is a virtual timer (esp_timer), of which there are as many as wanted; 0..3 are
    the hardware ones, one object each (machine_timer.c:90-156). skipped: ticks that were lost.
    """

    ONE_SHOT = 0
    PERIODIC = 1

    __slots__ = ("_callback", "_device", "_next_us", "_period_us", "_repeat", "skipped")

    def __new__(cls, id=-1, /, **kwargs):  # noqa: A002
        if id >= _HARDWARE:
            raise ValueError(
                "Timer(%d) doesn't exist, there are only %d hardware timers" % (id, _HARDWARE)
            )
        made = _fakes.device().hardware_timers
        if id not in made:
            timer = object.__new__(cls)
            timer._device = _fakes.device()
            if id < 0:
                return timer
            made[id] = timer
        return made[id]

    def __init__(self, id=-1, /, **kwargs):  # noqa: A002
        if self in self._device.timers:  # the object of a hardware timer is there already
            self.deinit()
        self._callback = None
        self._period_us = 0
        self._repeat = 0
        self._next_us = 0
        self.skipped = 0
        if kwargs:
            self.init(**kwargs)

    def init(
        self,
        *,
        mode=PERIODIC,
        callback=None,
        period=0xFFFFFFFF,
        tick_hz=1000,
        freq=None,
        hard=False,
    ):
        if hard:
            raise ValueError("hard Timers are not implemented")
        self.deinit()
        if freq is None and not tick_hz:
            raise _fakes.HardReset("panic: Timer.init(tick_hz=0) divides by zero")
        self._period_us = int(1e6 / freq) if freq is not None else period * 1_000_000 // tick_hz
        if self._period_us == 0:  # machine_timer.c:248-304
            raise ValueError("Timer period is too short for this timer")
        self._repeat = mode
        self._callback = callback
        self._next_us = self._device.clock.us() + self._period_us
        self._device.timers.append(self)

    def deinit(self):
        if self in self._device.timers:
            self._device.timers.remove(self)

    def value(self):
        """Milliseconds since the period began (machine_timer.c:368)."""
        return (self._device.clock.us() - self._next_us + self._period_us) // 1000

    def tick(self, now_us, moved=False):
        """Schedule the ticks that are due. moved: both cores stood, which makes one tick of many
        and moves the phase (esp_timer.c:413-416: skip_unhandled_events)."""
        next_us = self._next_us
        if now_us < next_us:
            return
        if not self._repeat:
            self.deinit()
            if not self._device.schedule(self._call, self):
                self.skipped += 1
            return
        period_us = self._period_us
        due = (now_us - next_us) // period_us + 1
        self._next_us = next_us + due * period_us
        if moved and due > 1:
            self.skipped += due - 1
            due = 1
        for _ in range(due):
            if not self._device.schedule(self._call, self):
                self.skipped += 1

    @staticmethod
    def _call(timer):
        """One scheduled tick; those of a timer that has ended since still come."""
        if timer._callback is not None:
            timer._callback(timer)


class WDT:
    """Cannot be stopped; bites in Device.run_due() when it was not fed in time."""

    __slots__ = ("_device",)

    def __init__(self, id=0, timeout=5000):  # noqa: A002
        if id != 0:
            raise ValueError
        if timeout <= 0:
            raise ValueError("WDT timeout too short")
        self._device = _fakes.device()
        self._device.wdt_ms = timeout
        self._device.wdt_fed_ms = self._device.clock.ms()

    def feed(self):
        self._device.wdt_fed_ms = self._device.clock.ms()


class RTC:
    """Time survives every reset but the loss of the supply (machine_rtc.c:90)."""

    __slots__ = ("_device",)

    def __init__(self):
        self._device = _fakes.device()

    def datetime(self, value=None, /):
        """(year, month, day, weekday, hour, minute, second, microsecond)."""
        import datetime as dt

        base = dt.datetime.fromordinal(_EPOCH_DAYS)
        if value is None:
            us = self._device.clock.us() + self._device.rtc_offset_us
            t = base + dt.timedelta(microseconds=us)
            hms = (t.hour, t.minute, t.second, t.microsecond)
            return (t.year, t.month, t.day, t.weekday()) + hms
        if len(value) != 8:
            raise ValueError("requested length 8 but object has length %d" % len(value))
        y, mo, d, _, h, mi, s, us = value
        span = dt.datetime(y, mo, d, h, mi, s, us) - base
        self._device.rtc_offset_us = span // dt.timedelta(microseconds=1) - self._device.clock.us()
        return None

    def init(self, value, /):
        y, mo, d, h, mi, s, us, _ = value
        self.datetime((y, mo, d, 0, h, mi, s, us))

    def memory(self, data=None, /):
        """What was written last, at most 2048 B; shares its cells with mem_backup()."""
        device = self._device
        if data is None:
            return bytes(device.rtc_memory[: device.rtc_used])
        if len(data) > 2048:
            raise ValueError("buffer too long")
        device.rtc_memory[: len(data)] = data
        device.rtc_used = len(data)
        return None
