"""One run of a campaign again: by its name, from a story, or from the JSON of thin hardware."""

import json
from pathlib import Path

from ballast_bench.campaign import draw, work, world
from ballast_bench.campaign import run as campaign_run
from ballast_bench.campaign.axes import KINDS
from ballast_bench.campaign.bugs import BUGS
from ballast_bench.campaign.rows import COLUMNS
from ballast_tools.shell.commands import PROGRAM
from ballast_tools.shell.errors import UserError


def with_bug(name, do):
    """do() with a planted bug, or as the firmware is."""
    undo = BUGS[name]() if name else None
    campaign_run.forget()
    try:
        return do()
    finally:
        if undo is not None:
            undo()
        campaign_run.forget()


def replay(text, seconds):
    parts = text.split("/")
    if len(parts) == 3 and parts[0] in KINDS and parts[1].isdecimal() and parts[2].isdecimal():
        ((row, _),) = work.work((parts[0], int(parts[1]), (int(parts[2]),), seconds, None))
        return _show_row(row)
    if text.endswith(".story"):
        return _replay_story(Path(text))
    if text.endswith(".json"):
        text = _read(Path(text))
    try:
        run = json.loads(text)
    except ValueError:
        raise UserError(
            f"--replay {text}: not JSON, no FILE.story or FILE.json and no KIND/SEED/NUMBER; "
            f"kinds: {', '.join(KINDS)}"
        ) from None
    if not isinstance(run, dict) or "events" not in run:
        raise UserError("--replay: an object with events is needed, as a campaign prints it")
    try:
        told = campaign_run.play(run)
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"--replay: no run of this campaign: {type(error).__name__} {error}") from None
    print(told or "no rule is broken")
    return 1 if told else 0


def _replay_story(path):
    """A story of anybody, judged as a run of the campaign."""
    return _show_row({"kind": "story", **world.play(_read(path), path.name)})


def _read(path):
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"--replay {path}: cannot be read as a text ({error}); is the path right?") from None


def _show_row(row):
    for name, value in row.items():
        if value not in ("", None):
            print(f"{name:20} {value} {COLUMNS[name][1]}".rstrip())
    print(row["error"] or row["broken"] or "no rule is broken")
    return 1 if row["broken"] or row["error"] else 0


def show_broken(bug, row, seconds, chip=None):
    """The broken rule, made small, and the command that shows it again."""
    name = f"{row['kind']}/{row['seed']}/{row['number']}"
    text, replay, story = row["broken"], name, None
    if row["kind"] == "faults":
        small, text = campaign_run.shrink(campaign_run.nth(row["seed"], row["number"]))
        replay = f"'{json.dumps(small)}'"
    elif row["kind"] == "minutes":
        small, text = world.shrink(draw.draw(row["seed"], row["kind"], row["number"], seconds))
        story = small.text()
    print(f"BROKEN  {name}: {text or row['broken']}")
    bug = f" --bug {bug}" if bug else ""
    bug += f" --chip {chip}" if chip and replay == name else ""  # a story says it itself
    length = f" --seconds {seconds:g}" if seconds and replay == name else ""
    print(f"  {PROGRAM} campaign{bug}{length} --replay {replay}")
    if story:
        print("  made small, as a story:\n    " + story.strip().replace("\n", "\n    "))
