"""A board's partition tables, read by ESP-IDF's own gen_esp32part.py."""

import subprocess
import sys
import tempfile
from pathlib import Path

from ballast_tools.ship import partitions


def check(found, board, idf):
    """Each layout passes the tool's rules, and becomes the same bytes as the tools here make."""
    if not idf.partition_tool.is_file():
        found.skipped("partitions: components/partition_table is missing in this ESP-IDF")
        return
    for size, name in board.layouts.items():
        with tempfile.TemporaryDirectory(prefix="ballast-") as folder:
            out = Path(folder) / "table.bin"
            command = [sys.executable, str(idf.partition_tool), "-q", "--flash-size", size,
                       "--offset", hex(partitions.TABLE_OFFSET),
                       str(board.folder / name), str(out)]  # fmt: skip
            done = subprocess.run(command, capture_output=True, text=True, errors="replace")
            if done.returncode or not out.is_file():
                said = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
                found.wrong(f"{name}: ESP-IDF's gen_esp32part.py: {said[-1].strip() if said else 'failed'}")
            elif out.read_bytes() != partitions.binary(board.table(size)):
                found.wrong(f"{name}: gen_esp32part.py makes another table of it than this command does")
            else:
                found.ok(f"partitions: {name}: ESP-IDF's gen_esp32part.py takes it for {size}")
