"""What the firmware computes takes the chip's time: once, in its own calls alone; in Python steps run."""

import importlib
import json
from types import SimpleNamespace

import pytest

import ballast_bench.fakes as fakes
from ballast_bench.chip import paid_calls, profile
from ballast_bench.chip.garbage import FIRST_HEAP, Heap, program
from ballast_bench.fakes.chip_time import ChipTime
from ballast_bench.upy.clock import ManualClock
from portable import last

paid_calls.install()
QUAD = profile.load("esp32s3_quad")


class Chip:
    """A Device on a profile; `took(call)` = us, and what was paid."""

    def __init__(self, made=QUAD):
        self.clock = ManualClock(0)
        self.device = fakes.Device(self.clock)
        self.device.time = ChipTime(self.clock, made)

    def took(self, call, *args):
        before = self.clock.us()
        with self.device:
            call(*args)
        return self.clock.us() - before

    @property
    def paid(self):
        return {kind: calls for kind, (calls, _, _) in self.device.time.spent.items()}


@pytest.mark.parametrize("row", [*paid_calls.CALLS, *paid_calls.PIECES], ids=lambda row: f"{row[0]}.{row[1]}")
def test_each_row_is_a_function_of_the_firmware_with_costs_of_the_profile(row):
    owner = importlib.import_module("ballast.protocol." + row[0])
    for word in row[1].split("."):
        owner = getattr(owner, word)
    assert callable(owner.unpaid)
    assert {kind for kind, _ in row[2]} <= set(QUAD.costs)
    assert not row[3] or row[3] in program().made


def test_a_call_within_another_one_is_paid_once():
    from ballast.protocol.password import Pbkdf2

    chip = Chip()
    with chip.device:
        work = Pbkdf2(b"password", b"salt", 41)
    chip.device.time.spent.clear()
    assert chip.took(work.step, 40) == QUAD.cost("pbkdf2").usual(40)
    assert chip.paid == {"pbkdf2": 1}, "its HMACs are in it"


def test_big_numbers_pay_for_each_piece_when_it_is_computed():
    from ballast.protocol import update_file, x25519

    chip = Chip()
    with chip.device:
        work = x25519.public_pieces(bytes(range(32)))
    assert chip.paid == {}
    assert chip.took(next, work) in (QUAD.cost("x25519").usual(), QUAD.cost("x25519").worst())
    assert len(list(work)) == 291
    chip.took(x25519.public_key, bytes(range(32)))
    assert chip.paid == {"x25519": 1 + 292}
    chip.device.time.spent.clear()
    chip.took(last, update_file.verifying(b"", bytes(384), 1 << 3071))
    assert chip.paid == {"rsa_verify": 18}, "17 powers, and the answer"


def test_json_takes_time_in_the_firmware_alone():
    chip = Chip()
    assert chip.took(lambda: json.dumps(["x"] * 100)) == 0
    from ballast.protocol import status

    assert chip.took(status.encode, {"a": 1}) == QUAD.cost("json_dumps").usual(len('{"a": 1}'))


def test_no_chip_and_the_ideal_chip_pay_nothing():
    from ballast.protocol import status

    assert status.encode({"a": 1}) == '{"a": 1}'
    assert Chip(None).took(status.encode, {"a": 1}) == 0


def test_a_request_leaves_garbage():
    from ballast.protocol import status

    chip = Chip()
    heap = chip.device.time.heap = Heap(chip.device.time, 1000, 0, 1 << 20)
    chip.took(status.encode, {})
    assert heap.made == program().made["request"]


# -- the heap --------------------------------------------------------------------


def heap(live, most=1 << 22, headroom=0):
    return Heap(SimpleNamespace(), live, 0, most, headroom)


def test_the_heap_doubles_from_its_first_size_and_ends_at_the_chips():
    assert heap(1).size == FIRST_HEAP
    assert heap(FIRST_HEAP + 1).size == 2 * FIRST_HEAP
    assert heap(5 * FIRST_HEAP).size == 8 * FIRST_HEAP
    assert heap(5 * FIRST_HEAP, most=6 * FIRST_HEAP).size == 6 * FIRST_HEAP
    assert heap(FIRST_HEAP, headroom=1).size == 2 * FIRST_HEAP


def test_a_program_that_holds_more_grows_its_heap_and_less_does_not_shrink_it():
    one = heap(FIRST_HEAP - 100)
    one.hold(200)
    assert one.size == 2 * FIRST_HEAP and one.room == FIRST_HEAP - 100
    one.hold(-200)
    assert one.size == 2 * FIRST_HEAP and one.room == FIRST_HEAP + 100
