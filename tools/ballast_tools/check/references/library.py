"""LIBRARY.md: the public names of ballast_bench and its pytest plug-in, from their docstrings.

Public is what ballast_bench/__init__.py lists in `__all__`. Nothing is imported: the text of the
sources says it all. A public name without a docstring or a type is a complaint.
"""

import ast
import inspect
import re

from ballast_tools.check.references import markdown, notes
from ballast_tools.shell.paths import BENCH

PACKAGE = BENCH / "__init__.py"
PLUGIN = BENCH / "plugin" / "__init__.py"
DOCUMENT = BENCH / "LIBRARY.md"

_MADE = ("Bench",)
"""Classes of which a test makes objects itself; those of the others come from a bench."""

_HEAD = """# The bench as a library: reference

{made}

[TUTORIAL.md](TUTORIAL.md) leads from a fresh folder to the first failing test. Here is what there is.

## What you can rely on

- **Public** is what this page lists, the format of stories ([STORIES.md](person/STORIES.md)), the columns
  of a recording, and the options and exit statuses of the command `ballast`. All else may change at any
  time: names with `_`, other modules of `ballast_bench`, `BenchWorld.inside`, the wording of messages.
- **Versions** are semantic: MAJOR.MINOR.PATCH. A public name goes, or changes what it means, in a new
  MAJOR alone (while MAJOR is 0: in a new MINOR alone). New names, and arguments with a default, come in
  a MINOR.
- **Before a name goes** it works for at least one MINOR more and raises a `DeprecationWarning` that names
  what replaces it and the version in which it goes. The changelog (.github/CHANGELOG.md) lists both.
- **Results** of the same version, set-up and seed are the same on every machine. Another version may differ:
  the firmware under test is a part of it.
- All of it is typed (`py.typed`): an editor completes, mypy and pyright find a wrong name before a run.
"""
_FIXTURES = """## Fixtures of the plug-in

pytest finds the plug-in by itself once the package is installed. Each test has a bench of its own. Fixtures
that are asked for together are parts of the same one.
"""
_MARKERS = """## Markers, options, ini file

A marker stands above the option on the command line, which stands above the line in the ini file
(`[tool.pytest.ini_options]` of pyproject.toml). A path of a marker counts from the file of the test, then
from pytest's root; of an option from where pytest was started; of the ini file from pytest's root.
"""


def rows(package=None, plugin=None, classes=None):
    """({classes, fixtures, choices}, problems). The texts: for tests."""
    problems = []
    tree = ast.parse(PACKAGE.read_text() if package is None else package)
    places = ast.literal_eval(_assigned(tree, "_PLACES"))
    found = {"classes": []}
    for name in ast.literal_eval(_assigned(tree, "__all__")):
        path = BENCH / f"{places[name].replace('.', '/')}.py"
        text = (classes or {}).get(name) or path.read_text()
        node = next(n for n in ast.parse(text).body if getattr(n, "name", "") == name)
        found["classes"].append(_class(path, node, problems))
    plugged = ast.parse(PLUGIN.read_text() if plugin is None else plugin)
    found["fixtures"] = [_fixture(node, problems) for node in plugged.body if _is_fixture(node)]
    table = _assigned(plugged, "CHOICES").elts
    found["choices"] = [tuple(map(ast.literal_eval, choice.args)) for choice in table]
    return found, problems


def _assigned(tree, name):
    for node in tree.body:
        if isinstance(node, ast.Assign) and [getattr(t, "id", "") for t in node.targets] == [name]:
            return node.value
    raise ValueError(f"no {name} in this module")


def _class(path, node, problems):
    """{name, call, text, members: [(signature, text)]}."""
    made = {"name": node.name, "call": node.name, "text": _text(path, node, node.name, problems),
            "members": []}  # fmt: skip
    for part in node.body:
        if not isinstance(part, ast.FunctionDef):
            continue
        if part.name == "__init__" and node.name in _MADE:
            made["call"] = f"{node.name}({_arguments(path, part, problems)})"
        if not part.name.startswith("_"):
            name = f"{node.name}.{part.name}"
            made["members"].append(
                (_signature(path, part, problems), _text(path, part, name, problems))
            )
    return made


def _signature(path, node, problems):
    arguments = _arguments(path, node, problems)
    if node.returns is None:
        problems.append(
            f"{notes.place(path, node.lineno)}: {node.name} does not say what it returns"
        )
        return node.name
    back = ast.unparse(node.returns).strip("'")
    if any(getattr(d, "id", "") == "property" for d in node.decorator_list):
        return f"{node.name}: {back}"
    return f"{node.name}({arguments})" + ("" if back == "None" else f" -> {back}")


def _arguments(path, node, problems):
    """As they are written, without self."""
    for argument in [*node.args.args[1:], *node.args.kwonlyargs]:
        if argument.annotation is None:
            problems.append(
                f"{notes.place(path, node.lineno)}: {node.name}: {argument.arg} has no type"
            )
    text = ast.unparse(node.args).removeprefix("self").removeprefix(", ")
    return re.sub(r"'(\w+)'", r"\1", text)  # a type that stands in quotes


def _text(path, node, name, problems):
    text = ast.get_docstring(node)
    if not text:
        problems.append(f"{notes.place(path, node.lineno)}: {name} is public and has no docstring")
    return inspect.cleandoc(text or "")


def _is_fixture(node):
    return isinstance(node, ast.FunctionDef) and any(
        ast.unparse(d).startswith("pytest.fixture") for d in node.decorator_list
    )


def _fixture(node, problems):
    back = ast.unparse(node.returns).removeprefix("Iterator[").removesuffix("]")
    text = _text(PLUGIN, node, f"fixture {node.name}", problems).partition("\n")[0]
    return f"`{node.name}`", f"`{back}`", text.replace(f" (ballast_bench.{back})", "")


def _choice(row):
    """A row of the table of what a test can choose."""
    name, marker, option, about = row
    return (
        f"`@pytest.mark.{name}({marker})`" if marker else "",
        f"`--ballast-{name} {option}`" if option else "",
        f"`ballast_{name}`" if option else "",
        about,
    )


def document(found):
    """The text of LIBRARY.md."""
    made = markdown.made("the docstrings of ballast_bench/api and ballast_bench/plugin")
    out = [_HEAD.format(made=made), _FIXTURES]
    out += [*markdown.table(("fixture", "type", "what"), found["fixtures"]), "", _MARKERS]
    heads = ("marker", "option", "in the ini file", "what")
    out += [*markdown.table(heads, map(_choice, found["choices"])), ""]
    for row in found["classes"]:
        out += [f"## {row['name']}", "", "```python", f"from ballast_bench import {row['name']}"]
        out += [row["call"]] if row["call"] != row["name"] else []
        out += ["```", "", row["text"], ""]
        for signature, text in row["members"]:
            out += [f"- **`{signature}`**  ", *(f"  {line}".rstrip() for line in text.splitlines())]
        out += [""] if row["members"] else []
    return "\n".join(out)
