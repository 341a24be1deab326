"""The faults' ids, and what latches, counts and ends faults by the catalogue."""

from micropython import const

from ballast.control import ticks
from ballast.control.places import PLACES
from ballast.control.records import Fit
from ballast.control.safety.fault_catalogue import (  # noqa: F401 - others import some from here
    AUTO,
    CATALOGUE,
    DERATE,
    MANUAL,
    PAUSE,
    POWER,
    SERVICE,
    STOP,
    UNPLUG,
    WARN,
)
from ballast.control.settings import Settings

# Ids: the order of the catalogue. They are stored and shown: never renumber.
NONE = const(0)
EXCEPTION = const(1)
OVERRUN = const(2)
CRASH_LOOP = const(3)
WATCHDOG = const(4)
BROWN_OUT = const(5)
RCD_TRIP = const(6)
RCD_TEST = const(7)
PE_LOST = const(8)
WELD = const(9)
NO_CLOSE = const(10)
DIODE = const(11)
VENTILATION = const(12)
PILOT_SHORT = const(13)
PILOT_LOST = const(14)
OVERCURRENT = const(15)
UNDERVOLT = const(16)
OVERVOLT = const(17)
PHASE_LOST = const(18)
PLUG_HOT = const(19)
CONNECTOR_HOT = const(20)
BOX_HOT = const(21)
PLUG_RISE = const(22)
PLUG_SENSOR = const(23)
CONNECTOR_SENSOR = const(24)
BOX_SENSOR = const(25)
OWN_METER = const(26)
METER_LOST = const(27)
METER_DISTRUST = const(28)
DERATED = const(29)
SETTINGS = const(30)
STORAGE = const(31)
CLOCK = const(32)
LEAK_OPEN = const(33)
METERS_APART = const(34)
COUNT = const(35)


def by_key(key: str) -> int:
    """The id of the fault with this key in the catalogue. ValueError when there is none."""
    for fault in range(COUNT):
        if CATALOGUE[fault][0] == key:
            return fault
    raise ValueError("%s: no such fault" % key)


class Faults:
    """Which faults are active, and what follows from them.

    stop, pause, derate: 1 while an active fault has this action. By id: active, present (1 =
    the cause is there now), count (how often, kept over power cuts), since_s (uptime when it
    came), and latch, action, hold_ms, retries as in the catalogue, or as the market has them.
    first: id of the first cause since no fault was active, first_s: uptime when it came.
    before, before_s: the first cause of the run before this one, 0 = none.
    changes: counts activations and endings (16 bit, wrapping).
    away: 1 = no EV is there. Set from outside: now_s (uptime).
    """

    def __init__(self) -> None:
        self.active = bytearray(COUNT)
        self.present = bytearray(COUNT)
        self.count = [0] * COUNT
        self.hold_ms = [row[3] for row in CATALOGUE]
        self.retries = [row[4] for row in CATALOGUE]
        self.latch = bytearray([row[2] for row in CATALOGUE])
        self.action = bytearray([row[1] for row in CATALOGUE])
        self._used = bytearray(COUNT)  # how often it has ended by itself since the last reset
        self._gone_ms = [0] * COUNT  # when its cause went away
        self.since_s = [0] * COUNT
        self._freed = bytearray(COUNT)  # UNPLUG latches whose EV has gone
        self.first = NONE
        self.first_s = 0
        self.before = NONE
        self.before_s = 0
        self.away = 0
        self.now_s = 0
        self.stop = 0
        self.pause = 0
        self.derate = 0
        self.changes = 0
        self._any = 0
        self._mild: "list[int]" = []  # faults of broken sensors that only lower the current
        for row in PLACES:
            fault = by_key(row[5])
            if self.action[fault] == DERATE:
                self._mild.append(fault)

    def configure(self, settings: Settings, fit: Fit, now_ms: int) -> None:
        """Take over what a market may change of the catalogue.

        The charger may try again by itself after a residual current. A broken sensor whose
        fault is DERATE in the catalogue may stop the charge instead.
        """
        if settings["rcd_retries"]:
            self.latch[RCD_TRIP] = AUTO
            self.hold_ms[RCD_TRIP] = settings["rcd_retry_ms"]
            self.retries[RCD_TRIP] = settings["rcd_retries"]
        else:
            self.latch[RCD_TRIP] = UNPLUG
        action = STOP if settings["box_stop"] else DERATE
        for fault in self._mild:
            if self.action[fault] != action:
                self.action[fault] = action
                self._recompute()

    def put(self, fault: int, present: int, now_ms: int) -> None:
        """Say whether the cause of `fault` is there now: not 0 = yes. Latching is done here."""
        if present:
            if not self.present[fault]:
                self.present[fault] = 1
            if not self.active[fault]:
                self._activate(fault)
        elif self.present[fault]:
            self.present[fault] = 0
            self._gone_ms[fault] = now_ms

    def _activate(self, fault: int) -> None:
        self.active[fault] = 1
        self._freed[fault] = self.away
        self.since_s[fault] = self.now_s
        if self.count[fault] < 65535:
            self.count[fault] += 1
        if self.first == NONE or (
            self.action[fault] == STOP and self.action[self.first] != STOP
        ):
            self.first = fault
            self.first_s = self.now_s
        self._recompute()

    def _clear(self, fault: int) -> None:
        self.active[fault] = 0
        self._recompute()
        if self.first == fault:
            self.first = NONE
            for other in range(1, COUNT):
                if self.active[other] and (
                    self.first == NONE or self.action[other] > self.action[self.first]
                ):
                    self.first = other
                    self.first_s = self.since_s[other]

    def _recompute(self) -> None:
        self.changes = (self.changes + 1) & 0xFFFF
        stop = pause = derate = any_active = 0
        for fault in range(1, COUNT):
            if self.active[fault]:
                any_active = 1
                action = self.action[fault]
                if action == STOP:
                    stop = 1
                elif action == PAUSE:
                    pause = 1
                elif action == DERATE:
                    derate = 1
        self.stop = stop
        self.pause = pause
        self.derate = derate
        self._any = any_active

    def step(self, now_ms: int) -> None:
        """End AUTO faults, and UNPLUG ones whose EV has gone, after their hold time."""
        if not self._any:
            return
        for fault in range(1, COUNT):
            if (
                self.active[fault]
                and not self.present[fault]
                and self._may_end(fault)
                and ticks.diff(now_ms, self._gone_ms[fault]) >= self.hold_ms[fault]
            ):
                if self.latch[fault] == AUTO and self.retries[fault] >= 0:
                    self._used[fault] += 1
                self._clear(fault)

    def _may_end(self, fault: int) -> "bool | int":
        """Whether an active fault ends by itself once its hold time is over."""
        if self.latch[fault] == UNPLUG:
            return self._freed[fault]
        retries = self.retries[fault]
        return self.latch[fault] == AUTO and (retries < 0 or self._used[fault] < retries)

    def locks(self) -> int:
        """Not 0 when an active fault locks the charger: it shows state F instead of waiting for an EV."""
        return self.active[CRASH_LOOP] or self.active[RCD_TEST] or self.active[WELD]

    def exhausted(self, fault: int) -> bool:
        """Whether `fault` has ended by itself as often as it may: now it waits for a reset."""
        return self.retries[fault] >= 0 and self._used[fault] >= self.retries[fault]

    def unplugged(self, now_ms: int) -> None:
        """The EV is gone: UNPLUG latches end once their cause is gone for hold_ms too.

        The hold begins now: how long the cause was gone before, with the EV, does not count.
        """
        self.away = 1
        for fault in range(1, COUNT):
            if self.latch[fault] == UNPLUG and self.active[fault]:
                self._freed[fault] = 1
                if not self.present[fault]:
                    self._gone_ms[fault] = now_ms
        self.step(now_ms)

    def plugged(self) -> None:
        """An EV is there: an UNPLUG fault from now on waits until it is unplugged."""
        self.away = 0

    def reset(self) -> bool:
        """A reset by hand: AUTO, UNPLUG and MANUAL faults end if their cause is gone.

        True when no STOP fault is left.
        """
        for fault in range(1, COUNT):
            if self.latch[fault] <= MANUAL:
                self._used[fault] = 0
                if self.active[fault] and not self.present[fault]:
                    self._clear(fault)
        return self.stop == 0

    def service_reset(self) -> None:
        """After a repair: every fault ends if its cause is gone, a welded contact too."""
        for fault in range(1, COUNT):
            self._used[fault] = 0
            if self.active[fault] and not self.present[fault]:
                self._clear(fault)

    def _survives(self, fault: int) -> bool:
        """Whether an active fault outlives a power cut.

        MANUAL and SERVICE by their latch; AUTO that has used up its retries; and UNPLUG, because
        the charger must not close onto a residual current when the supply returns (chosen: the
        safer reading of IEC 61851-1 clause 14).
        """
        latch = self.latch[fault]
        return (
            latch == MANUAL
            or latch == SERVICE
            or latch == UNPLUG
            or (latch == AUTO and self.exhausted(fault))
        )

    def restore(
        self,
        counts: "list[int]",
        latched: "list[int]",
        used: "list[int] | tuple[int, ...]" = (),
        first: int = NONE,
        first_s: int = 0,
    ) -> None:
        """Take over what was kept: counters by id, ids of latched faults, used() by id.

        first, first_s: the first cause of the run before this one.
        """
        for fault in range(1, min(COUNT, len(counts))):
            self.count[fault] = counts[fault]
        for fault in range(1, min(COUNT, len(used))):
            self._used[fault] = used[fault]
        for fault in latched:
            if 0 < fault < COUNT and not self.active[fault]:
                if self.latch[fault] == AUTO and self.retries[fault] > 0:
                    self._used[fault] = self.retries[fault]
                if self._survives(fault):
                    self._activate(fault)
                    self.count[fault] = max(0, self.count[fault] - 1)  # not a new event
        if 0 < first < COUNT:
            self.before = first
            self.before_s = first_s

    def used(self) -> "list[int]":
        """By id: how often it has ended by itself since the last reset. Allocates: for storage."""
        return list(self._used)

    def latched(self) -> "list[int]":
        """Ids of the faults that must outlive a power cut. Allocates: for storage."""
        return [f for f in range(1, COUNT) if self.active[f] and self._survives(f)]
