"""Sets up the private environment in .venv/: once, pinned, hashed, and resumable.

What is installed is recorded per group in .venv/.done/; a group whose record
equals the fingerprint of the lock files needs nothing. While an installer works
.venv/.unfinished exists: a start that finds it begins with an empty environment
(the installers' own download caches make that quick).
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import threading
import venv
from contextlib import contextmanager

from ballast_tools.shell import node, paths, requirements
from ballast_tools.shell.commands import VM
from ballast_tools.shell.errors import SetupError
from ballast_tools.shell.progress import Bar

DONE = paths.VENV / ".done"
UNFINISHED = paths.VENV / ".unfinished"
LOCK = paths.VENV / ".lock"
LOG = paths.VENV / "setup.log"
NPM_FILES = ("package.json", "package-lock.json")

SOURCE_ONLY = {"esptool", "tailer", "yattag"}
"""Published without a wheel; built with the pinned setuptools."""


def is_ours():
    """True when this Python is the private environment's."""
    return os.path.realpath(sys.prefix) == str(paths.VENV)


def restart(argv):
    """Replace this process by the environment's Python running the same command."""
    sys.stdout.flush()
    os.execv(paths.VENV_PYTHON, [str(paths.VENV_PYTHON), str(paths.TOOLS / "ballast"), *argv])


def fingerprint(group):
    """Changes when what `group` consists of may have changed."""
    files = [requirements.SOURCE, requirements.LOCK]
    if group == VM:
        files = [paths.TOOLS / "node" / name for name in NPM_FILES]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def missing(groups):
    """Those of `groups` that are not installed as the lock files say."""
    if UNFINISHED.exists() or not paths.VENV_PYTHON.exists():
        return list(groups)
    return [g for g in groups if _record(g) != fingerprint(g)]


def _record(group):
    try:
        return (DONE / group).read_text()
    except FileNotFoundError:
        return None


def ensure(groups):
    """Install what is missing of `groups`; True if there was anything to do."""
    if not missing(groups):
        return False
    try:
        paths.VENV.mkdir(exist_ok=True)
        with _locked():
            todo = missing(groups)  # another start may have done it meanwhile
            if todo:
                _install(todo)
    except OSError as error:
        raise SetupError(f"cannot set up {paths.VENV}: {error}") from error
    return True


@contextmanager
def _locked():
    with open(LOCK, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for a set-up that runs already ...", file=sys.stderr)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _install(todo):
    bar = Bar("Setting up (once)")
    try:
        wanted = [g for g in todo if g != VM]
        if VM in todo and not node.system():
            wanted.append("node")
        pins = requirements.select(wanted)
        steps = Steps(bar, len(pins) + (VM in todo))
        if UNFINISHED.exists() or not paths.VENV_PYTHON.exists():
            steps.note("environment")
            _create()
        UNFINISHED.touch()
        LOG.write_text("")
        _pip(steps, [p for p in pins if p[0] not in SOURCE_ONLY], ["--only-binary=:all:"])
        _pip(steps, [p for p in pins if p[0] in SOURCE_ONLY], ["--no-build-isolation"])
        if VM in todo:
            _npm(steps)
        DONE.mkdir(exist_ok=True)
        for group in {*todo, *wanted}:
            (DONE / group).write_text(fingerprint(group))
        UNFINISHED.unlink()
        steps.note(f"dependencies {steps.total}/{steps.total}")
    except KeyboardInterrupt:
        bar.end()
        print("Set-up interrupted; the next start takes it up again.", file=sys.stderr)
        raise
    finally:
        bar.end()


class Steps:
    """Counts packages; one counts half when it is there and whole when it is installed."""

    def __init__(self, bar, total):
        self._bar = bar
        self._before = 0
        self.total = total
        self.halves = 0

    def note(self, text):
        self._bar.show(self.halves, 2 * self.total, text)

    def at(self, halves):
        self.halves = min(max(self.halves, self._before + halves), 2 * self.total - 1)
        self.note(f"dependencies {self.halves // 2}/{self.total}")

    def next_part(self):
        self._before = self.halves


def _create():
    for entry in paths.VENV.iterdir():
        if entry != LOCK:
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    with_pip = importlib.util.find_spec("ensurepip") is not None
    if not with_pip and importlib.util.find_spec("pip") is None:
        raise SetupError("this Python has neither ensurepip nor pip: apt install python3-venv")
    UNFINISHED.touch()
    builder = venv.EnvBuilder(with_pip=with_pip, symlinks=True)
    try:
        builder.create(paths.VENV)
    except subprocess.CalledProcessError as error:
        raise SetupError("Python could not make a virtual environment: "
                         "apt install python3-venv") from error  # fmt: skip


def _pip(steps, pins, options):
    if not pins:
        return
    listing = paths.VENV / "requirements.txt"
    listing.write_text("".join(pin for _, pin in pins))
    command = [str(paths.VENV_PYTHON), "-m", "pip"]
    if not list(_site_packages().glob("pip")):  # a Python without ensurepip: use its own pip
        command = [sys.executable, "-m", "pip", "--python", str(paths.VENV_PYTHON)]
    command += ["install", "--require-hashes", "--no-deps", "--no-input", "--no-compile",
                "--disable-pip-version-check", "--progress-bar=off", "--no-warn-script-location",
                *options, "-r", str(listing)]  # fmt: skip
    names = {name for name, _ in pins}
    seen = set()

    def watch(line=""):
        if line.startswith(("Collecting", "Requirement already satisfied")):
            seen.add(line)
        installed = {requirements.canonical(d.name.split("-")[0])
                     for d in _site_packages().glob("*.dist-info")}  # fmt: skip
        steps.at(min(len(seen), len(names)) + len(installed & names))

    _call(command, watch, "the package index", env={"PIP_USER": "0"})
    steps.at(2 * len(names))
    steps.next_part()


def _site_packages():
    return next(paths.VENV.glob("lib/python3*/site-packages"))


def _npm(steps):
    found = node.system() or node.wheel()
    if found is None:
        raise SetupError("no Node.js: install Node.js 18 or newer with npm")
    paths.NODE_DIR.mkdir(exist_ok=True)
    for name in NPM_FILES:
        shutil.copy(paths.TOOLS / "node" / name, paths.NODE_DIR / name)
    # a company's own certificate authority counts, and a dead network is told within seconds
    ca = {"NODE_USE_SYSTEM_CA": "1"}
    patience = ["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000"]
    options = ["ci", *patience, "--ignore-scripts", "--no-audit", "--no-fund",
               "--no-update-notifier", "--loglevel=error"]  # fmt: skip
    path = os.path.dirname(found[0]) + os.pathsep + os.environ.get("PATH", "")
    _call([*found[1], *options], lambda line="": None, "the npm registry",
          cwd=paths.NODE_DIR, env={"PATH": path, **ca})  # fmt: skip
    if not node.VM.exists():
        raise SetupError(f"npm installed no {node.VM.name}; see {LOG}")


def _call(command, watch, source, cwd=None, env=None):
    """Run an installer; its output goes to LOG and, line by line, to `watch`."""
    lines = []
    process = subprocess.Popen(
        command, cwd=cwd, env={**os.environ, **(env or {})}, text=True, errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    reader = threading.Thread(target=lambda: lines.extend(process.stdout), daemon=True)
    reader.start()
    shown = 0
    try:
        while reader.is_alive():
            reader.join(0.1)
            for line in lines[shown:]:
                shown += 1
                watch(line)
            watch()
        status = process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    finally:
        with open(LOG, "a") as log:
            log.writelines(lines)
    if status:
        raise SetupError(_reason(lines, source))


def _reason(lines, source):
    text = "".join(lines)
    if "DO NOT MATCH THE HASHES" in text or "EINTEGRITY" in text:
        what = "a package differs from its pinned hash and was not installed"
    elif "CERT" in text.upper() and ("SSL" in text or "npm error" in text):
        what = f"the certificate of {source} is not trusted here"
    elif any(sign in text for sign in ("Retrying (", "ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN",
                                       "ETIMEDOUT", "Temporary failure")):  # fmt: skip
        what = f"{source} cannot be reached; check the network and start again"
    else:
        errors = [line.strip() for line in lines if "error" in line.lower()]
        what = errors[-1] if errors else "the installer failed"
    return f"setting up failed: {what} (log: {LOG})"
