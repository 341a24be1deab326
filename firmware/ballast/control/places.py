"""The places where a thermistor may sit: the only table of them, one row for each place.

A further place is one more row, at the end. With it the settings NAME_t1, NAME_t2, NAME_t3 and
the reading NAME_ddegc of the status document are there, the current falls from T1 on, and the
charge stops at T2 and when the sensor breaks. Two things are elsewhere: each board.py names the
pin, or None (NTC_PINS, in the order of this table), and web/lang the label (temp.NAME; without
one the page shows the name).

The two faults are keys of safety/fault_catalogue.py; several places may have the same. If the
action of a sensor's fault is DERATE, the charger goes on with 6 A while that sensor is broken.
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
