"""STORIES.md: every word of a story, from the tables of ballast_bench/person and the notes beside them.

Above a verb: one line more on what it does, `ARGUMENT UNIT: MEANING` for each argument,
`source: WHERE ITS NUMBERS COME FROM` (or `chosen`), and `example LINE`.
Above the words of story/text.py and the names of story/seen.py: `WORD ARGUMENT: MEANING`.
"""

import ast
import json
import re

from ballast_bench import boards
from ballast_bench.person import actions, options, story
from ballast_bench.person.story import seen as seen_table
from ballast_bench.person.verbs import action as kinds
from ballast_bench.plant import cars
from ballast_tools.check.references import markdown, notes
from ballast_tools.check.references.shape import Field
from ballast_tools.shell.paths import BENCH

VERBS = BENCH / "person" / "verbs"
WORDS = BENCH / "person" / "story" / "text.py"
SEEN = BENCH / "person" / "story" / "seen.py"
OPTIONS = BENCH / "person" / "options.py"
DOCUMENT = BENCH / "person" / "STORIES.md"

_ARGUMENT = re.compile(r"(?P<name>\w+)(?: (?P<unit>[^:]+))?: (?P<meaning>.+)")
_NUMERIC = (kinds.NUMBER, kinds.WHOLE, kinds.MAYBE_NUMBER, kinds.MAYBE_WHOLE)
_ORPHAN = "this note describes nothing; remove it"

_HEAD = """# Stories: what can be done to the bench, and what must be seen

{made}

A story is a text of lines `SECONDS VERB NAME=VALUE ...`, in time order. Values are JSON: numbers,
`true`, `"text"`; an argument that is left out has its default. A `#` outside of quotes begins a
comment. `tools/ballast play FILE...` plays stories from anywhere, `--check` says what is wrong alone;
`tools/ballast sim --save FILE.story` writes down what is clicked; host_tests/scenarios/ has stories
to start from.

    setup house=empty limit_a=25 meter=clamp
    vary AMPS in 6 10 16
    0    plug max_a=$AMPS
    30   expect closed==1 within 10 s
    60   repeat 5 every 2 min
      0    appliance name="oven" on=true
      5    expect mains_a<=25.5 for 1 min
      90   appliance name="oven" on=false
    end repeat
    60   expect tripped==0 until end
    700  end

{lines}

D is a time: `90`, `90 s`, `1.5 min`, `2 h`. `setup`, `needs` and `vary` stand above the first line
with seconds.

**Errors.** What cannot be is told as `FILE:LINE: what is wrong` before anything is played, and the exit
status is 2: an unknown verb, argument, name or setting, a value out of its range, a text compared with a
number, seconds that fall; and what this bench cannot do: `unplug` without a car, three phases on a board
with one, a fault of the meter without a meter, an appliance that the house lacks. For that the bench is
made and its verbs are done with no time between them; `--check` ends there. What fails while it is played
is told as `FILE:LINE: at S s expected CONDITION, found VALUE`, with the round of a repeat and the values of
`vary`; the exit status is 1. After Ctrl-C (130) the verdicts of the runs that have ended are told and
written, the others are "not played".

A verb that is refused while the story is played fails its line, and the story goes on. No other reasons
than these are left for that:

{late}
"""
_LINES = (
    ("setup NAME=VALUE ...", "what stands on the bench; see below"),
    ("needs CAPABILITY ...", "the board must have these, or the story is skipped with that reason"),
    ("vary NAME in VALUE ...", "the story is played once for each value; `$NAME` below is the value, "
     "a text in quotes as `model=\"$NAME\"`; several `vary` lines multiply"),
    ("vary NAME from A to B step C", "the same with numbers, B included"),
    ("SECONDS VERB NAME=VALUE ...", "something is done"),
    ("SECONDS @2 VERB ...", "it is done to the second charger of `setup chargers=2`; the same for "
     "`expect`; without it the first one is meant"),
    ("SECONDS repeat N every D", "the lines down to `end repeat` happen N times, a round every D; their "
     "seconds count from the start of the round. Below the repeat, seconds count from the start of the "
     "story again, and may lie among its rounds"),
    ("SECONDS end", "the story is over; without it, it is over when the last line and the last `expect` are"),
)  # fmt: skip
_SETUP = """## The first lines

`setup NAME=VALUE ...` says what stands on the bench. Beside these names it takes every setting that
is a number (firmware/ballast/control/SETTINGS.md), such as `user_ma=10000`. A name that does nothing
beside the others, such as `clamp` with `meter=modbus`, is refused.
"""
_NEEDS = """`needs NAME ...` takes these names:
"""
_CARS = """## Cars

For `plug model="NAME"`, `setup car=NAME` and `tools/ballast run --car NAME`. Their figures stand in
plant/cars.toml; what a car there leaves out is as in the first.
"""
_CONDITIONS = """## What must be seen

A condition is `NAME==VALUE`, or `!=`, `<=`, `>=`, `<`, `>`, without blanks; several in a line must
hold together. A text or a list is compared with `==` and `!=` alone. What is seen is looked at after
every step of 20 ms.
"""


def rows(verbs=None, words=None, given=None, seen=None):
    """({verbs, words, options, seen, cars}, problems). verbs: {group: text}; the other texts: for tests."""
    problems = []
    found = {"verbs": [row for group in actions.GROUPS for row in _verbs(group, verbs or {}, problems)]}
    text = WORDS.read_text() if words is None else words
    tree, marked = ast.parse(text), notes.read(WORDS, text)
    found["words"] = _words(tree, marked, problems)
    found["options"] = _options(given, problems)
    found["cars"] = [(f"`{name}`", about, cars.figures(name)["source"]) for name, about in cars.listed()]
    problems += [f"{note.where()}: {_ORPHAN}" for note in marked]
    found["seen"] = _seen(SEEN.read_text() if seen is None else seen, problems)
    return found, problems


# -- verbs ---------------------------------------------------------------------------------


def verbs_of(group):
    """The file that holds the verbs of a group."""
    return VERBS / f"{group}.py"


def _verbs(group, texts, problems):
    """[{verb, group, about, args: [{name, unit, kind, default, range, meaning}], example, source}]."""
    path = verbs_of(group)
    source = texts.get(group) or path.read_text()
    lines = {call.args[0].value: call.lineno for call in ast.walk(ast.parse(source))
             if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("Action")}  # fmt: skip
    marked = {note.at: note for note in notes.read(path, source)}
    out = []
    for action in actions.GROUPS[group].ACTIONS:
        note = marked.pop(lines.get(action.verb), None)
        if note is None:
            where = notes.place(path, lines.get(action.verb, 1))
            problems.append(f"{where}: {action.verb} is not described; write a note above it")
            continue
        out.append(_verb(action, group, note, problems))
    problems += [f"{note.where()}: {_ORPHAN}" for note in marked.values()]
    return out


def _verb(action, group, note, problems):
    row = {"verb": action.verb, "group": group, "about": action.about, "args": [], "example": [],
           "source": ""}  # fmt: skip
    said = {}
    for number, text in note.items():
        found = _ARGUMENT.fullmatch(text)
        if text.startswith("example "):
            row["example"].append(text[len("example ") :])
            problem = _example(row["example"][-1], action.verb)
            if problem:
                problems.append(f"{notes.place(note.path, number)}: {problem}")
        elif text.startswith("source: "):
            row["source"] = text[len("source: ") :]
        elif found and found["name"] in action.args:
            said[found["name"]] = found
        elif number == note.line:
            row["about"] += f". {text[0].upper()}{text[1:]}"
        else:
            problems.append(f"{notes.place(note.path, number)}: {action.verb} has no such argument")
    if not row["source"] and any(rule[0] in _NUMERIC for rule in action.args.values()):
        problems.append(f'{note.where()}: {action.verb}: write "source: WHERE" or "source: chosen" above it')
    if not row["example"]:
        problems.append(f'{note.where()}: {action.verb} has no example; write "example SECONDS VERB ..."')
    for name, rule in action.args.items():
        if name in said:
            row["args"].append(_argument(name, rule, said[name]))
        else:
            problems.append(f'{note.where()}: {action.verb}: write "{name} UNIT: MEANING"')
    return row


def _argument(name, rule, found):
    kind, default, least, most = rule
    if isinstance(least, tuple):
        around = ", ".join(least)
    else:
        around = "-" if least is None else f"{least:g} .. {most:g}"
    unit = found["unit"] or "-"
    return {"name": f"`{name}`", "kind": kind, "unit": unit, "default": f"`{json.dumps(default)}`",
            "range": around, "meaning": found["meaning"]}  # fmt: skip


def _example(line, verb):
    """What is wrong with an example of `verb`, "" = nothing."""
    try:
        done = actions.parse(line)
    except actions.ActionError as error:
        return f"the example does not work: {error}"
    return "" if [row[1] for row in done] == [verb] else f"the example is none of {verb}"


# -- the words of story/text.py -----------------------------------------------------------------


def _take(marked, lines):
    """The notes that stand at `lines`, taken out of `marked`."""
    found = [note for note in marked if note.at in lines]
    marked[:] = [note for note in marked if note.at not in lines]
    return found


def _assigned(tree, name):
    """The value that a module assigns to `name`."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and [getattr(t, "id", "") for t in node.targets] == [name]:
            return node
    raise ValueError(f"no {name} in this module")


def _words(tree, marked, problems):
    """[{line, meaning, example}] of expect, within, steady."""
    node = _assigned(tree, "WORDS")
    out, where = [], notes.place(WORDS, node.lineno)
    for number, text in (item for note in _take(marked, {node.lineno}) for item in note.items()):
        line, _, meaning = text.partition(": ")
        if text.startswith("example ") and out:
            out[-1]["example"] = text[len("example ") :]
            try:
                story.Story(out[-1]["example"] + "\n1000 end", "example")
            except actions.ActionError as error:
                problems.append(f"{notes.place(WORDS, number)}: the example does not work: {error}")
        else:
            out.append({"line": line, "meaning": meaning, "example": ""})
    described = [row["line"].split(" ")[0] for row in out]
    for word in ast.literal_eval(node.value):
        if word not in described:
            problems.append(f'{where}: {word} is not described; write "#: {word} ARGUMENT: MEANING" above it')
    problems += [f"{where}: {word} is no word of a story; remove its note" for word in described
                 if word not in ast.literal_eval(node.value)]  # fmt: skip
    return out


def _options(text, problems):
    """[{name, kind, default, meaning}] of the setup line."""
    text = OPTIONS.read_text() if text is None else text
    marked = notes.read(OPTIONS, text)
    node = _assigned(ast.parse(text), "OPTIONS").value
    out = []
    for key in node.keys:
        note = next(iter(_take(marked, {key.lineno})), None)
        found = _ARGUMENT.fullmatch(note.text) if note else None
        if found is None or found["name"] != key.value:
            how = f'write "#: {key.value} UNIT: MEANING" above it'
            problems.append(f"{notes.place(OPTIONS, key.lineno)}: {key.value} is not described; {how}")
            continue
        default = options.OPTIONS[key.value][1]
        default = "null" if default is None else default
        out.append({"name": key.value, "kind": found["unit"], "default": default,
                    "meaning": found["meaning"]})  # fmt: skip
    problems += [f"{note.where()}: {_ORPHAN}" for note in marked]
    return out


_KINDS = {"int": "number", "number": "number", "text": "text", "one": "text", "list": "list"}


def _seen(text, problems):
    """[Field] of what can be seen."""
    tree, marked, out = ast.parse(text), notes.read(SEEN, text), []
    for name, table in (("SEEN", seen_table.SEEN), ("FAMILIES", seen_table.FAMILIES)):
        for key in _assigned(tree, name).value.keys:
            kind = table[key.value][0 if name == "SEEN" else 2]
            note = next(iter(_take(marked, {key.lineno})), None)
            try:
                out.append(Field(note.text if note else ""))
                wrong = "" if out[-1].key == key.value else f"its note is of {out[-1].key}"
                if not wrong and _KINDS.get(out[-1].shape.kind) != kind:
                    wrong = f"its note says {out[-1].shape.kind}, but it is a {kind}"
            except ValueError as error:
                wrong = str(error)
            if wrong:
                how = f'write "#: {key.value} TYPE: MEANING" above it'
                problems.append(f"{notes.place(SEEN, key.lineno)}: {key.value}: {wrong}; {how}")
    problems += [f"{note.where()}: {_ORPHAN}" for note in marked]
    return out


# -- the document --------------------------------------------------------------------------


def document(found):
    """The text of STORIES.md."""
    made = markdown.made("the tables and notes of actions.py and story/")
    lines = markdown.table(("line", "meaning"), [(f"`{line}`", what) for line, what in _LINES])
    late = "\n".join(f"- {', '.join(f'`{v}`' for v in verbs)}: {why}" for verbs, why in story.ONLY_RUNNING)
    out = [_HEAD.format(made=made, lines="\n".join(lines), late=late), _SETUP]
    cells = [(f"`{o['name']}`", o["kind"], o["default"], o["meaning"]) for o in found["options"]]
    out += [*markdown.table(("name", "unit or values", "default", "meaning"), cells), ""]
    out.append(_NEEDS)
    cells = [(f"`{name}`", about) for name, about in boards.CAPABILITIES.items()]
    out += [*markdown.table(("capability", "the charger"), cells), ""]
    out.append(_CONDITIONS)
    cells = [(f"`{w['line']}`", w["meaning"], f"`{w['example']}`") for w in found["words"]]
    out += [*markdown.table(("line", "what must be", "example"), cells), ""]
    heads = ("name", "type", "unit", "range or values", "meaning")
    out += [*markdown.table(heads, [field.row() for field in found["seen"]]), ""]
    for group in actions.GROUPS:
        out += [f"## {actions.TITLES.get(group, group.capitalize())}", ""]
        for verb in found["verbs"]:
            if verb["group"] == group:
                out += _section(verb)
    out += [_CARS, *markdown.table(("name", "what it does", "source"), found["cars"]), ""]
    return "\n".join(out)


def _section(verb):
    about = f"{verb['about']}. Example: {', then '.join(f'`{line}`' for line in verb['example'])}"
    if verb["source"]:
        about += f". Source of its numbers: {verb['source']}"
    out = [f"### {verb['verb']}", "", about, ""]
    if verb["args"]:
        heads = ("name", "kind", "unit", "range", "default", "meaning")
        cells = [[a[head] for head in heads] for a in verb["args"]]
        out += [*markdown.table(("argument", "type", *heads[2:]), cells), ""]
    return out

