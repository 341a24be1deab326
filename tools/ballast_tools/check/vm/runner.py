"""Runs a file of test functions on the MicroPython VM; used by test_vm.py."""

import ast
import json
import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

from ballast_tools.shell import node, paths

HERE = Path(__file__).parent
TIMEOUT_S = 300
MICRODOT = Path(find_spec("microdot").origin).parent  # the same files go on the ESP32
LIBRARY = {"/lib": paths.FIRMWARE, "/lib/microdot": MICRODOT, "/vm": HERE}
RIG = paths.BENCH / "rigs" / "control.py"
"""The one file of the bench that runs on MicroPython too: it imports control/ alone."""


class VmDied(Exception):
    """The VM ended without results; the text is what it wrote last."""


def helpers():
    """Portable helpers beside the tests; none where the tests are not installed."""
    return [f for name in ("portable.py", "*_kit.py", "vm/heap.py") for f in paths.HOST_TESTS.glob(name)]


def functions_in(file):
    """Names of the test functions of `file`, in their order."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    body = ast.parse(file.read_text(), str(file)).body
    return [n.name for n in body if isinstance(n, kinds) and n.name.startswith("test_")]


def stage(scratch):
    """The folder `extra` of `scratch`, with what tests import beside the firmware."""
    extra = scratch / "extra"
    extra.mkdir()
    for helper in helpers():
        (extra / helper.name).write_bytes(helper.read_bytes())
    rig = extra / RIG.relative_to(paths.TOOLS)
    rig.parent.mkdir(parents=True)
    rig.write_bytes(RIG.read_bytes())
    return extra


def run(file, scratch):
    """Run the tests of `file`; `scratch` is an empty folder.

    Returns ([(test, error text or "")], what they printed). A module that cannot be
    imported gives one entry ("import NAME", error). Raises VmDied.
    """
    (stage(scratch) / file.name).write_bytes(file.read_bytes())
    job = {
        "vm": str(node.VM),
        "mounts": [[str(host), vm] for vm, host in LIBRARY.items()]
        + [[str(scratch / "extra"), "/extra"]],
        "path": ["/vm", "/extra"],
        "module": file.stem,
        "tests": functions_in(file),
    }
    (scratch / "job.json").write_text(json.dumps(job))
    command = [node.find(), str(HERE / "run.mjs"), str(scratch / "job.json")]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=TIMEOUT_S
        )
    except subprocess.TimeoutExpired as error:
        raise VmDied(f"no result after {TIMEOUT_S} s") from error
    printed, _, result = done.stdout.rpartition("\nRESULT ")
    if not result:
        tail = done.stdout[-2000:] + done.stderr[-2000:]
        raise VmDied(f"the VM ended with status {done.returncode}:\n{tail}")
    return [tuple(entry) for entry in json.loads(result)], printed


def readable(error, file):
    """A MicroPython traceback with the source lines, which the VM does not know."""
    lines = []
    for line in error.splitlines():
        place = re.match(r'\s+File "([^"]+)", line (\d+)', line)
        if place and ("vm_driver" in place[1] or place[1] == "<stdin>"):
            continue
        lines.append(line)
        source = place and _on_host(place[1], file)
        if source:
            lines.append("    " + source.read_text().splitlines()[int(place[2]) - 1].strip())
    return "\n".join(lines)


def _on_host(vm_path, file):
    if vm_path == "/extra/" + file.name:
        return file
    for root, folder in [*LIBRARY.items(), ("/extra", paths.HOST_TESTS), ("/extra", paths.TOOLS)]:
        found = folder / vm_path[len(root) + 1 :]
        if vm_path.startswith(root + "/") and found.exists():
            return found
    return None
