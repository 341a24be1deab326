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
    """The Trace of `path`; UserError with one line."""
    return read(
        path, columns=args.column or None, unit=args.unit, interval_s=args.interval,
        series=args.series, max_gap_s=args.max_gap, skip_blank=args.skip_blank, volts=args.volts,
        zone=args.zone, negate=args.negate, spread=args.spread,
    )  # fmt: skip


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
