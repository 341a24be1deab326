"""`ballast play FILE...`: stories are read, played and judged; reports for people and for CI."""

import glob
import logging
import multiprocessing
import os
import re
import signal
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from ballast_tools.play import bench_options, record_option
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.progress import Bar

EPILOG = """\
A story is a text of lines `SECONDS VERB NAME=VALUE ...`; tools/ballast_bench/person/STORIES.md has every
word. A folder stands for all *.story in it. Exit status: 0 = all as expected, 1 = a story failed,
2 = one cannot be read (nothing is played then)."""

GOOD, FAILED = 0, 1  # 2: a UserError
_ROWS = 3000  # chosen: of a picture in the report


def add_arguments(parser):
    parser.epilog = EPILOG
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE", help="stories, folders of stories, or patterns")
    add("--check", action="store_true", help="read them all and play none")
    add("--junit", type=Path, metavar="FILE.xml", help="write the verdicts as JUnit XML, for CI")
    add("--html", type=Path, metavar="FILE.html", help="write a report for people")
    add("--set", action="append", default=[], metavar="KEY=N", help="a setting of the charger")
    add("--seed", type=int, metavar="N", help="of everything random, whatever the story says")
    add("--jobs", type=int, metavar="N", help="runs at the same time (default: one per core)")
    bench_options.add_arguments(parser)
    record_option.add_arguments(parser)


def main(args):
    logging.disable(logging.CRITICAL)  # pymodbus tells of every closed connection
    from ballast_bench import upy

    upy.install()
    over = wishes(args)
    _check_options(args)
    stories = read(find(args.files))
    units = [(story, n) for story in stories for n in range(len(story.runs))]
    if args.check:
        print(f"{_count(len(stories), 'story', 'stories')}, {_count(len(units), 'run')}: all can be read")
        return GOOD
    began = time.perf_counter()
    rows = play_all(units, over, args)
    took_s = time.perf_counter() - began
    _tell(rows, took_s)
    _write(args, stories, rows, took_s)
    return FAILED if any(row["verdict"] in ("failed", "error") for row in rows) else GOOD


def wishes(args):
    """{name: value} of the options that win over a story's setup lines; UserError with one line."""
    from ballast_bench.person import options
    from ballast_bench.person.verbs.action import ActionError

    over = bench_options.given(args)
    if args.seed is not None:
        over["seed"] = args.seed
    for item in args.set:
        key, equals, text = item.partition("=")
        if not equals or not re.fullmatch(r"-?\d+", text):
            raise UserError(f"--set {item}: write it like margin_ma=500")
        over[key] = int(text)
    try:
        options.check(over)
    except ActionError as error:
        raise UserError(str(error).removeprefix("setup: ")) from None
    return over


def _check_options(args):
    """What cannot be written is told before the work."""
    if args.jobs is not None and args.jobs < 1:
        raise UserError(f"--jobs {args.jobs}: 1 or more")
    for option, path in (("--junit", args.junit), ("--html", args.html)):
        if path is not None and (path.is_dir() or not os.access(path.parent, os.W_OK)):
            raise UserError(f"{option} {path}: cannot be written; name a file in a folder that can be")
    record_option.check(args)


def find(names):
    """Paths of the stories that files, folders and patterns stand for, each once."""
    found = {}
    for name in names:
        path = Path(name)
        if path.is_dir():
            paths = sorted(path.rglob("*.story"))
        elif path.exists():
            paths = [path]
        else:
            paths = sorted(map(Path, glob.glob(name, recursive=True)))
        if not paths:
            raise UserError(f"{name}: no story is there; give a FILE.story, a folder or a pattern")
        found.update((one.resolve(), one) for one in paths)
    return list(found.values())


def read(paths):
    """[Story]; UserError with a line for each that cannot be read."""
    from ballast_bench.person.story import Story
    from ballast_bench.person.verbs.action import ActionError

    stories, wrong = [], []
    for path in paths:
        try:
            stories.append(Story(path.read_text(encoding="utf-8-sig"), str(path)))
        except ActionError as error:
            wrong.append(str(error))
        except UnicodeDecodeError:
            wrong.append(f"{path}: is no text in UTF-8")
        except OSError as error:
            wrong.append(f"{path}: {error.strerror}")
    if wrong:
        raise UserError("\n".join(wrong))
    return stories


# -- playing -------------------------------------------------------------------------------


def play_all(units, over, args):
    """[row] of (Story, number of its run), in their order; see `play_one`."""
    work = [
        (story.text, story.name, n, over, path, args.record_every, args.html is not None)
        for (story, n), path in zip(units, _record_paths(args.record, units), strict=True)
    ]
    jobs = min(args.jobs or os.cpu_count() or 1, len(work))
    rows, bar = [], Bar("Playing")
    for row in _results(work, jobs):
        rows.append(row)
        failed = sum(row["verdict"] in ("failed", "error") for row in rows)
        bar.show(len(rows), len(work), f"run {len(rows)} of {len(work)}, {failed} failed")
    bar.end()
    return rows


def _results(work, jobs):
    if jobs == 1:
        yield from map(play_one, work)
        return
    before = set(multiprocessing.active_children())
    pool = _pool(jobs)
    try:
        futures = [pool.submit(play_one, unit) for unit in work]
        for unit, future in zip(work, futures, strict=True):
            try:
                yield future.result()
            except BrokenProcessPool:  # a process died, and with it what all of them had to do
                yield _alone(unit)
    finally:
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
        pool.shutdown(cancel_futures=True)


def _pool(jobs):
    return ProcessPoolExecutor(jobs, multiprocessing.get_context("fork"), _begin)


def _alone(unit):
    """The row of a run that is played in a process of its own."""
    before = set(multiprocessing.active_children())
    pool = _pool(1)
    try:
        return pool.submit(play_one, unit).result()
    except BrokenProcessPool:
        name, number = unit[1], unit[2]
        row = _row(name, number, "")
        return {**row, "verdict": "error", "lines": [f"{name}: its process was ended from outside"]}
    finally:
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
        pool.shutdown(cancel_futures=True)


def _begin():
    """A worker, forked. It ends when the pool does, and Ctrl-C is the parent's to handle."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _record_paths(path, units):
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


def play_one(unit):
    """One run as a plain dict: verdict good, failed, skipped or error, with the reasons."""
    from ballast_bench.person.story import Story, play_run

    text, name, number, over, record, every_s, draw = unit
    run = Story(text, name).runs[number]
    row = _row(name, number, run.title())
    keep = _Keep(record, every_s, draw)
    try:
        outcome = play_run(run, over, keep.start)
        keep.end(row)
        row["record"] = record
    except Exception as error:  # noqa: BLE001 (whatever ends a run is its verdict; the others go on)
        row["verdict"] = "error"
        text = " ".join(str(error).split())
        row["lines"] = [text if text.startswith(name) else f"{name}: {type(error).__name__}: {text}"]
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


# -- telling -------------------------------------------------------------------------------

_WORDS = {"good": "as expected", "failed": "failed", "skipped": "skipped", "error": "ended by an error"}


def _tell(rows, took_s):
    for row in rows:
        title = f" ({row['title']})" if row["title"] else ""
        print(f"{_WORDS[row['verdict']]:12} {row['name']}{title}")
        for line in row["lines"]:
            print(f"    {line}")
    print(summary(rows, took_s))


def summary(rows, took_s):
    """`12 runs: 10 as expected, 2 failed; 3600 simulated seconds, 300 per second`."""
    parts = [f"{n} {_WORDS[kind]}" for kind in _WORDS if (n := sum(r["verdict"] == kind for r in rows))]
    seconds = sum(row["seconds"] for row in rows)
    per = seconds / max(took_s, 1e-6)
    return (f"{_count(len(rows), 'run')}: {', '.join(parts)}; "
            f"{seconds:.0f} simulated seconds, {per:.0f} per second")  # fmt: skip


def _count(n, one, many=""):
    return f"{n} {one if n == 1 else many or one + 's'}"


def _write(args, stories, rows, took_s):
    from ballast_tools.play import story_report

    try:
        if args.junit is not None:
            args.junit.write_bytes(story_report.junit(rows, took_s))
            print(f"  {args.junit}")
        if args.html is not None:
            texts = {story.name: story.text for story in stories}
            args.html.write_text(story_report.html(rows, texts, summary(rows, took_s)), encoding="utf-8")
            print(f"  {args.html}")
        if args.record is not None:
            for path in sorted({str(row["record"]) for row in rows if row.get("record")}):
                print(f"  {path}")
    except OSError as error:
        raise UserError(f"{error.filename}: {error.strerror}; choose a folder that can be written") from None
