# The factory's self-test: runs on the unit, in the raw REPL, sent by mpremote.
#
# It measures and reports; the limits are the host's (ballast_tools/factory/jig.py). What the jig
# must provide: 230 V is off; L1..L3 carry the jig's 24 V AC through its own adapter; CP open;
# 10 kohm resistors in place of the thermistors; an access point "ballast-jig" one metre away.
# One line "JIG {...}" per test, so that a cable pulled in the middle shows where.
import json
import time

import board
import network
from machine import ADC, PWM, Pin


def say(name, value):
    print("JIG " + json.dumps({"test": name, "value": value}))


def pin_in(number, level):
    pull = Pin.PULL_UP if level else Pin.PULL_DOWN
    return Pin(number, Pin.IN, pull)


def mean_uv(number):
    adc = ADC(Pin(number), atten=ADC.ATTN_11DB)
    return sum([adc.read_uv() for _ in range(64)]) // 64


def adc():
    """What reading a voltage raises, None = nothing. A chip without its calibration in the efuses
    gives raw values only (ESP-IDF adc_cali_curve_fitting.c:80): the charger cannot use it."""
    try:
        mean_uv(board.CP_ADC_PIN)
        say("adc", None)
        return True
    except OSError as error:
        say("adc", str(error.args[-1]))
        return False


def relay():
    """Contacts with the coil off, on, and off again, and how long they took, in ms."""
    if board.MIRROR_PIN is not None:
        pin, closed = pin_in(board.MIRROR_PIN, board.MIRROR_CLOSED_LEVEL), board.MIRROR_CLOSED_LEVEL
    else:
        pin, closed = pin_in(board.LOAD_PINS[0], 1 - board.LOAD_LIVE_LEVEL), board.LOAD_LIVE_LEVEL
    coil = Pin(board.COIL_PIN, Pin.OUT, value=1 - board.COIL_ON_LEVEL)
    pulse = None
    if board.COIL_PULSE_PIN is not None:
        pulse = Pin(board.COIL_PULSE_PIN, Pin.OUT, value=0)

    def move(on):
        coil(board.COIL_ON_LEVEL if on else 1 - board.COIL_ON_LEVEL)
        start = time.ticks_ms()
        took = -1
        for step in range(100):
            if pulse is not None:
                pulse(step & 1 if on else 0)
            time.sleep_ms(5)
            if took < 0 and (pin() == closed) == on:
                took = time.ticks_diff(time.ticks_ms(), start)
            if took >= 0 and step > 10:
                break
        return took

    result = {"open_before": pin() != closed, "close_ms": move(True), "open_ms": move(False)}
    result["open_after"] = pin() != closed
    say("relay", result)


def rcd():
    """Idle level, and how long the trip takes after the test input is driven, in ms."""
    trip = pin_in(board.RCD_TRIP_PIN, board.RCD_TRIP_LEVEL)
    idle = trip() != board.RCD_TRIP_LEVEL
    test = Pin(board.RCD_TEST_PIN, Pin.OUT, value=1 - board.RCD_TEST_LEVEL)
    start = time.ticks_ms()
    test(board.RCD_TEST_LEVEL)
    if board.RCD_TEST_PULSE_US is not None:
        time.sleep_us(board.RCD_TEST_PULSE_US)
        test(1 - board.RCD_TEST_LEVEL)
    took = -1
    while took < 0 and time.ticks_diff(time.ticks_ms(), start) < 3000:
        if trip() == board.RCD_TRIP_LEVEL:
            took = time.ticks_diff(time.ticks_ms(), start)
        time.sleep_ms(1)
    test(1 - board.RCD_TEST_LEVEL)
    say("rcd", {"idle": idle, "trip_ms": took})


def pilot():
    """CP open, both steady levels, as the ADC sees them, in uV."""
    levels = []
    for duty in (65535, 0):
        pwm = PWM(
            Pin(board.CP_PWM_PIN), freq=1000, duty_u16=duty, invert=bool(board.CP_PWM_INVERTED)
        )
        time.sleep_ms(20)
        levels.append(mean_uv(board.CP_ADC_PIN))
    pwm.duty_u16(65535)  # X1
    say("pilot", {"plus_uv": levels[0], "minus_uv": levels[1]})


def thermistors():
    say("ntc", [None if n is None else mean_uv(n) // 1000 for n in board.NTC_PINS])


def lights():
    """Each on for 300 ms: the jig's light sensor, or the operator, sees them."""
    for number in (board.LED_PIN, board.LED_RED_PIN):
        if number is not None:
            led = Pin(number, Pin.OUT, value=board.LED_ON_LEVEL)
            time.sleep_ms(300)
            led(1 - board.LED_ON_LEVEL)
    pe = button = None
    if board.PE_PIN is not None:
        pe = pin_in(board.PE_PIN, 1 - board.PE_GOOD_LEVEL)() == board.PE_GOOD_LEVEL
    if board.BUTTON_PIN is not None:
        pressed = board.BUTTON_PRESSED_LEVEL
        button = pin_in(board.BUTTON_PIN, 1 - pressed)() == pressed
    say("panel", {"pe": pe, "button": button})


def radio():
    """Signal of the jig's access point in dBm; None = not heard."""
    wlan = network.WLAN(network.STA_IF)
    wlan.active(True)
    best = None
    for row in wlan.scan():
        if row[0] == b"ballast-jig" and (best is None or row[3] > best):
            best = row[3]
    wlan.active(False)
    say("radio", best)


parts = (pilot, thermistors) if adc() else ()
for part in (relay, rcd) + parts + (lights, radio):
    part()
print("JIG " + json.dumps({"test": "end", "value": board.NAME}))
