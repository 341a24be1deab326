"""The options that say how a measured house is read, for `run` and `trace`."""

from ballast_tools.shell.errors import UserError


def add_arguments(parser):
    add = parser.add_argument_group("how the file is read").add_argument
    add("--column", action="append", metavar="NAME",
        help="column, or series of a long file, of the load; three times for L1 L2 L3")
    add("--unit", choices=("A", "mA", "W", "kW"), help="unit of the column (default: by its name)")
    add("--series", help="value of the column `series` to keep")
    add("--interval", type=float, metavar="S", help="seconds a row, for a file without times")
    add("--max-gap", type=float, metavar="S", help="hold the last value over gaps up to this long")
    add("--skip-blank", action="store_true", help="a row without a value is a gap, not a mistake")
    add("--volts", type=float, default=230.0, metavar="V", help="turns W into A (default: 230)")
    add("--zone", metavar="NAME", help="the house's time zone, like Europe/Berlin, for times in UTC")
    add("--negate", action="store_true", help="the file counts export as positive")
    add("--spread", action="store_true", help="the value is the sum of three phases: a third on each")


def load(args, path):
    """The Trace of `path`; UserError with one line, for an option that does nothing with this file too."""
    wanted = {
        "columns": args.column or None, "unit": args.unit, "interval_s": args.interval,
        "series": args.series, "max_gap_s": args.max_gap, "skip_blank": args.skip_blank,
        "volts": args.volts, "zone": args.zone, "negate": args.negate, "spread": args.spread,
    }  # fmt: skip
    trace = read(path, **wanted)
    for option, idle, why in _IDLE:
        if option in args.given and idle(wanted, trace, lambda **other: _same(trace, path, wanted, other)):
            raise UserError(f"--{option}: {path}: {why.format(found=trace.found)}")
    return trace


_IDLE = (
    ("column", lambda wanted, trace, _: not set(wanted["columns"]) <= set(trace.found.columns),
     "the columns of this format are fixed: {found.kind}"),
    ("unit", lambda wanted, trace, _: wanted["unit"][-1] != trace.found.unit[-1],
     "the unit of this format is fixed: {found.kind}"),
    ("interval", lambda _, trace, same: same(interval_s=None), "this file has times of its own"),
    ("series", lambda _, trace, same: same(series=None), "this file has no other series"),
    ("volts", lambda wanted, trace, same: same(volts=wanted["volts"] + 10.0),
     "nothing in this file is turned from W into A"),
    ("zone", lambda _, trace, same: trace.start is None or trace.found.zone == "as written",
     "this file has no times in UTC"),
    ("spread", lambda _, trace, same: len(trace.found.columns) == 3, "this file has three phases"),
)  # fmt: skip
"""(option, idle(what was wanted, the Trace, same(NAME=another wish)): it does nothing, why)."""


def _same(trace, path, wanted, other):
    """Whether the file says the same with `other` wishes."""
    try:
        again = read(path, **{**wanted, **other})
    except UserError:
        return False
    return (again.rows, again.times_s, again.start) == (trace.rows, trace.times_s, trace.start)


def read(path, **how):
    """load_trace with UserError instead of its own errors."""
    from ballast_bench.plant.trace import TraceError, load_trace

    for name in ("interval_s", "max_gap_s", "volts"):
        value = how.get(name)
        if value is not None and not 0.0 < value < float("inf"):
            raise UserError(f"--{name.removesuffix('_s').replace('_', '-')} {value:g}: must be above 0")
    try:
        return load_trace(path, **how)
    except TraceError as error:
        raise UserError(str(error)) from None
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; is the path right?") from None
