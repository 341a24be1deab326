"""Data of residual current modules: thresholds, operating times, self-test sequences.

From the makers' manuals as far as they could be read (named below); the rest is marked chosen.
"""

from math import inf, log


class Module:
    """Data of one module type.

    dc_ma, ac_ma: trip thresholds (0 = does not watch that kind). dc_release_ma, ac_release_ma.
    dc_times, ac_times: [(multiple of the threshold, seconds)], rising multiples; between the
    points the time is interpolated on logarithms. hold_s: outputs stay active after the release.
    test: [(seconds after the test edge, out_dc, out_ac)], what the outputs do.
    test_s: longest duration of the self-test. test_min_s..test_max_s: accepted test pulse;
    a pulse longer than reset_s resets the module (None: no such function).
    level: True = a test as long as the input is active, sequence from the edge, ends with it.
    """

    def __init__(
        self,
        name,
        dc_ma,
        ac_ma,
        dc_release_ma,
        ac_release_ma,
        dc_times,
        ac_times,
        test,
        test_s,
        hold_s=0.3,
        test_min_s=0.0,
        test_max_s=inf,
        reset_s=None,
        level=False,
    ):
        self.name = name
        self.dc_ma, self.ac_ma = dc_ma, ac_ma
        self.dc_release_ma, self.ac_release_ma = dc_release_ma, ac_release_ma
        self.dc_times, self.ac_times = dc_times, ac_times
        self.test, self.test_s = test, test_s
        self.hold_s = hold_s
        self.test_min_s, self.test_max_s, self.reset_s = test_min_s, test_max_s, reset_s
        self.level = level


# IEC 62752 limits for RCMB104-1 switch outputs: Bender manual, p. 15 and (11.2021) p. 13
_DC = [(1.0, 0.48), (2.0, 0.24), (5.0, 0.12), (50.0, 0.02)]
_AC = [(1.0, 0.18), (2.0, 0.07), (5.0, 0.02)]

# The 6 mA / 30 mA modules of one family: thresholds, release, operating times
_IC_CPD = {
    "dc_ma": 6.0,
    "ac_ma": 30.0,
    "dc_release_ma": 3.0,
    "ac_release_ma": 12.0,
    "dc_times": _DC,
    "ac_times": _AC,
}

MODULES = {
    # X6 (DC) and X30 (AC) outputs; test input low 30 ms..1.2 s, here active = 1;
    # +700 ms X6, +1400 ms both, 2030..2100 ms both back (two open sources agree within 5 %)
    "X6_X30": Module(
        "X6/X30",
        **_IC_CPD,
        test=[(0.70, 1, 0), (1.40, 1, 1), (2.07, 0, 0)],
        test_s=2.1,
        test_min_s=0.03,
        test_max_s=1.2,
    ),
    # one open-collector output at 30 mA (DC and AC); ends 6.6 s after the edge; release
    # < 10 mA for 1.2 s; > 530 ms on the input = reset; pulses from 50 us are accepted
    "RCMB102": Module(
        "Bender RCMB102",
        dc_ma=30.0,
        ac_ma=30.0,
        dc_release_ma=10.0,
        ac_release_ma=10.0,
        dc_times=_AC,
        ac_times=_AC,
        # X12 off by 0.3 s; from that edge on at 0.5 s, off at 1.8 s, on at 2.3 s
        test=[(0.3, 1, 1), (0.8, 0, 0), (2.1, 1, 1), (2.6, 0, 0)],
        test_s=6.6,
        hold_s=1.2,
        test_max_s=0.53,
        reset_s=0.53,
    ),
    # two outputs, 6 mA DC and 30 mA rms; the manual seen gives a test input and break times but
    # no sequence: both outputs open within the DC break time and close again (chosen)
    "RCMB104": Module("Bender RCMB104", **_IC_CPD, test=[(0.45, 1, 1), (0.95, 0, 0)], test_s=1.5),
    # Western Automation RCM14-01/-03: the output follows the test level within 500 ms
    # (rise 60 ms: chosen) and falls back after it (chosen)
    "RCM14": Module("RCM14", **_IC_CPD, test=[(0.06, 1, 1)], test_s=0.5, hold_s=0.2, level=True),
}


def trip_time_s(ma, threshold_ma, times):
    """Operating time at this residual current; inf below the threshold.

    >>> round(trip_time_s(12.0, 6.0, [(1.0, 0.48), (2.0, 0.24)]), 3)
    0.24
    """
    if threshold_ma <= 0.0 or ma < threshold_ma:
        return inf
    multiple = ma / threshold_ma
    before = times[0]
    for point in times:
        if multiple <= point[0]:
            if point is before:
                return point[1]
            way = log(multiple / before[0]) / log(point[0] / before[0])
            return before[1] * (point[1] / before[1]) ** way
        before = point
    return times[-1][1]
