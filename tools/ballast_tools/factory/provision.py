"""A batch in the factory: from a box of blanks to labelled, tested units.

    tools/ballast provision units.csv --board esp32s3_ref --brand acme --ports /dev/ttyUSB*

Needs what `image` wrote for this board and brand. For each unit: read the chip's MAC,
bind the next serial to it, write image and factory data, run the self-test in the jig,
record. Put the next blank in after PASS or FAIL; all ports work at once. Stop with
Ctrl-C whenever you like: the same command goes on where it stopped.

Beside units.csv, in units.batch/: trace.jsonl (the traceability record), labels.pdf,
and secret/ (readable by you alone; delete it once the labels are printed).
"""

import hashlib
import os
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ballast_tools.factory import flash, jig, labels, ledger, units
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.paths import shown
from ballast_tools.ship import boards, build

POLL_S = 2.0


def add_arguments(parser):
    parser.add_argument("units", type=Path, help="CSV with a column 'serial'")
    parser.add_argument("--board", required=True)
    parser.add_argument("--brand", required=True)
    parser.add_argument("--ports", nargs="+", required=True, metavar="PORT")
    parser.add_argument("--image", type=Path, help="default: build/BOARD-BRAND")
    parser.add_argument("--once", action="store_true", help="one unit per port, then end")
    parser.add_argument("--retest", action="store_true",
                        help="a repaired unit gets a new serial")  # fmt: skip
    parser.add_argument("--allow-development-key", action="store_true",
                        help="accept an image that no OEM key has signed")  # fmt: skip
    flash.add_link_arguments(parser)


def main(args):
    batch = Batch(args)
    try:
        batch.run()
    except KeyboardInterrupt:
        batch.stop.set()
        print("\n  stopped; the same command goes on where it stopped")
    finally:
        batch.finish()
    return batch.status


@dataclass
class Progress:
    """Lines for the operator, one per unit and event, from all ports."""

    total: int

    def __post_init__(self):
        self._lock = threading.Lock()

    def say(self, done, serial, text):
        with self._lock:
            print(f"  [ {done:3}/{self.total} ]  {serial}  {text}", flush=True)


class Batch:
    """The state that all ports share."""

    def __init__(self, args):
        self.args = args
        self.board, self.brand = build.load(args.board, args.brand)
        folder = args.image or build.default_out(self.board, self.brand)
        self.plan = flash.load(folder)
        self._check_plan(folder)
        self.image = (folder / self.plan["image"]["file"]).read_bytes()
        self.pins = boards.constants(self.board.folder / "board.py")
        self.units = units.read(args.units, self.brand.serial_prefix, self.pins)
        self.folder = args.units.with_suffix(".batch")
        self.ledger = ledger.Ledger(self.folder / "trace.jsonl", now)
        self.progress = Progress(len(self.units))
        self.stop = threading.Event()
        self.status = 0  # 1: a port was silent, or a unit is not finished
        self.error = None  # what ended a port's thread, for the main one
        self._open_batch()

    def _check_plan(self, folder):
        plan = self.plan
        if (plan["board"], plan["brand"]) != (self.board.name, self.brand.id):
            raise UserError(f"{shown(folder)}: this image is for {plan['board']} {plan['brand']}")
        manifest = build.read_manifest(folder)
        if manifest["development"] and not self.args.allow_development_key:
            raise UserError(f"{shown(folder)}: signed with a development key; build it with --key, "
                            "or say --allow-development-key")  # fmt: skip
        if len(set(self.args.ports)) != len(self.args.ports):
            raise UserError("--ports: a port is named twice")

    def _open_batch(self):
        values = {
            "units": hashlib.sha256(self.args.units.read_bytes()).hexdigest(),
            "image": self.plan["image"]["sha256"],
            "board": self.board.name,
            "brand": self.brand.id,
            "version": self.plan["version"],
        }
        if self.ledger.batch is None or any(self.ledger.batch[k] != v for k, v in values.items()):
            self.ledger.write("batch", **values)
        passed, failed, unfinished = self.ledger.counts()
        if passed or failed or unfinished:
            print(f"  going on: {passed} passed, {failed} failed, {unfinished} not finished")

    def run(self):
        threads = [threading.Thread(target=self._port, args=(port,), name=port, daemon=True)
                   for port in self.args.ports]  # fmt: skip
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(0.2)
        if self.error is not None:
            raise self.error

    def _port(self, port):
        try:
            self._work(port)
        except (UserError, OSError) as error:
            if isinstance(error, OSError):
                error = UserError(f"{port}: {error}")
            self.error = error
            self.stop.set()

    def _work(self, port):
        link = flash.Link(port, self.board.chip, self.args.baud, self.args.reset)
        last = None
        while not self.stop.is_set():
            try:
                mac = link.mac()
            except flash.LinkError as error:
                if self.args.once:
                    self._note(port, str(error))
                    return
                self.stop.wait(POLL_S)
                continue
            if mac == last:  # the unit that is finished is still in
                self.stop.wait(POLL_S)
                continue
            last = self._unit(link, mac)
            if self.args.once or last is None:
                return
            if last == "":  # interrupted: give the operator time to look at the cable
                self.stop.wait(POLL_S)

    def _note(self, port, text):
        self.status = 1
        self.progress.say(self.done(), port, f"{text}; check cable and power")

    def _unit(self, link, mac):
        """Take one unit through -> its MAC when it is done with, "" when it was interrupted,
        None when no serial is left."""
        serials = [unit.serial for unit in self.units]
        serial, state = self.ledger.claim(mac, serials, self.args.retest)
        if serial is None:
            self.progress.say(self.done(), link.port, "all serials are used: nothing to do")
            return None
        if state != ledger.OPEN:
            self.progress.say(
                self.done(), serial, f"this unit has {state} before: taken no further"
            )
            return mac
        try:
            self._flash(link, serial)
            verdict = self._jig(link, serial)
        except flash.LinkError as error:
            self.ledger.write("interrupted", serial=serial, reason=str(error))
            self.progress.say(self.done(), serial, f"interrupted: {error}; put it in again")
            return ""
        self._end(serial, verdict)
        return mac

    def _flash(self, link, serial):
        """Write image and factory data; after an interruption again, so that what the chip
        holds and the jig's flag in it are known."""
        data = self._unit_image(serial)
        digest = hashlib.sha256(data).hexdigest()
        with tempfile.TemporaryDirectory(prefix="ballast-") as folder:
            path = Path(folder) / "unit.bin"
            with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                file.write(data)
            link.write(path)
        self.ledger.write("flashed", serial=serial, image=digest, port=link.port)

    def _unit_image(self, serial):
        unit = next(unit for unit in self.units if unit.serial == serial)
        text = units.factory_json(unit, self.secrets(serial), self.board, self.brand)
        data = bytearray(self.image)
        for name, part in (
            ("nvs", units.nvs_image(text, self.plan["partitions"]["nvs"]["size"])),
            ("fctry", units.raw_block(text)),
        ):
            start = self.plan["partitions"][name]["offset"]
            data[start : start + len(part)] = part
        return bytes(data)

    def secrets(self, serial):
        path = self.folder / "secret" / f"{serial}.json"
        return units.keep_secrets(path, lambda: units.make_secrets(self.brand))

    def _jig(self, link, serial):
        verdict = jig.judge(jig.parse(link.script(flash.DEVICE / "jig.py")), self.pins)
        self.ledger.write("tested", serial=serial, ok=verdict.ok, values=verdict.values)
        if verdict.ok and "JIG passed" not in link.script(flash.DEVICE / "pass_unit.py"):
            raise flash.LinkError("the unit did not take its pass")
        return verdict

    def _end(self, serial, verdict):
        if verdict.ok:
            self.ledger.write(ledger.PASSED, serial=serial)
            page = labels.page_of(self.passed().index(serial))
            tail = f"label p.{page} · PASS"
        else:
            self.ledger.write(ledger.FAILED, serial=serial, tests=verdict.failed)
            tail = "FAIL (record kept, serial retired)"
        self.progress.say(self.done(), serial, f"image ok · jig: {verdict.text} · {tail}")

    def done(self):
        passed, failed, _ = self.ledger.counts()
        return passed + failed

    def passed(self):
        """Serials that passed, in the order in which they did: the order of the labels."""
        return self.ledger.passed()

    def finish(self):
        """Labels of all that passed so far, and the sums."""
        rows = [(serial, self.secrets(serial)) for serial in self.passed()]
        if rows:
            path = self.folder / "labels.pdf"
            fresh = path.with_suffix(".tmp")
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(labels.sheet(self.brand, self.board, rows))
            os.replace(fresh, path)
            print(f"  {shown(path)}: {len(rows)} labels")
        passed, failed, unfinished = self.ledger.counts()
        self.status = self.status or int(unfinished > 0)
        left = len(self.units) - passed - failed - unfinished
        print(f"  {passed} passed, {failed} failed, {unfinished} not finished, {left} serials free")
        self.ledger.close()


def now():
    return datetime.fromtimestamp(time.time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
