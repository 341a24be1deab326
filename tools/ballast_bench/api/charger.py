"""The charger as a test sees it: what it shows, what it is expected to do, what breaks in it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ballast_bench.api.bench import Bench


class Charger:
    """The charger with its whole firmware. Values are of this instant."""

    def __init__(self, bench: "Bench", index: int) -> None:
        self._bench, self._index = bench, index

    def __repr__(self) -> str:
        from ballast_bench.api import words

        return f"<charger {words.sentence(self._bench._scene.views[self._index])}>"

    def see(self, name: str) -> Any:
        """A value by its name in a story (STORIES.md): `charger.see("closings")`. BenchError for others."""
        __tracebackhide__ = True
        from ballast_bench.api import words

        return words.see(self._bench._scene.views[self._index], name)

    @property
    def state(self) -> str:
        """State by IEC 61851-1: A, B1, B2, C1, C2, D1, D2, E, F; 1 = without PWM, 2 = with it."""
        return str(self.see("state"))

    @property
    def why(self) -> str:
        """Why no current flows: none, unplugged, fault, limit, hold, car ... (STATUS.md)."""
        return str(self.see("why"))

    @property
    def closed(self) -> bool:
        """A pole of the contactor is closed, in truth."""
        return bool(self.see("closed"))

    @property
    def charging(self) -> bool:
        """The contactor is closed and the car takes 230 W or more.

        A car that is asleep, full or not ready takes up to 20 W, and up to 3 A of reactive current
        through its filter: that is no charging.
        """
        return bool(self.see("charging"))

    @property
    def offered_a(self) -> float:
        """Current that the pilot offers per phase, A; 0 = none."""
        return float(self.see("offered_a"))

    @property
    def limited(self) -> str:
        """The limit slot that decides, such as `site` or `user` (STATUS.md)."""
        return str(self.see("limited"))

    @property
    def meter(self) -> str:
        """What the charger makes of its house meter: good, stale, distrusted ... (STATUS.md)."""
        return str(self.see("meter"))

    @property
    def faults(self) -> list[str]:
        """Keys of the active faults, as SAFETY.md has them."""
        return list(self.see("faults"))

    @property
    def first_fault(self) -> str:
        """Key of the first cause, `none` where there is no fault."""
        return str(self.see("first_fault"))

    @property
    def session_wh(self) -> float:
        """Energy of this session as the charger counts it, Wh."""
        return float(self.see("session_wh"))

    def expect(self, conditions: str, when: str = "") -> None:
        """AssertionError unless the conditions of a story hold: `expect("offered_a<=6", "within 5 s")`.

        conditions: `NAME==VALUE`, or `!=`, `<=`, `>=`, `<`, `>`; several hold together.
        when: "" = at this instant; "within 5 s" = at some step of the next 5 s, and the clock runs
        until then; "for 1 min" = at every step of the next minute; "never for 10 s" = at none.
        """
        __tracebackhide__ = True
        self._bench._expect(self._index, conditions, when)

    def wait_for(self, condition: Callable[["Charger"], object], within_s: float) -> float:
        """Run until condition(charger) holds: `wait_for(lambda c: c.charging, within_s=30)`.

        The seconds that it took; AssertionError when it does not hold within `within_s`.
        """
        __tracebackhide__ = True
        from ballast_bench.api import source

        names = source.names_of(condition, self)
        return self._bench._wait(
            source.source_of(condition), lambda: condition(self), within_s, self._index, names
        )

    def press_button(self) -> None:
        """Press the button on the box; `release_button` ends it."""
        self.do("button")

    def release_button(self) -> None:
        """Let the button go: under 3 s it was a short press."""
        self.do("button", on=False)

    def leak(self, ac_ma: float = 0.0, dc_ma: float = 0.0) -> None:
        """Residual current to earth, mA; without arguments there is none."""
        __tracebackhide__ = True
        self.do("leak", ac_ma=ac_ma, dc_ma=dc_ma)

    def heat(self, place: str, degc: float) -> None:
        """Hold a place (`plug`, `connector`, `box`) at a temperature, degC; 0 = let it go."""
        __tracebackhide__ = True
        self.do("heat", place=place, degc=degc)

    def lose_earth(self, on: bool = True) -> None:
        """The wire to protective earth is lost; False = it is back."""
        __tracebackhide__ = True
        self.do("pe_lost", on=on)

    def power_cut(self, seconds: float) -> None:
        """The charger's own supply is away for `seconds`; then it starts anew."""
        __tracebackhide__ = True
        self.do("power_cut", seconds=seconds)

    def do(self, verb: str, /, **arguments: object) -> None:
        """Any verb of a story, now: `charger.do("rcd", state="test_dead")`."""
        __tracebackhide__ = True
        self._bench._do(self._index, verb, arguments)
