"""A batch on fake serial ports: real esptool and mpremote, ten units at once, cut off anywhere.

What is not shown here and needs hardware: the reset lines of a USB adapter, the real boot ROM's
timing, the jig's electronics, and a real MicroPython at the prompt.
"""

import hashlib
import json
import sys
from pathlib import Path

import pytest

from ballast.protocol import password
from ballast_tools import boards, brand, cli, flash, jig, labels, ledger, paths, provision, units
from ballast_tools.errors import UserError
from bench import fakes

sys.path.insert(0, str(Path(__file__).parent))
from fake_unit import DirectLink, FakeUnit, Hardware

sys.path.pop(0)

PINS = boards.constants(paths.BOARDS / "esp32s3_ref" / "board.py")
NVS, FCTRY = 0x9000, 0x5A2000
IMAGE_BYTES = FCTRY + 0x1000


def serials(count):
    return [f"ACME-{n:04}" for n in range(1, count + 1)]


@pytest.fixture
def factory(tmp_path):
    """A folder with units.csv and a small image in the form that `image` writes."""
    image = bytearray(b"\xff" * IMAGE_BYTES)
    image[: len(b"boot")] = b"boot"
    image[0x10000:0x30000] = hashlib.shake_128(b"app").digest(0x20000)  # does not compress
    (tmp_path / "image").mkdir()
    (tmp_path / "image/ballast.bin").write_bytes(image)
    table = boards.load("esp32s3_ref").table()
    plan = {
        "chip": "esp32s3",
        "board": "esp32s3_ref",
        "brand": "acme",
        "version": "0.1.0",
        "image": {"file": "ballast.bin", "sha256": hashlib.sha256(image).hexdigest()},
        "partitions": {p.name: {"offset": p.offset, "size": p.size} for p in table},
    }
    (tmp_path / "image/flash.json").write_text(json.dumps(plan))
    (tmp_path / "image/manifest.json").write_text(json.dumps({"development": False}))
    return Factory(tmp_path)


class Factory:
    def __init__(self, folder):
        self.folder = folder
        self.csv = folder / "units.csv"
        self.units(3)
        self.plugged = []

    def units(self, count):
        self.csv.write_text("serial\n" + "\n".join(serials(count)) + "\n")

    def plug(self, number, **how):
        unit = FakeUnit("esp32s3_ref", bytes.fromhex(f"7cdfa1{number:06x}"), **how)
        unit.plug(str(self.folder / f"tty{number}"))
        self.plugged.append(unit)
        return unit

    def run(self, ports, *words, once=True):
        """(exit status, error text) of `tools/ballast provision`."""
        if once:
            words = ("--once", *words)
        try:
            return cli.run([
                "provision", str(self.csv), "--board", "esp32s3_ref", "--brand", "acme",
                "--image", str(self.folder / "image"), "--reset", "no-reset",
                "--ports", *[str(self.folder / f"tty{n}") for n in ports], *words,
            ]), ""  # fmt: skip
        except UserError as error:
            return error.status, str(error)

    def trace(self):
        path = self.folder / "units.batch/trace.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()]

    def events(self, *names):
        return [(e["event"], e.get("serial")) for e in self.trace() if e["event"] in names]

    def secret(self, serial):
        return json.loads((self.folder / f"units.batch/secret/{serial}.json").read_text())


@pytest.fixture
def direct(factory, monkeypatch):
    """Without esptool and mpremote: ten times as fast, for what does not depend on them."""
    monkeypatch.setattr(DirectLink, "units", {})
    monkeypatch.setattr(flash, "Link", DirectLink)

    def plug(number, **how):
        unit = FakeUnit("esp32s3_ref", bytes.fromhex(f"7cdfa1{number:06x}"), **how)
        DirectLink.units[str(factory.folder / f"tty{number}")] = unit
        factory.plugged.append(unit)
        return unit

    factory.plug = plug


@pytest.fixture(autouse=True)
def _unplug(factory):
    yield
    for unit in factory.plugged:
        unit.close()


def identity_of(unit):
    """What the firmware's own port reads on this unit, from NVS and from the raw copy."""
    fakes.install()
    from ballast.ports import identity

    device = unit.hardware.device
    device.partitions["fctry"] = bytearray(unit.flash[FCTRY : FCTRY + 4096])
    device.nvs.clear()  # lost: the copy in `fctry` counts
    with device:
        first = identity.load()
        assert identity.load() == first and device.nvs["factory"]["unit"]
    return first


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
        assert not identity.wants_jig() and identity.load() == {}
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


CHANGES = {
    "a word": lambda lines: [lines[0].replace(b"ACME-0001", b"ACME-0009"), *lines[1:]],
    "a line out": lambda lines: [lines[0], *lines[2:]],
    "a line in": lambda lines: [*lines[:2], lines[1], *lines[2:]],
    "order": lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_record_is_noticed(tmp_path, what):
    path = tmp_path / "trace.jsonl"
    book = ledger.Ledger(path, lambda: "t")
    book.claim("aa", serials(3))
    book.claim("bb", serials(3))
    book.write(ledger.PASSED, serial="ACME-0001")
    book.close()
    ledger.Ledger(path, lambda: "t").close()
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(CHANGES[what](lines)))
    with pytest.raises(UserError, match=r"trace\.jsonl:\d+: .*the record was changed"):
        ledger.Ledger(path, lambda: "t")


def test_a_torn_last_line_is_kept_aside_and_the_record_goes_on(tmp_path):
    path = tmp_path / "trace.jsonl"
    book = ledger.Ledger(path, lambda: "t")
    book.claim("aa", serials(3))
    book.close()
    whole = path.read_bytes()
    for torn in (b"{", b'{"n":2', whole[:-1][:50], whole.replace(b"\n", b"")):
        path.write_bytes(whole + torn)
        book = ledger.Ledger(path, lambda: "t")
        assert book.claim("aa", serials(3)) == ("ACME-0001", ledger.OPEN)
        assert book.claim("bb", serials(3)) == ("ACME-0002", ledger.OPEN)
        book.close()
        assert path.with_suffix(".torn").read_bytes() == torn
        ledger.Ledger(path, lambda: "t").close()


CSV = {
    "no file": (None, "No such file"),
    "no header": ("ACME-0001\n", ":1: expected a header line"),
    "empty": ("serial\n\n", "there are no units"),
    "twice": ("serial\nACME-0001\nACME-0001\n", ":3: serial: ACME-0001 is already in line 2"),
    "prefix": ("serial\nXYZ-0001\n", ":2: serial: 'XYZ-0001': expected ACME-"),
    "unknown column": ("serial,colour\nACME-0001,red\n", ":1: 'colour': not a known column"),
    "columns": ("serial\nACME-0001,5\n", ":2: 2 columns, the header has 1"),
    "number": ("serial,CP_OFFSET_UV\nACME-0001,x\n", ":2: CP_OFFSET_UV: 'x': expected a whole"),
    "range": ("serial,CP_GAIN_X100\nACME-0001,2000\n", ":2: CP_GAIN_X100: 2000 is more than 15%"),
    "one phase": ("serial,METER_UGAIN_1\nACME-0001,37000\n", "all three phases or none"),
    "two phases": ("serial,METER_UGAIN_1,METER_UGAIN_2,METER_UGAIN_3\nACME-0001,37000,37000,\n",
                   ":2: METER_UGAIN: all three phases or none"),
}  # fmt: skip


@pytest.mark.parametrize("what", CSV)
def test_mistakes_in_units_csv(factory, what):
    text, message = CSV[what]
    factory.csv.unlink()
    if text is not None:
        factory.csv.write_text(text)
    status, found = factory.run([1])
    assert status == 2 and message in found and "\n" not in found, found
    assert not (factory.folder / "units.batch").exists()


def test_calibration_reaches_the_unit(factory, direct):
    factory.csv.write_text(
        "serial,CP_OFFSET_UV,METER_UGAIN_1,METER_UGAIN_2,METER_UGAIN_3\n"
        "ACME-0001,1490000,37001,37002,37003\n"
    )
    unit = factory.plug(1)
    assert factory.run([1])[0] == 0
    cal = identity_of(unit)["cal"]
    assert cal == {"CP_OFFSET_UV": 1490000, "METER_UGAIN": [37001, 37002, 37003]}


IMAGES = {
    "damaged": (lambda f: (f / "ballast.bin").write_bytes(b"x"), "its SHA-256 differs"),
    "absent": (lambda f: (f / "flash.json").unlink(), "no image here"),
    "another brand": (lambda f: change(f / "flash.json", brand="ballast"), "this image is for"),
    "development key": (lambda f: change(f / "manifest.json", development=True), "development key"),
}


def change(path, **values):
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


@pytest.mark.parametrize("what", IMAGES)
def test_wrong_image_stops_before_anything_is_bound(factory, what):
    spoil, message = IMAGES[what]
    spoil(factory.folder / "image")
    status, text = factory.run([1])
    assert status == 2 and message in text
    assert not (factory.folder / "units.batch").exists()


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
    unit = FakeUnit("esp32_lite", bytes.fromhex("7cdfa1000001"))
    unit.plug(str(factory.folder / "tty1"))
    factory.plugged.append(unit)
    assert factory.run([1])[0] == 1
    assert "This chip is ESP32, not ESP32-S3" in capsys.readouterr().out


def test_secrets_are_for_the_owner_alone(factory, direct):
    factory.plug(1)
    factory.run([1])
    folder = factory.folder / "units.batch"
    assert (folder / "secret").stat().st_mode & 0o777 == 0o700
    for path in [*folder.glob("secret/*"), folder / "labels.pdf"]:
        assert path.stat().st_mode & 0o777 == 0o600, path
    trace = (folder / "trace.jsonl").read_text()
    hidden = factory.secret("ACME-0001")
    assert not any(hidden[key] in trace for key in hidden)


def test_codes_have_no_letters_that_look_alike_and_enough_of_them():
    loaded = brand.load("acme")
    made = [units.make_secrets(loaded) for _ in range(200)]
    letters = set("".join(m["setup_code"] + m["ap_password"] for m in made))
    assert not letters & set("01OILU") and letters == set(units.ALPHABET)
    assert len({m["setup_code"] for m in made}) == 200
    assert len(units.ALPHABET) ** loaded.setup["code_chars"] > 2**58


def test_labels_carry_both_codes_and_fit_their_page():
    import segno

    loaded, board = brand.load("acme"), boards.load("esp32s3_ref")
    hidden = [units.make_secrets(loaded) for _ in range(22)]
    rows = list(zip(serials(22), hidden, strict=True))
    pdf = labels.sheet(loaded, board, rows)
    assert pdf == labels.sheet(loaded, board, rows)
    assert pdf.count(b"/Type /Page\n") == 2 and labels.page_of(20) == 1 and labels.page_of(21) == 2
    wifi = labels.wifi_text(loaded, "ACME-0001", hidden[0])
    assert wifi == f"WIFI:T:WPA;S:Acme-0001;P:{hidden[0]['ap_password']};;"
    assert labels.setup_text(hidden[0]).endswith("#setup=" + hidden[0]["setup_code"])
    assert labels.spaced("ABCDEFGHJKMN") == "ABCD EFGH JKMN"
    assert segno.make(wifi, error="m", micro=False).version <= 4  # 33 cells on 15.5 mm: 0.42 mm


def test_jig_script_reports_on_both_boards():
    for name in ("esp32s3_ref", "esp32_lite"):
        output, error = Hardware(name, b"\x02\0\0\0\0\1").run((flash.DEVICE / "jig.py").read_text())
        assert not error
        pins = boards.constants(paths.BOARDS / name / "board.py")
        verdict = jig.judge(jig.parse(output), pins)
        assert verdict.ok, verdict.text


def test_jig_output_that_is_cut_never_passes():
    output, _ = Hardware("esp32s3_ref", b"\x02\0\0\0\0\1").run(
        (flash.DEVICE / "jig.py").read_text()
    )
    whole = output.rstrip("\n")
    assert jig.judge(jig.parse(whole), PINS).ok
    for size in range(len(whole)):
        assert not jig.judge(jig.parse(whole[:size]), PINS).ok


def test_link_error_is_one_short_line(tmp_path):
    with pytest.raises(flash.LinkError) as caught:
        flash.Link(str(tmp_path / "tty"), "esp32s3", reset="no-reset").mac()
    assert "\n" not in str(caught.value) and len(str(caught.value)) <= 120
