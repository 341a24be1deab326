"""Control pilot: drives CP through one PWM pin, reads it back through one ADC pin.

How to measure a 1 kHz square wave without synchronised sampling
----------------------------------------------------------------
MicroPython on the ESP32 can neither start the ADC from the PWM nor sample continuously.
Therefore the port takes a burst of N readings with the spacing d. Seen modulo the period
of 1000 us, the instants of the readings spread over the period. For d = 1000 / (8 + 0.618)
= 116 us they spread evenly (golden section: no resonance with the period): after N = 34
readings (3.9 ms, four periods) any 72 us of the period hold two instants. The shortest part
that this charger generates is 100 us (10 % duty, 6 A; less than 6 A is never signalled).
Less an edge of 10 us and 15 us by which the time of a reading varies, each part holds
at least two readings. The board checker (tools) computes this for each board.

The largest and the smallest reading are discarded, so one disturbed reading changes
nothing. At 5 % duty the only reading of the high part could be discarded; this charger
does not generate 5 %.

A reading takes 40-100 us on the chip, and not always the same time. Each reading of a burst
has its own moment, counted from the first one. A fixed pause after each reading would add up
their differences: at 10 % duty and 118 us from reading to reading, 5 of 100 bursts have at most one
reading in the high part (computed), and two such bursts in a row look like state F.
The constructor measures the time of a reading. If it is longer than the spacing, the next
golden spacing is used, 1000 / (7.618, 6.618, ...), with as many readings as it needs.

A step that comes late must decide by itself whether the EV still asks for current. So `read`
takes a second burst when more than LATE_MS have passed since the last one.
"""

import time

from machine import ADC, PWM, Pin
from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.ports.shapes import Scan

FREQ_HZ = 1000
_HOLD = 0  # as control.records.PILOT_HOLD and so on; a test compares the numbers
_PWM = 1
_NEG = 2
_PLUS_12 = 65535  # duty that is a constant high
_MINUS_12 = 0
_GOLDEN = ((116, 34), (131, 38), (151, 40), (178, 40), (217, 40))  # us, readings
_PROBES = const(16)
_SLOWEST = const(2)  # chosen: of the probes; an interrupt may have come into these
LATE_MS = 25  # as control/pilot/pilot.LATE_MS; a test compares them
NO_READING = 100000  # as control/records.NO_READING


class PilotIo:
    """One control pilot.

    pwm_pin, inverted: 1 = pin low gives +12 V. adc_pin: an ADC1 pin.
    offset_uv: ADC voltage at CP = 0 V. gain_x100: CP mV per ADC mV, times 100.
    burst: readings per step, 4..64. spacing_us: 116, or 0 = read without waiting.
    """

    def __init__(
        self,
        pwm_pin: int,
        adc_pin: int,
        offset_uv: int,
        gain_x100: int,
        inverted: int = 0,
        burst: int = 34,
        spacing_us: int = 116,
    ) -> None:
        # the frequency is set only here: a change restarts the timer with a short pulse
        self._pwm = PWM(Pin(pwm_pin), freq=FREQ_HZ, duty_u16=_PLUS_12, invert=bool(inverted))
        self._set_duty = self._pwm.duty_u16
        self._duty = _PLUS_12
        self._adc = ADC(Pin(adc_pin), atten=ADC.ATTN_11DB)
        self._read_uv = self._adc.read_uv
        self._sleep_us = time.sleep_us
        self._ticks_us = time.ticks_us
        self._ticks_ms = time.ticks_ms
        self._ticks_diff = time.ticks_diff
        self._read_ms = time.ticks_ms()
        self._more = burst - 1
        self._offset_uv = offset_uv
        self._gain_x100 = gain_x100
        self.pace_us = self._measure_pace(spacing_us) if spacing_us else 0

    def _measure_pace(self, spacing_us: int) -> int:
        """From one reading to the next: `spacing_us`, or the first golden spacing that a reading fits in."""
        took = []
        try:
            for _ in range(_PROBES):
                start = time.ticks_us()  # these calls cost about what those of a burst do
                self._read_uv()
                took.append(time.ticks_diff(time.ticks_us(), start))
        except OSError:
            return spacing_us
        cost = sorted(took)[-1 - _SLOWEST]
        for golden, burst in _GOLDEN:
            if golden >= spacing_us and golden >= cost:
                if burst > self._more + 1:
                    self._more = burst - 1
                return golden
        return 0

    def read(self, scan: "Scan") -> None:
        """Fill the pilot's fields of `scan`. About 4 ms on the chip, 8 ms in a late step."""
        now = self._ticks_ms()
        late = self._ticks_diff(now, self._read_ms) > LATE_MS
        self._read_ms = now
        self._burst(scan)
        scan.pilot_bursts = 1
        if late:
            scan.pilot_first_mv = scan.pilot_high_mv if scan.pilot_samples else NO_READING
            self._burst(scan)
            scan.pilot_bursts = 2

    def _burst(self, scan: "Scan") -> None:
        """Fill pilot_high_mv, pilot_low_mv, pilot_samples from one burst."""
        read_uv = self._read_uv
        sleep_us = self._sleep_us
        ticks_us = self._ticks_us
        ticks_diff = self._ticks_diff
        pace = self.pace_us
        due = 0
        high = -1  # second largest so far; `top` is the largest
        low = 1 << 29
        try:
            start = ticks_us()
            top = bottom = read_uv()
            for _ in range(self._more):
                if pace:
                    due += pace
                    early = due - ticks_diff(ticks_us(), start)
                    if early > 0:
                        sleep_us(early)
                uv = read_uv()
                if uv > high:
                    if uv > top:
                        high = top
                        top = uv
                    else:
                        high = uv
                if uv < low:
                    if uv < bottom:
                        low = bottom
                        bottom = uv
                    else:
                        low = uv
        except OSError:
            scan.pilot_samples = 0
            return
        # uV / 10 keeps the product within 31 bits: a big integer would allocate memory
        gain = self._gain_x100
        scan.pilot_high_mv = (high - self._offset_uv) // 10 * gain // 10000
        scan.pilot_low_mv = (low - self._offset_uv) // 10 * gain // 10000
        scan.pilot_samples = self._more + 1

    def write(self, mode: int, duty_u16: int) -> None:
        """mode: PILOT_HOLD, PILOT_PWM with `duty_u16`, or PILOT_NEG. Any other mode gives -12 V."""
        if mode == _PWM:
            duty = duty_u16
        elif mode == _HOLD:
            duty = _PLUS_12
        else:
            duty = _MINUS_12
        if duty != self._duty:
            self._set_duty(duty)
            self._duty = duty
