"""Which name of a story each value of the library is: one name for one thing.

Both have the same name. What an object itself does leaves the object's name out: `car.amps` is
`ev_a`, as `house.amps` is `house_a`. Recordings have the same names too, with `_l1`, `_l2`, `_l3`
before the unit where they have a column for each phase (host_tests/library/test_names_host.py).
"""

VALUES = {
    "Charger": {
        name: name
        for name in (
            "state", "why", "closed", "charging", "offered_a", "limited", "meter", "faults",
            "first_fault", "session_wh",
        )
    },
    "Car": {"amps": "ev_a", "soc": "soc", "s2": "s2"},
    "House": {"amps": "house_a", "mains_a": "mains_a", "tripped": "tripped"},
    "Meter": {"state": "meter"},
}  # fmt: skip
"""{class: {attribute: name in a story}}."""
