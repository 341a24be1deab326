"""Any value in any constant: the checker never raises, and what it accepts starts on the bench."""

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballast.control.safety import faults
from ballast_bench.plant.plant import Config
from ballast_bench.world import World
from ballast_tools.shell import paths
from ballast_tools.ship import board_check
from ballast_tools.ship.board_constants import KEYS
from ballast_tools.ship.chip_pins import CHIPS

BOARDS = sorted(path.parent.name for path in paths.BOARDS.glob("*/board.py"))
_HUGE = 1 << 20000  # repr() of such a number raises
WRONG = (
    None, [], "", -1, 1e9, True, "x", (), {}, float("nan"), object(), 0, 2, 1.0, 9, b"x", 1j, _HUGE,
    [1], (1, 2, 3), (None,) * 3, ((1,),), [[]], float("inf"), -0.0, ..., {1}, "\n", "\ud800",
)  # fmt: skip


TYPED = (
    b"float('nan')", b"1e999", b"const()", b"const", b"-" * 3000 + b"1", b"(" * 300, b"0x" + b"f" * 9000,
    b"{[]: 1}", b"\0", b"\xff", b"B = C = 1", b"x: int = 1", b"1\n# coding: no-such",
)  # fmt: skip
SEEN_AT = {"CP_OFFSET_UV": "CP_GAIN_X100", "NTC_PULLUP_OHM": "NTC_SUPPLY_MV", "CP_BURST": "CP_SPACING_US",
           "PHASES": "LOAD_PINS", "RCD_MODULE": "RCD_TEST_PULSE_US"}  # fmt: skip
"""Of two constants that do not fit together one is named."""


def constants(name):
    return board_check.read_board(paths.BOARDS / name / "board.py")[0]


def checked(values, folder):
    """What the checker says, and that each is one line about a constant."""
    found = board_check.check_constants(values, folder)
    for key, what in found:
        assert key in values or key in KEYS
        assert what and "\n" not in what and len(what) < 200
        assert "expected" in what or "missing" in what
    return found


def starts(values):
    """Boot the whole charger on this board; every step of half a second does its work."""
    board = SimpleNamespace(**values)
    with World(Config(), board=board) as world:
        node = world.boot().nodes[0]
        with node.device:
            node.app.meter.make_port()
        node.serve()
        world.run(0.5)
        cycle = node.cycle
        assert node.app.timer.running
        assert not cycle.faults.active[faults.EXCEPTION]
        assert node.app.io.rcd is not None


@pytest.mark.parametrize("name", BOARDS)
def test_each_constant_with_each_wrong_value(name):
    good = constants(name)
    starts(good)
    assert set(good) == set(KEYS)
    accepted = 0
    for key in KEYS:
        for value in WRONG:
            values = {**good, key: value}
            found = checked(values, name)
            if found:
                named = (key, SEEN_AT.get(key, key))
                assert any(wrong in named or key in what for wrong, what in found), found
            else:
                accepted += 1
                starts(values)
    assert accepted > 20  # levels, whole numbers in range, what may be left out


def _likely(key):
    """Values of the right kind, so that a good part of the boards is accepted."""
    gpio = st.integers(0, 48)
    if key in ("NTC_PINS", "LOAD_PINS"):
        pins = st.lists(st.one_of(gpio, st.none()), min_size=1, max_size=4).map(tuple)
        return st.one_of(pins, st.none())
    if key.endswith("_PIN"):
        return st.one_of(gpio, st.none())
    if key.endswith(("_LEVEL", "_INVERTED")):
        return st.integers(0, 1)
    if key in ("METER_UGAIN", "METER_IGAIN"):
        return st.tuples(*[st.integers(0, 65536)] * 3)
    if key == "CHIP":
        return st.sampled_from([*CHIPS, "esp8266"])
    return st.one_of(st.integers(-1, 70), st.integers(0, 100000), st.integers(1400000, 1600000))


CHANGES = st.lists(
    st.sampled_from(KEYS).flatmap(
        lambda key: st.tuples(st.just(key), st.one_of(_likely(key), _likely(key), st.sampled_from(WRONG)))
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(BOARDS), CHANGES)
def test_several_constants_at_once(name, changes):
    values = {**constants(name), **dict(changes)}
    if not checked(values, name):
        starts(values)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_text_in_the_file(tmp_path_factory, data):
    """A board file with one value, or any part of it, replaced by whatever somebody typed."""
    name = data.draw(st.sampled_from(BOARDS))
    source = (paths.BOARDS / name / "board.py").read_bytes()
    typed = st.one_of(
        st.sampled_from([repr(value).encode(errors="replace") for value in WRONG if value != _HUGE]),
        st.sampled_from(TYPED),
        st.binary(max_size=30),
        st.text(max_size=10).map(str.encode),
    )
    new = data.draw(typed)
    start = data.draw(st.integers(0, len(source)))
    end = min(len(source), start + data.draw(st.integers(0, 40)))
    if data.draw(st.booleans()):  # a value, from " = " to the end of its line
        start = source.find(b" = ", start) + 3
        end = max(start, source.find(b"\n", start))
    folder = tmp_path_factory.mktemp("board") / name
    folder.mkdir()
    path = folder / "board.py"
    path.write_bytes(source[:start] + new + source[end:])
    for line in board_check.check_board(path):
        assert line.startswith(f"{path}:")
        assert "\n" not in line
