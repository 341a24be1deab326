"""Builds the application of a board and brand: image, signed update, sizes, materials.

    tools/ballast build esp32s3_ref acme [--out DIR] [--key PRIVATE.pem]
    tools/ballast build --board ../oem/boards/box13 --brand ../oem/brands/voltaro --market uk

What comes out, the same bits for the same sources and key:
  app.update      the signed application, for the page, OCPP or a file (update_file.py)
  app.FS.update   the same for another file system, where the board runs on both
  app/            the files inside, for those who want to look
  manifest.json   names, sizes, SHA-256; size.txt against the budget; sbom.json CycloneDX
"""

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from ballast_bench.product import brand
from ballast_tools.shell import paths
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.paths import shown
from ballast_tools.ship import (
    application,
    boards,
    bundle,
    firmware,
    fsimage,
    partitions,
    product_options,
    sbom,
    signing,
    size_report,
    web_assets,
)


@dataclass(frozen=True)
class Build:
    """What `build` made. images: {file system: bytes}; updates: {file system: bytes}."""

    board: object
    brand: object
    release: dict
    key: object
    files: dict
    images: dict
    updates: dict
    page_bytes: int
    bytecode: int


def add_arguments(parser):
    product_options.add_names(parser)
    product_options.add_arguments(parser)
    parser.add_argument("--out", type=Path, help="default: build/BOARD-BRAND")
    parser.add_argument("--key", help="RSA-3072 private key, PEM (default: a development key)")
    parser.add_argument("--trust", action="append", default=[], metavar="PUBLIC.pem",
                        help="also accept updates signed with this key (repeat)")  # fmt: skip


def main(args):
    board, chosen = asked(args)
    key = signing.load(args.key)
    out = args.out or default_out(board, chosen)
    made = build(board, chosen, key, [signing.load_public(path) for path in args.trust])
    files = outputs(made)
    write(made, files, out)
    report(made, files, out)
    return 0


def asked(args):
    """(Board, Brand) that the options name, of this tree or of an OEM's folders."""
    product_options.take_names(args)
    return product_options.built(args)


def load(board_name, brand_name):
    """(Board, Brand) of names or paths, checked also against each other."""
    return product_options.built(
        SimpleNamespace(board=board_name, brand=brand_name, market=None, mains_plug=None)
    )


def default_out(board, chosen):
    return paths.BUILD / f"{board.name}-{chosen.id}"


def build(board, chosen, key, trusted=()):
    """Everything in memory: nothing is written outside a temporary folder."""
    release = boards.release()
    bytecode = application.check_compiler(release["micropython"])
    keys = {key.id: key.modulus, **dict(trusted)}
    with tempfile.TemporaryDirectory(prefix="ballast-") as temporary:
        tree = Path(temporary) / "app"
        application.compile_tree(application.built(board.folder), tree)
        page = web_assets.build(tree / "web", chosen)
        document = brand.document(chosen, board, release, keys)
        (tree / "brand.json").write_text(
            json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        )
        room = partitions.slot_bytes(board.table()) - fsimage.BLOCK
        images = {kind: fsimage.make(kind, tree, room) for kind in board.systems()}
        files = fsimage.contents(tree)
    updates = {
        kind: update(board, chosen, release, key, bytecode, kind, data)
        for kind, data in images.items()
    }
    made = Build(board, chosen, release, key, files, images, updates, page.total, bytecode)
    excess = size_report.excess(images, page.total)
    if excess:
        raise UserError(excess)
    return made


def update(board, chosen, release, key, bytecode, kind, image):
    """The signed update file of an image; see firmware/ballast/protocol/update_file.py.

    kind: file system of an application, "esp" for a MicroPython.
    """
    update_file = firmware.module("ballast.protocol.update_file")
    manifest = {
        "base": release["micropython"],
        "board": board.name,
        "brand": chosen.id,
        "fs": kind,
        "key": key.id,
        "kind": "base" if kind == "esp" else "app",
        "mpy": bytecode,
        "security": release["security"],
        "sha256": hashlib.sha256(image).hexdigest(),
        "size": len(image),
        "version": release["version"],
    }
    return update_file.encode(manifest, key.sign) + image


def outputs(made):
    """{file name: bytes} of the result, manifest.json last."""
    name = f"{made.board.name}-{made.brand.id}"
    slot = partitions.slot_bytes(made.board.table())
    title = f"{name} {made.release['version']}"
    result = {}
    for index, (kind, data) in enumerate(made.updates.items()):
        result[f"app.{kind}.update" if index else "app.update"] = data
    result["size.txt"] = size_report.text(
        title, made.files, made.images, made.page_bytes, slot
    ).encode()
    parts = bundle.parts(application.modules(made.board.folder))
    result["sbom.json"] = sbom.make(
        made.release, made.brand, made.board, application.packages(), made.files, parts
    ).encode()
    manifest = {
        **made.release,
        "board": made.board.name,
        "brand": made.brand.id,
        "chip": made.board.chip,
        "market": made.brand.market["id"],
        "key": made.key.id,
        "development": made.key.development,
        "page_bytes": made.page_bytes,
        "files": {
            file: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for file, data in result.items()
        },
    }
    result["manifest.json"] = (json.dumps(manifest, indent=1, sort_keys=True) + "\n").encode()
    return result


def write(made, files, out):
    """Put `files` and the application's own into `out`: all of them or none."""
    replace_folder(out, {**files, **{f"app/{n}": d for n, d in made.files.items()}})


def replace_folder(out, files):
    """Write {name: bytes} to a fresh folder beside `out`, then swap it in."""
    out = Path(out)
    if out.exists() and not (out / "manifest.json").exists() and any(out.iterdir()):
        raise UserError(f"{shown(out)}: holds other files; name an empty or new folder with --out")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        try:
            fsimage.write_tree(fresh, files)
            old = fresh.with_name(fresh.name + "-old")
            if out.exists():
                os.rename(out, old)
            os.rename(fresh, out)
            shutil.rmtree(old, ignore_errors=True)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise UserError(f"{shown(out)}: {error.strerror}") from error


def report(made, files, out):
    image = next(iter(made.images.values()))
    digest = hashlib.sha256(next(iter(made.updates.values()))).hexdigest()
    print(f"  application {size_report.kib(len(image))} of {size_report.APPLICATION // 1024}"
          f"   page {size_report.kib(made.page_bytes)} of {size_report.PAGE // 1024}"
          f"   signed by key {made.key.id[:2]}..{made.key.id[-2:]}"
          f"   sha256 {digest[:2]}..{digest[-2:]}")  # fmt: skip
    if made.key.development:
        print(f"  development key ({signing.development_path()}): never ship what it signed; "
              "give yours with --key")  # fmt: skip
    print(f"  {shown(out)}/ : {', '.join(files)}")


def read_manifest(folder):
    """manifest.json of a build; UserError when there is none."""
    try:
        return json.loads((Path(folder) / "manifest.json").read_text())
    except (OSError, ValueError) as error:
        raise UserError(f"{shown(folder)}: no build here: run tools/ballast build") from error
