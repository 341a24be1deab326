"""Builds the application, runs it on the MicroPython VM and reads what it takes of the heap."""

import json
import subprocess
import tempfile
from pathlib import Path

from ballast_bench.product import product
from ballast_tools.shell import node
from ballast_tools.shell.errors import UserError
from ballast_tools.ship import (
    boards,
    build,
    firmware,
    fsimage,
    image,
    mpy_file,
    names,
    partitions,
    signing,
)

HERE = Path(__file__).parent
TIMEOUT_S = 300
SCRIPTS = ("vm_machine.py", "vm_chip.py", "vm_charger.py")
PASSWORD = "label-pass-42"
SERIAL = "BAL-000042"
ASSETS = ("/",)  # its one file


def made(board_name):
    """The neutral brand's Build for a board, an OEM's too, which that brand does not name."""
    return build.build(boards.load(board_name), product.sold(), signing.load(None))


def unit():
    """What the factory writes into a unit."""
    password = firmware.module("ballast.protocol.password")
    return {
        "serial": SERIAL, "label": password.make(PASSWORD, b"0123456789abcdef", 3),
        "ap_password": "ap-password", "cal": {},
    }  # fmt: skip


def flash(one, folder):
    """{label: {"size", "parts"}} of a new unit's partitions, their content as files in `folder`."""
    table = one.board.table()
    half = partitions.slot_bytes(table)
    update = one.updates["romfs"]
    pieces = {
        "romfs": [(0, update[fsimage.BLOCK :]), (half - fsimage.BLOCK, update[: fsimage.BLOCK])],
        "slotrec": [],
        "ota_0": [],
    }
    record_at, record = image._record(one, table)
    pieces["slotrec"].append((record_at - partitions.find(table, "slotrec").offset, record))
    out = {}
    for label, parts in pieces.items():
        size = partitions.find(table, label).size if label != "ota_0" else fsimage.BLOCK
        rows = []
        for n, (offset, data) in enumerate(parts):
            path = folder / f"{label}.{n}"
            path.write_bytes(data)
            rows.append([offset, str(path)])
        out[label] = {"size": size, "parts": rows}
    return out


def names_of_base(one):
    """Names that a base of boards/loader has in flash: names.py, and no `__file__` of each module."""
    paths_of = {f"/app/{name}" for name in one.files if name.endswith(".mpy")}
    return names.frozen() | paths_of


def run(one, folder, plan, settings, heap, known=()):
    """(results of charger.mjs: a list of dicts, the last lines that the VM printed).

    heap: bytes for the charger. known: names that the base has in flash; they and the imitated
    chip get room of their own. UserError with the VM's last line if it died.
    """
    job = {
        "vm": str(node.VM), "heap": heap,
        "scripts": {name: str(HERE / name) for name in SCRIPTS},
        "partitions": flash(one, folder),
        "chip": {"unit": unit(), "settings": settings, "image_bytes": len(one.images["romfs"])},
        "names": sorted(known),
        "plan": plan,
    }  # fmt: skip
    (folder / "job.json").write_text(json.dumps(job))
    command = [node.find(), str(HERE / "charger.mjs"), str(folder / "job.json")]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise UserError(f"bench memory: the VM gave no result within {TIMEOUT_S} s") from None
    _, _, result = done.stdout.rpartition("\nRESULT ")
    if not result:
        last = (done.stdout + done.stderr).strip().splitlines()[-1:] or ["it ended without a word"]
        raise UserError(f"bench memory: the VM ended with status {done.returncode}: {last[0]}")
    told = json.loads(result)
    for row in told["results"]:
        if row["what"] == "error":
            last = row["text"].strip().splitlines()[-1:] or ["an error without a text"]
            raise UserError(f"bench memory: the charger died on the VM: {last[0]}")
    return told["results"], told["printed"]


def of(one, row, heap, known=(), seconds=5):
    """What a Configuration takes: a dict, bytes and bytes a second. See `bench memory`.

    Live heap and free blocks come from a run in `heap` bytes, garbage and pages from one with more.
    """
    with tempfile.TemporaryDirectory(prefix="ballast-") as folder:
        def play(plan, size):
            return run(one, Path(folder), plan, row.settings, size, known)[0]

        fakes = play([["measure", "fakes"]], AMPLE)[-1]["used"]
        # the imitated chip has room of its own
        small = play([*boot(row), *pages(row.pages, row.visited), *_END], heap + fakes)
        large = play([*boot(row), ["garbage", "idle", seconds * 1000],
                      *pages(1, row.visited), ["garbage", "one page", seconds * 1000],
                      *pages(_MOST_PAGES - 1, ()), *_END], AMPLE)  # fmt: skip
    for results in (small, large):
        _check(row, results)
    here, there = ({entry["what"]: entry for entry in results} for results in (small, large))
    state = json.loads(small[-1]["value"])
    return {
        "imported": here["imported"]["used"] - fakes, "live": here["measured"]["used"] - fakes,
        "three_pages": there["measured"]["used"] - fakes,
        "largest": here["measured"]["largest"],
        "fits": here["measured"]["total"] == here["fakes"]["total"],
        "idle_per_s": there["idle"]["per_s"], "page_per_s": there["one page"]["per_s"],
        "fakes": fakes, "names": here["measured"]["names"] - here["fakes"]["names"],
        "tables": _tables(one, state["modules"], known), "state": state,
    }  # fmt: skip


_MOST_PAGES = 3
AMPLE = 1 << 20
_END = (["measure", "measured"], ["call", "state"])


def boot(row):
    """A charger that has been running for some seconds."""
    plan = [["measure", "fakes"], ["import", "main"], ["import", "ballast.compose.chip"],
            ["measure", "imported"], ["call", "boot"]]  # fmt: skip
    if row.bluetooth:
        plan += [["call", "open_bluetooth"], ["run", 4000]]
    return [*plan, ["run", 5000]]


def pages(count, visited):
    """So many further pages; the first of them asks for `visited` besides."""
    plan = []
    for n in range(count):
        paths = json.dumps(list(visited if n == 0 else ()))
        plan += [["call", "open_page", json.dumps(list(ASSETS)), paths, PASSWORD],
                 ["until", "pages_done"], ["run", 3000], ["call", "forget_answers"]]  # fmt: skip
    return plan


def _check(row, results):
    """UserError unless the charger ran as it should: what did not run takes no memory."""
    state = json.loads(results[-1]["value"])
    answers = [answer for entry in results if entry["what"] == "forget_answers"
               for client in json.loads(entry["value"]) for answer in client]  # fmt: skip
    bad = [f"{path} answers {status}" for path, status, _ in answers if status != 200]
    bad += [f"service {name}: {text}" for name, text in state["errors"].items()]
    bad += [f"the step: {state['step_error']}"] * (state["step_error"] != "None")
    bad += ["Bluetooth is off"] * (row.bluetooth and not state["ble"])
    bad += ["no group runs"] * (bool(row.settings.get("group_id")) and not state["group_runs"])
    if bad:
        raise UserError(f"bench memory: {row.name}: the charger did not run as it should: {bad[0]}")


def _tables(one, modules, known):
    """Bytes of the tables of these modules, which a frozen application has in flash."""
    total = 0
    for module in modules:
        stem = module.replace(".", "/")
        data = one.files.get(f"{stem}.mpy") or one.files.get(f"{stem}/__init__.mpy")
        total += mpy_file.table_bytes(data, known) if data else 0
    return total
