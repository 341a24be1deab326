"""The clamp's chip: how long its cycle takes, its collections, and what each state draws.

    chip = load()                # chip/clamp/esp32c3.toml, or the path of such a file
    chip.window_s, chip.evaluate_s, chip.boot_s, chip.current_ua
"""

from functools import lru_cache
from pathlib import Path

from ballast_bench import home
from ballast_bench.errors import UserError
from ballast_bench.product.tomlfile import Reader

FOLDER = Path(__file__).parent / "clamp"
USUAL = "esp32c3"
_MOST_US = 60_000_000
STATES = ("active", "receive", "transmit", "sleep")  # in the order of clamp/power.py


class ClampChip:
    """All times in s but adc_us, adc_us_max (of one reading) and frame_us, wake_us.

    piece_s, piece_s_max: one of the 292 of X25519. current_ua: of STATES. collect_s: a collection.
    cycles_to_full: from one to the next.
    """

    def __init__(self, reader):
        def us(key):
            return reader.integer(key, 0, _MOST_US)

        self.chip = reader.text("chip", 20)
        self.measured = reader.boolean("measured", False)
        self.boot_s = us("boot.us") / 1e6
        self.window_s = us("window.us") / 1e6
        self.adc_us, self.adc_us_max = us("window.adc_us"), us("window.adc_us_max")
        self.evaluate_s = us("evaluate.us") / 1e6
        self.jitter_s = us("evaluate.jitter_us") / 1e6
        self.piece_s, self.piece_s_max = us("x25519.us") / 1e6, us("x25519.us_max") / 1e6
        live = reader.integer("gc.live_kib", 1, 1 << 16)
        heap = reader.integer("gc.heap_kib", live + 1, 1 << 16)
        garbage = reader.integer("gc.garbage_per_cycle", 1, 1 << 26)
        self.collect_s = (us("gc.us") + us("gc.us_per_kib") * live) / 1e6
        self.cycles_to_full = max(1, (heap - live) * 1024 // garbage)
        self.current_ua = tuple(us(f"current_ua.{state}") for state in STATES)
        self.frame_us, self.wake_us = us("radio.frame_us"), us("radio.wake_us")
        for table in ("boot", "window", "evaluate", "x25519", "gc", "current_ua", "radio"):
            reader.text(f"{table}.source", 200)
        reader.finish()


def names():
    """Profiles of the clamp's folder, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@lru_cache
def load(name=USUAL):
    """The ClampChip of that name or path. UserError with one line."""
    path = home.path_of(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        raise UserError(f"no chip profile {name!r} of a clamp; there are {', '.join(names())}, "
                        "or the path of a .toml file")  # fmt: skip
    return ClampChip(Reader(path))
