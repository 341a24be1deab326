"""The charger's own power meter: the current and the energy that the EV draws."""

from micropython import const

from ballast.control import ticks
from ballast.control.records import Scan

_SILENT_MS = const(1000)  # ten readings at 10 Hz
_MAX_GAP_MS = const(2000)  # a longer gap adds no energy: the current in it is not known
_WH = const(36000000)  # 0.1 W * ms in one Wh


class EvMeter:
    """The newest reading, and the energy.

    ma: [3] to the EV. supply_mv: [3] before the contactor. max_ma: the largest of the three
    phases. dw: power of all phases in 0.1 W. wh: energy since the start in Wh, wraps at 2**29.
    seq: counts readings. t_ms: time of the newest. fitted: the board has such a meter.
    silent: 1 = no reading for a second.
    """

    def __init__(self, fitted: bool) -> None:
        self.fitted = fitted
        self.ma = [0, 0, 0]
        self.supply_mv = [0, 0, 0]
        self.seq = 0
        self.t_ms = 0
        self.dw = 0
        self.max_ma = 0
        self.wh = 0
        self.silent = 0
        self._port_seq = 0
        self._rest_dw_ms = 0  # energy that is not yet a whole Wh, in 0.1 W * ms
        self._started = False

    def step(self, now_ms: int, scan: Scan) -> bool:
        """Take over a new reading; True if there was one."""
        if not self._started:
            self._started = True
            self.t_ms = now_ms
            self._port_seq = scan.meter_seq
        if not self.fitted:
            return False
        if scan.meter_seq == self._port_seq:
            if ticks.diff(now_ms, self.t_ms) >= _SILENT_MS:
                self.silent = 1  # until the next reading, also when the tick difference wraps
            return False
        self._port_seq = scan.meter_seq
        self._take(scan, ticks.diff(now_ms, self.t_ms))
        self.t_ms = now_ms
        self.seq = (self.seq + 1) & 0xFFFFFF
        self.silent = 0
        return True

    def _take(self, scan: Scan, gap_ms: int) -> None:
        if gap_ms < _MAX_GAP_MS:
            self._rest_dw_ms += self.dw * gap_ms  # the power of the last reading, until this one
            while self._rest_dw_ms >= _WH:
                self._rest_dw_ms -= _WH
                self.wh = (self.wh + 1) & 0x1FFFFFFF
        dw = top = 0
        for i in range(3):
            ma = scan.ev_ma[i]
            self.ma[i] = ma
            self.supply_mv[i] = scan.supply_mv[i]
            if ma > top:
                top = ma
            dw += ma * (scan.supply_mv[i] // 100) // 1000
        self.dw = dw
        self.max_ma = top
