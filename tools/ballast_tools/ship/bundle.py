"""Puts modules that are always loaded together into one: RAM for one set of tables instead of a hundred.

Each module that MicroPython loads has a table of its names, a dict of its globals and an entry for each thing
that it imports: 400 to 900 bytes. In one module a name stands once, an import is gone, and a constant of
another part is a number in the code. The sources stay as they are: this rewrites their text for the build.
Global names that two parts share get the part's name behind. Each part keeps its lines:
protocol/source_lines.py.

What is not bundled reads the bundle instead of the part. For whoever asks for a part by its own name
(tests, a console) a module of that name remains, which takes its names from the bundle.
"""

import ast
import builtins

from ballast_tools.shell.errors import UserError
from ballast_tools.ship.scopes import Globals

BUNDLES = {
    "ballast.charger": (
        "ballast.compose.chip", "ballast.compose.page", "ballast.compose.ble", "ballast.ports.ble",
        "ballast.control.balance.balancer", "main",
    ),
    "ballast.grouped": ("ballast.compose.group_seat",),
    "ballast.bluetooth": (
        "ballast.services.ble.window", "ballast.services.ble.charger_service",
        "ballast.services.ble.commands", "ballast.services.ble.improv",
    ),
    "ballast.modbus": ("ballast.services.meters.bus", "ballast.services.meters.link"),
    "ballast.measuring": ("ballast.compose.measure",),
    "ballast.setting_up": ("ballast.services.web.settings", "ballast.services.web.setup",
                           "ballast.services.meters.proof"),
}  # fmt: skip
"""{name of the bundle: the modules that it begins with}. What these import at their top goes with them,
unless an earlier bundle has it."""
_APART = ("main",)  # read for what it imports; stays a module of its own
LINES = "ballast/protocol/source_lines.py"
_NO_TYPES = "_TYPE_CHECKING"


class Part:
    """One module: its name, its text and what the text says."""

    def __init__(self, name, text):
        self.name, self.text = name, text
        self.tree = ast.parse(text)
        for node in list(self.tree.body):
            if _types_only(node):
                self.tree.body.remove(node)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                above = name.rsplit(".", node.level)[0]
                node.module = f"{above}.{node.module}" if node.module else above
        self.all = Globals(self.tree)
        self.numbers = _numbers(self.tree)
        self.hidden = [n for n in ast.parse(text).body if _types_only(n)]


def _types_only(node):
    """Whether a statement serves the type checker alone."""
    if isinstance(node, ast.If):
        return isinstance(node.test, ast.Name) and node.test.id == _NO_TYPES
    return isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and (
        node.targets[0].id == _NO_TYPES)  # fmt: skip


def _numbers(tree):
    """{name: the node of its value} of the top's names that are one whole number for ever."""
    found, often = {}, []
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            value = node.value
            declared = isinstance(value, ast.Call) and getattr(value.func, "id", "") == "const"
            often.append(node.targets[0].id)
            if declared or (isinstance(value, ast.Constant) and type(value.value) is int):
                found[node.targets[0].id] = value
    return {name: value for name, value in found.items() if often.count(name) == 1}


class Bundler:
    """parts: {module: Part}; home: {module: bundle}; order: {bundle: its modules}.

    names: {bundle: {(module, name): name in it}}; lines: {bundle: [(first line, module)]}.
    """

    def __init__(self, sources, bundles=BUNDLES):
        self.parts = {name: Part(name, text) for name, text in sources.items()}
        self.home, self.order, self.names, self.lines = {}, {}, {}, {}
        for bundle, roots in bundles.items():
            self.order[bundle] = order = []
            for root in roots:
                self._gather(root, bundle, order, set())
        for bundle, order in self.order.items():
            self.names[bundle] = self._named(order)

    def _gather(self, name, bundle, order, seen):
        if name not in self.parts or name in self.home or name in seen:
            return
        seen.add(name)
        for node, scope in self.parts[name].all.imports:
            if scope is None:
                for module in self._modules(node):
                    self._gather(module, bundle, order, seen)
        if name not in _APART:
            self.home[name] = bundle
            order.append(name)

    def _modules(self, node):
        """Modules of ours that an import statement reads."""
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in self.parts else node.module

    def _named(self, order):
        taken = set(dir(builtins)) | {"const"}
        for name in order:
            taken |= self.parts[name].all.local
        out = {}
        used = set()
        for name in order:
            part = self.parts[name]
            outside = set(self._outside(part))
            for own in sorted(part.all.own - _imported(part)):
                hide = own in part.numbers and not own.startswith("_")
                new = "_" + own if hide else own  # the compiler keeps no name of a number then
                if new in taken or new in used or new in outside:
                    new = f"{new}_{name.rpartition('.')[2]}"
                while new in taken or new in used:
                    new += "_"
                used.add(new)
                out[name, own] = new
            taken |= outside
        for (name, own), new in out.items():  # an import of a later part may have taken it
            if new in taken:
                out[name, own] = f"{own}_{name.rpartition('.')[2]}_"
        return out

    def _outside(self, part):
        """Names that a part imports at its top from what is no part of ours."""
        for node, scope in part.all.imports:
            if scope is None and not any(m in self.parts for m in self._modules(node)):
                yield from ((a.asname or a.name).split(".")[0] for a in node.names)

    def resolved(self, module, name):
        """(bundle, name in it) of what `module` calls `name`, also if it has that from another part."""
        home = self.home.get(module)
        if home is None:
            return None
        if (module, name) in self.names[home]:
            return home, self.names[home][module, name]
        for node, scope in self.parts[module].all.imports:
            if scope is None and isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if (alias.asname or alias.name) == name:
                        return self.resolved(node.module, alias.name)
        return None

    def number(self, module, name):
        """The value of a name that is one number for ever; None = it is none."""
        part = self.parts[module]
        if name in part.numbers:
            value = part.numbers[name]
            value = value.args[0] if isinstance(value, ast.Call) else value
            names = {n.id: self.number(module, n.id) for n in ast.walk(value) if isinstance(n, ast.Name)}
            return eval(compile(ast.Expression(value), module, "eval"), {}, names)
        for node, scope in part.all.imports:
            if scope is None and isinstance(node, ast.ImportFrom) and node.module in self.parts:
                for alias in node.names:
                    if (alias.asname or alias.name) == name:
                        return self.number(node.module, alias.name)
        return None

    def table(self):
        """TABLE of protocol/source_lines.py."""
        rows = (" ".join([bundle, *(f"{line} {name}" for line, name in parts)])
                for bundle, parts in self.lines.items())  # fmt: skip
        return ";".join(rows)

    # -- texts ----------------------------------------------------------------------

    def text_of(self, name, into=None):
        """The text of a module as part of the bundle `into`; None = as a module of its own."""
        part = self.parts[name]
        edits = Edits(part.text)
        meaning = {}  # (scope, local name) -> ("name", new text) or ("module", module)
        for node, scope in part.all.imports:
            self._import(edits, node, scope, into, meaning)
        if into is not None:
            for node in part.hidden:
                edits.blank(node)
            for own in part.all.own:
                if (name, own) in self.names[into]:
                    meaning[None, own] = ("name", self.names[into][name, own])
            for value in part.numbers.values():
                if not isinstance(value, ast.Call):
                    edits.replace(value, f"const({value.value})")
            for node in part.tree.body:
                new = meaning.get((None, getattr(node, "name", None)))
                if new and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    edits.name_of(node, new[1])
        self._uses(edits, part, meaning)
        return edits.done()

    def _import(self, edits, node, scope, into, meaning):
        if not isinstance(node, ast.ImportFrom):
            return
        kept = []
        for alias in node.names:
            local = alias.asname or alias.name
            module = f"{node.module}.{alias.name}"
            whole = module in self.parts
            home = self.home.get(module if whole else node.module)
            if home is None:
                kept.append((node.module, alias.name, local))
            elif whole:
                meaning[scope, local] = ("module", module, home, home == into)
                if home != into:
                    package, _, short = home.rpartition(".")
                    kept.append((package, short, local))
            else:
                home, new = self.resolved(node.module, alias.name) or (None, None)
                if home is None:
                    raise UserError(f"{node.module} has no {alias.name}")
                number = self.number(node.module, alias.name)
                if home == into:
                    meaning[scope, local] = ("name", new)
                elif number is not None:
                    meaning[scope, local] = ("name", _literal(number))
                else:
                    kept.append((home, new, local))
        if node.level or kept != [(node.module, a.name, a.asname or a.name) for a in node.names]:
            lines = [f"from {m} import {n}" + (f" as {local}" if n != local else "") for m, n, local in kept]
            edits.replace(node, "; ".join(lines) or "pass")

    def _uses(self, edits, part, meaning):
        modules = {}
        for node, scope in part.all.uses:
            what = meaning.get((scope, node.id))
            if what is None:
                continue
            if what[0] == "name":
                if what[1] != node.id:
                    edits.replace(node, what[1])
            else:
                modules[id(node)] = what
        for node in ast.walk(part.tree):
            if isinstance(node, ast.Attribute) and id(node.value) in modules:
                _, module, home, same = modules.pop(id(node.value))
                there, new = self.resolved(module, node.attr) or (None, None)
                number = None if same else self.number(module, node.attr)
                if number is not None:
                    edits.replace(node, _literal(number))
                    continue
                if there != home:
                    raise UserError(f"{part.name}:{node.lineno}: {module} has no {node.attr}")
                edits.replace(node, new if same else f"{node.value.id}.{new}")
        if modules:
            raise UserError(f"{part.name}: a module of a bundle is used as a value")

    def bundle(self, bundle):
        """The text of a bundle: its parts one after another."""
        out, line, seen = ["from micropython import const\n"], 2, {"from micropython import const"}
        self.lines[bundle] = []
        for name in self.order[bundle]:
            text = _once(self.text_of(name, bundle), seen)
            self.lines[bundle].append((line, name))
            out.append(text)
            line += text.count("\n")
        return "".join(out)

    def stub(self, name):
        """The module of a part's own name."""
        home = self.home[name]
        rows = []
        for own in sorted(self.parts[name].all.own):
            there, new = self.resolved(name, own) or (None, None)
            number = self.number(name, own)
            if own.startswith("_"):
                continue
            if number is not None:
                rows.append(f"{own} = {number}\n")
            elif there == home:
                rows.append(f"from {home} import {new}" + (f" as {own}" if new != own else "") + "\n")
        return "".join(rows)


def _literal(number):
    return str(number) if number >= 0 else f"({number})"


def _imported(part):
    return {(a.asname or a.name).split(".")[0]
            for node, scope in part.all.imports if scope is None for a in node.names}  # fmt: skip


def _once(text, seen):
    """The text without imports at its top that the bundle already has; as many lines."""
    tree = ast.parse(text)
    edits = Edits(text)
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            said = ast.unparse(node)
            if said in seen:
                edits.replace(node, "pass")
            seen.add(said)
    text = edits.done()
    return text if text.endswith("\n") else text + "\n"


class Edits:
    """Replaces pieces of a text; the number of lines stays."""

    def __init__(self, text):
        self._lines = [line.encode() for line in text.splitlines()]
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._data = b"\n".join(self._lines) + b"\n"
        self._edits = []

    def _at(self, line, column):
        return self._starts[line - 1] + column

    def replace(self, node, new):
        start, end = self._at(node.lineno, node.col_offset), self._at(node.end_lineno, node.end_col_offset)
        lost = self._data[start:end].count(b"\n")
        self._edits.append((start, end, new.encode() + b"\n" * lost))

    def blank(self, node):
        self.replace(node, "pass")

    def name_of(self, node, new):
        """A new name for a function or class."""
        start = self._at(node.lineno, node.col_offset)
        at = self._data.index(node.name.encode(), start + (5 if isinstance(node, ast.ClassDef) else 3))
        self._edits.append((at, at + len(node.name.encode()), new.encode()))

    def done(self):
        data = self._data
        for start, end, new in sorted(self._edits, reverse=True):
            data = data[:start] + new + data[end:]
        return data.decode()


def parts(files):
    """{file of a bundle in the image: names of the modules in it} of `files` of application.modules()."""
    return {f"{bundle.replace('.', '/')}.mpy": order for bundle, order in _bundler(files)[0].order.items()}


def _bundler(files):
    """(Bundler of `files`, {module: file} of ours)."""
    ours = {_dotted(name): path for name, path in files.items() if _of_ours(name)}
    return Bundler({name: path.read_text(encoding="utf-8") for name, path in ours.items()}), ours


def made(files):
    """{name in the image: Path or text}: `files` of application.modules(), and the bundles of them."""
    bundler, ours = _bundler(files)
    names = {_dotted(name): name for name in files}
    out = dict(files)
    for name in ours:
        out[names[name]] = bundler.stub(name) if name in bundler.home else bundler.text_of(name)
    for bundle in BUNDLES:
        out[bundle.replace(".", "/") + ".py"] = bundler.bundle(bundle)
    text = files[LINES].read_text(encoding="utf-8")
    out[LINES] = text.replace('TABLE = ""', f"TABLE = {bundler.table()!r}")
    return dict(sorted(out.items()))


def _of_ours(name):
    return name == "main.py" or (name.startswith("ballast/") and not name.endswith("__init__.py"))


def _dotted(name):
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
