"""What a failed test leaves: its story, its last minute, and a section in pytest's report."""

from __future__ import annotations

import base64
import importlib
import re
from pathlib import Path

import pytest

from ballast_bench import Bench
from ballast_bench.plugin import asserted

LONGEST = 40
"""Lines of a story that are printed; the file has them all."""

SECTION = "what happened on the bench"


def explain(
    item: pytest.Item,
    report: pytest.TestReport,
    error: pytest.ExceptionInfo[BaseException],
    bench: Bench,
) -> None:
    """Write the files and add the section. A disk that is full does not hide the test's own failure."""
    asserted.tell(error, bench)
    story = bench.story._replay()
    lines = [bench._scene.sentence(), "", *_shortened(story.splitlines())]
    if not story:
        lines.append("Nothing was done on this bench.")
    try:
        folder = _folder(item)
        if story:
            file = folder / "failure.story"
            file.write_text(story, encoding="utf-8")
            lines += ["", f"play it again: ballast play {file}"]
            item.user_properties.append(("ballast_story", str(file)))  # JUnit XML has them
        lines += bench._scene.write_minute(folder)
        _html(item, report, story, folder)
    except (OSError, ValueError) as error:
        lines.append(f"its files could not be written: {error}")
    report.sections.append((SECTION, "\n".join(lines)))


def _shortened(lines: list[str]) -> list[str]:
    if len(lines) <= LONGEST:
        return lines
    return [lines[0], f"# ... {len(lines) - LONGEST} lines, see the file", *lines[1 - LONGEST :]]


def _folder(item: pytest.Item) -> Path:
    """A folder for this test, empty or with what an earlier run of it left."""
    chosen, base = item.config.getoption("--ballast-out"), item.config.invocation_params.dir
    if chosen is None:
        chosen, base = item.config.getini("ballast_out") or None, item.config.rootpath
    name = re.sub(r"[^\w.-]+", "_", item.nodeid).strip("_")[-100:]
    if chosen is None:
        factory: pytest.TempPathFactory = item.config._tmp_path_factory  # type: ignore[attr-defined]
        return factory.mktemp(f"ballast-{name}")
    folder = base / Path(chosen).expanduser() / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _html(item: pytest.Item, report: pytest.TestReport, story: str, folder: Path) -> None:
    """The story and the picture in the report of pytest-html, where that is installed."""
    if not item.config.pluginmanager.hasplugin("html"):
        return
    extras = importlib.import_module("pytest_html").extras
    found = [extras.text(story, name="story")]
    picture = folder / "last_minute.png"
    if picture.exists():
        found.append(
            extras.png(base64.b64encode(picture.read_bytes()).decode(), name="last minute")
        )
    report.extras = [*getattr(report, "extras", []), *found]  # type: ignore[attr-defined]
