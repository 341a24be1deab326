"""The commissioning test: move the EV's current in a known pattern and search for it in the mains.

The caller limits the EV to the result of `step` (by a limit slot of its own), so the test can
only lower the current. The pattern has nine levels, high and low by turns. Each lasts for a
different time, so that no load of the house switches in the same rhythm. The last seconds
of each level are averaged, for the mains and for the EV's own meter. The eight edges between
the levels give eight ratios for each mains phase. The median counts: the house may spoil
three of the eight.

The result: which mains phases move with the EV, in which ratio and direction, and how late
(ratio_pm, delay_ms, verdict). A phase on which the EV draws nothing is not judged.
"""

from micropython import const

from ballast.control.meter.ev_meter import EvMeter
from ballast.control.meter.meter import Meter
from ballast.control.ticks import add, diff

IDLE = const(0)
RUNNING = const(1)
DONE = const(2)

# verdict
OK = const(0)
NOT_FITTED = const(1)  # there is no own power meter to compare with
NO_EV = const(2)  # the EV did not follow: full, asleep, or too little current allowed
SILENT = const(3)  # no reading for too long
NO_ANSWER = const(4)  # no phase moved with the EV: the meter is on the wrong cable
REVERSED = const(5)  # a phase moved in the other direction: turn the clamp round
RATIO = const(6)  # a phase moved too little or too much: wrong transformer ratio
RESTLESS = const(7)  # the house moved more than the EV: try again
ABORTED = const(8)

VERDICT_KEYS = (
    "ok",
    "not_fitted",
    "no_ev",
    "silent",
    "no_answer",
    "reversed",
    "ratio",
    "restless",
    "aborted",
)

_LEVELS = const(9)
_EDGES = const(8)
# Seconds of each level. An EV has 5 s to follow (IEC 61851-1, table A.7), a meter 2 s.
_HOLD_S = (14, 11, 13, 10, 15, 11, 12, 10, 13)
_AVERAGE_MS = const(4000)  # at the end of each level
_MOVE_MA = const(4000)  # a smaller edge of the EV does not count
_NEEDED = const(5)  # edges that must agree, of 8
_SILENT_MS = const(8000)
_QUIET_PM = const(200)  # a smaller part of the EV's movement does not count as one
LOW_PM = const(850)
HIGH_PM = const(1150)
_MAX_PM = const(20000)


class Commissioning:
    """One test at a time.

    state: IDLE, RUNNING, DONE. verdict: OK .. ABORTED. progress: 0..100 %.
    ratio_pm: [3] movement of each mains phase per movement of the EV, signed, in 1/1000;
    1000 = right, 0 = did not move. agree: [3] how many edges agree with that ratio (0..8).
    delay_ms: how late the meter shows the EV. phases: how many mains phases moved.
    first: the mains phase (0..2) if just one moved, else -1.
    """

    def __init__(self) -> None:
        self.state = IDLE
        self.verdict = OK
        self.ratio_pm = [0, 0, 0]
        self.agree = [0, 0, 0]
        self.delay_ms = 0
        self.phases = 0
        self.first = -1
        self.progress = 0
        self._low_ma = 6000
        self._high_ma = 16000
        self._level = 0
        self._until_ms = 0
        self._seq = 0
        self._heard_ms = 0  # when the last reading of the mains came
        self._n = 0
        self._sum = [0, 0, 0, 0]  # mains L1..L3, EV
        self._mean = [[0, 0, 0, 0] for _ in range(_LEVELS)]
        self._pm = [0] * _EDGES  # ratios of one phase, sorted

    def start(self, now_ms: int, ev: EvMeter, low_ma: int, high_ma: int) -> bool:
        """Begin the test; False without an own meter (verdict NOT_FITTED).

        low_ma, high_ma: the two levels, at least 4 A apart, or no edge counts.
        """
        if not ev.fitted:
            self._end(NOT_FITTED)
            return False
        self.state = RUNNING
        self.verdict = OK
        self._low_ma = low_ma
        self._high_ma = high_ma
        self._level = 0
        self._heard_ms = now_ms
        self._until_ms = add(now_ms, _HOLD_S[0] * 1000)
        self._clear()
        for i in range(3):
            self.ratio_pm[i] = self.agree[i] = 0
        self.phases = 0
        self.first = -1
        self.delay_ms = 0
        self.progress = 0
        return True

    def abort(self) -> None:
        """Stop at once: the next step limits the EV no longer."""
        if self.state == RUNNING:
            self._end(ABORTED)

    def step(self, now_ms: int, meter: Meter, ev: EvMeter) -> int:
        """The limit for the EV in mA while the test runs, else -1. meter: the one under test."""
        if self.state != RUNNING:
            return -1
        if meter.seq != self._seq:
            self._seq = meter.seq
            self._heard_ms = now_ms
            if diff(self._until_ms, now_ms) <= _AVERAGE_MS:
                self._take(meter, ev)
        elif diff(now_ms, self._heard_ms) > _SILENT_MS:
            self._end(SILENT)
            return -1
        if diff(now_ms, self._until_ms) >= 0:
            self._close_level(now_ms, meter)
            if self.state != RUNNING:
                return -1
        return self._high_ma if self._level & 1 == 0 else self._low_ma

    def _take(self, meter: Meter, ev: EvMeter) -> None:
        for i in range(3):
            self._sum[i] += meter.raw[i]
        self._sum[3] += max(ev.ma[0], ev.ma[1], ev.ma[2])
        self._n += 1

    def _clear(self) -> None:
        self._n = 0
        for i in range(4):
            self._sum[i] = 0

    def _close_level(self, now_ms: int, meter: Meter) -> None:
        if self._n == 0:
            self._end(SILENT)
            return
        mean = self._mean[self._level]
        for i in range(4):
            mean[i] = self._sum[i] // self._n
        self._clear()
        self._level += 1
        self.progress = self._level * 100 // _LEVELS
        if self._level == _LEVELS:
            self._judge(meter)
        else:
            self._until_ms = add(now_ms, _HOLD_S[self._level] * 1000)

    def _end(self, verdict: int) -> None:
        self.verdict = verdict
        self.state = DONE

    # --- the judgement, once at the end -----------------------------------------------

    def _judge(self, meter: Meter) -> None:
        moved = 0
        for edge in range(_EDGES):
            if abs(self._ev_edge(edge)) >= _MOVE_MA:
                moved += 1
        if moved < _NEEDED:
            self._end(NO_EV)
            return
        for phase in range(3):
            self._rate(phase)
        self.delay_ms = meter.delay_ms
        self._end(self._verdict())

    def _ev_edge(self, edge: int) -> int:
        return self._mean[edge + 1][3] - self._mean[edge][3]

    def _rate(self, phase: int) -> None:
        """Set ratio_pm and agree of one mains phase from the edges on which the EV moved."""
        n = 0
        for edge in range(_EDGES):
            ev = self._ev_edge(edge)
            if abs(ev) < _MOVE_MA:
                continue
            mains = self._mean[edge + 1][phase] - self._mean[edge][phase]
            pm = mains * 100 // (ev // 10) if ev > 0 else -mains * 100 // (-ev // 10)
            pm = -_MAX_PM if pm < -_MAX_PM else _MAX_PM if pm > _MAX_PM else pm
            at = n  # insertion sort
            while at > 0 and self._pm[at - 1] > pm:
                self._pm[at] = self._pm[at - 1]
                at -= 1
            self._pm[at] = pm
            n += 1
        median = self._pm[n // 2] if n & 1 else (self._pm[n // 2 - 1] + self._pm[n // 2]) // 2
        near = abs(median) // 4
        if near < 150:
            near = 150
        agree = 0
        for i in range(n):
            if abs(self._pm[i] - median) <= near:
                agree += 1
        self.agree[phase] = agree
        self.ratio_pm[phase] = 0 if abs(median) < _QUIET_PM else median

    def _verdict(self) -> int:
        worst = OK
        for phase in range(3):
            pm = self.ratio_pm[phase]
            if pm == 0:
                continue
            self.phases += 1
            self.first = phase if self.phases == 1 else -1
            if self.agree[phase] < _NEEDED:
                return RESTLESS
            if pm < 0:
                worst = REVERSED
            elif worst == OK and not LOW_PM <= pm <= HIGH_PM:
                worst = RATIO
        if self.phases:
            return worst
        for phase in range(3):
            if self.agree[phase] < _NEEDED:
                return RESTLESS
        return NO_ANSWER
