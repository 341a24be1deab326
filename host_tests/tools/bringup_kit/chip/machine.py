"""machine of the fakes: pins, PWM, ADC, counter, UART, timers, and the ways of a reset."""

import sys

import world
from world import COST_US, now

WDT_RESET, HARD_RESET, SOFT_RESET, PWRON_RESET = 3, 2, 5, 1
_levels = {}  # GPIO: what an output drives
_pwm = {}  # GPIO: [period us, duty 0..65535]


def _board(key):
    return now.setup["board"][key]


def _pulse(gpio):
    """(level now, us until it changes) of a pin with PWM."""
    period, duty = _pwm[gpio]
    high = period * duty // 65535
    at = now.us % period
    if high in (0, period):
        return (1 if high else 0), period
    return (1, high - at) if at < high else (0, period - at)


def _read(gpio):
    if gpio in _pwm:
        return _pulse(gpio)[0]
    if gpio in _levels:
        return _levels[gpio]
    for a, b in _wires():
        other = b if gpio == a else a if gpio == b else None
        if other is not None and (other in _pwm or other in _levels):
            return _read(other)
    return 0


def _wires():
    jumpers = now.setup["jumpers"]
    wires = []
    if "counter" in jumpers:
        wires.append((_board("CP_PWM_PIN"), now.setup["counter_pin"]))
    if "coil" in jumpers:
        wires.append((_board("COIL_PIN"), now.setup["coil_sense_pin"]))
    return wires


class Pin:
    IN, OUT, OPEN_DRAIN = 1, 3, 7
    PULL_UP, PULL_DOWN = 2, 1

    def __init__(self, number, mode=None, pull=None, value=None):
        self.number = number
        if mode == Pin.IN:
            _levels.pop(number, None)
        if mode == Pin.OUT:
            _levels.setdefault(number, 0)
        if value is not None:
            self.value(value)

    def value(self, *level):
        if not level:
            now.advance(5)
            return _read(self.number)
        if self.number == _board("COIL_PIN") and level[0] == _board("COIL_ON_LEVEL"):
            now.kept["coil_driven"] = True
            if "coil" not in now.setup["jumpers"]:
                raise AssertionError("the coil's pin is driven and no jumper says that it may be")
        _levels[self.number] = level[0]
        return None

    __call__ = value


class PWM:
    def __init__(self, pin, freq=0, duty_u16=0, invert=False):
        self._pin = pin.number
        _pwm[self._pin] = [1000000 // freq, duty_u16]

    def duty_u16(self, duty):
        _pwm[self._pin][1] = duty


class ADC:
    ATTN_11DB = 3

    def __init__(self, pin, atten=0):
        self._pin = pin.number

    def read_uv(self):
        now.advance(COST_US["adc"], True)
        if now.has("no calibration"):
            raise OSError(95, "ESP_ERR_NOT_SUPPORTED")
        if self._pin != _board("CP_ADC_PIN"):
            return 1250000
        high = _read(_board("CP_PWM_PIN"))
        volts = 12000 if high else -12000
        if now.has("pilot low"):
            volts = volts * 8 // 10
        return _board("CP_OFFSET_UV") + volts * 100000 // _board("CP_GAIN_X100")

    def read_u16(self):
        return self.read_uv() // 52


class SPI:
    MSB = 0

    def __init__(self, number, baudrate=0, polarity=0, phase=0, bits=8, firstbit=0,
                 sck=None, mosi=None, miso=None):  # fmt: skip
        pass

    def write_readinto(self, data, answer):
        now.advance(120, True)
        for n in range(len(answer)):
            answer[n] = 0

    def write(self, data):
        now.advance(120, True)


class UART:
    def __init__(self, number, baudrate=115200, bits=8, parity=None, stop=1, tx=None, rx=None, rxbuf=256,
                 txbuf=256, timeout=0, timeout_char=0):
        self._back = b""
        self._until = 0
        self.init(baudrate, bits, parity, stop)

    def init(self, baudrate, bits=8, parity=None, stop=1, tx=None, rx=None, rxbuf=256,
             timeout=0, timeout_char=0):  # fmt: skip
        now.advance(COST_US["uart"], True)
        self._char_us = (9 + stop + (parity is not None)) * 1000000 // baudrate

    def write(self, data):
        if "bus" in now.setup["jumpers"]:
            self._back += bytes(data)
        self._until = now.us + len(data) * self._char_us
        return len(data)

    def txdone(self):
        now.advance(20)
        return now.us >= self._until

    def read(self):
        data, self._back = self._back, b""
        return data or None

    def deinit(self):
        pass


class Timer:
    PERIODIC, ONE_SHOT = 1, 0

    def __init__(self, number):
        self.next_us = 0

    def init(self, mode=1, period=1000, callback=None):
        self._period_us, self._callback = period * 1000, callback
        self.next_us = now.us + self._period_us
        now.timers.append(self)

    def fire(self):
        self.next_us += self._period_us
        self._callback(self)

    def deinit(self):
        if self in now.timers:
            now.timers.remove(self)


class Counter:
    def __init__(self, number, pin):
        self._start = now.us

    def value(self):
        wired = "counter" in now.setup["jumpers"]
        return (now.us - self._start) // _pwm[_board("CP_PWM_PIN")][0] if wired else 0

    def deinit(self):
        pass


class RTC:
    def datetime(self):
        us = now.rtc_us + now.us
        s = us // 1000000
        return (2000, 1, 1 + s // 86400, 5, s // 3600 % 24, s // 60 % 60, s % 60, us % 1000000)

    def memory(self, *data):
        if not data:
            return now.kept.get("memory", "").encode()
        now.kept["memory"] = data[0].decode()
        return None


class WDT:
    def __init__(self, timeout=5000):
        now.advance(timeout * 1000, True)
        _bite(WDT_RESET)


def _bite(cause):
    now.kept["cause"] = cause
    world.end(world.BOOT_US)
    sys.exit()


def reset():
    _bite(HARD_RESET)


def reset_cause():
    return now.kept.get("cause", PWRON_RESET)


def freq():
    return 240000000


def unique_id():
    return bytes.fromhex(now.setup["uid"])


def time_pulse_us(pin, level, timeout):
    """Waits for the level, then measures it, as the chip's own does."""
    if pin.number not in [b for _, b in _wires()]:
        now.advance(timeout, True)
        return -2
    gpio = _board("CP_PWM_PIN")
    period, duty = _pwm[gpio]
    high = period * duty // 65535
    now.advance(2 * period, True)
    return high if level else period - high
