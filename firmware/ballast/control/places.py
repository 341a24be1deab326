"""The places where a thermistor may sit: the only table of them, one row for each place.

A further place is one row more, at the end. It gives the settings NAME_t1, NAME_t2, NAME_t3,
the reading NAME_ddegc in the status document, less current from T1 on, a stop at T2, and doubt
when the sensor breaks. Only what is not here stays to be said where it belongs: the pin on
each board that has the sensor (NTC_PINS in board.py, in the order of this table), and the
label on the page (temp.NAME in web/lang; without one the page shows the name).

Faults are named by their keys in safety/fault_catalogue.py, and places may share them. A place
whose sensor fault is DERATE charges with the smallest current while its sensor is broken.
"""

from micropython import const

#: NAME_t1: Sensor at NAME: derating begins. From here to `NAME_t2` the slot `temp` falls from the full
#:   current to 6 A.
#: NAME_t2: Sensor at NAME: too hot. Charging stops at once (SAFETY.md).
#: NAME_t3: Sensor at NAME: cool again. Below it that stop ends by itself, three times; then a person
#:   resets it.
# name; T1 less current from here on, T2 stop, T3 go on below, each as (default, lowest, highest)
# in 0.1 degC; fault of a hot place, fault of a broken sensor
PLACES = (
    ("plug", (600, 300, 1000), (800, 400, 1100), (550, 200, 900), "plug_hot", "plug_sensor"),
    (
        "connector", (700, 300, 1000), (900, 400, 1100), (650, 200, 900),
        "connector_hot", "connector_sensor",
    ),
    ("box", (700, 300, 1000), (850, 400, 1100), (650, 200, 900), "box_hot", "box_sensor"),
)  # fmt: skip

PLUG = const(0)  # the mains plug: its temperature is also watched for a fast rise
COUNT = len(PLACES)
NAMES = tuple([row[0] for row in PLACES])
