"""Wall clock: conversion against datetime, unset clock, nonsense refused."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballast.ports.clock import Clock, date_from, unix_from

UTC = dt.timezone.utc  # noqa: UP017


@given(st.integers(946684800, 4102444800))
def test_conversion_is_datetimes(unix):
    then = dt.datetime.fromtimestamp(unix, UTC)
    expected = (
        then.year,
        then.month,
        then.day,
        then.weekday(),
        then.hour,
        then.minute,
        then.second,
    )
    assert date_from(unix) == expected
    assert unix_from(*expected[:3], *expected[4:]) == unix


def test_unset_until_set(dev, clock):
    wall = Clock()
    assert not wall.known()
    assert wall.unix() is None
    wall.set_unix(1_800_000_000)
    clock.advance_ms(90_000)
    assert wall.unix() == 1_800_000_090
    dev.soft_reset()
    assert Clock().unix() == 1_800_000_090


@pytest.mark.parametrize("unix", [0, -5, 946684800, 1_700_000_000])
def test_nonsense_is_refused(dev, unix):
    wall = Clock()
    with pytest.raises(ValueError, match="before 2025"):
        wall.set_unix(unix)
    assert not wall.known()
