"""What a batch is made of: units.csv, secrets, the record, labels, the jig's verdict."""

import pytest

from ballast_bench.factory.jig_hardware import Hardware
from ballast_bench.product import brand
from ballast_tools.factory import flash, jig, labels, ledger, units
from ballast_tools.shell import paths
from ballast_tools.shell.errors import UserError
from ballast_tools.ship import boards
from tools.factory_kit.command import CLASSIC
from tools.factory_kit.line import change, identity_of, serials

PINS = boards.constants(paths.BOARDS / "esp32s3_ref" / "board.py")


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


def test_jig_script_reports_on_each_chip():
    for name in ("esp32s3_ref", "esp32s3_lite", CLASSIC):
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


IMAGES = {
    "damaged": (lambda f: (f / "ballast.bin").write_bytes(b"x"), "its SHA-256 differs"),
    "absent": (lambda f: (f / "flash.json").unlink(), "no image here"),
    "another brand": (lambda f: change(f / "flash.json", brand="ballast"), "this image is for"),
    "development key": (lambda f: change(f / "manifest.json", development=True), "development key"),
}


@pytest.mark.parametrize("what", IMAGES)
def test_wrong_image_stops_before_anything_is_bound(factory, what):
    spoil, message = IMAGES[what]
    spoil(factory.folder / "image")
    status, text = factory.run([1])
    assert status == 2 and message in text
    assert not (factory.folder / "units.batch").exists()
