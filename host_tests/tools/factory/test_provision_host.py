"""A batch on fake serial ports: real esptool and mpremote, ten units at once, cut off anywhere.

What is not shown here and needs hardware: the reset lines of a USB adapter, the real boot ROM's
timing, the jig's electronics, and a real MicroPython at the prompt.
"""

import hashlib
import json

import pytest

from ballast.protocol import password
from ballast_bench import fakes
from ballast_bench.factory.fake_unit import FakeUnit
from ballast_bench.factory.jig_hardware import Hardware
from ballast_tools.factory import flash, ledger, provision
from ballast_tools.shell import cli, paths
from ballast_tools.shell.errors import UserError
from ballast_tools.ship import boards
from tools.factory_kit.command import CLASSIC
from tools.factory_kit.direct_link import DirectLink
from tools.factory_kit.line import IMAGE_BYTES, change, identity_of, serials

PINS = boards.constants(paths.BOARDS / "esp32s3_ref" / "board.py")
NVS = 0x9000


def test_a_unit_goes_through_and_knows_who_it_is(factory, capsys):
    unit = factory.plug(1)
    assert factory.run([1]) == (0, "")
    text = capsys.readouterr().out
    assert ("[   1/3 ]  ACME-0001  image ok · jig: relay ok, RCD test 24 ms, NTC 3/3, "
            "pilot 11.97/-12.03 V, radio -41 dBm · label p.1 · PASS") in text  # fmt: skip
    hidden = factory.secret("ACME-0001")
    mine = identity_of(unit)
    assert mine["serial"] == "ACME-0001" and mine["ap_password"] == hidden["ap_password"]
    iterations, salt, _ = password.parse(mine["label"])
    assert mine["label"] == password.make(hidden["setup_code"], salt, iterations)
    assert hidden["setup_code"] not in json.dumps(mine)  # only its salted hash is on the unit
    assert unit.jig_flag() == 0
    assert factory.events("bound", "flashed", "tested", "passed") == [
        (event, "ACME-0001") for event in ("bound", "flashed", "tested", "passed")
    ]


def test_nvs_image_holds_what_micropython_reads(factory, direct):
    """Parsed by hand after ESP-IDF's NVS format: blob and integer, not a string type."""
    unit = factory.plug(1)
    assert factory.run([1])[0] == 0
    nvs = bytes(unit.flash[NVS : NVS + 0x4000])
    assert entry(nvs, b"factory")[1] == 0x01  # u8: the namespace's index
    kind, value = entry(nvs, b"jig")[1:]
    assert kind == 0x14 and int.from_bytes(value[:4], "little") == 0  # i32; passed by now
    assert entry(nvs, b"unit")[1] == 0x42  # blob data
    assert b'"serial":"ACME-0001"' in nvs


def entry(nvs, key):
    """(offset, type, data) of a key's first entry."""
    for at in range(64, 4096, 32):
        if nvs[at + 8 : at + 24].rstrip(b"\0") == key:
            return at, nvs[at + 1], nvs[at + 24 : at + 32]
    raise AssertionError(key)


def test_a_unit_that_has_not_passed_waits_for_the_jig(monkeypatch):
    """The loader's side of it: no application, whatever the slots hold, until it passed."""
    fakes.install()
    from ballast.ports import identity

    with Hardware("esp32s3_ref", b"\x02\0\0\0\0\1").device as device:
        assert not identity.wants_jig() and identity.load()[0] == {}
        device.nvs["factory"] = {"jig": 1}
        assert identity.wants_jig()
        exec((flash.DEVICE / "pass_unit.py").read_text(), {})
        assert not identity.wants_jig()


def test_ten_units_at_once(factory, capsys):
    factory.units(10)
    for number in range(10):
        factory.plug(number)
    assert factory.run(range(10)) == (0, "")
    bound = [(e["serial"], e["mac"]) for e in factory.trace() if e["event"] == "bound"]
    assert sorted(s for s, _ in bound) == serials(10) and len({m for _, m in bound}) == 10
    assert "10 passed, 0 failed, 0 not finished, 0 serials free" in capsys.readouterr().out
    names = {identity_of(unit)["serial"] for unit in factory.plugged}
    assert names == set(serials(10))
    secrets = [factory.secret(s) for s in serials(10)]
    for key in ("setup_code", "ap_password", "radio_key", "salt"):
        assert len({hidden[key] for hidden in secrets}) == 10


FAULTS = {
    "relay stuck": "relay did not close",
    "relay welded": "relay did not open",
    "rcd dead": "RCD did not trip in its test",
    "ntc open": "NTC 2/3",
    "pilot": "pilot 9.5",
    "deaf": "radio heard nothing",
    "adc": "this chip's ADC cannot be used: ESP_ERR_NOT_SUPPORTED",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_unit_fails_and_its_serial_is_retired(factory, direct, capsys, fault):
    unit = factory.plug(1, faults=[fault])
    assert factory.run([1]) == (0, "")
    text = capsys.readouterr().out
    assert FAULTS[fault] in text and "FAIL (record kept, serial retired)" in text
    assert "labels.pdf" not in text
    assert unit.jig_flag() == 1  # it will not charge
    factory.run([1])
    assert "has failed before" in capsys.readouterr().out
    unit.hardware.repair()
    assert factory.run([1], "--retest") == (0, "")
    assert factory.events("bound", "passed", "failed") == [
        ("bound", "ACME-0001"), ("failed", "ACME-0001"), ("bound", "ACME-0002"),
        ("passed", "ACME-0002"),
    ]  # fmt: skip


@pytest.mark.parametrize("blocks", [2])
def test_a_pulled_cable_is_taken_up_again(factory, capsys, blocks):
    unit = factory.plug(1, pull_after=blocks)
    assert factory.run([1])[0] == 1
    assert "interrupted" in capsys.readouterr().out
    secret = factory.secret("ACME-0001")
    unit.plug(str(factory.folder / "tty1"))
    assert factory.run([1]) == (0, "")
    assert "going on: 0 passed, 0 failed, 1 not finished" in capsys.readouterr().out
    assert factory.events("bound", "passed") == [("bound", "ACME-0001"), ("passed", "ACME-0001")]
    assert factory.secret("ACME-0001") == secret  # the label that was printed stays right
    assert identity_of(unit)["serial"] == "ACME-0001"


def test_an_empty_port_is_said(factory, capsys):
    assert factory.run([7])[0] == 1
    assert "check cable and power" in capsys.readouterr().out


def test_one_port_takes_blank_after_blank(factory, direct, monkeypatch, capsys):
    """Without --once: the next unit may come when this one is done with, until serials end."""
    boxes = [FakeUnit("esp32s3_ref", bytes.fromhex(f"7cdfa1{n:06x}")) for n in range(4)]
    boxes[1].hardware.faults.add("rcd dead")
    port = str(factory.folder / "tty1")
    looks = []

    class Belt(DirectLink):
        """The operator is not always quick: a finished unit may still be in."""

        def mac(self):
            looks.append(1)
            index = min(len(factory.events("passed", "failed")), 3)
            if len(looks) % 3 == 0 and index:
                index -= 1  # still the old one
            DirectLink.units[port] = boxes[index]
            return super().mac()

    monkeypatch.setattr(flash, "Link", Belt)
    monkeypatch.setattr(provision, "POLL_S", 0)
    assert factory.run([1], once=False) == (0, "")
    text = capsys.readouterr().out
    assert "2 passed, 1 failed, 0 not finished, 0 serials free" in text
    assert "all serials are used" in text
    assert len({e["mac"] for e in factory.trace() if e["event"] == "bound"}) == 3


class PowerCut(BaseException):
    """The computer loses its power: nothing after it runs."""


@pytest.mark.parametrize("torn", [False, True], ids=["between lines", "in the line"])
@pytest.mark.parametrize("at", range(1, 6))
def test_power_cut_at_every_line_of_the_record(factory, direct, monkeypatch, at, torn):
    """The computer dies while writing line `at`; afterwards no serial is used twice."""
    factory.plug(1)
    factory.plug(2)
    write = ledger.Ledger.write

    def dying(self, event, **values):
        if self._count + 1 == at:
            if torn:
                self._file.write(b'{"event":"bound","ha')
                self._file.flush()
            self._file.close()
            raise PowerCut
        write(self, event, **values)

    monkeypatch.setattr(ledger.Ledger, "write", dying)
    args = parsed(factory, [1])
    with pytest.raises(PowerCut):
        provision.Batch(args)._work(args.ports[0])
    monkeypatch.setattr(ledger.Ledger, "write", write)
    assert factory.run([2])[1] == ""  # meanwhile another unit was put in
    assert factory.run([1]) == (0, "")
    bound = [(e["serial"], e["mac"]) for e in factory.trace() if e["event"] == "bound"]
    assert len({s for s, _ in bound}) == len(bound) == 2
    assert sorted(s for _, s in factory.events("passed")) == ["ACME-0001", "ACME-0002"]
    names = {unit.mac: identity_of(unit)["serial"] for unit in factory.plugged}
    macs = {bytes.fromhex(m.replace(":", "")): s for s, m in bound}
    assert names == macs


def parsed(factory, ports):
    parser = cli.Parser()
    provision.add_arguments(parser)
    return parser.parse_args([
        str(factory.csv), "--board", "esp32s3_ref", "--brand", "acme", "--once",
        "--image", str(factory.folder / "image"), "--reset", "no-reset",
        "--ports", *[str(factory.folder / f"tty{n}") for n in ports],
    ])  # fmt: skip


def test_all_serials_used(factory, direct, capsys):
    factory.units(1)
    factory.plug(1)
    factory.plug(2)
    assert factory.run([1, 2]) == (0, "")
    assert "all serials are used" in capsys.readouterr().out
    assert len(factory.events("bound")) == 1


def test_two_provisionings_of_one_batch_exclude_each_other(factory):
    held = ledger.Ledger(factory.folder / "units.batch/trace.jsonl", lambda: "t")
    status, text = factory.run([1])
    assert status == 2 and "another provisioning" in text
    held.close()


def test_flash_command_writes_one_board(factory, capsys):
    unit = factory.plug(1)
    change(factory.folder / "image/flash.json", image={
        "file": "ballast.bin", "size": IMAGE_BYTES,
        "sha256": hashlib.sha256((factory.folder / "image/ballast.bin").read_bytes()).hexdigest(),
    })  # fmt: skip
    words = ["flash", str(factory.folder / "image"), "--reset", "no-reset", "--port"]
    assert cli.run([*words, str(factory.folder / "tty1")]) == 0
    assert bytes(unit.flash[:4]) == b"boot" and "written and verified" in capsys.readouterr().out
    assert cli.run([*words, str(factory.folder / "tty1"), "--jig"]) == 0
    assert "NTC 3/3" in capsys.readouterr().out and unit.jig_flag() == 0
    unit.hardware.faults.add("relay stuck")
    assert cli.run([*words, str(factory.folder / "tty1"), "--jig"]) == 1
    assert "relay did not close" in capsys.readouterr().out and unit.jig_flag() == 1
    with pytest.raises(UserError, match="tty9"):
        cli.run([*words, str(factory.folder / "tty9")])


def test_wrong_chip_is_told(factory, capsys):
    unit = FakeUnit(CLASSIC, bytes.fromhex("7cdfa1000001"))
    unit.plug(str(factory.folder / "tty1"))
    factory.plugged.append(unit)
    assert factory.run([1])[0] == 1
    assert "This chip is ESP32, not ESP32-S3" in capsys.readouterr().out


def test_link_error_is_one_short_line(tmp_path):
    with pytest.raises(flash.LinkError) as caught:
        flash.Link(str(tmp_path / "tty"), "esp32s3", reset="no-reset").mac()
    assert "\n" not in str(caught.value) and len(str(caught.value)) <= 120
