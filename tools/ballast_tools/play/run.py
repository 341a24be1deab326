"""`ballast run TRACE.csv`: a measured house on the virtual clock, with the whole firmware."""

import argparse
import logging
import re
import time
from copy import copy
from pathlib import Path

from ballast_tools.play import (
    chip_option,
    record_option,
    report,
    settings_option,
    trace_option,
    with_option,
)
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.progress import Bar
from ballast_tools.ship import product_options

EPILOG = """\
The trace is a CSV file with a header: one column (or l1_a,l2_a,l3_a) in A or W, and a time column
or --interval; or one of the formats of `trace --help` (Home Assistant, InfluxDB, evcc, Shelly, P1).
None at hand: tools/ballast_bench/samples/evening.csv is a synthetic evening of three phases:
  tools/ballast run tools/ballast_bench/samples/evening.csv --limit 25A --ev-phases 3 --out build/evening
What is not a house current is refused with one line. The report is report.json (for programs) and
report.html (for people)."""


def add_arguments(parser):
    parser.epilog = EPILOG
    add = parser.add_argument
    add("trace", metavar="TRACE", help="measured house load; `trace info TRACE` says what it is")
    add("--limit", required=True, type=amps, metavar="25A", help="main fuse, per phase")
    add("--hours", type=float, metavar="H", help="stop after so many hours (default: whole trace)")
    add("--skip-hours", type=float, default=0.0, metavar="H", help="leave out the beginning")
    add("--car", default="usual", metavar="NAME", action=Car, help="a kind of car; ? lists them")
    add("--ev-max", type=amps, metavar="32A", help="the car's own limit (default: as in --car)")
    add("--ev-phases", type=int, choices=(1, 2, 3), help="phases of the car (default: as in --car)")
    add("--ev-delay", type=float, metavar="S", help="from a new duty to its answer (default: as in --car)")
    add("--ev-slew", type=float, metavar="A/S", help="how fast it moves then (default: as in --car)")
    add("--ev-kwh", type=float, default=1000.0, metavar="KWH", help="battery (default: never full)")
    add("--meter", choices=("clamp", "modbus", "rtu", "none"), default="clamp")
    add("--clamp", choices=("firmware", "battery", "ideal"), default="firmware",
        help="the clamp's own firmware on the mains or on batteries, or an ideal one")
    add("--meter-model", default="sdm630", metavar="KEY", help="Modbus: a key of the charger's table")
    add("--meter-interval", type=float, default=1.0, metavar="S",
        help="Modbus: from one question to the next (a clamp keeps its own interval)")
    add("--meter-latency", type=float, default=0.0, metavar="S",
        help="age of what meter or clamp measure")
    add("--meter-answer", type=float, default=0.03, metavar="S",
        help="Modbus: from a question to its answer")
    add("--loss", type=float, default=0.01, metavar="0..1",
        help="share of the radio frames that do not arrive, after the radio's own repetitions")
    add("--fallback", type=amps, default=6.0, metavar="6A", help="current without a meter, 0 = pause")
    settings_option.add_arguments(parser)
    add("--breaker", default=None, metavar="B25", help="main breaker (default: B, the limit's size)")
    add("--line-ohm", type=float, default=0.2, metavar="OHM",
        help="resistance of the supply, line and return (default: 0.2, half of IEC/TR 60725; 0: no sag)")
    add("--seed", type=int, default=1)
    add("--out", type=Path, metavar="DIR", help="write report.json and report.html there")
    trace_option.add_arguments(parser)
    record_option.add_arguments(parser)
    with_option.add_arguments(parser)
    product_options.add_arguments(parser)
    chip_option.add_arguments(parser)


class Car(argparse.Action):
    """`--car NAME`, one of the library; `--car ?` prints the library and ends."""

    def __call__(self, parser, namespace, value, option=None):
        from ballast_bench.plant import cars

        if value == "?":
            print("\n".join(f"{name:24}{about}" for name, about in cars.listed()))
            parser.exit()
        if value not in cars.names():
            parser.error(f"--car {value}: there is no such car; --car ? lists them")
        namespace.car = value


def amps(text):
    """'25A', '25' or '25.5 A' as float."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*A?\s*", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is no current; write it like 25A")
    return float(match.group(1))


def main(args):
    logging.disable(logging.CRITICAL)  # pymodbus tells of every closed connection
    from ballast_bench import upy

    upy.install()
    record_option.check(args)
    verbs = with_option.read(args)
    with_option.rehearse(verbs, lambda: prepare(copy(args), with_option.page(verbs))[0])
    setup, duration_s, trace = prepare(args, with_option.page(verbs))
    if args.out is not None:
        writable(args.out)
    try:
        world = start(setup)
        with_option.play(verbs, setup)
        summary, recording = watched(args, world, duration_s, trace)
    finally:
        setup.stop()
    report.show(summary, trace.notes)
    if args.record is not None:
        print(f"  {args.record}")
    if args.out is not None:
        for path in report.write(args.out, summary, recording, trace.name, args.limit, trace.notes):
            print(f"  {path}")
    return 0


def watched(args, world, duration_s, trace):
    """Replay with everything that is noted beside: (summary, Recording of each second)."""
    from ballast_bench.record import Recording
    from ballast_bench.record.counters import PilotChanges

    recording, changes = Recording(world, every_s=1.0), PilotChanges(world.nodes[0])
    world.actors += [recording, changes]
    with record_option.recorded(args, world):
        began = time.perf_counter()
        replay(world, duration_s, trace.name)
        wall_s = time.perf_counter() - began
    world.plant.flush()
    summary = report.summarise(world, changes.count, duration_s, args)
    report.took(summary, wall_s)
    return summary, recording


def prepare(args, more):
    """(Setup, seconds to run, Trace); UserError for what cannot be. more: arguments of Setup."""
    from ballast_bench.plant import cars
    from ballast_bench.plant.house import House
    from ballast_bench.plant.plant import Config
    from ballast_bench.setup import Setup

    _check_ranges(args)
    trace = trace_option.load(args, args.trace)
    skip_s = args.skip_hours * 3600
    if not 0.0 <= skip_s < trace.duration_s:
        hours = trace.duration_s / 3600
        raise UserError(f"--skip-hours {args.skip_hours:g}: the trace is {hours:.1f} h long")
    if skip_s:
        trace = cut(trace, skip_s)
    duration_s = trace.duration_s
    if args.hours is not None:
        if not args.hours > 0:
            raise UserError("--hours must be above 0")
        duration_s = min(duration_s, args.hours * 3600)
    curve, breaker_a = breaker(args)
    made = product_options.charger(args)
    try:
        ev = cars.make(
            args.car, args.ev_phases, args.seed, kwh=args.ev_kwh, max_a=args.ev_max,
            delay_s=args.ev_delay, slew_a_s=args.ev_slew, down_a_s=args.ev_slew,
        )  # fmt: skip
        args.ev_delay, args.ev_phases = ev.delay_s, len(ev.phases)  # for the report
        config = Config(
            house=House(trace=trace, phases=3 if len(ev.phases) > 1 or trace.phases == 3 else 1),
            limit_a=args.limit, breaker_a=breaker_a, breaker_curve=curve, breaker_opens=False,
            line_ohm=args.line_ohm, **made.supply,
        )  # fmt: skip
    except ValueError as error:
        raise UserError(str(error)) from None
    values = settings(args)
    try:
        setup = Setup(
            config=config, limit_a=args.limit, ev=ev, meter=args.meter, settings=values,
            seed=args.seed, interval_s=args.meter_interval, latency_s=args.meter_latency,
            answer_s=args.meter_answer, loss=share(args.loss, "--loss"), clamp=args.clamp,
            meter_model=args.meter_model, charger=made, chip=chip_option.of(args), **more,
        )  # fmt: skip
    except ValueError as error:
        raise UserError(f"--meter {args.meter}: {error}") from None
    return setup, duration_s, trace


def _check_ranges(args):
    """What a story's setup line has too is in the same ranges here."""
    from ballast_bench.person.options import OPTIONS

    for name, option in (("meter_interval_s", "meter_interval"), ("meter_latency_s", "meter_latency"),
                         ("meter_answer_s", "meter_answer"), ("line_ohm", "line_ohm")):  # fmt: skip
        value, (_, _, least, most) = getattr(args, option), OPTIONS[name]
        if not least <= value <= most:
            shown = option.replace("_", "-")
            raise UserError(f"--{shown} {value:g}: it must be from {least:g} to {most:g}")


def share(value, name):
    """`value` if it is from 0 to 1."""
    if not 0.0 <= value <= 1.0:
        raise UserError(f"{name} {value:g}: a share from 0 to 1 is needed, 0.1 = 10 %")
    return value


def cut(trace, skip_s):
    """The trace from `skip_s` on, beginning at 0."""
    from ballast_bench.plant.trace import Trace

    first = trace.index(skip_s)
    start = trace.times_s[first]
    day = None if trace.start_of_day_s is None else (trace.start_of_day_s + start) % 86400
    return Trace(
        [t - start for t in trace.times_s[first:]], trace.rows[first:], trace.phases,
        trace.interval_s, trace.name, day, trace.notes,
    )  # fmt: skip


def breaker(args):
    """(curve, rated A) of --breaker."""
    if args.breaker is None:
        return "B", args.limit
    match = re.fullmatch(r"([BC])(\d+(?:\.\d+)?)", args.breaker)
    if not match:
        raise UserError(f"--breaker {args.breaker}: a curve and a size like B25 or C40 is needed")
    return match.group(1), float(match.group(2))


def settings(args):
    """--set and the named options as a dict, checked by the charger's own schema."""
    from ballast.control.settings import Settings

    own = {"fuse_ma": "--limit", "meter_interval_ms": "--meter-interval", "fallback_ma": "--fallback"}
    values = {"fallback_ma": round(args.fallback * 1000), "export": 1, **settings_option.given(args, own)}
    check = Settings()
    values["fuse_ma"] = round(args.limit * 1000)
    values["meter_interval_ms"] = round(args.meter_interval * 1000)
    for key, value in values.items():
        wrong = check.check(key, value)
        if wrong is not None:
            raise UserError(wrong)
    return values


def start(setup):
    try:
        return setup.start()
    except OSError as error:
        raise UserError(f"the meter's port: {error.strerror or error}; is it in use?") from None


def writable(out):
    """Refuse before an hour of work, not after it."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UserError(f"--out {out}: {error.strerror}; choose a folder that can be written") from None


def replay(world, duration_s, name):
    """Run to the end with a bar; virtual hours and how many times faster than real."""
    bar = Bar("Replaying " + Path(name).name)
    piece_s = max(60.0, duration_s / 200)
    began = time.perf_counter()
    while world.now_s < duration_s - 1e-6:
        world.run(min(piece_s, duration_s - world.now_s))
        speed = world.now_s / max(time.perf_counter() - began, 1e-6)
        bar.show(
            int(world.now_s), int(duration_s),
            f"{world.now_s / 3600:.1f} of {duration_s / 3600:.1f} h, {speed:.0f} times real time",
        )  # fmt: skip
    bar.end()


