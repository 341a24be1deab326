"""`ballast trace info FILE` says what is in a measured house; `trace convert IN OUT.csv` writes it plain."""

import argparse
import logging
from pathlib import Path

from ballast_tools.play import trace_option
from ballast_tools.shell.errors import UserError

EPILOG = """\
Understood without being told: CSV with columns (A or W, one phase or three, with signs; comma,
semicolon or tab; decimal comma; seconds, epoch s or ms, ISO dates with zones, German dates), Home
Assistant's history, InfluxDB's annotated CSV (evcc's too), evcc's charge sessions, Shelly EM, 3EM
and Pro 3EM, DSMR P1 telegrams. `run` and `sim --trace` read the same files directly.
The load must be the house without the car that is to be simulated.

One file for each phase, as a Shelly 3EM gives them: trace convert L1.csv L2.csv L3.csv OUT.csv
The written file has amperes by phase, + = import; what is held over a gap is written out."""


def add_arguments(parser):
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("what", choices=("info", "convert"), help="info: say what it is; convert: write it too")
    add("files", nargs="+", type=Path, metavar="FILE",
        help="one file to read, or three of one phase each; for convert then the file to write")
    trace_option.add_arguments(parser)


def main(args):
    logging.disable(logging.CRITICAL)  # dsmr-parser logs each line that it leaves out
    from ballast_bench import upy

    upy.install()
    sources, out = args.files, None
    if args.what == "convert":
        if len(args.files) < 2:
            raise UserError("convert: the file to write is missing; write it as the last one")
        *sources, out = args.files
        check_out(sources, out)
    if len(sources) not in (1, 3):
        raise UserError(f"{len(sources)} files to read: give one, or three of one phase each")
    traces = [trace_option.load(args, path) for path in sources]
    for trace in traces:
        print("\n".join(told(trace)))
    if out is not None:
        write(traces, out)
    return 0


def check_out(sources, out):
    """Refuse a file that cannot be written, or that is read."""
    if out.suffix.lower() != ".csv":
        raise UserError(f"{out}: the file to write must end in .csv; it is the last one named")
    if any(out.exists() and source.exists() and out.samefile(source) for source in sources):
        raise UserError(f"{out}: would overwrite the file that is read; choose another name")
    from ballast_bench.record import RecordError, check

    try:
        check(out)
    except RecordError as error:
        raise UserError(str(error)) from None


def write(traces, out):
    from ballast_bench.plant.trace import TraceError, join
    from ballast_bench.plant.traces.write import write as write_csv

    try:
        whole = traces[0] if len(traces) == 1 else join(traces)
        count = write_csv(whole, out)
    except TraceError as error:
        raise UserError(str(error)) from None
    except OSError as error:
        raise UserError(f"{out}: {error.strerror}; is the disk full?") from None
    print(f"{out}: {count} rows, {'L1, L2, L3' if whole.phases == 3 else 'one phase'} in A")


def told(trace):
    """Lines that say what the reader took."""
    found = trace.found
    amps = [value for row in trace.rows for value in row[: trace.phases]]
    lines = [
        f"{found.path}",
        f"  format      {found.kind}",
        f"  columns     {', '.join(found.columns)} -> "
        + ("L1, L2, L3" if trace.phases == 3 else "one phase"),
        f"  unit        {found.unit}, as read; + = import",
        f"  amperes     {min(amps):.2f} to {max(amps):.2f} A, mean {sum(amps) / len(amps):.2f} A",
        f"  span        {span(trace)}",
        f"  interval    {trace.interval_s:g} s, {len(trace.rows)} rows",
        f"  gaps        {trace.gaps} held",
    ]
    for reason, (count, line) in sorted(found.dropped.items()):
        lines.append(f"  dropped     {count} x {reason} (first: line {line})")
    if not found.dropped:
        lines.append("  dropped     nothing")
    return lines + [f"  note: {note}" for note in trace.notes]


def span(trace):
    hours = trace.duration_s / 3600
    if trace.start is None:
        return f"{hours:.2f} h, time of day not known"
    from datetime import timedelta

    end = trace.start + timedelta(seconds=trace.duration_s)
    zone = trace.found.zone
    clock = {"as written": "the clock as written"}.get(zone, zone)
    return f"{trace.start:%Y-%m-%d %H:%M:%S} to {end:%Y-%m-%d %H:%M:%S} ({clock}), {hours:.2f} h"
