"""What the firmware's keys mean, in a few words each: for the line of `sim` and for a failed test."""

LIMITED = {
    "rating": "the charger's rating",
    "plug": "the mains plug",
    "cable": "the car's cable",
    "circuit": "this socket's breaker",
    "temp": "the temperature",
    "site": "the main fuse (site)",
    "panel": "the sub-panel",
    "solar": "the solar mode",
    "demand": "the quarter-hour demand",
    "grid": "the grid operator",
    "group": "the group",
    "schedule": "the schedule",
    "ocpp": "OCPP",
    "api": "the local API",
    "user": "the person",
    "commissioning": "the commissioning test",
}
"""By limit slot: what limits the car."""

WHY = {
    "none": "charging",
    "unplugged": "no car",
    "fault": "fault",
    "pause_fault": "waiting for the mains",
    "user": "paused by the person",
    "limit": "paused, too little left",
    "hold": "waiting",
    "test": "testing its RCD",
    "car": "the car is not ready",
    "car_idle": "the car takes nothing",
}
"""By reason of the charge state: why no current flows."""
