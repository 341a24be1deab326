"""A production line for tests: a folder with units.csv and an image, ports, and the command."""

import hashlib
import json

from ballast_bench import fakes
from ballast_bench.factory.fake_unit import FakeUnit
from ballast_tools.shell import cli
from ballast_tools.shell.errors import UserError
from ballast_tools.ship import boards

FCTRY = 0x5A2000
IMAGE_BYTES = FCTRY + 0x1000


def serials(count):
    return [f"ACME-{n:04}" for n in range(1, count + 1)]


def write_image(folder):
    """A small image in the form that `image` writes; its middle does not compress."""
    image = bytearray(b"\xff" * IMAGE_BYTES)
    image[: len(b"boot")] = b"boot"
    image[0x10000:0x30000] = hashlib.shake_128(b"app").digest(0x20000)
    folder.mkdir()
    (folder / "ballast.bin").write_bytes(image)
    table = boards.load("esp32s3_ref").table()
    digest = hashlib.sha256(image).hexdigest()
    plan = {
        "chip": "esp32s3",
        "board": "esp32s3_ref",
        "brand": "acme",
        "version": "0.1.0",
        "image": {"file": "ballast.bin", "size": IMAGE_BYTES, "sha256": digest},
        "partitions": {p.name: {"offset": p.offset, "size": p.size} for p in table},
    }
    (folder / "flash.json").write_text(json.dumps(plan))
    (folder / "manifest.json").write_text(json.dumps({"development": False}))


def change(path, **values):
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


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
    return first[0]


class Line:
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
