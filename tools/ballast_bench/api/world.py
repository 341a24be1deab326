"""The clock of a bench, and what is common to everything on it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ballast_bench.api.bench import Bench
    from ballast_bench.record.recording import Recording


class BenchWorld:
    """The clock of the bench: virtual seconds, as many as the test wants, as fast as the machine can."""

    def __init__(self, bench: "Bench") -> None:
        self._bench = bench

    def __repr__(self) -> str:
        return f"<world at {self.now_s:.2f} s, seed {self.seed}>"

    @property
    def now_s(self) -> float:
        """Seconds since the charger was powered on; a test begins some seconds later (see Bench)."""
        return float(self._bench._world.now_s)

    @property
    def seed(self) -> int:
        """Of everything on the bench that is random."""
        return int(self._bench._world.seed)

    def run(self, seconds: float) -> None:
        """Let so much time pass."""
        __tracebackhide__ = True
        self._bench._run(seconds)

    def wait_for(self, condition: Callable[[], object], within_s: float) -> float:
        """Run until condition() holds, looked at after every step of 20 ms.

        The seconds that it took; AssertionError when it does not hold within `within_s`.
        """
        __tracebackhide__ = True
        from ballast_bench.api import source

        names = source.names_of(condition)
        return self._bench._wait(source.source_of(condition), condition, within_s, 0, names)

    def record(self, every_s: float | None = 1.0) -> "Recording":
        """Keep a row of named columns every so many seconds from now on; None = each step of 20 ms.

        `recording.write("night.parquet")` writes them, for pandas for instance.
        """
        __tracebackhide__ = True
        return self._bench._record(every_s)

    def do(self, verb: str, /, **arguments: object) -> None:
        """Any verb of a story, now: `world.do("supply", on=False)`."""
        __tracebackhide__ = True
        self._bench.do(verb, **arguments)

    @property
    def inside(self) -> Any:
        """The ballast_bench.world.World behind it, with plant and firmware: not part of the promise."""
        return self._bench._world
