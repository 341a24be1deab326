"""`ballast campaign`: every fault in every state at random instants, rules checked at every step.

Most runs are control on thin hardware that can fail (tools/ballast_bench/campaign/rig.py); a
sample is the whole firmware on the whole bench. A broken rule is made small and printed as
JSON that --replay takes.
"""

import json
import os
import time

from ballast_tools.check import workers
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.progress import Bar

CHUNK = 100


def add_arguments(parser):
    parser.add_argument("--runs", type=int, default=20000, help="runs on thin hardware (20000)")
    parser.add_argument("--whole", type=int, default=200, help="runs of the whole bench (200)")
    parser.add_argument("--short", action="store_true", help="800 and 4 runs, for every commit")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--replay", metavar="JSON", help="one run that was printed before")
    parser.add_argument("--bug", metavar="NAME", help="plant a bug first: is it found? (list: ?)")


def _modules():
    from ballast_bench import upy

    upy.install()
    from ballast_bench.campaign import run as campaign_run

    return campaign_run


def thin_runs(runs, seed):
    """Half singles over every fault and state, the rest pairs."""
    from ballast_bench.campaign.faults import FAULTS, STATES

    run = _modules()
    each = max(1, runs // 2 // (len(FAULTS) * len(STATES)))
    todo = list(run.singles(seed, each))
    return todo + list(run.pairs(seed, max(0, runs - len(todo))))


def _chunk(job):
    """Worker: [(run, text)] of the broken ones among `runs`."""
    kind, runs = job
    if kind == "whole":
        from ballast_bench.campaign.world import play
    else:
        play = _modules().play
    return [(run, text) for run in runs if (text := play(run))]


def search(jobs, processes, bar=None, stop_at=5):
    """Play all jobs. Returns [(run, text)], at most about `stop_at`."""
    total = sum(len(runs) for _, runs in jobs)
    found, done = [], 0
    with workers.pool(processes) as pool:
        for (_, runs), broken in zip(jobs, pool.imap(_chunk, jobs), strict=True):
            found += broken
            done += len(runs)
            if bar is not None:
                bar.show(done, total, f"{done} of {total} runs, {len(found)} broken")
            if len(found) >= stop_at:
                pool.terminate()
                break
    return found, done


def make_jobs(args):
    thin = thin_runs(args.runs, args.seed)
    jobs = [("thin", thin[n : n + CHUNK]) for n in range(0, len(thin), CHUNK)]
    if args.whole:
        from ballast_bench.campaign import world as campaign_world

        whole = list(campaign_world.runs(args.seed, args.whole))
        jobs += [("whole", whole[n : n + 2]) for n in range(0, len(whole), 2)]
    return jobs


def _replay(text):
    try:
        run = json.loads(text)
    except ValueError as error:
        raise UserError(f"--replay: not JSON: {error}") from None
    if not isinstance(run, dict) or ("events" not in run and "story" not in run):
        raise UserError("--replay: an object with events or a story is needed, as a campaign prints it")
    module = _modules()
    if "story" in run:
        from ballast_bench.campaign import world as module
    try:
        told = module.play(run)
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"--replay: no run of this campaign: {type(error).__name__} {error}") from None
    print(told or "no rule is broken")
    return 1 if told else 0


def main(args):
    run = _modules()
    from ballast_bench.campaign.bugs import BUGS

    if args.bug is not None and args.bug not in BUGS:
        raise UserError(f"--bug {args.bug}: there are {', '.join(BUGS)}")
    if args.runs < 1 or args.whole < 0 or args.jobs < 1:
        raise UserError("--runs and --jobs: at least 1; --whole: at least 0")
    if args.short:
        args.runs, args.whole = 800, 4
    undo = BUGS[args.bug]() if args.bug else None  # before the workers are forked
    run.forget()
    try:
        return _replay(args.replay) if args.replay else _campaign(args, run)
    finally:
        if undo is not None:
            undo()
        run.forget()


def _campaign(args, run):
    bar = Bar("Campaign")
    start = time.perf_counter()
    found, done = search(make_jobs(args), args.jobs, bar)
    bar.end()
    spent = time.perf_counter() - start
    print(f"{done} runs in {spent:.0f} s, seed {args.seed}: {len(found)} broke a rule")
    for broken, text in found[:3]:
        if "events" in broken:
            broken, text = run.shrink(broken)
        else:
            from ballast_bench.campaign import world as campaign_world

            broken, text = campaign_world.shrink(broken)
        print(f"BROKEN  {text}")
        bug = f" --bug {args.bug}" if args.bug else ""
        print(f"  tools/ballast campaign{bug} --replay '{json.dumps(broken)}'")
    return 1 if found else 0
