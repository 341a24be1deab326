"""The OEM's own module of this name."""

OWNER = "Voltaro"
