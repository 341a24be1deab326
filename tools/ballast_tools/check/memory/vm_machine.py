"""MicroPython's `machine` for a measurement of memory: made once, at no heap of the charger."""

from array import array

PLUS_12_UV = 2_387_000
WARM_UV = 1_000_000
PINS = 50
_TIMER_BYTES = 64  # machine_timer_obj_t of ports/esp32/machine_timer.h, in whole blocks of the heap


class OnePin:
    """level: what the pin reads."""

    def __init__(self):
        self.level = 1

    def value(self, level=None):
        if level is not None:
            self.level = level
        return self.level

    __call__ = value

    def init(self, *args, **kw):
        pass

    def irq(self, *args, **kw):
        pass

    def read_uv(self):
        return PLUS_12_UV

    def duty_u16(self, duty=0):
        return 0

    def deinit(self):
        pass


class WarmPin(OnePin):
    def read_uv(self):
        return WARM_UV


class Pins:
    """machine.Pin, ADC and PWM: a call with a number or a pin gives the pin of that number."""

    IN, OUT, PULL_UP, PULL_DOWN, OPEN_DRAIN = 1, 3, 2, 1, 7
    ATTN_11DB = 3
    IRQ_FALLING, IRQ_RISING = 2, 1

    def __init__(self):
        self.all = [OnePin() for _ in range(PINS)]

    def __call__(self, pin, *args, **kw):
        one = self.all[pin] if isinstance(pin, int) else pin
        if kw.get("value") is not None:
            one.value(kw["value"])
        return one


class OneSpi:
    """An ATM90E32AS that returns what was written to each register."""

    MSB, LSB = 0, 1

    def __init__(self):
        self.registers = array("H", [0] * 256)
        self.last = 0

    def __call__(self, *args, **kw):
        return self

    def write_readinto(self, tx, rx):
        value = self.last if tx[1] == 0x78 else self.registers[tx[1]]
        if not tx[0] & 0x80:
            self.last = value = tx[2] << 8 | tx[3]
            self.registers[tx[1]] = value
        rx[2] = value >> 8
        rx[3] = value & 0xFF

    def init(self, *args, **kw):
        pass

    def deinit(self):
        pass


class OneUart:
    """A bus on which nobody answers."""

    def __call__(self, *args, **kw):
        return self

    def init(self, *args, **kw):
        pass

    def any(self):
        return 0

    def read(self, *args):
        return None

    def readinto(self, *args):
        return None

    def write(self, data):
        return len(data)

    def flush(self):
        pass

    def txdone(self):
        return True

    def deinit(self):
        pass


class Timers:
    """machine.Timer: the callback of the last one that was started."""

    PERIODIC, ONE_SHOT = 1, 0

    def __init__(self):
        self.callback = None
        self.taken = None

    def __call__(self, number=-1):
        self.taken = bytearray(_TIMER_BYTES)
        return self

    def init(self, mode=1, period=20, callback=None):
        self.callback = callback

    def deinit(self):
        self.callback = None


class Watchdogs:
    def __call__(self, *args, **kw):
        return self

    def feed(self):
        pass


class Machine:
    PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5

    def __init__(self):
        self.Pin = self.ADC = self.PWM = Pins()
        self.SPI, self.UART, self.Timer, self.WDT = OneSpi(), OneUart(), Timers(), Watchdogs()
        self.mem32 = {0x60008038: 1, 0x3FF48034: 1}
        self._backup = bytearray(2048)  # RTC memory, no heap on the chip
        self._id = b"\x24\x0a\xc4\x00\x12\x34"

    def mem_backup(self):
        return self._backup

    def reset_cause(self):
        return self.PWRON_RESET

    def unique_id(self):
        return self._id

    def freq(self, *args):
        return 240_000_000

    def reset(self):
        raise SystemExit("machine.reset()")
