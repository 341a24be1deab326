"""A board at MicroPython's prompt: scripts go there and their results come back, through mpremote."""

import contextlib
import io
import json
import time

from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport
from serial import SerialException

from ballast_tools.bringup import rows
from ballast_tools.factory.flash import LinkError

MARK = "BRINGUP "
ARMED, RESETTING = "BRINGUP_ARMED", "BRINGUP_RESET"
SILENCE_S = 60
"""A script prints at least this often, unless its step says more."""


class Stopped(Exception):
    """The line came that the caller waited for: the rest of the output is not read."""


class Prompt:
    """One serial port. Every run starts with a soft reset: no script sees another one's leavings.

    ENTER_S: how long a board may take to come to its prompt. pause(seconds): between two tries.
    """

    ENTER_S = 10
    pause = staticmethod(time.sleep)

    def __init__(self, port):
        self.port = port

    def run(self, code, until=None, on_line=None, silence_s=SILENCE_S):
        """(rows that the code printed, the last line of what it raised or of what came damaged, or "").

        until: a line after which nothing more is read, and the code goes on by itself.
        silence_s: how long it may print nothing.
        LinkError: no such port, no prompt, or the answer broke off.
        """
        lines = _Lines(until, on_line)
        error = b""
        try:
            with self._open(silence_s) as transport, contextlib.suppress(Stopped):
                _, error = transport.exec_raw(code, silence_s, lines.take)
        except (TransportError, SerialException, OSError) as problem:
            raise LinkError(_short(problem)) from problem
        lines.end()
        return rows.sound(lines.rows, _last_line(error.decode(errors="replace")))

    @contextlib.contextmanager
    def _open(self, silence_s):
        with contextlib.redirect_stdout(io.StringIO()):  # it prints the bytes that it did not expect
            transport = SerialTransport(self.port, 115200, timeout=silence_s)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                self._enter(transport)
            yield transport
        finally:
            with contextlib.suppress(OSError, SerialException):
                transport.close()

    def _enter(self, transport):
        try:
            transport.enter_raw_repl(soft_reset=True, timeout_overall=self.ENTER_S)
        except TransportError as error:
            raise LinkError("no MicroPython prompt; a board that runs its charger answers no keys: "
                            "let bringup flash it, or press its reset button") from error  # fmt: skip

    def wait_for_prompt(self, limit_s=20.0):
        """After a reset: until the prompt answers again. LinkError when it does not in time."""
        tries = max(1, int(limit_s))
        for left in range(tries - 1, -1, -1):
            self.pause(1)
            try:
                self.run("pass")
                return
            except LinkError:
                if not left:
                    raise


class _Lines:
    """Takes bytes as they come; rows: the results among the lines."""

    def __init__(self, until, on_line):
        self.rows = []
        self._until = until
        self._on_line = on_line
        self._left = b""

    def take(self, data):
        for byte in data:
            if byte in b"\x04\n":
                self.end()
            else:
                self._left += bytes([byte])

    def end(self):
        line, self._left = self._left.decode(errors="replace").strip(), b""
        if line.startswith(MARK):
            with contextlib.suppress(ValueError):  # a line that the cable cut short
                self.rows.append(json.loads(line[len(MARK) :]))
        if line and self._on_line is not None:
            self._on_line(line)
        if line and line == self._until:
            raise Stopped


def _short(problem):
    return str(problem).strip().splitlines()[0][:120] if str(problem).strip() else type(problem).__name__


def _last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""
