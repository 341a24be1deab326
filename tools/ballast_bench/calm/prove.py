"""The proof of the short way: the same step both ways, and every attribute compared.

A ProvenLane takes the short way, notes the whole state of firmware, chip, wiring and charge
point, puts everything back, lets the chip do its whole step, and compares. A difference is a
CalmError with the names of the attributes.
"""

from collections import deque
from random import Random

import ballast_bench.fakes as fakes
from ballast_bench.calm.lane import Lane

_OURS = ("ballast.", "main", "ballast_firmware_main", "ballast_bench.")
_NOT = {"Radio", "ManualClock", "EV", "World", "_Loop", "RtuMeter"}
"""What is not a part of one chip's step."""
_SCRATCH = {"PowerMeterIo": ("_tx", "_rx"), "AdcInput": ("_samples", "piece", "_true_uv")}
"""Buffers that each use fills anew, and lists that never change."""
_READINGS = ("._cache.", "._noise.")
"""Where the wiring keeps such lists."""
_NAMED, _LONGEST = 6, 100


class CalmError(AssertionError):
    """The short way through a step had another result than the whole step."""


class ProvenLane(Lane):
    """every: each so many short steps one is proven. proven: how many were."""

    def __init__(self, node, every=1):
        self._node, self._every = node, every
        self.proven = 0
        super().__init__(node)

    def step(self):
        if not self._resting or self.taken % self._every:
            return super().step()
        before, clock = self._state(), self._clock
        began_us = clock.us()
        if not super().step():
            return False
        short = {**flat(self._roots()), "clock": clock.us()}
        for thing, content in before:
            _put_back(thing, content)
        clock.set_us(began_us)
        self._whole()
        whole = {**flat(self._roots()), "clock": clock.us()}
        if short != whole:
            raise CalmError(_difference(short, whole, self._cycle.uptime_s))
        self.proven += 1
        return True

    def _whole(self):
        """The chip's own step, with the ports' own readings."""
        self._bursts.genuine = False
        if self._readings is not None:
            self._readings.genuine = False
        fakes.current = self._device
        try:
            self._device.run_due()
        finally:
            fakes.current = None
        self._bursts.genuine = True
        if self._readings is not None:
            self._readings.genuine = True

    def _roots(self):
        node, app = self._node, self._node.app
        return {
            "charger": app.charger, "io": app.io, "scan": app.scan, "out": app.out,
            "timer": app.timer, "settings": app.settings, "device": node.device,
            "wiring": node.wiring, "cp": node.cp,
        }  # fmt: skip

    def _state(self):
        """[(thing, its content)] of everything that can be reached."""
        return [(thing, content) for _, thing, content in _walk(self._roots())]


def flat(roots):
    """{path: value} of every number, text and the like below `roots` ({name: object})."""
    out = {}
    for path, thing, content in _walk(roots):
        scratch = _SCRATCH.get(type(thing).__name__, ())
        for key, value in _items(content):
            if key not in scratch and _opens(value) is None:
                out[f"{path}.{key}"] = value
    return out


def _walk(roots):
    """(path, thing, copy of its content) of each object, list ... once."""
    seen = set()
    todo = list(roots.items())
    while todo:
        path, thing = todo.pop()
        content = _opens(thing)
        if content is None or id(thing) in seen:
            continue
        if isinstance(thing, list) and any(part in path for part in _READINGS):
            continue
        seen.add(id(thing))
        yield path, thing, content
        scratch = _SCRATCH.get(type(thing).__name__, ())
        todo += [(f"{path}.{key}", v) for key, v in _items(content) if key not in scratch]


def _opens(thing):
    """A copy of what is in `thing`, or None where it is a value of its own."""
    if isinstance(thing, (list, deque)):
        return list(thing)
    if isinstance(thing, tuple):
        return list(thing) if any(isinstance(one, (list, dict)) for one in thing) else None
    if isinstance(thing, (dict, set)):
        return thing.copy()
    if isinstance(thing, bytearray):
        return bytes(thing)
    if isinstance(thing, Random):
        return thing.getstate()
    kind = type(thing)
    if not kind.__module__.startswith(_OURS) or kind.__name__ in _NOT or kind is type:
        return None
    slots = getattr(kind, "__slots__", None)
    if slots is not None:
        return {name: getattr(thing, name) for name in slots if hasattr(thing, name)}
    return dict(vars(thing)) if hasattr(thing, "__dict__") else None


def _items(content):
    if isinstance(content, dict):
        return content.items()
    if isinstance(content, list):
        return enumerate(content)
    return [("", content)] if not isinstance(content, set) else [("", frozenset(content))]


def _put_back(thing, content):
    if isinstance(thing, tuple):
        return  # what is in it comes by itself
    if isinstance(thing, (list, bytearray)):
        thing[:] = content
    elif isinstance(thing, deque):
        thing.clear()
        thing.extend(content)
    elif isinstance(thing, (dict, set)):
        thing.clear()
        thing.update(content)
    elif isinstance(thing, Random):
        thing.setstate(content)
    elif hasattr(thing, "__dict__"):
        vars(thing).clear()
        vars(thing).update(content)
    else:
        for name, value in content.items():
            setattr(thing, name, value)


def _difference(short, whole, uptime_s):
    names = [name for name in sorted({*short, *whole}) if short.get(name) != whole.get(name)]
    told = [
        f"{name}: {short.get(name)!r:.{_LONGEST}}, whole {whole.get(name)!r:.{_LONGEST}}"
        for name in names[:_NAMED]
    ]
    return f"second {uptime_s}: {len(names)} differ: " + "; ".join(told)
