"""The settings of a group become control's Config and Panels, and each mistake one line."""

import re

import pytest

from ballast.compose.group import _SLOT_MS, KEYS
from ballast.compose.group_config import make_config, make_seat
from ballast.compose.links import _GROUP_MARKER
from ballast.control.group import records
from ballast.control.settings import Settings
from ballast.protocol import group_frame
from ballast.protocol.group_frame import config_crc

GROUP = {
    "group_id": 7, "group_key": "sixteen letters!", "group_seats": 4, "fuse_ma": 63000,
    "margin_ma": 1000, "supply_phases": 3,
}  # fmt: skip


def settings(**changes):
    s = Settings()
    for key, value in {**GROUP, **changes}.items():
        s.set(key, value)
    return s


def test_panels_hang_below_the_supply():
    config, panels = make_config(settings(group_panels="40 0-2; 32/32/16.5 1,2"))
    assert panels.count == 3 and panels.parent[:3] == [-1, 0, 1]
    assert panels.limit_ma[:9] == [62000] * 3 + [40000] * 3 + [32000, 32000, 16500]
    assert list(config.panel_of[:4]) == [1, 2, 2, 0]
    assert config.crc == config_crc(config, panels)


def test_who_has_other_panels_is_not_of_this_group():
    texts = ("", "40 0-2", "40 0-3", "40.001 0-2", "40/40/39 0-2", "40 0-2; 16 1", "40 0-2; 16 2")
    sums = [make_config(settings(group_panels=text))[0].crc for text in texts]
    assert len(set(sums)) == len(texts)
    again = make_config(settings(group_panels=" 40.0/40/40  0,1-2 ;"))[0].crc
    assert again == sums[1]  # the same, written otherwise


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"group_panels": "40 0-4"}, "group_panels: panel 1: there is no seat 4, the last one is 3"),
        ({"group_panels": "40 0-2", "group_share_ma": 15000},
         "panel 1: 45000 mA are guaranteed behind it"),
        ({"group_share_ma": 16000}, "guaranteed_ma: 16000 x 4 seats is more than 62000 mA"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_in_one_line(changes, line):
    with pytest.raises(ValueError, match="^" + re.escape(line) + "$"):
        make_config(settings(**changes))


@pytest.mark.parametrize(("line", "pair"), [(0, 0), (1, 3), (2, 6), (3, 5)])
def test_the_seat_and_what_it_is_wired_to(line, pair):
    seat = make_seat(settings(group_seat=2, group_line=line))
    assert seat == (2, b"sixteen letters!", pair)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"group_key": "short"}, "the key has 5 bytes, 16 are needed"),
        ({"group_seat": 4}, "seat 4 is not one of 4"),
        ({"group_line": 1, "meter_kind": 1},
         "group_line: not in a group that follows a meter; set meter_kind to 0"),
    ],
)  # fmt: skip
def test_a_seat_that_cannot_be_is_said_in_one_line(changes, line):
    with pytest.raises(ValueError, match="^" + re.escape(line) + "$"):
        make_seat(settings(**changes))


def test_a_change_of_any_of_them_makes_the_group_anew():
    have = Settings().dump()
    assert {key for key in have if key.startswith("group_")} - set(KEYS) == {"group_rank"}


def test_what_a_charger_knows_of_the_group_without_its_parts():
    """Both are written twice, so that a charger that is alone need not import the group."""
    assert _SLOT_MS == records.SLOT_MS
    assert _GROUP_MARKER == group_frame.MARKER
