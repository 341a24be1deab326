"""House, meter and clamp around the charger."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ballast_bench.api.bench import Bench


class House:
    """The house, its appliances, its main breaker and its supply."""

    def __init__(self, bench: "Bench") -> None:
        self._bench = bench

    def __repr__(self) -> str:
        on = ", ".join(name for name, works in self.appliances.items() if works) or "nothing"
        return f"<house {self.amps:.1f} A, mains {self.mains_a:.1f} A, on: {on}>"

    @property
    def amps(self) -> float:
        """What the house draws without the car, on its largest phase, A."""
        return float(max(self._bench._world.plant.house_a))

    @property
    def mains_a(self) -> float:
        """What flows through the main breaker, on its largest phase, A; + = import."""
        return float(max(self._bench._world.plant.mains_a))

    @property
    def appliances(self) -> dict[str, bool]:
        """Name of each appliance: it is on."""
        return {a.name: bool(a.on) for a in self._bench._world.plant.house.appliances}

    @property
    def tripped(self) -> bool:
        """The main breaker has tripped."""
        return bool(self._bench._world.plant.breaker.tripped)

    def switch(self, appliance: str, on: bool | None = True) -> None:
        """Switch an appliance on or off; None = by its own timetable again."""
        __tracebackhide__ = True
        self._bench.do("appliance", name=appliance, on=on)

    def supply(self, on: bool) -> None:
        """The supply of the whole house: False = a power cut."""
        __tracebackhide__ = True
        self._bench.do("supply", on=on)

    def mains(self, percent: float) -> None:
        """Voltage of the supply, % of nominal."""
        __tracebackhide__ = True
        self._bench.do("mains", percent=percent)

    def reset_breaker(self) -> None:
        """Push the main breaker up again."""
        __tracebackhide__ = True
        self._bench.do("breaker")

    def do(self, verb: str, /, **arguments: object) -> None:
        """Any verb of a story, now."""
        __tracebackhide__ = True
        self._bench.do(verb, **arguments)


class Meter:
    """What measures the house, whatever its kind: Modbus meter or clamp."""

    def __init__(self, bench: "Bench") -> None:
        self._bench = bench

    def __repr__(self) -> str:
        return f"<meter {self.state}>"

    @property
    def state(self) -> str:
        """What the charger makes of it: good, stale, distrusted, recovering, none (STATUS.md)."""
        return self._bench.charger.meter

    def lose(self) -> None:
        """It falls silent."""
        self._bench.do("meter_off")

    def restore(self) -> None:
        """It speaks again."""
        self._bench.do("meter_off", on=False)

    def freeze(self, on: bool = True) -> None:
        """It repeats its last reading for ever; False = it measures again."""
        __tracebackhide__ = True
        self._bench.do("meter_frozen", on=on)

    def reverse(self, on: bool = True) -> None:
        """Its current transformers are the wrong way round."""
        __tracebackhide__ = True
        self._bench.do("meter_reversed", on=on)

    def ratio(self, value: float) -> None:
        """It shows `value` times the true current; 1 = right."""
        __tracebackhide__ = True
        self._bench.do("meter_ratio", value=value)

    def delay(self, seconds: float) -> None:
        """Its readings are that old, s."""
        __tracebackhide__ = True
        self._bench.do("meter_delay", value=seconds)

    def do(self, verb: str, /, **arguments: object) -> None:
        """Any verb of a story, now: `meter.do("meter_jumps", percent=10)`."""
        __tracebackhide__ = True
        self._bench.do(verb, **arguments)


class Clamp:
    """The wireless current clamp and the air between it and the charger."""

    def __init__(self, bench: "Bench") -> None:
        self._bench = bench

    def __repr__(self) -> str:
        return f"<clamp {'fitted' if self.fitted else 'not fitted'}>"

    @property
    def fitted(self) -> bool:
        """There is one on this bench (`meter="clamp"`)."""
        return bool(self._bench._setup.clamps)

    def lose(self) -> None:
        """Its battery is out. BenchError on a bench without a clamp."""
        __tracebackhide__ = True
        self._bench.do("clamp_off")

    def restore(self) -> None:
        """Its battery is in again."""
        __tracebackhide__ = True
        self._bench.do("clamp_off", on=False)

    def lose_frames(self, percent: float) -> None:
        """So many of the radio frames are lost, %."""
        __tracebackhide__ = True
        self._bench.do("radio_loss", value=percent)

    def jam(self, on: bool = True) -> None:
        """Nothing gets through the air; False = it is free again."""
        __tracebackhide__ = True
        self._bench.do("radio_jam", value=on)

    def do(self, verb: str, /, **arguments: object) -> None:
        """Any verb of a story, now."""
        __tracebackhide__ = True
        self._bench.do(verb, **arguments)
