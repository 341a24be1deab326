"""A run on the whole bench: its story is played as `tools/ballast play` plays it, with a judge; its row."""

import logging
import traceback
import zlib

from ballast_bench.campaign import axes, disturbances, draw, rows
from ballast_bench.campaign.judge import Broken, Judge
from ballast_bench.person import story


def row(kind, seed, number, seconds=None):
    """The row of the run of this name, whatever happens in it."""
    if kind not in axes.WHOLE:
        raise KeyError(kind)
    name = {"kind": kind, "seed": seed, "number": number}
    try:
        run = draw.draw(seed, kind, number, seconds)
    except Exception as failure:  # noqa: BLE001 (a campaign goes on, and the row names it)
        return rows.complete({**name, "error": _one_line(failure)})
    return rows.complete({**name, **run.strata, **play(run.text())})


def play(text, name="run"):
    """Figures of a story's first run, as columns of rows.py. It ends with the first broken rule."""
    judges, error, told = [], "", []
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL + 1)  # it tells of every closed connection
    try:
        run = story.Story(text, name).runs[0]
        told = [(line.verb, line.content) for line in run.lines if line.second > 0.0]
        outcome = story.play_run(run, started=lambda *begun: judges.append(_judge(*begun)))
        refused = (failure.text for failure in outcome.failures if not failure.off)
        error = outcome.skipped or next(refused, "")
    except Broken:
        pass
    except Exception as failure:  # noqa: BLE001 (a campaign goes on, and the row names it)
        error = _one_line(failure)
    figures = judges[0].figures() if judges else {}
    names = sorted({disturbances.label(*line) for line in told if line[0] in disturbances.BY_VERB})
    return {**figures, "disturbances": "+".join(names), "error": error, "story": _check_sum(text)}


def _judge(world, setup, run):
    judge = Judge(world, run.lines)
    world.actors.append(judge)
    return judge


def _check_sum(text):
    """Of the lines alone: a comment changes nothing."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return f"{zlib.crc32(chr(10).join(lines).encode()):08x}"


def _one_line(failure):
    """What was raised, and where in our code, without folders."""
    frame = traceback.extract_tb(failure.__traceback__)[-1]
    text = " ".join(str(failure).split())[:200]
    return f"{type(failure).__name__}: {text} ({frame.filename.rsplit('/', 1)[-1]} {frame.name})"


def until_broken(run, figures):
    """The same run, cut off behind its broken rule: what a person should replay."""
    if not figures["broken"]:
        return run
    end = figures["simulated_s"]
    return run.shorter([line for line in run.lines if line.second <= end], round(end + 1.0))


def shrink(run, budget=30):
    """(run, text): leave out lines while a rule is still broken, at most `budget` runs."""
    figures = play(run.text())
    best, text, n = until_broken(run, figures), figures["broken"], 1
    while text and n < len(best.lines) and budget > 0:
        budget -= 1
        smaller = best.shorter(best.lines[:n] + best.lines[n + 1 :], best.seconds)
        figures = play(smaller.text())
        if figures["broken"]:
            best, text = smaller, figures["broken"]
        else:
            n += 1
    return best, text
