"""The chip with two slots of update_fixtures.py, the virtual chip of chip_fixtures.py as `rig`."""

from chip_fixtures import board, clock, dev, rig  # noqa: F401 (fixtures)
from update_fixtures import device, key  # noqa: F401 (fixtures)
