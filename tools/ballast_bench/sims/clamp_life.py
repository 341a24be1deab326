"""The clamp on its chip: windows that are lost, how soon an event is in a frame, how long a battery lasts."""

import time
from random import Random
from statistics import quantiles

import ballast_bench.fakes as fakes
from ballast_bench import upy

fakes.install()
upy.install()

from ballast.ports.ct_sampler import CtSampler  # noqa: E402
from ballast_bench.chip import clamp_chip  # noqa: E402
from ballast_bench.devices.clamp_unit.unit import BatteryBoard, FittedBoard  # noqa: E402
from ballast_bench.rigs.clamp import Rig  # noqa: E402
from clamp import power  # noqa: E402

_NEAR_MA = 900  # of the new current: then the frame says the event, and not a part of its window
_BYTECODES_US = 2  # chosen: the clock moves so far from one look at it to the next
BATTERY_MAH = 2600  # two alkaline AA cells


def events(count, seed, board=None, pairs=False):
    """Milliseconds from each of so many steps of the current to the first frame that tells it.

    pairs: the clamp computes a key for another charger meanwhile.
    """
    rig, random = Rig(seed=seed), Random(f"clamp events/{seed}")
    rig.radio.air.loss_good = 0.0  # of the air: a lost frame is the link's matter, `bench links`
    rig.add_charger()
    unit = rig.add_clamp(board=board or FittedBoard(3), collects=True)
    rig.pair(unit, rig.links[0])
    rig.run(5)
    frames = []
    send = unit.radio.send

    def noted(mac, frame):
        frames.append((unit.now_s, list(unit.app.ma)))
        return send(mac, frame)

    unit.radio.send = noted
    found, level = [], 5.0
    for _ in range(count):
        rig.run(1.0 + random.randrange(0, 1000) / 1000)
        before, level, at = level, 14.0 if level == 5.0 else 5.0, rig.t + random.randrange(0, 5) / 1000
        rig.supply = _stepped(before, level, at)
        if pairs:
            unit.app.press()  # a key takes ten seconds
        frames.clear()
        rig.run(1.0)
        near = [second for second, ma in frames if abs(abs(ma[0]) - level * 1000) < _NEAR_MA]
        found.append(round((near[0] - at) * 1000) if near else None)
    return found, unit


def _stepped(before_a, after_a, at_s):
    return lambda t_s: [after_a if t_s >= at_s else before_a, 0.0, 0.0]


def windows(count, adc_us):
    """(windows lost, ns from sample to sample) of the sampler whose readings take so long."""
    clock = upy.ManualClock(0)
    upy.install(clock)
    device = fakes.Device(clock)
    device.adc_read_us = adc_us
    pins = range(1, len(FittedBoard(3).CT_PINS) + 2)  # CTs and voltage; any ADC1 pins of a chip with fakes
    for pin in pins:
        device.feed_adc_timed(pin, lambda us: 875_000)
    ticks = time.ticks_us

    def moving():
        clock.advance_us(_BYTECODES_US)
        return ticks()

    time.ticks_us = moving
    try:
        with device:
            sampler = CtSampler(pins, FittedBoard.PACE_US, 2)
            buffers = [[0] * 112 for _ in pins]
            began_us = clock.us()
            lost = sum(not sampler.read(buffers, 112) for _ in range(count))
            pace_ns = (clock.us() - began_us) * 1000 // (count * 112)
    finally:
        time.ticks_us = ticks
    return lost, pace_ns


def battery(minutes, seed):
    """{state: share of the time, "days": of a battery} with a step of the current every 15 s or so."""
    rig, random = Rig(seed=seed), Random(f"clamp battery/{seed}")
    rig.add_charger()
    unit = rig.add_clamp(board=BatteryBoard, collects=True)
    rig.pair(unit, rig.links[0])
    rig.run(12)
    unit.app.ledger = power.Ledger(unit.chip.current_ua)
    for _ in range(minutes * 12):
        if random.random() < 0.33:
            rig.supply = [random.uniform(1, 20), 0.0, 0.0]
        rig.run(5.0)
    ledger = unit.app.ledger
    total = sum(ledger.ms)
    shares = {state: ledger.ms[n] / total for n, state in enumerate(clamp_chip.STATES)}
    return {"shares": shares, "mean_ua": ledger.mean_ua(), "days": ledger.life_days(BATTERY_MAH)}


def figures(count, minutes, seed):
    """All of it, as plain data."""
    chip = clamp_chip.load()
    times, unit = events(count, seed)
    pairing, _ = events(max(20, count // 5), seed, pairs=True)
    lost, pace_ns = windows(200, chip.adc_us_max)
    seen = [ms for ms in times if ms is not None]
    return {
        "chip": chip.chip, "events": count, "unseen": times.count(None) + pairing.count(None),
        "median_ms": round(quantiles(seen, n=2)[0]), "worst_ms": max(seen),
        "pairing_ms": max(ms for ms in pairing if ms is not None),
        "collections": unit.collections, "collect_ms": round(chip.collect_s * 1000, 1),
        "windows_lost": lost, "pace_us": pace_ns / 1000,
        "battery": battery(minutes, seed),
    }  # fmt: skip
