"""Runs of stories on all cores: each is tried first, then played; what has ended is kept, come what may.

    lines, skipped = tried(units, over, jobs)          # nothing is played
    rows, interrupted = play_all(units, over, args)    # a plain dict for each run: see `play_one`
"""

import multiprocessing
import os
import signal
import tempfile
from collections import Counter
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from ballast_tools.play import record_option, vm_option
from ballast_tools.shell.progress import Bar

BAD = ("failed", "error")
"""Verdicts that make the command fail."""

NOT_PLAYED = "not played: the command was interrupted before"
_ROWS = 3000  # chosen: of a picture in the report


def tried(units, over, jobs):
    """([line] of what cannot be played and why, how many runs would be skipped); nothing is played.

    units: [(Story, number of its run)]. A line that is wrong in several runs of a `vary` is told once,
    with the values of the first of them if others are good.
    """
    work = [(story.text, story.name, n, over) for story, n in units]
    found = {}
    for _ in each(try_one, work, _jobs(jobs, work), found):
        pass
    where = {}  # {(name, line): the runs in which it is wrong}
    for n, (story, number) in enumerate(units):
        for line in dict.fromkeys(found[n][0]):
            where.setdefault((story.name, line), []).append(story.runs[number])
    runs = Counter(story.name for story, _ in units)
    lines = [
        line if len(wrong) == runs[name] else f"{line} ({wrong[0].title()})"
        for (name, line), wrong in where.items()
    ]
    return lines, sum(bool(lacks) for _, lacks in found.values())


def play_all(units, over, args):
    """([row], whether Ctrl-C ended it) of (Story, number of its run), in their order; see `play_one`."""
    work = [
        (story.text, story.name, n, over, path, args.record_every, args.html is not None,
         vm_option.heap(args))
        for (story, n), path in zip(units, record_paths(args.record, units), strict=True)
    ]
    done, bar, interrupted = {}, Bar("Playing"), False
    try:
        for _ in each(play_one, work, _jobs(args.jobs, work), done):
            failed = sum(row["verdict"] in BAD for row in done.values())
            bar.show(len(done), len(work), f"run {len(done)} of {len(work)}, {failed} failed")
    except KeyboardInterrupt:
        interrupted = True
    bar.end()
    return [done[n] if n in done else _unplayed(unit) for n, unit in enumerate(work)], interrupted


def _jobs(wanted, work):
    return min(wanted or os.cpu_count() or 1, len(work))


# -- processes -----------------------------------------------------------------------------


def each(do, work, jobs, done):
    """Do `do(unit)` for all of `work`; yields its number whenever one is in `done` {number: what it gave}.

    However it ends, `done` has everything that was finished by then.
    """
    if jobs == 1:
        for n, unit in enumerate(work):
            done[n] = do(unit)
            yield n
        return
    before = set(multiprocessing.active_children())
    pool, futures = _pool(jobs), {}
    try:
        futures = {_submit(pool, do, unit): n for n, unit in enumerate(work)}
        for future in as_completed(futures):
            n = futures[future]
            try:
                done[n] = future.result()
            except BrokenProcessPool:  # a process died, and with it what all of them had to do
                done[n] = _alone(do, work[n])
            yield n
    finally:
        for future, n in futures.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                done[n] = future.result()
        _end(pool, before)


def _submit(pool, do, unit):
    try:
        return pool.submit(do, unit)
    except BrokenProcessPool as error:  # a process died while the work was handed out
        broken = Future()
        broken.set_exception(error)
        return broken


def _pool(jobs):
    return ProcessPoolExecutor(jobs, multiprocessing.get_context("fork"), _begin)


def _begin():
    """A worker, forked. It ends when the pool does, and Ctrl-C is the parent's to handle."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end(pool, before):
    for child in set(multiprocessing.active_children()) - before:
        child.terminate()
    pool.shutdown(cancel_futures=True)


def _alone(do, unit):
    """What `do` gives for a unit that has a process of its own."""
    before = set(multiprocessing.active_children())
    pool = _pool(1)
    try:
        return pool.submit(do, unit).result()
    except BrokenProcessPool:
        return _died(do, unit)
    finally:
        _end(pool, before)


def _died(do, unit):
    name, number = unit[1], unit[2]
    line = f"{name}: its process was ended from outside"
    if do is try_one:
        return [line], ""
    return {**_row(name, number, ""), "verdict": "error", "lines": [line]}


# -- one run -------------------------------------------------------------------------------


def try_one(unit):
    """([line] of what would be refused, why it would be skipped or "") of one run."""
    from ballast_bench.person.story import Story, refused

    text, name, number, over = unit
    return refused(Story(text, name).runs[number], over)


def play_one(unit):
    """One run as a plain dict: verdict good, failed, skipped or error, with the reasons."""
    from ballast_bench.person.story import Story, play_run

    text, name, number, over, record, every_s, draw, heap = unit
    run = Story(text, name).runs[number]
    row = _row(name, number, run.title())
    keep = _Keep(record, every_s, draw)
    try:
        with vm_option.host(heap) as host:
            outcome = play_run(run, over, keep.start, host)
        keep.end(row)
        row["record"] = record
    except Exception as error:  # noqa: BLE001 (whatever ends a run is its verdict; the others go on)
        row["verdict"] = "error"
        text = " ".join(str(error).split())
        row["lines"] = [text if text.startswith(name) else f"{name}: {type(error).__name__}: {text}"]
        if type(error).__name__ == "HeapTooSmall":  # of ballast_bench.vm, which only --vm imports
            row["refused"] = f"{name}: {text}"
        return row
    row["seconds"], row["cpu_s"] = outcome.seconds, outcome.cpu_s
    if outcome.skipped:
        row["verdict"], row["lines"] = "skipped", [outcome.skipped]
    elif outcome.failures:
        row["verdict"] = "failed"
        row["lines"] = [failure.text for failure in outcome.failures]
        row["numbers"] = [failure.number for failure in outcome.failures]
    return row


def _row(name, number, title):
    return {"name": name, "run": number, "title": title, "verdict": "good", "lines": [],
            "numbers": [], "seconds": 0.0, "cpu_s": 0.0, "picture": ""}  # fmt: skip


def _unplayed(unit):
    """The row of a run that was not finished; the rest of its recording goes away."""
    from ballast_bench.person.story import Story
    from ballast_bench.record.files import part_of

    text, name, number, _, record = unit[:5]
    if record is not None:
        part_of(record).unlink(missing_ok=True)
    row = _row(name, number, Story(text, name).runs[number].title())
    return {**row, "verdict": "unplayed", "lines": [NOT_PLAYED]}


class _Keep:
    """The recordings of one run: a file of all steps, and what the report draws."""

    def __init__(self, path, every_s, draw):
        self._path, self._every_s, self._draw = path, every_s, draw
        self._file = self._drawn = None

    def start(self, world, setup, run):
        from ballast_bench.record import Recording

        if self._path is not None:
            self._file = Recording(world, None, self._every_s, path=self._path)
            world.actors.append(self._file)
        if self._draw:
            self._drawn = Recording(world, None, max(0.1, run.end_s / _ROWS))
            world.actors.append(self._drawn)

    def end(self, row):
        if self._file is not None:
            self._file.close()
        if self._drawn is not None:
            with tempfile.TemporaryDirectory(prefix="ballast-play-") as folder:
                path = self._drawn.picture(Path(folder) / "run.svg")
                row["picture"] = path.read_text()


def record_paths(path, units):
    """The file of each run: of several, one each. Stories of the same name are told apart by their folder."""
    if path is None or len(units) == 1:
        return [path] * len(units)
    stems = Counter(Path(name).stem for name in {story.name for story, _ in units})
    found = {}
    for story, n in units:
        stem = Path(story.name).stem
        word = stem if stems[stem] == 1 else Path(story.name).with_suffix("")
        one = record_option.named(path, f"{word} {n + 1}")
        while one in found:
            one = one.with_stem(one.stem + "-more")
        found[one] = None
    return list(found)
