"""The one line of a campaign while it runs."""

import time

from ballast_bench.campaign import axes
from ballast_tools.shell.progress import Bar


class Progress:
    """One line while it runs: runs, simulated hours, speed, broken rules, what is left."""

    def __init__(self, counts, seconds, store, bar=None):
        self._length = {k: axes.KINDS[k].seconds if k == "faults" else seconds or axes.KINDS[k].seconds
                        for k in counts}  # fmt: skip
        done = [key for key in store.pairs if key[0] in counts and key[1] < counts[key[0]]]
        self.total, self.done, self.broken = sum(counts.values()), len(done), 0
        self._left_s = sum(self._length[k] * n for k, n in counts.items())
        self._left_s -= sum(self._length[kind] for kind, _ in done)
        self._simulated_s, self._began = 0.0, time.monotonic()
        self._bar = bar or Bar("Campaign")

    def add(self, pairs):
        for row, _ in pairs:
            self.done += 1
            self.broken += bool(row["broken"])
            self._simulated_s += row["simulated_s"] or 0.0
            self._left_s -= self._length[row["kind"]]
        self._bar.show(self.done, self.total, self.text(time.monotonic() - self._began))

    def text(self, spent_s):
        """The line after so many seconds of work; its first word changes ten times in all."""
        speed = self._simulated_s / spent_s if spent_s > 0.0 else 0.0
        left_s = max(self._left_s, 0.0) / speed if speed else 0.0
        left = f"{int(left_s) // 3600}:{int(left_s) // 60 % 60:02}:{int(left_s) % 60:02}"
        return (f"{self.done * 10 // self.total * 10}% {self.done} of {self.total} runs, "
                f"{self._simulated_s / 3600.0:.1f} simulated h, {speed:.0f} s per s, "
                f"{self.broken} broken, {left} left")  # fmt: skip

    def end(self):
        self._bar.end()
