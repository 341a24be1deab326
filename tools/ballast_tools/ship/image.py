"""One flash image: the OEM's MicroPython, the partition table, and the application.

    tools/ballast image esp32s3_ref acme --base firmware.bin [--base-sha256 HEX]

Does what `build` does, and adds to its folder:
  ballast.bin          everything, to be written at 0x0
  esp-web-tools.json   manifest for flashing from a browser (ESP Web Tools)
  flash.json           where the parts lie, for `flash` and `provision`
  base.update          MicroPython itself as an update, where the flash has two slots for it
"""

import contextlib
import hashlib
import io
import json
from pathlib import Path

import esptool

from ballast_tools.shell import paths
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.paths import shown
from ballast_tools.ship import (
    base_image,
    boards,
    build,
    firmware,
    fsimage,
    partitions,
    signing,
    size_report,
)

# what the loader shares with the application (boards/loader/manifest.py)
_SHARED = (
    "ports/identity.py", "ports/update_slots.py", "protocol/slot_record.py",
    "protocol/update_file.py",
)  # fmt: skip


def add_arguments(parser):
    build.add_arguments(parser)
    parser.add_argument("--base", required=True,
                        help="MicroPython's firmware.bin, or a build folder")  # fmt: skip
    parser.add_argument("--base-sha256", metavar="HEX", help="SHA-256 that the base must have "
                        "(default: what FILE.sha256 says, if it is there)")  # fmt: skip
    parser.add_argument("--flash", choices=list(boards.FLASH), help="size of the flash that is "
                        "fitted (default: the board's)")  # fmt: skip


def main(args):
    board, chosen = build.asked(args)
    table = board.table(args.flash)
    base = base_image.load(args.base, board, boards.release(), args.base_sha256)
    key = signing.load(args.key)
    made = build.build(board, chosen, key, [signing.load_public(path) for path in args.trust])
    out = args.out or build.default_out(board, chosen)
    files = make(made, base, table, args.flash or board.flash)
    build.write(made, files, out)
    build.report(made, files, out)
    size = size_report.kib(len(files["ballast.bin"]))
    print(f"  {shown(Path(out) / 'ballast.bin')}: {size}, ready for 0x0   base {base.name!r} "
          f"{base.version} sha256 {base.sha256[:8]}..")  # fmt: skip
    return 0


def make(made, base, table, flash):
    """{file name: bytes}: what `build` gives, and the image with its manifests."""
    parts = layout(made, base, table)
    image = merge(made.board, parts, flash)
    files = dict(build.outputs(made))
    files["ballast.bin"] = image
    if any(part.name == "ota_1" for part in table):
        files["base.update"] = build.update(
            made.board, made.brand, made.release, made.key, made.bytecode, "esp", base.app
        )
    files["esp-web-tools.json"] = _json(web_tools(made))
    files["flash.json"] = _json(
        {
            "chip": made.board.chip,
            "flash": flash,
            "board": made.board.name,
            "brand": made.brand.id,
            "version": made.release["version"],
            "image": {"file": "ballast.bin", "offset": 0, "size": len(image),
                      "sha256": hashlib.sha256(image).hexdigest()},
            "base": {"name": base.name, "micropython": base.version, "sha256": base.sha256},
            "partitions": {p.name: {"offset": p.offset, "size": p.size} for p in table},
        }
    )  # fmt: skip
    manifest = json.loads(files.pop("manifest.json"))
    for name in set(files) - set(manifest["files"]):
        data = files[name]
        manifest["files"][name] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    files["manifest.json"] = _json(manifest)
    return files


def layout(made, base, table):
    """[(flash offset, bytes)] of everything that a new unit has in common."""
    board = made.board
    slot = partitions.app_slot(table)
    if len(base.app) > slot.size:
        raise UserError(f"MicroPython needs {len(base.app):#x} bytes, {slot.name} has only "
                        f"{slot.size:#x}: use a larger --flash")  # fmt: skip
    parts = [
        (board.boot_offset, base.bootloader),
        (partitions.TABLE_OFFSET, partitions.binary(table)),
        (slot.offset, base.app),
    ]
    apps = partitions.find(table, "romfs").offset
    half = partitions.slot_bytes(table)
    update = made.updates[base.fs]
    header, image = update[: fsimage.BLOCK], update[fsimage.BLOCK :]
    parts.append((apps, image))
    parts.append((apps + half - fsimage.BLOCK, header))
    parts.append(_record(made, table))
    parts.append(_journal(table))
    parts.append((partitions.find(table, "vfs").offset, data_volume(board, base, table)))
    return parts


def _record(made, table):
    """The slot record of a new unit: slot A is proven, as the factory tests it."""
    slot_record = firmware.module("ballast.protocol.slot_record")
    record = slot_record.Record()
    record.seq = 1
    record.floor = made.release["security"]
    offset = partitions.find(table, "slotrec").offset + (record.seq & 1) * fsimage.BLOCK
    return offset, record.encode()


def _journal(table):
    """The journal of a new unit: every sector erased, and marked so. It can charge at once."""
    fmt = firmware.module("ballast.protocol.journal_format")
    part = partitions.find(table, "journal")
    return part.offset, fmt.CLEAN.ljust(fmt.SECTOR, b"\xff") * (part.size // fmt.SECTOR)


def data_volume(board, base, table):
    """The data partition of a new unit. A stock MicroPython gets its loader there."""
    files = {}
    if base.fs == "littlefs":  # nothing is frozen into a stock base
        loader = paths.BOARDS / "loader"
        files = {
            "board.py": (board.folder / "board.py").read_bytes(),
            "boot.py": (paths.FIRMWARE / "boot.py").read_bytes(),
            "main.py": (loader / "stock_main.py").read_bytes(),
            "loader/loader.py": (loader / "loader.py").read_bytes(),
        }
        for name in _SHARED:
            path = paths.FIRMWARE / "ballast" / name
            files[f"loader/{path.name}"] = path.read_bytes()
    blocks = partitions.find(table, "vfs").size // fsimage.BLOCK
    volume = fsimage.littlefs_volume(files, blocks)
    return volume.rstrip(b"\xff")


def merge(board, parts, flash):
    """esptool's merge: one image from 0x0, the boot loader's header set to the flash size."""
    with contextlib.redirect_stdout(io.StringIO()):
        return esptool.merge_bin(parts, board.chip, flash_size=flash)


def web_tools(made):
    """Manifest of ESP Web Tools: one part at 0, and the old data erased when asked."""
    return {
        "name": made.brand.product,
        "version": made.release["version"],
        "new_install_prompt_erase": True,
        "new_install_improv_wait_time": 0,
        "builds": [
            {
                "chipFamily": boards.FAMILY[made.board.chip],
                "parts": [{"path": "ballast.bin", "offset": 0}],
            }
        ],
    }


def _json(value):
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()
