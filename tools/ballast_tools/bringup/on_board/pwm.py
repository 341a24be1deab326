"""The pilot's frequency and duty by the chip's own pulse counter: a jumper leads the PWM to a free pin."""

import time

from common import missing, spread, ticks_diff, ticks_us, value

COUNT_MS = 2000
PULSES = 200


def main(params):
    from machine import PWM, Pin, time_pulse_us

    board = params["board"]
    inverted = bool(board["CP_PWM_INVERTED"])
    pwm = PWM(Pin(board["CP_PWM_PIN"]), freq=1000, duty_u16=32768, invert=inverted)
    pin = Pin(params["counter_pin"], Pin.IN)
    time.sleep_ms(20)
    value("pwm_mhz", frequency(pin))
    rows = []
    for duty in (50, 100, 267, 533, 800, 950):
        pwm.duty_u16(duty * 65535 // 1000)
        time.sleep_ms(20)
        high = pulses(time_pulse_us, pin, 1)
        low = pulses(time_pulse_us, pin, 0)
        if high is None or low is None:
            missing("pwm_duty", "no pulse of 1 kHz at GPIO%d" % params["counter_pin"])
            break
        rows.append([duty, high, low])
    value("pwm_duty", rows)
    pwm.duty_u16(65535)


def frequency(pin):
    """Thousandths of a Hz, by the pulse counter over two seconds of the chip's clock."""
    from machine import Counter

    counter = Counter(0, pin)
    start = ticks_us()
    first = counter.value()
    time.sleep_ms(COUNT_MS)
    took = ticks_diff(ticks_us(), start)
    counted = counter.value() - first
    counter.deinit()
    return counted * 1000000 * 1000 // took


def pulses(time_pulse_us, pin, level):
    """Spread of the length of pulses of this level in us; None = there are none."""
    found = [time_pulse_us(pin, level, 3000) for _ in range(PULSES)]
    found = [one for one in found if one > 0]
    return spread(found) if len(found) > PULSES // 2 else None
