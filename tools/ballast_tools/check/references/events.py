"""EVENTS.md: every line of the event log, from the notes at the calls that write one.

A call that writes to the log is `events.add(KIND, DETAIL)`, or `log(KIND, DETAIL)` where a part was
given that function. One argument that is no name is a line of the console, not of the log.
"""

import ast
import json
import re

from ballast_tools.check.references import markdown, notes
from ballast_tools.shell.paths import FIRMWARE

DOCUMENT = FIRMWARE / "ballast" / "services" / "memory" / "EVENTS.md"
PAGE = FIRMWARE / "web" / "lang" / "en.json"

_NOTE = re.compile(r"(?P<kind>\w+)(?: (?P<detail>[^:`]*(?:`[^`]*`[^:`]*)*))?: (?P<when>.+)")
_ROUTE = re.compile(r"\bapp\.(get|post|put)\(")
_HOW = '"#: EVENT DETAIL: WHEN", a DETAIL that never differs in backticks'
_HEADS = ("event", "detail", "when", "in flash", "on the page", "written by")

_HEAD = """# The event log

{made}

The last 64 events, kept over a power cut. The installer sees them: GET /api/events, and the page
under Settings, Event log. A detail is at most 48 characters, never a secret and never what somebody
typed. The same event again only counts up. An event carries the Unix time, null while nobody has
told it, and the seconds since the start.

"in flash" says when an event is written. While the contactor is closed nothing is erased, so
an event may wait up to 10 minutes more, until it is appended to the journal. Where there is none
(`no_journal`), or where it is full, it waits for the contactor to open.
"""


def sources():
    """Every file of the firmware that runs on a charger."""
    return [FIRMWARE / "main.py", *sorted((FIRMWARE / "ballast").rglob("*.py"))]


def rows(texts=None):
    """([{kind, detail, when, at_once, page, source}], problems). texts: {path: source}, for tests."""
    from ballast.services.memory.event_log import _AT_ONCE

    page = json.loads(PAGE.read_text())
    out, problems = [], []
    texts = {path: path.read_text() for path in sources()} if texts is None else texts
    for path, text in texts.items():
        for item in _of_file(path, text, problems):
            item["at_once"] = item["kind"] in _AT_ONCE
            item["page"] = page.get("ev." + item["kind"])
            out.append(item)
    return sorted(out, key=lambda item: (item["kind"], str(item["source"]))), problems


def _of_file(path, text, problems):
    calls = {call.lineno: call for call in ast.walk(ast.parse(text)) if _writes(call)}
    marked = {note.at: note for note in notes.read(path, text)}
    for line, call in sorted(calls.items()):
        note = marked.pop(line, None)
        if note is None:
            where = notes.place(path, line)
            problems.append(f"{where}: an event is written and not described; write {_HOW} above it")
            continue
        for number, words in note.items():
            found = _NOTE.fullmatch(words)
            if found is None:
                problems.append(f"{notes.place(path, number)}: a note of an event reads {_HOW}")
                continue
            problem = _differs(call, found, text)
            if problem:
                problems.append(f"{notes.place(path, number)}: {problem}")
            yield {"kind": found["kind"], "detail": found["detail"] or "", "when": found["when"],
                   "source": path.relative_to(FIRMWARE)}  # fmt: skip
    lines = text.splitlines()
    for note in marked.values():  # beside a route it is a note of API.md
        route = note.at is not None and _ROUTE.search(lines[note.at - 1])
        if path.parts[-2] != "protocol" and "control" not in path.parts and not route:
            problems.append(f"{note.where()}: this note describes no event; remove it")


def _writes(node):
    """Whether `node` is a call that writes to the event log."""
    if not isinstance(node, ast.Call) or not node.args:
        return False
    names = ast.unparse(node.func).split(".")
    if names[-1] == "add":
        return len(names) > 1 and names[-2] in ("events", "_events")
    if names[-1] not in ("log", "_log"):
        return False
    first = node.args[0]
    named = isinstance(first, ast.Constant) and re.fullmatch("[a-z_]+", str(first.value))
    return bool(named) or len(node.args) == 2


def _differs(call, found, text):
    """What the note says otherwise than the call, "" = nothing."""
    kind, detail = call.args[0], call.args[1] if len(call.args) > 1 else ast.Constant("")
    if isinstance(kind, ast.Constant):
        if kind.value != found["kind"]:
            return f"the event is {kind.value}, the note says {found['kind']}"
    elif f'"{found["kind"]}"' not in text:
        return f"no event {found['kind']} is written here"
    said = found["detail"] or ""
    if isinstance(detail, ast.Constant):
        right = f"`{detail.value}`" if detail.value else ""
        if said != right:
            return f"the detail is {right or 'empty'}, the note says {said or 'nothing'}"
    elif not said:
        return "the note does not say what the detail is"
    return ""


def document(found):
    """The text of EVENTS.md."""
    cells = []
    for item in found:
        page = item["page"] or f"`{item['kind']}`"
        kept = "at once" if item["at_once"] else "within a minute"
        cells.append((f"`{item['kind']}`", item["detail"] or "-", item["when"], kept, page,
                      item["source"]))  # fmt: skip
    head = _HEAD.format(made=markdown.made("the notes at the calls that write an event"))
    return "\n".join([head, *markdown.table(_HEADS, cells), ""])
