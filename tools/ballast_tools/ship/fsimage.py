"""File system images of a folder, the same bits every time, and back again.

LittleFS with the geometry that MicroPython's VfsLfs2 uses by default, so that inlined files fit
the device's cache.
An application image has small blocks, the data partition those of the flash: see _Window in
firmware/ballast/ports/update_slots.py. ROMFS by mpremote's own writer.
"""

import contextlib
import io
import shutil
from pathlib import Path

import littlefs
from mpremote import romfs

from ballast_bench.devices.lfs_geometry import GEOMETRY
from ballast_tools.shell.errors import UserError
from ballast_tools.ship import base128

BLOCK = 4096  # of flash
IMAGE_BLOCK = 512  # of an application image in LittleFS


def contents(folder):
    """{relative posix name: bytes} of all files below a folder, sorted."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def make(kind, folder, room):
    """The image (bytes) of `folder` as "romfs" or "littlefs"; at most `room` bytes."""
    if kind == "littlefs":
        return littlefs_image(contents(folder), room)
    data = _romfs(folder)
    if len(data) > room:
        raise UserError(f"the application needs {len(data)} bytes, its slot has {room}")
    return data


def _romfs(folder):
    with contextlib.redirect_stdout(io.StringIO()):  # it prints the tree
        return bytes(romfs.make_romfs(str(folder), mpy_cross=False))


def littlefs_image(files, room):
    """The smallest LittleFS of {name: bytes} with small blocks."""
    blocks = 16 + sum(len(data) // IMAGE_BLOCK + 1 for data in files.values())
    while blocks * IMAGE_BLOCK <= room:
        try:
            return littlefs_volume(files, blocks, IMAGE_BLOCK)
        except littlefs.LittleFSError as error:
            if error.code != littlefs.LittleFSError.Error.LFS_ERR_NOSPC:
                raise
        blocks += 16
    raise UserError(f"the application needs more than its slot of {room} bytes")


def littlefs_volume(files, blocks, block=BLOCK):
    """A LittleFS of {name: bytes} with exactly so many blocks."""
    fs = littlefs.LittleFS(block_size=block, block_count=blocks, **GEOMETRY)
    for name in sorted(files):
        parent = str(Path(name).parent)
        if parent != ".":
            fs.makedirs(parent, exist_ok=True)
        with fs.open(name, "wb") as file:
            file.write(files[name])
    return bytes(fs.context.buffer)


def unpack(kind, data):
    """{name: bytes} of an image: how tests and `image` look inside."""
    return _unpack_romfs(data) if kind == "romfs" else unpack_littlefs(data, IMAGE_BLOCK)


def unpack_littlefs(data, block=BLOCK):
    context = littlefs.context.UserContext(buffer=bytearray(data))
    fs = littlefs.LittleFS(
        context=context, block_size=block, block_count=len(data) // block, mount=False, **GEOMETRY
    )
    fs.mount()
    files = {}
    for folder, _, names in fs.walk("/"):
        for name in names:
            path = f"{folder.rstrip('/')}/{name}"
            with fs.open(path, "rb") as file:
                files[path.lstrip("/")] = file.read()
    return dict(sorted(files.items()))


def _unpack_romfs(data):
    """Reads what extmod/vfs_rom.c reads: records of kind, length, payload."""
    if data[:3] != romfs.VfsRomWriter.ROMFS_HEADER:
        raise UserError("this is not a ROMFS image")
    length, at = base128.read(data, 3)
    files = {}
    _directory(data, at, at + length, "", files)
    return dict(sorted(files.items()))


def _directory(data, at, end, prefix, files):
    writer = romfs.VfsRomWriter
    while at < end:
        kind, at = base128.read(data, at)
        length, at = base128.read(data, at)
        after = at + length
        if kind in (writer.ROMFS_RECORD_KIND_DIRECTORY, writer.ROMFS_RECORD_KIND_FILE):
            count, at = base128.read(data, at)
            name = prefix + data[at : at + count].decode()
            at += count
            if kind == writer.ROMFS_RECORD_KIND_DIRECTORY:
                _directory(data, at, after, name + "/", files)
            else:
                inner, at = base128.read(data, at)
                size, at = base128.read(data, at)
                if inner != writer.ROMFS_RECORD_KIND_DATA_VERBATIM:
                    raise UserError(f"ROMFS: {name} is not stored verbatim")
                files[name] = data[at : at + size]
        at = after


def write_tree(folder, files):
    """{name: bytes} -> files below an empty folder."""
    if folder.exists():
        shutil.rmtree(folder)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
