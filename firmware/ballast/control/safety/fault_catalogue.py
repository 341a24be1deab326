"""The fault catalogue: what each fault does, how it ends, and what a person reads.

One row for each fault: its effect (action), how it ends (latch), how long the cause must be
gone before (hold_ms), and how often it may end by itself (retries; -1 = always). mrec is the
ChargeX code for support. The ids are in faults.py, in the same order.
"""

from micropython import const

# Actions, in order of severity
WARN = const(0)
DERATE = const(1)
PAUSE = const(2)  # gentle: PWM off, the EV opens S2, the contactor opens after 6 s at the latest
STOP = const(3)  # the contactor opens in the same step

# Latches: what ends a fault once its cause is gone
AUTO = const(0)  # by itself after hold_ms, `retries` times; after that like MANUAL
UNPLUG = const(1)  # the EV is unplugged and the cause then gone for hold_ms; or a reset by hand
MANUAL = const(2)  # a reset by hand
POWER = const(3)  # a power cycle, and the test that follows it
SERVICE = const(4)  # not by the user; kept over power cuts

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
        "The charger's own temperature sensor is broken. "
        "It charges with the smallest current, or not at all.",
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
