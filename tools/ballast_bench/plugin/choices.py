"""What a test chooses by markers, the command line and the ini file, as the set-up of a Bench."""

from pathlib import Path
from typing import Any

import pytest

from ballast_bench import Bench, BenchError
from ballast_bench.home import path_of
from ballast_bench.plugin import CHOICES


def make(request: pytest.FixtureRequest) -> Bench:
    """The Bench of a test. Fails the test with one line where that cannot be."""
    options = chosen(request.node)
    try:
        return Bench(**options)
    except BenchError as error:
        wrong = str(error)
    raise _refused(request.node, wrong)  # out here: pytest would show the error above as a cause


def chosen(item: pytest.Item) -> dict[str, Any]:
    """{option: value}. A marker stands above the command line, which stands above the ini file."""
    options: dict[str, Any] = {}
    for marker in reversed(list(item.iter_markers("bench"))):  # the test's own comes last
        if marker.args or not marker.kwargs:
            raise _refused(item, 'marker bench: write it like bench(house="empty", limit_a=25)')
        options.update(marker.kwargs)
    for name in ("page", "settle"):
        if not isinstance(options.get(name, False), bool):
            raise _refused(item, f"marker bench: {name} is True or False")
    for choice in CHOICES:
        value = _choice(item, choice.name) if choice.marker and choice.option else None
        if value is not None:
            options[choice.name] = value
    return options


def _choice(item: pytest.Item, name: str) -> object:
    marker = item.get_closest_marker(name)
    if marker is not None:
        kind, like = (int, "7") if name == "seed" else (str, '"NAME"')
        right = len(marker.args) == 1 and not marker.kwargs and type(marker.args[0]) is kind
        if not right:
            raise _refused(item, f"marker {name}: write it like {name}({like})")
        return _place(item, name, marker.args[0], (item.path.parent, item.config.rootpath))
    text, base = item.config.getoption(f"--ballast-{name}"), item.config.invocation_params.dir
    if text is None:
        text, base = item.config.getini(f"ballast_{name}") or None, item.config.rootpath
    if text is None:
        return None
    if name != "seed":
        return _place(item, name, text, (base,))
    if not text.isdecimal():
        raise _refused(item, f"--ballast-seed: a whole number is needed, not {text!r}")
    return int(text)


def _place(item: pytest.Item, name: str, value: object, bases: tuple[Path, ...]) -> object:
    """A board, brand or chip that is a path, as one that holds wherever the story is played."""
    if name not in ("board", "brand", "chip") or "/" not in str(value):
        return value
    paths = [(base / path_of(str(value))).resolve() for base in bases]
    found = next((path for path in paths if path.exists()), None)
    if found is None:
        kind = "file" if name == "chip" else "folder"
        raise _refused(
            item, f"{name} {value}: no such {kind}; looked for {' and '.join(map(str, paths))}"
        )
    return str(found)


def _refused(item: pytest.Item, line: str) -> BaseException:
    """What ends the test with one line and no traceback."""
    return pytest.fail.Exception(f"{item.nodeid}: {line}", pytrace=False)
