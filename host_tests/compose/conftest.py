"""The virtual chip of chip_fixtures.py."""

from chip_fixtures import clock, dev  # noqa: F401 (fixtures)
