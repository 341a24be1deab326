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
from ballast_bench.vm.flash import Parts
from ballast_tools.shell import paths
from ballast_tools.ship import application, build, product_options, signing

_CHIP = paths.BENCH / "vm" / "chip"


@functools.lru_cache(maxsize=8)
def parts(board=None, brand=None, market=None, mains_plug=None):
    """Parts of a charger, by the names of product_options. UserError with one line."""
    made = built(board, brand, market, mains_plug)
    table_of = {part.name: part.size for part in made.board.table()}
    return Parts(table_of, made.updates["romfs"], base(made.board.folder))


def built(board=None, brand=None, market=None, mains_plug=None, key=None):
    """The build.Build of a charger, signed with the development key or with `key`."""
    args = SimpleNamespace(board=board, brand=brand, market=market, mains_plug=mains_plug)
    return build.build(*product_options.built(args), key or signing.load(None))


def base(board_folder, **more):
    """ROMFS of a base image. more: {file name: text} of further modules."""
    with tempfile.TemporaryDirectory(prefix="ballast-vm-") as folder:
        made = Path(folder) / "made"
        made.mkdir()
        for name, text in {"fakes_table.py": table.source(), **more}.items():
            (made / name).write_text(text)
        files = {path.name: path for path in [*_CHIP.glob("*.py"), *frozen(board_folder), *made.iterdir()]}
        files["base_main.py"] = paths.BOARDS / "loader" / "main.py"
        tree = Path(folder) / "base"
        application.compile_tree(files, tree)
        with contextlib.redirect_stdout(io.StringIO()):
            return bytes(romfs.make_romfs(str(tree), mpy_cross=False))


def frozen(board_folder):
    """The files of this tree that boards/loader/manifest.py freezes, but for main.py; and the board's."""
    firmware, loader = paths.FIRMWARE, paths.BOARDS / "loader"
    shared = ("protocol/slot_record.py", "protocol/update_file.py", "ports/identity.py", "ports/update_slots.py")
    return [firmware / "boot.py", loader / "_boot.py", loader / "loader.py",
            *(firmware / "ballast" / name for name in shared), board_folder / "board.py"]  # fmt: skip
