"""The virtual test bench as a library: the names in `__all__` are public, see LIBRARY.md.

    from ballast_bench import Bench

    with Bench(house="empty", limit_a=25) as bench:
        bench.car.plug(max_a=16)
        bench.charger.wait_for(lambda charger: charger.charging, within_s=30)

Nothing is loaded before a name is used: a test suite without the bench pays nothing for it.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ballast_bench.api.bench import Bench
    from ballast_bench.api.charger import Charger
    from ballast_bench.api.errors import BenchError
    from ballast_bench.api.log import StoryLog
    from ballast_bench.api.supply import Clamp, House, Meter
    from ballast_bench.api.vehicle import Car
    from ballast_bench.api.world import BenchWorld
    from ballast_bench.record.recording import Recording

__all__ = [
    "Bench",
    "BenchError",
    "BenchWorld",
    "Car",
    "Charger",
    "Clamp",
    "House",
    "Meter",
    "Recording",
    "StoryLog",
]

_PLACES = {
    "Bench": "api.bench",
    "BenchError": "api.errors",
    "BenchWorld": "api.world",
    "Car": "api.vehicle",
    "Charger": "api.charger",
    "Clamp": "api.supply",
    "House": "api.supply",
    "Meter": "api.supply",
    "Recording": "record.recording",
    "StoryLog": "api.log",
}

if not TYPE_CHECKING:  # for a type checker every name would be there otherwise

    def __getattr__(name):
        import importlib

        if name not in _PLACES:
            raise AttributeError(f"module 'ballast_bench' has no attribute {name!r}")
        return getattr(importlib.import_module(f"ballast_bench.{_PLACES[name]}"), name)

    def __dir__():
        return sorted([*globals(), *__all__])
