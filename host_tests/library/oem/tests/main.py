"""The OEM's own program, which is called like the firmware's."""

OWNER = "Voltaro"
