"""The charger's own power meter: what the EV draws, and the energy of it."""

from micropython import const

from ballast.control import ticks

_SILENT_MS = const(1000)  # ten readings at 10 Hz
_MAX_GAP_MS = const(2000)  # a longer gap adds no energy: nobody knows what flowed
_WH = const(36000000)  # 0.1 W * ms in one Wh


class EvMeter:
    """ma: [3] mA. supply_mv: [3] mV. seq: counts readings. t_ms: time of the last. fitted, silent.

    dw: power of all phases in 0.1 W. wh: energy since the start in Wh, wraps at
    2**29. max_ma: the largest of the three phases.
    """

    def __init__(self, fitted):
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
        self._rest = 0
        self._started = False

    def step(self, now_ms, scan):
        """Take over a new reading. Returns True when there was one."""
        if not self._started:
            self._started = True
            self.t_ms = now_ms
            self._port_seq = scan.meter_seq
        if not self.fitted:
            return False
        if scan.meter_seq == self._port_seq:
            if ticks.diff(now_ms, self.t_ms) >= _SILENT_MS:
                self.silent = 1  # stays, until the next reading: no wrap can undo it
            return False
        self._port_seq = scan.meter_seq
        self._take(scan, ticks.diff(now_ms, self.t_ms))
        self.t_ms = now_ms
        self.seq = (self.seq + 1) & 0xFFFFFF
        self.silent = 0
        return True

    def _take(self, scan, gap_ms):
        if gap_ms < _MAX_GAP_MS:
            self._rest += self.dw * gap_ms  # power held since the last reading
            while self._rest >= _WH:
                self._rest -= _WH
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
