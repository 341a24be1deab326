"""TUTORIAL.md is run as it is written: in a fresh folder outside the tree, with pip from the checkout."""

import re
import shlex
import shutil
from typing import NamedTuple

import pytest

from ballast_tools.shell import paths
from library import outside

TUTORIAL = paths.BENCH / "TUTORIAL.md"
_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.M | re.S)
_INFO = re.compile(
    r"(?P<kind>sh|text|python|ini)(?: file=(?P<file>[\w./-]+)| status=(?P<status>\d+))?"
)


class Block(NamedTuple):
    """kind: file, sh or text. name: of a file. status: that its last line must end with."""

    kind: str
    name: str
    status: int
    text: str
    line: int


def blocks(text):
    """All fenced blocks, each of a known kind."""
    for match in _FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        info = _INFO.fullmatch(match[1])
        assert info, f"TUTORIAL.md:{line}: ```{match[1]} is no kind that this test can run"
        kind = "file" if info["file"] else info["kind"]
        assert kind in ("file", "sh", "text"), f"TUTORIAL.md:{line}: code that no file holds"
        yield Block(kind, info["file"] or "", int(info["status"] or 0), match[2], line)


def script(found):
    """One shell that does it all, so that `cd` and an activated environment hold."""
    out = []
    for block in found:
        if block.kind == "file":
            folder = shlex.quote(str(block.name).rpartition("/")[0] or ".")
            out.append(
                f"mkdir -p {folder} && cat > {shlex.quote(block.name)} <<'THE END'\n{block.text}THE END"
            )
        elif block.kind == "sh":
            ends_badly = "set +e" if block.status else "set -e"
            out.append(f"echo '@@@ {block.line}'; {ends_badly}")
            out.append(
                f'{block.text}code=$?; set -e; echo "@@@ end $code"; test $code = {block.status}'
            )
    return "\n".join(out)


def outputs(text):
    """{line of the block: what it printed}."""
    return {
        int(line): said
        for line, said in re.findall(r"^@@@ (\d+)\n(.*?)(?=^@@@)", text, re.M | re.S)
    }


def is_said(wanted, output):
    """The lines of `wanted` stand in `output`, in this order; `...` is anything."""
    at = 0
    for line in filter(str.strip, wanted.splitlines()):
        pattern = ".*".join(re.escape(part) for part in line.split("..."))
        match = re.compile(f"^{pattern}$", re.M).search(output, at)
        if match is None:
            return line
        at = match.end()
    return None


@pytest.mark.slow
def test_the_tutorial_runs_as_written(tmp_path):
    found = list(blocks(TUTORIAL.read_text()))
    status, output = outside.run("bash", "-c", "set -e\n" + script(found), cwd=tmp_path,
                                 BALLAST=str(paths.ROOT))  # fmt: skip
    if status:
        outside.lacks_index(output)
    assert status == 0, output
    said, last, compared = outputs(output), 0, 0
    for block in found:
        if block.kind == "sh":
            last = block.line
        elif block.kind == "text":
            missing = is_said(block.text, said[last])
            assert missing is None, (
                f"TUTORIAL.md:{block.line}: {missing!r} was not printed:\n{said[last]}"
            )
            compared += 1
    assert compared >= 7
    folder = tmp_path / "charger-tests"
    assert (folder / "evening.png").stat().st_size > 10_000
    assert list(folder.glob("failures/*/last_minute.png"))
    shutil.rmtree(folder / ".venv")  # 400 MB, which pytest would keep for three runs


def test_a_tutorial_that_lies_is_found():
    assert is_said("1 passed in ...\n", "..\n1 passed in 0.5s\n") is None
    assert is_said("a\nb", "b\na\n") == "b"
    assert is_said("2 passed in ...", "1 passed in 0.5s") == "2 passed in ..."
    with pytest.raises(AssertionError, match="no kind"):
        list(blocks("```perl\nx\n```\n"))
    with pytest.raises(AssertionError, match="no file holds"):
        list(blocks("```python\nx\n```\n"))


def test_the_script_keeps_each_status(tmp_path):
    def run(text):
        return outside.run("bash", "-c", "set -e\n" + script(blocks(text)), cwd=tmp_path)

    good = "```python file=a/b.py\nprint('x')\n```\n```sh\ncat a/b.py\n```\n```sh status=1\nfalse\n```\n"
    status, output = run(good)
    assert status == 0 and outputs(output) == {4: "print('x')\n", 7: ""}
    assert run("```sh\nfalse\ntrue\n```\n")[0] != 0
    assert run("```sh status=1\ntrue\n```\n")[0] != 0
