"""The fault catalogue, and the engine that latches, counts and clears.

One row per fault: what it does (action), how it ends (latch), how long the
cause must be gone (hold_ms) and how often it may end by itself (retries; -1 =
always). Texts are what a person reads; `mrec` is the ChargeX code for support.
"""

from micropython import const

from ballast.control import ticks

# Actions, in order of severity
WARN = const(0)
DERATE = const(1)
PAUSE = const(2)  # graceful: PWM off, the vehicle opens S2, contactor after 6 s at the latest
STOP = const(3)  # contactor open in this very step

# Latches: what ends a fault once its cause is gone
AUTO = const(0)  # by itself after hold_ms, `retries` times, then as MANUAL
UNPLUG = const(1)  # the vehicle unplugged and then hold_ms without the cause, or a reset by hand
MANUAL = const(2)  # a reset by hand
POWER = const(3)  # a power cycle (and the test that follows it)
SERVICE = const(4)  # never by the user: kept over power cuts

# Ids. Stable: they are stored and shown; never renumber.
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

_STOP_DO = "Unplug the car, wait a moment, plug in again. If it comes back, call support."

# (key, action, latch, hold_ms, retries, mrec, what happened and what was done, what to do)
CATALOGUE = (
    ("none", WARN, AUTO, 0, -1, "", "", ""),
    (
        "exception", STOP, MANUAL, 0, 0, "Internal",
        "The charger's control program met an error and switched the car off.",
        "Unplug the charger from the mains for ten seconds, then reset the fault on this page. "
        "If it comes back, call support.",
    ),
    (
        "overrun", STOP, MANUAL, 0, 0, "Internal",
        "The charger's control program was too slow and switched the car off.",
        "Reset the fault on this page. If it comes back, call support.",
    ),
    (
        "crash_loop", STOP, MANUAL, 0, 0, "PermanentFault",
        "The charger restarted three times within ten minutes and now stays off.",
        "Reset the fault on this page, or install the latest update.",
    ),
    (
        "watchdog", WARN, AUTO, 600000, -1, "Internal",
        "The charger restarted itself after a hang.",
        "Nothing to do. If it happens often, call support.",
    ),
    (
        "brown_out", WARN, AUTO, 600000, -1, "BrownOut",
        "The mains voltage collapsed and the charger restarted.",
        "Nothing to do. If it happens often, have the socket checked.",
    ),
    (
        "rcd_trip", STOP, UNPLUG, 0, 0, "MREC2GroundFailure",
        "Current leaked to earth. The charger switched the car off at once.",
        "Unplug the car and look at cable and plug for damage or water. "
        "If it comes back with another car too, call an electrician.",
    ),
    (
        "rcd_test", STOP, POWER, 0, 0, "Selftest",
        "The protection against leakage current failed its own test. Charging is locked.",
        "Unplug the charger from the mains for ten seconds. If it comes back, it must be repaired.",
    ),
    (
        "pe_lost", STOP, UNPLUG, 5000, -1, "MREC2GroundFailure",
        "The socket's protective earth is missing or live. The car was switched off.",
        "Do not use this socket. Have it checked by an electrician.",
    ),
    (
        "weld", STOP, SERVICE, 0, 0, "MREC17EVSEContactorFault",
        "The charger cannot switch the car off: a contact is stuck.",
        "Pull the mains plug now and have the charger repaired.",
    ),
    (
        "no_close", STOP, UNPLUG, 0, 0, "MREC17EVSEContactorFault",
        "The charger's contactor did not switch on, or dropped out.",
        _STOP_DO,
    ),
    (
        "diode", STOP, UNPLUG, 0, 0, "DiodeFault",
        "The car's signal is wrong: its diode was not seen.",
        "Unplug and plug in again. If only this car does it, have the car's inlet checked.",
    ),
    (
        "ventilation", STOP, UNPLUG, 0, 0, "VentilationNotAvailable",
        "The car asks for room ventilation, which this charger cannot provide.",
        "Charge this car at a charger with ventilation.",
    ),
    (
        "pilot_short", STOP, AUTO, 3000, -1, "MREC14PilotFault",
        "The signal wire to the car is shorted to earth.",
        "Unplug and look into both plugs for dirt, water or bent pins.",
    ),
    (
        "pilot_lost", STOP, AUTO, 3000, -1, "MREC14PilotFault",
        "The signal from the car makes no sense. The car was switched off.",
        "Push the plug in fully, or unplug and plug in again.",
    ),
    (
        "overcurrent", STOP, UNPLUG, 0, 0, "MREC4OverCurrentFailure",
        "The car drew more current than it was allowed.",
        "Unplug and plug in again. If it comes back, have the car checked.",
    ),
    (
        "undervolt", PAUSE, AUTO, 30000, -1, "MREC6UnderVoltage",
        "The mains voltage is too low. Charging waits.",
        "It goes on by itself. If it happens often, try another socket.",
    ),
    (
        "overvolt", PAUSE, AUTO, 30000, -1, "MREC5OverVoltage",
        "The mains voltage is too high. Charging waits.",
        "It goes on by itself. If it happens often, call your grid operator.",
    ),
    (
        "phase_lost", PAUSE, AUTO, 30000, -1, "MREC15PowerLoss",
        "A phase of the supply is missing. Charging waits.",
        "Look at the fuses of this socket.",
    ),
    (
        "plug_hot", STOP, AUTO, 0, 3, "MREC19CableOverTempStop",
        "The mains plug is too hot. The car was switched off.",
        "Let it cool. A worn socket is the usual cause: try another and have this one checked.",
    ),
    (
        "connector_hot", STOP, AUTO, 0, 3, "MREC19CableOverTempStop",
        "The plug at the car is too hot. The car was switched off.",
        "Let it cool and look for dirt or wear on the contacts.",
    ),
    (
        "box_hot", STOP, AUTO, 0, 3, "MREC3HighTemperature",
        "The charger is too hot. The car was switched off.",
        "Put the charger in the shade. It goes on by itself.",
    ),
    (
        "plug_rise", STOP, AUTO, 600000, 1, "MREC19CableOverTempStop",
        "The mains plug got hot unusually fast. The car was switched off.",
        "Push the plug in fully or use another socket. Have this one checked.",
    ),
    (
        "plug_sensor", STOP, AUTO, 5000, -1, "MREC19CableOverTempStop",
        "The temperature sensor in the mains plug is broken. Charging is off.",
        "The charger must be repaired.",
    ),
    (
        "connector_sensor", STOP, AUTO, 5000, -1, "MREC19CableOverTempStop",
        "The temperature sensor in the car's plug is broken. Charging is off.",
        "The charger must be repaired.",
    ),
    (
        "box_sensor", DERATE, AUTO, 5000, -1, "MREC3HighTemperature",
        "The charger's own temperature sensor is broken. It charges with the smallest current.",
        "Have the charger repaired.",
    ),
    (
        "own_meter", STOP, AUTO, 10000, -1, "CommunicationFault",
        "The charger cannot measure its own current. The car was switched off.",
        "Unplug the charger from the mains for ten seconds. If it comes back, call support.",
    ),
    (
        "meter_lost", WARN, AUTO, 0, -1, "CommunicationFault",
        "The house meter or clamp is silent. The charger uses the always available current.",
        "Look at the clamp's battery and its distance to the charger, or at the meter's network.",
    ),
    (
        "meter_distrust", WARN, AUTO, 0, -1, "CommunicationFault",
        "The house meter's numbers make no sense. The charger does not rely on them.",
        "Check that the clamp sits round the supply cable, closed and the right way round.",
    ),
    (
        "derated", DERATE, AUTO, 0, -1, "MREC18CableOverTempDerate",
        "It is warm: the charger lowered the current to stay cool.",
        "Nothing to do.",
    ),
    (
        "settings", WARN, MANUAL, 0, 0, "VendorWarning",
        "The stored settings were damaged. The last good ones, or safe ones, are in use.",
        "Look through the settings and save them once.",
    ),
    (
        "storage", WARN, AUTO, 0, -1, "VendorWarning",
        "The charger's memory is full or damaged. It charges, but keeps no new records.",
        "Export and clear the session log. If it comes back, call support.",
    ),
    (
        "clock", WARN, AUTO, 0, -1, "VendorWarning",
        "The charger does not know the time of day. Schedules wait for it.",
        "Open this page on a phone or connect the charger to Wi-Fi.",
    ),
    (
        "leak_open", STOP, UNPLUG, 0, 0, "MREC17EVSEContactorFault",
        "Current flows although the charger is switched off.",
        "Pull the mains plug now and have the charger checked.",
    ),
    (
        "meters_apart", WARN, AUTO, 10000, -1, "CommunicationFault",
        "The sub-panel's meter shows more than the supply's. One of the two is wrong.",
        "Check both clamps: each round its own cable, closed and the right way round.",
    ),
)  # fmt: skip


class Faults:
    """Which faults are active. Stop and pause are one attribute read away.

    stop, pause, derate: 1 when any active fault demands it. first: the id of the
    first cause since all was well, first_s: uptime in s when it came. count[id]: how
    often, kept over power cuts. away: 1 while no vehicle is there (the scan cycle's
    word). before, before_s: first cause of the run before this one, 0 = none.
    """

    def __init__(self):
        self.active = bytearray(COUNT)
        self.present = bytearray(COUNT)
        self.count = [0] * COUNT
        self.hold_ms = [row[3] for row in CATALOGUE]
        self.retries = [row[4] for row in CATALOGUE]
        self.latch = bytearray([row[2] for row in CATALOGUE])
        self.action = bytearray([row[1] for row in CATALOGUE])
        self._used = bytearray(COUNT)  # self-endings since the last unplug
        self._gone_ms = [0] * COUNT
        self.since_s = [0] * COUNT  # uptime when it became active
        self._freed = bytearray(COUNT)  # UNPLUG latches whose vehicle has gone
        self.first = NONE
        self.first_s = 0
        self.before = NONE
        self.before_s = 0
        self.away = 0
        self.now_s = 0  # uptime, told by the scan cycle
        self.stop = 0
        self.pause = 0
        self.derate = 0
        self.changes = 0  # counts activations and clearings: a service can see it moved
        self._any = 0

    def put(self, fault, present, now_ms):
        """Tell whether the cause of `fault` is there now; latching follows the catalogue."""
        if present:
            if not self.present[fault]:
                self.present[fault] = 1
            if not self.active[fault]:
                self._activate(fault)
        elif self.present[fault]:
            self.present[fault] = 0
            self._gone_ms[fault] = now_ms

    def _activate(self, fault):
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

    def _clear(self, fault):
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

    def _recompute(self):
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

    def step(self, now_ms):
        """End AUTO faults, and UNPLUG ones without their vehicle, after their hold time."""
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

    def _may_end(self, fault):
        """Whether only time stands between an active fault and its end."""
        if self.latch[fault] == UNPLUG:
            return self._freed[fault]
        retries = self.retries[fault]
        return self.latch[fault] == AUTO and (retries < 0 or self._used[fault] < retries)

    def exhausted(self, fault):
        """Whether `fault` has used up its self-endings and now waits for a hand."""
        return self.retries[fault] >= 0 and self._used[fault] >= self.retries[fault]

    def unplugged(self, now_ms):
        """The vehicle is gone: UNPLUG latches end once the cause is gone for hold_ms too.

        The hold begins here: a vehicle that went away says nothing about the past.
        """
        self.away = 1
        for fault in range(1, COUNT):
            if self.latch[fault] == UNPLUG and self.active[fault]:
                self._freed[fault] = 1
                if not self.present[fault]:
                    self._gone_ms[fault] = now_ms
        self.step(now_ms)

    def plugged(self):
        """A vehicle is there: what it causes from now on waits for its unplugging."""
        self.away = 0

    def reset(self):
        """A reset by hand: MANUAL, UNPLUG and exhausted AUTO end where the cause is gone.

        True when no STOP fault is left.
        """
        for fault in range(1, COUNT):
            if self.latch[fault] <= MANUAL:
                self._used[fault] = 0
                if self.active[fault] and not self.present[fault]:
                    self._clear(fault)
        return self.stop == 0

    def service_reset(self):
        """After a repair: everything whose cause is gone ends, weld included."""
        for fault in range(1, COUNT):
            self._used[fault] = 0
            if self.active[fault] and not self.present[fault]:
                self._clear(fault)

    def _survives(self, fault):
        """Whether an active fault outlives a power cut.

        MANUAL and SERVICE by their latch; AUTO that has used up its retries; and UNPLUG,
        as a supply that returns must not reclose onto a residual current (chosen: the
        safer reading of IEC 61851-1 clause 14).
        """
        latch = self.latch[fault]
        return (
            latch == MANUAL
            or latch == SERVICE
            or latch == UNPLUG
            or (latch == AUTO and self.exhausted(fault))
        )

    def restore(self, counts, latched, used=(), first=NONE, first_s=0):
        """Take stored counters, the ids of stored latches, and the last run's first cause."""
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

    def used(self):
        """Self-endings by fault id since the last reset. Allocates: for the storage service."""
        return list(self._used)

    def latched(self):
        """Ids that must survive a power cut. Allocates: for the storage service only."""
        return [f for f in range(1, COUNT) if self.active[f] and self._survives(f)]
