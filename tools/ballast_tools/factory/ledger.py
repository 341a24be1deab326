"""The traceability record of a batch: append-only, each line hashed with the one before.

One JSON object per line: n, prev, time, event, the event's own keys, hash. `hash` is
SHA-256 over the line without it, so a line that is changed, taken out or put in breaks
the chain from there on. Written and synced before the step that it announces counts; a
line that a power cut tore is cut off on the next start (it announced nothing that was
relied on) and kept beside the record for whoever wants to look.

What a batch may rely on:
  bound    this serial belongs to this chip (MAC), for ever: no serial is used twice
  flashed  its image was written and the chip confirmed its MD5
  tested   what the jig measured
  passed | failed | retired   the end
"""

import fcntl
import hashlib
import json
import os
import threading

from ballast_tools.shell.errors import UserError

GENESIS = "0" * 64
OPEN, PASSED, FAILED = "open", "passed", "failed"


class Ledger:
    """now(): text of the time. Thread-safe; a second process is refused by a lock."""

    def __init__(self, path, now):
        self._path = path
        self._now = now
        self._lock = threading.RLock()
        self._last = GENESIS
        self._count = 0
        self.by_serial = {}  # serial: {"mac", "state", "flashed": hash or None}
        self.by_mac = {}  # MAC: serial that it holds now
        self.batch = None
        self._passed = []
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(path, "a+b")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise UserError(f"{path}: another provisioning of this batch is running") from error
        self._replay()

    def close(self):
        self._file.close()

    def _replay(self):
        self._file.seek(0)
        data = self._file.read()
        good = 0
        for line in data.splitlines(keepends=True):
            problem = self._check(line)
            if problem:
                rest = data[good:]
                if rest != line or line.endswith(b"\n"):
                    raise UserError(f"{self._path}:{self._count + 1}: {problem}; "
                                    "the record was changed: do not go on with it")  # fmt: skip
                self._cut(good, rest)
                return
            self._take(json.loads(line))
            good += len(line)

    def _check(self, line):
        try:
            row = json.loads(line)
            text = canonical({k: v for k, v in row.items() if k != "hash"})
        except (ValueError, AttributeError):
            return "not a record"
        if not line.endswith(b"\n"):
            return "torn"
        if row.get("prev") != self._last or row.get("n") != self._count + 1:
            return "does not follow the line before"
        if row.get("hash") != hashlib.sha256(text).hexdigest():
            return "its hash is wrong"
        return None

    def _cut(self, good, torn):
        self._path.with_suffix(".torn").write_bytes(torn)
        os.ftruncate(self._file.fileno(), good)
        os.fsync(self._file.fileno())

    def _take(self, row):
        self._count, self._last = row["n"], row["hash"]
        event = row["event"]
        if event == "batch":
            self.batch = row
        elif event == "bound":
            unit = {"mac": row["mac"], "state": OPEN, "flashed": None}
            self.by_serial[row["serial"]] = unit
            self.by_mac[row["mac"]] = row["serial"]
        elif event == "flashed":
            self.by_serial[row["serial"]]["flashed"] = row["image"]
        elif event in (PASSED, FAILED):
            self.by_serial[row["serial"]]["state"] = event
            if event == PASSED:
                self._passed.append(row["serial"])

    def write(self, event, **values):
        """Append one event and sync it; only then may what it announces happen."""
        with self._lock:
            row = {"n": self._count + 1, "prev": self._last, "time": self._now(),
                   "event": event, **values}  # fmt: skip
            row["hash"] = hashlib.sha256(canonical(row)).hexdigest()
            self._file.write(canonical(row) + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
            self._take(row)

    def claim(self, mac, serials, retest=False):
        """(serial, state) for a chip: the one that it holds, or the next free one, bound now.

        (None, None) when all serials are used. A chip that failed keeps its retired serial;
        with `retest` (after repair) it gets a new one.
        """
        with self._lock:
            held = self.by_mac.get(mac)
            if held is not None and not (retest and self.state(held) == FAILED):
                return held, self.state(held)
            for serial in serials:
                if serial not in self.by_serial:
                    self.write("bound", serial=serial, mac=mac)
                    return serial, OPEN
            return None, None

    def state(self, serial):
        return self.by_serial[serial]["state"]

    def passed(self):
        """Serials that passed, in that order."""
        with self._lock:
            return list(self._passed)

    def counts(self):
        """(passed, failed, bound and not finished)."""
        with self._lock:
            states = [unit["state"] for unit in self.by_serial.values()]
        return states.count(PASSED), states.count(FAILED), states.count(OPEN)


def canonical(row):
    return json.dumps(row, sort_keys=True, separators=(",", ":")).encode()
