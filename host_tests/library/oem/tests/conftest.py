"""Fixtures of the OEM's own."""

import pytest


@pytest.fixture
def bench():
    """The laboratory's bench, which has nothing to do with Ballast's."""
    return "bench 3"


@pytest.fixture
def charging(charger, car):
    """A car that charges."""
    car.plug(max_a=16)
    charger.wait_for(lambda c: c.charging, within_s=120)
    return charger
