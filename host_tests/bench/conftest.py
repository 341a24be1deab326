"""The virtual chip of chip_fixtures.py."""

from chip_fixtures import board, clock, dev, rig  # noqa: F401 (fixtures)
