"""machine.Pin, Signal, ADC and PWM (machine_pin.c, machine_adc.c, machine_pwm.c)."""

import ballast_bench.fakes as _fakes

from .esp_err import esp_error

_ANY = object()  # "argument not given"


def gpio_of(pin, device):
    """GPIO number of a Pin or int; ValueError as machine_pin_find()."""
    if isinstance(pin, Pin):
        return pin._gpio
    if type(pin) is int and pin in device.chip.pins:
        return pin
    raise ValueError("invalid pin")


class _Irq:
    """A pin interrupt; the handler runs as scheduled soft code."""

    def __init__(self, pin, handler, trigger):
        self._pin = pin
        self._handler = handler
        self._trigger = trigger

    def edge(self, level):
        if self._handler is not None and self._trigger & (1 if level else 2):
            self._handler(self._pin)


class Pin:
    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_DOWN = 1
    PULL_UP = 2
    IRQ_RISING = 1
    IRQ_FALLING = 2
    WAKE_LOW = 4
    WAKE_HIGH = 5
    DRIVE_0 = 0
    DRIVE_1 = 1
    DRIVE_2 = 2
    DRIVE_3 = 3

    __slots__ = ("_device", "_gpio", "_latch", "_level")

    def __init__(self, id, /, mode=None, pull=-1, *, value=_ANY, drive=_ANY, hold=_ANY):  # noqa: A002
        device = _fakes.device()
        self._device = device
        self._gpio = gpio_of(id, device)
        self._level = device.level
        self._latch = device.latch
        self._configure(mode, pull, value, drive)

    def init(self, mode=None, pull=-1, *, value=_ANY, drive=_ANY, hold=_ANY):
        self._configure(mode, pull, value, drive)

    def _configure(self, mode, pull, value, drive):
        device, gpio = self._device, self._gpio
        if drive is not _ANY and drive not in (0, 1, 2, 3):
            raise ValueError("invalid drive")  # the port ignores it; nobody means that
        if mode not in (None, self.IN, self.OUT, self.OPEN_DRAIN):
            raise ValueError("invalid pin mode")
        first = device.chip.input_only
        if mode in (self.OUT, self.OPEN_DRAIN) and first is not None and gpio >= first:
            raise ValueError("pin can only be input")
        device.inputs += 1
        # value before mode, so that the pad never shows the old latch (machine_pin.c)
        if value is not _ANY:
            device.latch[gpio] = 1 if value else 0
        if mode is not None:
            device.pwm.pop(gpio, None)  # esp_rom_gpio_pad_select_gpio disconnects LEDC
            device.uart_tx.discard(gpio)
            device.output[gpio] = mode != self.IN
        if pull != -1:
            device.pull[gpio] = pull or 0
        device.settle(gpio)

    def value(self, x=_ANY, /):
        gpio = self._gpio
        if x is _ANY:
            level = self._level[gpio]
            if level is None:
                raise _fakes.FakeError("GPIO%d floats: no pull, nothing drives it" % gpio)
            return level
        new = 1 if x else 0
        if self._latch[gpio] != new:
            self._device.set_latch(gpio, new)
        return None

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def toggle(self):
        self.value(not self._device.latch[self._gpio])

    def irq(self, handler=None, trigger=IRQ_RISING | IRQ_FALLING, wake=None):
        irq = _Irq(self, handler, trigger)
        if handler is None:
            self._device.irqs.pop(self._gpio, None)
        else:
            self._device.irqs[self._gpio] = irq
        return irq

    def __repr__(self):
        return "Pin(%d)" % self._gpio


class Signal:
    """machine.Signal over an existing Pin only."""

    __slots__ = ("_invert", "_pin")

    def __init__(self, pin, *, invert=False):
        if not isinstance(pin, Pin):
            raise TypeError("expecting a Pin")
        self._pin = pin
        self._invert = 1 if invert else 0

    def value(self, x=_ANY, /):
        if x is _ANY:
            return self._pin.value() ^ self._invert
        self._pin.value((1 if x else 0) ^ self._invert)
        return None

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)


class ADC:
    ATTN_0DB = 0
    ATTN_2_5DB = 1
    ATTN_6DB = 2
    ATTN_11DB = 3
    WIDTH_12BIT = 12

    __slots__ = ("_device", "_gpio", "_input")

    def __new__(cls, pin, *, atten=-1):
        device = _fakes.device()
        return object.__new__(_Adc2 if gpio_of(pin, device) in device.chip.adc2 else ADC)

    def __init__(self, pin, *, atten=-1):
        device = _fakes.device()
        gpio = gpio_of(pin, device)
        if gpio not in device.chip.adc1 and gpio not in device.chip.adc2:
            raise ValueError("invalid pin")
        self._device = device
        self._gpio = gpio
        self._input = device.adc_input(gpio)
        self.init(atten=atten)

    def init(self, *, atten=-1):
        self.atten(self.ATTN_11DB if atten == -1 else atten)

    def atten(self, atten, /):
        if atten not in (0, 1, 2, 3):
            raise ValueError("invalid attenuation")
        self._input.set_atten(atten)

    def read_uv(self):
        if not self._device.adc_calibrated:  # adc_cali_curve_fitting.c:80, adc_cali_line_fitting.c:184
            s3 = self._device.chip.name == "esp32s3"
            raise esp_error("ESP_ERR_NOT_SUPPORTED" if s3 else "ESP_ERR_INVALID_ARG")
        return self._input.take()

    def read(self):
        return self._input.counts(self._input.take())

    def read_u16(self):
        raw = self.read()
        return raw << 4 | raw >> 8

    def __repr__(self):
        return "ADC(Pin(%d), atten=%d)" % (self._gpio, self._input.atten)


class _Adc2(ADC):
    """The second unit cannot be read while Wi-Fi is on."""

    __slots__ = ()

    def read_uv(self):
        if self._device.wifi_active():  # adc_share_hw_ctrl.c:159-181
            raise esp_error("ESP_ERR_TIMEOUT")
        return super().read_uv()

    def read(self):
        if self._device.wifi_active():
            raise esp_error("ESP_ERR_TIMEOUT")
        return super().read()


class PwmOutput:
    """What one LEDC channel drives: `duty` of 2**bits at `freq`, maybe inverted."""

    __slots__ = ("bits", "duty", "freq", "invert")

    def __init__(self, freq, bits, duty, invert):
        self.freq = freq
        self.bits = bits
        self.duty = duty
        self.invert = invert

    def high_fraction(self):
        """Part of the period with the pad high, 0.0 to 1.0."""
        part = self.duty / (1 << self.bits)
        return 1.0 - part if self.invert else part


class PWM:
    """duty_u16 is cut to the timer's bits; 65535 is constant high, 0 constant low."""

    __slots__ = ("_device", "_gpio", "_out")

    def __init__(
        self, dest, freq=-1, *, duty=-1, duty_u16=-1, duty_ns=-1, invert=None, lightsleep=False
    ):
        device = _fakes.device()
        self._device = device
        self._gpio = gpio_of(dest, device)
        first = device.chip.input_only
        if first is not None and self._gpio >= first:
            raise esp_error("ESP_ERR_INVALID_ARG")  # of ledc_channel_config()
        if self._gpio not in device.pwm and len(device.pwm) >= device.chip.pwm_channels:
            raise RuntimeError("out of PWM channels:%d" % device.chip.pwm_channels)
        self._out = None
        self._start(freq, duty, duty_u16, duty_ns, invert)

    def init(self, freq=-1, *, duty=-1, duty_u16=-1, duty_ns=-1, invert=None, lightsleep=False):
        self._start(freq, duty, duty_u16, duty_ns, invert)

    def _start(self, freq, duty, duty_u16, duty_ns, invert):
        old = self._out
        if freq == -1:
            freq = old.freq if old else 5000
        bits = self._bits(freq)
        if duty_u16 < 0:
            if duty_ns >= 0:
                duty_u16 = min(65535, duty_ns * freq * 65536 // 1_000_000_000)
            elif duty >= 0:
                if duty > 1023:
                    raise ValueError("duty must be from 0 to 1023")
                duty_u16 = 65535 if duty == 1023 else duty << 6
            else:
                duty_u16 = 32768 if old is None else self.duty_u16()
        if invert is None:
            invert = old.invert if old else False
        freq = self._device.chip.pwm_freq(freq, bits)
        self._out = PwmOutput(freq, bits, self._raw(duty_u16, bits), bool(invert))
        self._device.pwm[self._gpio] = self._out
        self._device.settle(self._gpio)

    def _bits(self, freq):
        if not 1 <= freq <= 40_000_000:
            raise ValueError("frequency must be from 1Hz to 40MHz")
        return self._device.chip.pwm_bits(freq)

    @staticmethod
    def _raw(duty_u16, bits):
        if isinstance(duty_u16, float):
            raise TypeError("can't convert float to int")
        if not 0 <= duty_u16 <= 65535:
            raise ValueError("duty_u16 must be from 0 to 65535")
        return (65536 if duty_u16 == 65535 else duty_u16) >> (16 - bits)

    def _active(self):
        out = self._out
        if out is None or self._device.pwm.get(self._gpio) is not out:
            raise RuntimeError("PWM is inactive")
        return out

    def duty_u16(self, value=_ANY, /):
        out = self._active()
        if value is _ANY:
            return min(65535, out.duty << (16 - out.bits))
        out.duty = self._raw(value, out.bits)
        self._device.settle(self._gpio)
        return None

    def duty_ns(self, value=_ANY, /):
        out = self._active()
        if value is _ANY:
            return (out.duty << (16 - out.bits)) * 1_000_000_000 // (65536 * out.freq)
        self.duty_u16(min(65535, value * out.freq * 65536 // 1_000_000_000))
        return None

    def freq(self, value=_ANY, /):
        out = self._active()
        if value is _ANY:
            return out.freq
        self._start(value, -1, -1, -1, None)
        return None

    def deinit(self):
        """Stops with the pad low, inverted or not (machine_pwm.c:151-196)."""
        out = self._out
        if out is None:
            return
        device, gpio = self._device, self._gpio
        if device.pwm.get(gpio) is out:
            del device.pwm[gpio]
            device.latch[gpio] = 0
            device.output[gpio] = True
            device.settle(gpio)
        self._out = None
