"""A progress bar for a terminal; whole lines, and few of them, where there is none."""

import sys

WIDTH = 14


class Bar:
    """`Bar("Replaying").show(done, total, "day 3")` draws; `end()` leaves the line.

    On a terminal the line is rewritten in place. Elsewhere (a log, CI) a line is
    written when the text's first word changes, and at the end.
    """

    def __init__(self, title, stream=None):
        self._title = title
        self._stream = stream or sys.stderr
        self._tty = self._stream.isatty()
        self._last = ""
        self._drawn = 0
        self._written = ""

    def show(self, done, total, text):
        filled = WIDTH * min(done, total) // total if total else 0
        line = f"{self._title} ...  [{'#' * filled}{'.' * (WIDTH - filled)}]  {text}"
        if self._tty:
            if line != self._last:
                self._stream.write("\r" + line.ljust(self._drawn))
                self._drawn = len(line)
        elif text.split(" ")[0] != self._last.split(" ")[0]:
            self._write_line(text)
        self._last = line if self._tty else text
        self._stream.flush()

    def end(self):
        """Leave the line; in a log, write how far it came."""
        if self._tty and self._drawn:
            self._stream.write("\n")
        elif not self._tty and self._last != self._written:
            self._write_line(self._last)
        self._stream.flush()
        self._drawn = 0

    def _write_line(self, text):
        self._stream.write(f"{self._title} ...  {text}\n")
        self._written = text
