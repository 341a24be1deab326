"""The bench's table of sockets is the firmware's, and each chip that a board names has as many."""

import pytest

from ballast.compose import sockets
from ballast_bench.chip import budget, profile

S3 = ("esp32s3_octal", "esp32s3_quad")


@pytest.mark.parametrize("name", S3)
def test_everything_at_once_fits_into_the_chip(name):
    rows = budget.rows(profile.load(name))
    assert all(budget.fits(row) for row in rows)
    assert rows[-1]["sockets"] <= sockets.ALL
    every = {key: n for key, n in vars(sockets).items() if key.isupper() and key != "ALL"}
    assert sum(every.values()) == rows[-1]["sockets"], "who is in the firmware's table is in this one"


def test_a_chip_with_fewer_sockets_or_less_heap_is_refused():
    made = profile.load("esp32s3_octal")
    made.sockets = 7
    assert [budget.fits(row) for row in budget.rows(made)] == [True, True, False]
    made.sockets, made.heap = 10, {**made.heap, "idf": 150_000}
    assert not budget.fits(budget.rows(made)[-1])
