"""Self-test of the residual-current monitor (RDC-DD / RCM).

It drives the monitor's test input and passes only with the answer that the data sheet
promises, in time. IEC 62752 and IEC 62955 demand it before each charge, or every 24 h.
The answer is timed by the steps. So a test in which a step came late, and which failed, proves
nothing about the monitor: it is repeated, a few times.
"""

from micropython import const

from ballast.control import ticks

IDLE = const(0)
RUNNING = const(1)
PASSED = const(2)
FAILED = const(3)

NAMES = ("RCM14", "X6/X30", "RCMB102", "RCMB104")

# One row for each module, times in ms: how long the test input is driven; first trip not before,
# and not after; how many trips; how long a trip may last; when the whole answer must be over.
MODULES = (
    # Western Automation RCM14-01/-03: trip within 500 ms (esp32-evse rcm.c). Chosen, stricter:
    # the line must be clear again within 1 s.
    (100, 0, 500, 1, 1000, 1700),
    # X6/X30 family (Tinkerforge dc_fault.c, ADI self_test.c), both outputs on one line:
    # 740 ms (+400) to X6, both low after 2030-2100 ms; 2.5 s is 400 ms of tolerance.
    (240, 300, 1140, 1, 1800, 2500),
    # Bender RCMB102/103 manual p. 14: off by 0.3 s, on 0.5 s, off 1.8 s, on 2.3 s, end 6.6 s.
    # Its test pulse of 50-100 us is made by the port.
    (20, 0, 400, 2, 800, 6800),
    # Bender RCMB104: the manual gives no sequence; chosen from its 6 mA DC break time.
    (500, 0, 1000, 1, 1500, 2600),
)
_DRIVE = const(0)
_EARLY = const(1)
_LATE = const(2)
_TRIPS = const(3)
_CLEAR = const(4)
_END = const(5)

_GAP_MS = const(60)  # chosen: three steps; the shortest part of an answer lasts 200 ms (Bender)
_REPEATS = const(3)  # chosen: a monitor that fails with late steps so often is taken for bad
_REST_MS = const(1000)  # chosen: so long after its end a repeated test waits for a clear line
QUICK_MS = const(2600)  # a test this short fits into the 3 s of B to C


class RcdTest:
    """state: IDLE..FAILED. drive: level for the test input.

    module: index into MODULES.
    """

    def __init__(self, module: int) -> None:
        row = MODULES[module]
        self._drive_ms = row[_DRIVE]
        self._early_ms = row[_EARLY]
        self._late_ms = row[_LATE]
        self._trips = row[_TRIPS]
        self._clear_ms = row[_CLEAR]
        self._end_ms = row[_END]
        self.quick = row[_END] <= QUICK_MS
        self.state = IDLE
        self.drive = 0
        self._start_ms = 0
        self._edge_ms = 0
        self._trip = 0
        self._seen = 0
        self._last_ms = 0  # of the last reading, since the start
        self._held_up = False  # a step of this test came late
        self._void = False  # it has failed, but will be repeated
        self._repeats = 0

    def start(self, now_ms: int, trip: int) -> None:
        """Begin. With a trip line that is active already the test fails at once: it may be stuck."""
        self._start_ms = now_ms
        self._trip = 0
        self._seen = 0
        self._last_ms = 0
        self._held_up = self._void = False
        self.drive = 0 if trip else 1
        self.state = FAILED if trip else RUNNING

    def abort(self) -> None:
        """Drop a running test or an old result."""
        self.drive = 0
        self.state = IDLE

    def step(self, now_ms: int, trip: int) -> None:
        """Take a reading of the trip line (1 = trip) while the test runs."""
        if self.state != RUNNING:
            return
        t = ticks.diff(now_ms, self._start_ms)
        if t - self._last_ms > _GAP_MS:
            self._held_up = True
        self._last_ms = t
        if self._void:
            self._await_rest(t, trip)
            return
        if t >= self._drive_ms:
            self.drive = 0
        if trip and not self._trip:
            self._seen += 1
            self._edge_ms = t
            if self._seen == 1 and (t < self._early_ms or t > self._late_ms):
                self._end(FAILED)
        elif not trip and self._trip:
            self._edge_ms = t
        elif trip and t - self._edge_ms > self._clear_ms:
            self._end(FAILED)
        self._trip = trip
        if self.state == RUNNING and not self._void:
            if self._seen == 0 and t > self._late_ms:
                self._end(FAILED)
            elif t >= self._end_ms or (self._seen == self._trips and not trip and self._settled(t)):
                self._end(PASSED if self._seen == self._trips and not trip else FAILED)

    def _settled(self, t: int) -> bool:
        return t - self._edge_ms >= 100 and t >= self._drive_ms

    def _end(self, state: int) -> None:
        self.drive = 0
        if state == FAILED and self._held_up and self._repeats < _REPEATS:
            self._void = True
            return
        self._repeats = 0
        self.state = state

    def _await_rest(self, t: int, trip: int) -> None:
        """Wait until the answer to a test without a verdict is over; then it may begin again."""
        if t < self._end_ms:
            return
        if not trip:
            self._repeats += 1
            self.state = IDLE
        elif t >= self._end_ms + _REST_MS:
            self.state = FAILED
