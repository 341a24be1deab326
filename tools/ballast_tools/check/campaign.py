"""`ballast campaign`: random runs of the charger, judged at every step.

Beside short fault runs of the control alone, on thin hardware that can fail, it plays whole evenings
and days: houses, cars, meters, fuses, boards, groups of chargers, and disturbances at random
instants. A run follows from its name (seed, kind, number) alone and leaves one row of figures.
Examples:

  tools/ballast campaign                       # all kinds, as many as this machine does in an hour
  tools/ballast campaign --short               # for every commit
  tools/ballast campaign --runs 100000 --kinds evenings,days,groups --record house.parquet \\
      --worst 5 stories --dask tcp://scheduler:8786
  tools/ballast campaign ... --resume          # after an interruption: the runs that are missing
"""

import os
import tempfile
import time
from pathlib import Path

from ballast_tools.check import workers
from ballast_tools.play import chip_option
from ballast_tools.shell.errors import UserError

INTERRUPTED = 130  # as shell/cli.py
PART_S = 30.0  # chosen: rows are written to the disk this often
STOP_AT = 5  # broken rules after which a campaign with a planted bug has seen enough
SHORT = {"faults": 820, "minutes": 4, "evenings": 2, "days": 1, "groups": 1}
SHORT_S = 300.0


def add_arguments(parser):
    add = parser.add_argument
    add("--runs", type=int, metavar="N", help="runs in all, by the shares of the kinds (--list)")
    add("--kinds", metavar="A,B", help="only these: faults, minutes, evenings, days, groups")
    add("--whole", type=int, metavar="N", help="so many runs of the kind minutes")
    add("--short", action="store_true", help="few runs and short evenings, for every commit")
    add("--seconds", type=float, metavar="S", help="at most so long a run of the whole bench")
    add("--seed", type=int, default=1)
    add("--jobs", type=int, default=os.cpu_count() or 1, help="processes (all cores)")
    add("--dask", metavar="ADDRESS", help="on a Dask cluster: tcp://HOST:PORT, local or local:4")
    add("--record", type=Path, metavar="PATH",
        help="rows into FILE.parquet, .csv or .json, or all of the campaign into a folder")
    add("--resume", action="store_true", help="go on with what --record has kept")
    add("--out", type=Path, metavar="DIR", help="report.json and report.html there")
    add("--worst", nargs=2, metavar=("K", "DIR"), help="the K worst runs of each figure as stories")
    add("--list", action="store_true", help="kinds, axes and disturbances, and end")
    add("--replay", metavar="RUN", help="KIND/SEED/NUMBER, FILE.story, FILE.json, or JSON as printed")
    chip_option.add_arguments(parser, default="both of them, see --list")
    add("--bug", metavar="NAME", help="plant a bug first: is it found? (list: ?)")


def main(args):
    _check(args)
    from ballast_bench.campaign.bugs import BUGS
    from ballast_bench.world import World
    from ballast_tools.check import campaign_replay, campaign_report

    if args.bug is not None and args.bug not in BUGS:
        raise UserError(f"--bug {args.bug}: there are {', '.join(BUGS)}")
    before = World.CHIP
    World.CHIP = chip_option.of(args) or before  # the processes that do the runs inherit it
    try:
        if args.list:
            print("\n".join(campaign_report.list_axes()))
            return 0
        if args.replay:
            return campaign_replay.with_bug(
                args.bug, lambda: campaign_replay.replay(args.replay, args.seconds)
            )
        _check_boards(args)
        return _campaign(args)
    finally:
        World.CHIP = before


def _check(args):
    """UserError for what cannot be, before any work is done."""
    for name, least in (("runs", 1), ("whole", 0), ("jobs", 1)):
        value = getattr(args, name)
        if value is not None and value < least:
            raise UserError(f"--{name}: at least {least}")
    if args.seconds is not None and not 1.0 <= args.seconds <= 1e6:
        raise UserError("--seconds: from 1 to 1000000")
    if args.chip is not None and args.dask is not None:
        raise UserError("--chip: a cluster has the bench's own chip; leave --chip or --dask out")
    if args.resume and args.record is None:
        raise UserError("--resume: say with --record what it goes on with")
    if args.worst and not (args.worst[0].isdecimal() and int(args.worst[0])):
        raise UserError(f"--worst {args.worst[0]}: a number of runs is needed first, then a folder")
    for name, folder in (("out", args.out), ("worst", args.worst and Path(args.worst[1]))):
        if folder:
            _check_folder(name, folder)
    if args.record is not None:
        from ballast_bench.campaign import rows

        _check_record(args.record, rows)


def _check_boards(args):
    """UserError where no board of this bench has the chip that --chip names, or lives on it."""
    from ballast_bench import boards
    from ballast_bench.campaign import axes

    if args.chip is not None and not axes.choices("board"):
        raise UserError(f"--chip {args.chip}: none of the boards {', '.join(boards.names())} has that chip "
                        "and memory enough on it; tools/ballast_bench/chip has the profiles")  # fmt: skip


def _check_folder(name, folder):
    """A report that cannot be written is refused before hours of work."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UserError(f"--{name} {folder}: {error.strerror}; choose a folder that can be written") from None


def _check_record(path, rows):
    if path.suffix and path.suffix not in rows.SUFFIXES:
        raise UserError(f"--record {path}: end it in {', '.join(rows.SUFFIXES)}, or name a folder")
    if path.suffix == ".parquet" and not rows.has_parquet():
        raise UserError(f"--record {path}: Parquet needs the package pyarrow; install it, or name FILE.csv")
    if path.suffix and not path.parent.is_dir():
        raise UserError(f"--record {path}: there is no folder {path.parent}")


def counts_of(args):
    """{kind: number of runs} that the options ask for."""
    from ballast_bench.campaign import axes, work

    there = axes.kinds()
    kinds = there if args.kinds is None else args.kinds.split(",")
    for kind in kinds:
        if kind not in axes.KINDS:
            raise UserError(f"--kinds {kind}: there are {', '.join(axes.KINDS)}")
        if kind not in there:
            raise UserError(f"--kinds {kind}: this bench cannot set up several chargers")
    usual = {kind: axes.KINDS[kind].count for kind in kinds}
    if args.short and args.runs is None:
        usual = {kind: SHORT[kind] for kind in kinds}
    counts = usual if args.runs is None else work.share_out(args.runs, kinds, usual)
    if args.whole is not None:
        counts = {**counts, "minutes": args.whole}
    return {kind: count for kind, count in counts.items() if count}


# -- a campaign --------------------------------------------------------------------------------


def _campaign(args):
    from ballast_bench.campaign import work
    from ballast_bench.campaign.store import StoreError
    from ballast_tools.check import campaign_report
    from ballast_tools.check.campaign_progress import Progress

    counts = counts_of(args)
    seconds = args.seconds or (SHORT_S if args.short else None)
    store = _store(args, seconds, work)
    jobs = work.jobs(counts, args.seed, seconds, args.bug, store.pairs)
    progress = Progress(counts, seconds, store)
    interrupted, lost = False, 0
    try:
        lost = collect(args, jobs, store, progress)
    except KeyboardInterrupt:
        interrupted = True
    except StoreError as error:
        raise UserError(f"--record {error}") from None
    finally:
        progress.end()
    if interrupted:
        return _interrupted(args, store)
    report = campaign_report.summarise(store, counts, _about(args, seconds))
    campaign_report.show(report)
    not_written = _write(args, store, report, seconds)
    status = _verdict(args, store, seconds, lost)
    if not_written:
        raise UserError(not_written)
    return status


def collect(args, jobs, store, progress, part_s=PART_S):
    """Do the jobs and keep what they give. Returns how many runs were lost with their workers."""
    from ballast_bench.campaign import work

    new, lost, last = [], 0, time.monotonic()
    results = _results(args, jobs, work.work)
    try:
        for job, pairs in results:
            if pairs is None:
                lost += len(job[2])
                continue
            new += pairs
            progress.add(pairs)
            if time.monotonic() - last >= part_s:
                store.add(new)
                new, last = [], time.monotonic()
            if args.bug and progress.broken >= STOP_AT:
                break
    finally:
        results.close()
        store.add(new)
    return lost


def _results(args, jobs, do):
    """(job, pairs) as they come, from this machine's processes or from a cluster."""
    if args.dask is None:
        yield from workers.unordered(jobs, do, args.jobs)
        return
    from ballast_tools.check import cluster

    with cluster.connected(args.dask) as client:
        cluster.same_version(client)
        yield from cluster.unordered(jobs, do, client)


def _store(args, seconds, work):
    from ballast_bench.campaign.store import Store, StoreError

    plan = {"format": 1, "seed": args.seed, "seconds": seconds, "bug": args.bug}
    if args.chip is not None:
        plan["chip"] = args.chip
    if args.record is not None:
        plan["version"] = work.version()
    try:
        return Store(places(args.record)[2], plan, args.resume)
    except StoreError as error:
        raise UserError(f"--record {error}") from None
    except OSError as error:
        raise UserError(f"--record {args.record}: {error.strerror}; choose another place") from None


def places(record):
    """(rows, costs, folder of parts) of --record; three None without."""
    if record is None:
        return None, None, None
    if not record.suffix:
        from ballast_bench.campaign import rows

        name = "rows.parquet" if rows.has_parquet() else "rows.csv"
        return record / name, record / "cost.csv", record / "parts"
    return record, record.with_suffix(".cost.csv"), record.with_name(record.name + ".parts")


def _about(args, seconds):
    cores = os.cpu_count() or 1
    where = f"on the cluster {args.dask}" if args.dask else f"on {cores} cores of this machine"
    return {"seed": args.seed, "seconds": seconds, "bug": args.bug, "measured_on": f"measured {where}"}


def _interrupted(args, store):
    done = len(store.pairs)
    if args.record is None:
        print(f"interrupted; {done} runs were done, and nothing was recorded (--record keeps them)")
    else:
        print(f"interrupted; {done} runs are kept in {places(args.record)[2]}: "
              "the same command with --resume goes on")  # fmt: skip
    return INTERRUPTED


def _write(args, store, report, seconds):
    """All files. Returns "", or the line that says what could not be written: the rest is written."""
    from ballast_tools.check import campaign_report

    wrong = []

    def attempt(where, write, kept=""):
        try:
            print(f"wrote {write()}")
        except OSError as error:
            wrong.append(f"{where}: {error.strerror or error}{kept}")

    print()
    out = args.out
    if args.record is not None:
        rows_path, cost_path, parts = places(args.record)
        attempt(f"--record {rows_path}", lambda: campaign_report.write_rows(rows_path, cost_path, store),
                f"; the runs are kept in {parts}: make room, then use --resume")  # fmt: skip
        out = out or (None if args.record.suffix else args.record)
    if out is not None:
        attempt(f"--out {out}", lambda: campaign_report.write(out, report))
    if args.worst:
        most, folder = int(args.worst[0]), Path(args.worst[1])
        attempt(f"--worst {folder}",
                lambda: campaign_report.write_worst(folder, store.rows(), most, seconds))  # fmt: skip
    return "; ".join(wrong)


def _verdict(args, store, seconds, lost):
    """The last lines, and the exit status."""
    from ballast_bench.campaign import rows
    from ballast_tools.check import campaign_replay

    some_rows = sorted(store.rows(), key=rows.name_of)
    broken = [row for row in some_rows if row["broken"]]
    errors = [row for row in some_rows if row["error"]]
    print(f"\n{len(some_rows)} runs, seed {args.seed}: {len(broken)} broke a rule")
    for row in broken[:3]:
        campaign_replay.with_bug(
            args.bug, lambda row=row: campaign_replay.show_broken(args.bug, row, seconds, args.chip)
        )
    for row in errors[:3]:
        print(f"ERROR  {row['kind']}/{row['seed']}/{row['number']}: {row['error']}")
    if lost:
        print(f"{lost} runs are missing: their workers died each time; --resume tries them again")
    return 1 if broken or errors or lost else 0
