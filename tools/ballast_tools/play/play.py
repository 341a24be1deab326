"""`ballast play FILE...`: stories are read, played and judged; reports for people and for CI."""

import glob
import logging
import os
import time
from pathlib import Path

from ballast_tools.play import chip_option, record_option, settings_option, story_runs, vm_option
from ballast_tools.shell.errors import UserError
from ballast_tools.ship import product_options

EPILOG = """\
A story is a text of lines `SECONDS VERB NAME=VALUE ...`; tools/ballast_bench/person/STORIES.md has every
word. A folder stands for all *.story in it. Exit status: 0 = all as expected, 1 = a story failed,
2 = one cannot be read or done (nothing is played then), 130 = Ctrl-C: what has ended is told and written,
the rest is "not played"."""

GOOD, FAILED, INTERRUPTED = 0, 1, 130  # 2: a UserError; 130: as shells report SIGINT


def add_arguments(parser):
    parser.epilog = EPILOG
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE", help="stories, folders of stories, or patterns")
    add("--check", action="store_true", help="say what can be known without playing, and play none")
    add("--junit", type=Path, metavar="FILE.xml", help="write the verdicts as JUnit XML, for CI")
    add("--html", type=Path, metavar="FILE.html", help="write a report for people")
    settings_option.add_arguments(parser)
    add("--seed", type=int, metavar="N", help="of everything random, whatever the story says")
    add("--jobs", type=int, metavar="N", help="runs at the same time (default: one per core)")
    product_options.add_arguments(parser)
    chip_option.add_arguments(parser)
    record_option.add_arguments(parser)
    vm_option.add_arguments(parser)


def main(args):
    logging.disable(logging.CRITICAL)  # pymodbus tells of every closed connection
    from ballast_bench import upy

    upy.install()
    over = wishes(args)
    _check_options(args)
    stories = read(find(args.files))
    units = [(story, n) for story in stories for n in range(len(story.runs))]
    wrong, skipped = story_runs.tried(units, over, args.jobs)
    if wrong:
        raise UserError("\n".join(wrong))
    if args.check:
        rest = f", {skipped} of them would be skipped" if skipped else ""
        print(f"{_count(len(stories), 'story', 'stories')}, {_count(len(units), 'run')}: "
              f"all can be played{rest}")  # fmt: skip
        return GOOD
    began = time.perf_counter()
    rows, interrupted = story_runs.play_all(units, over, args)
    took_s = time.perf_counter() - began
    too_small = [row["refused"] for row in rows if "refused" in row]
    if too_small:  # no verdict on the firmware: the option is wrong
        raise UserError(too_small[0])
    _tell(rows, took_s)
    _write(args, stories, rows, took_s)
    if interrupted:
        return INTERRUPTED
    return FAILED if any(row["verdict"] in story_runs.BAD for row in rows) else GOOD


def wishes(args):
    """{name: value} of the options that win over a story's setup lines; UserError with one line."""
    from ballast_bench.person import options
    from ballast_bench.person.verbs.action import ActionError

    over = {**product_options.given(args), **chip_option.given(args)}
    if args.seed is not None:
        over["seed"] = args.seed
    over.update(settings_option.given(args))
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
    vm_option.check(args)


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


# -- telling -------------------------------------------------------------------------------

_WORDS = {"good": "as expected", "failed": "failed", "skipped": "skipped", "error": "ended by an error",
          "unplayed": "not played"}  # fmt: skip


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
