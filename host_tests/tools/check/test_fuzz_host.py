"""The fuzzer's short form, and proof that it would notice."""

import json
import struct

import pytest

from ballast.protocol import modbus
from ballast_tools.check import fuzz
from ballast_tools.check.benches import fuzz as bench_fuzz
from ballast_tools.shell.errors import UserError

SEED = 20


@pytest.mark.parametrize("target", fuzz.TARGETS, ids=lambda t: t.name)
def test_nothing_escapes(target):
    taken, _ = fuzz.fuzz(target, 4000, SEED)
    assert taken >= 1  # the seeds at least get through: it does not only knock at the door


def test_it_finds_an_exception_that_escapes():
    class Broken(fuzz.Rtu):
        def eat(self, data):
            return data[3] == 7  # IndexError on a short one

    with pytest.raises(fuzz.Finding, match=r"rtu: IndexError.*input "):
        fuzz.fuzz(Broken, 4000, SEED)


def test_it_finds_a_parser_that_looks_past_the_end():
    class Broken(fuzz.Rtu):
        def eat(self, data):
            try:
                modbus.rtu_registers(data, len(data), 1, 3, 4)
            except modbus.ModbusError:
                return False
            struct.unpack_from(">16H", data, 3)
            return True

    with pytest.raises(fuzz.Finding, match="error"):
        fuzz.fuzz(Broken, 4000, SEED)


def test_it_finds_a_refused_input_that_changes_state():
    class Broken(fuzz.Clamp):
        def eat(self, data):
            taken = super().eat(data)
            if not taken and len(data) == 60:
                self.inbox.find(7).count += 1
            return taken

    with pytest.raises(fuzz.Finding, match="changed the state"):
        fuzz.fuzz(Broken, 4000, SEED)


def test_the_same_seed_gives_the_same_inputs():
    import random

    target = fuzz.Clamp()
    a, b = (random.Random(f"x/{SEED}") for _ in range(2))
    seeds = target.seeds()
    assert [fuzz.mutate(a, seeds) for _ in range(200)] == [
        fuzz.mutate(b, seeds) for _ in range(200)
    ]


class Args:
    count, seed, only, short, json = 60, 3, None, False, None


def test_the_command(capsys, tmp_path):
    args = Args()
    args.json = tmp_path / "fuzz.json"
    assert bench_fuzz.main(args) == 0
    rows = json.loads(args.json.read_text())["rows"]
    assert [row["parser"] for row in rows] == [target.name for target in fuzz.TARGETS]
    assert sum(row["inputs"] for row in rows) >= 60
    out = capsys.readouterr().out
    assert "nothing escaped" in out and "sunspec" in out


def test_the_command_says_what_it_found(capsys, monkeypatch):
    def broken(self, data):
        raise ValueError("oops")

    monkeypatch.setattr(fuzz.Tcp, "eat", broken)
    assert bench_fuzz.main(Args()) == 1
    assert "FOUND  tcp: ValueError: oops" in capsys.readouterr().out


def test_bad_arguments():
    args = Args()
    args.only = "nonsense"
    with pytest.raises(UserError, match="there are clamp, rtu"):
        bench_fuzz.main(args)
    args = Args()
    args.count = 0
    with pytest.raises(UserError, match="at least 1"):
        bench_fuzz.main(args)
