"""The car in front of the charger."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ballast_bench.api.bench import Bench


class Car:
    """The car, or the empty place where one can stand: `plug()` brings it."""

    def __init__(self, bench: "Bench", index: int) -> None:
        self._bench, self._index = bench, index

    def __repr__(self) -> str:
        if not self.plugged:
            return "<no car>"
        return f"<car {self.amps:.1f} A, offered {self.sees_a:.1f} A, {100 * self.soc:.0f} % full>"

    @property
    def plugged(self) -> bool:
        """A car is plugged in."""
        return self._ev is not None

    @property
    def amps(self) -> float:
        """What it draws on its largest phase, A."""
        return float(max(self._place.amps))

    @property
    def soc(self) -> float:
        """How full its battery is, 0..1; 0 without a car."""
        return float(self._ev.battery.soc) if self.plugged else 0.0

    @property
    def sees_a(self) -> float:
        """The current that it reads from the pilot, A; 0 without a car."""
        return float(self._ev.offer_a) if self.plugged else 0.0

    @property
    def s2(self) -> bool:
        """It has closed its switch S2: it asks for current."""
        return self.plugged and bool(self._ev.s2)

    @property
    def _place(self) -> Any:
        return self._bench._world.plant.chargers[self._index]

    @property
    def _ev(self) -> Any:
        return self._place.ev

    def plug(
        self,
        max_a: float | None = None,
        phases: int | None = None,
        soc: float | None = None,
        kwh: float | None = None,
        delay_s: float | None = None,
        sleepy: bool | None = None,
        model: str | None = None,
    ) -> None:
        """Plug a car in; what is not given is the bench's own (STORIES.md, `plug`).

        max_a: the car's own limit per phase. phases: 1, 2 or 3. soc: 0..1. kwh: of its battery.
        delay_s: until it follows a new limit. sleepy: only a wake-up pulse wakes it.
        model: a kind of car by its name in STORIES.md ("Cars"), such as "hybrid".
        """
        __tracebackhide__ = True
        given = {"max_a": max_a, "phases": phases, "soc": soc, "kwh": kwh, "delay_s": delay_s,
                 "sleepy": sleepy, "model": model}  # fmt: skip
        self.do("plug", **{name: value for name, value in given.items() if value is not None})

    def unplug(self) -> None:
        """Pull the plug, under load too."""
        __tracebackhide__ = True
        self.do("unplug")

    def want(self, on: bool = True) -> None:
        """The car's own timer: it wants to charge, or (False) opens its switch S2."""
        __tracebackhide__ = True
        self.do("want", on=on)

    def limit(self, amps: float) -> None:
        """The limit in the car's own menu, A per phase."""
        __tracebackhide__ = True
        self.do("car_max", amps=amps)

    def fill(self, soc: float) -> None:
        """Its battery is that full now, 0..1."""
        __tracebackhide__ = True
        self.do("soc", soc=soc)

    def draw_too_much(self, amps: float) -> None:
        """A car that breaks the rules: it draws so much more than offered, A; 0 = an honest one again."""
        __tracebackhide__ = True
        self.do("greedy", amps=amps)

    def ignore_limits(self, on: bool = True) -> None:
        """It keeps the current that it has now, whatever is offered; False = it follows again."""
        __tracebackhide__ = True
        self.do("stubborn", on=on)

    def do(self, verb: str, /, **arguments: object) -> None:
        """Any verb of a story, now: `car.do("no_diode")`."""
        __tracebackhide__ = True
        self._bench._do(self._index, verb, arguments)
