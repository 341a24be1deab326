"""What a charger on the MicroPython VM is made of: the application as `build` makes it, and a base.

    parts = vm_image.parts()                                   # esp32s3_ref, ballast
    parts = vm_image.parts(board="esp32s3_ref", brand="acme")  # ballast_bench.vm.flash.Parts

The base is a ROMFS with the modules that boards/loader/manifest.py freezes, and the VM's side of the
bench. A real base image holds MicroPython too; here that is the VM itself.
"""

import contextlib
import functools
import io
import tempfile
from pathlib import Path
from types import SimpleNamespace

from mpremote import romfs

from ballast_bench.vm import table
from ballast_bench.vm.bootloader import HEADER
from ballast_bench.vm.flash import Parts
from ballast_tools.shell import paths
from ballast_tools.ship import application, build, fsimage, product_options, signing

_CHIP = paths.BENCH / "vm" / "chip"


@functools.lru_cache(maxsize=8)
def parts(board=None, brand=None, market=None, mains_plug=None):
    """Parts of a charger, by the names of product_options. UserError with one line."""
    return parts_of(built(board, brand, market, mains_plug))


def parts_of(made):
    """Parts of a build.Build."""
    sizes = {part.name: part.size for part in made.board.table()}
    return Parts(sizes, made.updates["romfs"], base(made.board.folder))


def built(board=None, brand=None, market=None, mains_plug=None, key=None):
    """The build.Build of a charger, signed with the development key or with `key`."""
    args = SimpleNamespace(board=board, brand=brand, market=market, mains_plug=mains_plug)
    return build.build(*product_options.built(args), key or signing.load(None))


def base(board_folder, **more):
    """A base image. more: {file name: text} of further modules, or in place of what is there."""
    with tempfile.TemporaryDirectory(prefix="ballast-vm-") as folder:
        made = Path(folder) / "made"
        made.mkdir()
        for name, text in {"fakes_table.py": table.source(), **more}.items():
            (made / name).write_text(text)
        files = {path.name: path for path in [*_CHIP.glob("*.py"), *frozen(board_folder)]}
        files["base_main.py"] = paths.BOARDS / "loader" / "main.py"
        files.update((path.name, path) for path in made.iterdir())
        tree = Path(folder) / "base"
        application.compile_tree(files, tree)
        with contextlib.redirect_stdout(io.StringIO()):
            return HEADER + bytes(romfs.make_romfs(str(tree), mpy_cross=False))


def frozen(board_folder):
    """The files of this tree that boards/loader/manifest.py freezes, but for main.py; and the board's."""
    firmware, loader = paths.FIRMWARE, paths.BOARDS / "loader"
    shared = ("protocol/slot_record.py", "protocol/update_file.py", "ports/identity.py",
              "ports/update_slots.py")  # fmt: skip
    return [firmware / "boot.py", loader / "_boot.py", loader / "loader.py",
            *(firmware / "ballast" / name for name in shared), board_folder / "board.py"]  # fmt: skip


def update(made, version, kind="romfs", image=None):
    """An update file of a Build: its application, or `image`, as another version; kind "esp": a base."""
    release = {**made.release, "version": version}
    image = made.images["romfs"] if image is None else image
    return build.update(made.board, made.brand, release, made.key, made.bytecode, kind, image)


def application_with(made, **texts):
    """The image of a Build with modules in place of its own: {module: text}."""
    with tempfile.TemporaryDirectory(prefix="ballast-vm-") as folder:
        files = {}
        for name, text in texts.items():
            path = files[name + ".py"] = Path(folder) / f"{name}.source"
            path.write_text(text)
        tree = Path(folder) / "app"
        fsimage.write_tree(tree, made.files)
        application.compile_tree(files, tree)
        return fsimage.make("romfs", tree, len(made.images["romfs"]) + 65536)
