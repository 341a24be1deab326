"""The chip with two slots of update_fixtures.py."""

from update_fixtures import device, key  # noqa: F401 (fixtures)
