"""Pins and hashes the packages of tools/requirements.in into tools/requirements.txt.

Works on the newest releases unless a package is pinned in requirements.in; the
pins of today stay with --keep.
"""

import os
import subprocess
import sys

from ballast_tools.shell import requirements
from ballast_tools.shell.errors import UserError

HEADER = "# Made by `tools/ballast lock` from requirements.in; not to be edited.\n"
OPTIONS = (
    "--quiet --generate-hashes --strip-extras --allow-unsafe --no-header --annotation-style=split "
    "--no-emit-index-url --no-emit-find-links --no-emit-trusted-host"
).split()


def add_arguments(parser):
    parser.add_argument("--keep", action="store_true", help="keep pins that still fit")


def main(args):
    folder = requirements.LOCK.parent
    new = requirements.LOCK.with_suffix(".new")
    if args.keep:
        new.write_text(requirements.LOCK.read_text())
    command = [sys.executable, "-m", "piptools", "compile", *OPTIONS]
    command += [] if args.keep else ["--upgrade"]
    command += ["-o", new.name, requirements.SOURCE.name]
    try:
        if subprocess.run(command, cwd=folder, check=False).returncode:
            raise UserError("pip-compile found no set of packages that fits; see above")
        text = HEADER + "\n" + new.read_text()
        names = [name for name, _ in requirements.select(requirements.groups(
            requirements.SOURCE.read_text()), lock=text)]  # fmt: skip
        new.write_text(text)
        os.replace(new, requirements.LOCK)
    finally:
        new.unlink(missing_ok=True)
    print(f"{len(names)} packages pinned in {requirements.LOCK}")
    return 0
