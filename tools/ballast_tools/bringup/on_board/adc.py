"""The ADC: time of a reading, and its error against the pilot's own levels."""

import time

from common import attempt, cost, mount_application, spread, timed, value


def main(params):
    from machine import ADC, PWM, Pin

    board = params["board"]
    adc = ADC(Pin(board["CP_ADC_PIN"]), atten=ADC.ATTN_11DB)
    cost("adc_read", 1, timed(adc.read_uv, 256))
    inverted = bool(board["CP_PWM_INVERTED"])
    pwm = PWM(Pin(board["CP_PWM_PIN"]), freq=1000, duty_u16=65535, invert=inverted)
    for name, duty in (("plus", 65535), ("minus", 0)):
        pwm.duty_u16(duty)
        time.sleep_ms(50)
        readings = [adc.read_uv() for _ in range(128)]
        value("adc_%s_uv" % name, spread(readings))
    pwm.duty_u16(65535)
    attempt("pilot_levels", levels, board, pwm)


def levels(board, pwm):
    """What the firmware's own burst makes of PWM: [duty in 1/1000, CP high mV, CP low mV] by duty."""
    mount_application()
    from ballast.control.records import Scan
    from ballast.ports.pilot_io import PilotIo

    pilot = PilotIo(
        board["CP_PWM_PIN"], board["CP_ADC_PIN"], board["CP_OFFSET_UV"], board["CP_GAIN_X100"],
        board["CP_PWM_INVERTED"], board["CP_BURST"], board["CP_SPACING_US"],
    )  # fmt: skip
    scan = Scan()
    rows = []
    for duty in (100, 267, 533, 800):
        pilot.write(1, duty * 65535 // 1000)
        time.sleep_ms(50)
        high, low = [], []
        for _ in range(40):
            pilot.read(scan)
            high.append(scan.pilot_high_mv)
            low.append(scan.pilot_low_mv)
        rows.append([duty, spread(high), spread(low)])
    pilot.write(0, 0)
    value("pilot_levels", rows)
