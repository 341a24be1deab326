"""`--record FILE` and `--record-every S`: the time series of a run, for every command that runs the bench.

    record_option.add_arguments(parser)
    record_option.check(args)                 # before the work: one line for what cannot be
    with record_option.recorded(args, world):
        world.run(...)                        # ended by an exception too, the file is whole
"""

from contextlib import contextmanager
from pathlib import Path

from ballast_tools.shell.errors import UserError


def add_arguments(parser):
    """The two options, in a group of their own."""
    group = parser.add_argument_group("recording")
    group.add_argument(
        "--record", type=Path, metavar="FILE",
        help="time series of the run as .csv, .json or .parquet: currents, pilot, limits, heat, faults",
    )  # fmt: skip
    group.add_argument(
        "--record-every", type=float, metavar="S",
        help="seconds between two rows (default: each step of 0.02 s)",
    )  # fmt: skip


def check(args):
    """Refuse what could not be recorded. Raises UserError."""
    every_s = args.record_every
    if args.record is None:
        if every_s is not None:
            raise UserError("--record-every is for --record FILE: name the file")
        return
    if every_s is not None and not 0.02 <= every_s < float("inf"):
        raise UserError(f"--record-every {every_s:g}: 0.02 s (a step) or more")
    from ballast_bench.record import RecordError
    from ballast_bench.record import check as check_file

    try:
        check_file(args.record)
    except RecordError as error:
        raise UserError(f"--record {error}") from None


@contextmanager
def recorded(args, world, path=None):
    """Record all chargers of `world` while the block runs; then the file is in its place.

    path: instead of --record, for a command with many runs (`named`). Gives the Recording or
    None. Raises UserError for what cannot be written.
    """
    if args.record is None:
        yield None
        return
    from ballast_bench.record import RecordError, Recording

    try:
        recording = Recording(world, None, args.record_every, path=path or args.record)
        world.actors.append(recording)
        try:
            yield recording
        finally:
            if recording in world.actors:
                world.actors.remove(recording)
            recording.close()
    except RecordError as error:
        raise UserError(f"--record {error}") from None


def named(path, name):
    """The file of one run of many: house.csv and "gale 2" give house-gale-2.csv."""
    word = "".join(c if c.isalnum() or c in "._" else "-" for c in str(name)).strip("-")
    return path.with_name(f"{path.stem}-{word}{path.suffix}")
