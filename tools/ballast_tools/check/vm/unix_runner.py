"""Runs files of test functions on the unix port of MicroPython: the same tests as on the WebAssembly VM.

Small integers have 63 bits there and objects 64-bit words; all files of a folder share one process.
"""

import json
import subprocess
from pathlib import Path

from ballast_bench.vm import package
from ballast_tools.check.vm import runner
from ballast_tools.shell import paths

HEAP = "32M"  # chosen: tables of the balancer's tests have 128 KB each, and a folder shares a process
TICKS = paths.BENCH / "vm" / "chip" / "vm_ticks.py"
"""The ticks of this port, which a whole charger on it has too."""
_DRIVE = """\
import sys
sys.path[:] = PATH
import vm_clock
vm_clock.install()
import asyncio, json, vm_driver
found = []
for folder, module, tests in JOBS:
    sys.path[0] = folder
    vm_driver.start(module)
    async def all_of_them():
        for name in tests:
            await vm_driver.run(name)
    asyncio.run(all_of_them())
    found.append(json.loads(vm_driver.results()))
    sys.modules.pop(module, None)
print("\\nRESULT " + json.dumps(found))
"""


def run(files, scratch):
    """Run the tests of `files`; `scratch` is an empty folder.

    Returns ({file: [(test, error text or "")]}, what they printed). Raises runner.VmDied.
    """
    package.check()
    extra = runner.stage(scratch)
    (extra / TICKS.name).write_bytes(TICKS.read_bytes())
    jobs = []
    for number, file in enumerate(files):
        own = scratch / str(number)
        own.mkdir()
        (own / file.name).write_bytes(file.read_bytes())
        jobs.append([str(own), file.stem, runner.functions_in(file)])
    path = ["", str(runner.HERE), str(extra), str(paths.FIRMWARE), str(runner.MICRODOT.parent), ".frozen"]
    text = _DRIVE.replace("PATH", repr(path), 1).replace("JOBS", repr(jobs), 1)
    script = scratch / "drive.py"
    script.write_text(text)
    try:
        done = subprocess.run(
            package.command(HEAP, str(script)), env=package.environment(), capture_output=True, text=True,
            errors="replace", timeout=runner.TIMEOUT_S, cwd=scratch,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise runner.VmDied(f"no result after {runner.TIMEOUT_S} s") from error
    printed, _, result = done.stdout.rpartition("\nRESULT ")
    if not result:
        tail = done.stdout[-2000:] + done.stderr[-2000:]
        raise runner.VmDied(f"the VM ended with status {done.returncode}:\n{tail}")
    rows = [[tuple(entry) for entry in one] for one in json.loads(result)]
    return dict(zip(files, rows, strict=True)), printed


def readable(error, file):
    """A MicroPython traceback with the source lines, which are in files of this computer."""
    lines = []
    for line in error.splitlines():
        lines.append(line)
        parts = line.split('"')
        if line.startswith("  File") and len(parts) == 3 and "vm_driver" not in parts[1]:
            source = file if Path(parts[1]).name == file.name else Path(parts[1])
            number = parts[2].split("line ")[1].split(",")[0]
            if source.exists() and number.isdigit():
                lines.append("    " + source.read_text().splitlines()[int(number) - 1].strip())
    return "\n".join(lines)
