"""The import law of the firmware, checked by reading the sources.

`check(path, text)` returns complaints, one line each. The table LAW says for each
folder what its files may import; everything else is refused. The order of the
folders' arrows (all point to control/) follows from it.
"""

import ast

from ballast_tools.shell import paths

PURE_LIBRARY = {"struct", "json", "binascii", "hashlib", "math", "re", "io", "array",
                "collections", "errno", "gc"}  # fmt: skip
HARDWARE = {"machine", "network", "bluetooth", "espnow", "aioespnow", "esp32", "esp", "vfs"}
THIRD_PARTY = {"microdot", "aioble"}

LAW = {
    "control": {"ballast.control"},
    "protocol": PURE_LIBRARY | {"ballast.protocol", "CONSTANTS"},
    "ports": HARDWARE | PURE_LIBRARY | {"time", "os", "select", "socket", "ballast.ports"},
    "services": PURE_LIBRARY
    | THIRD_PARTY
    | {"asyncio", "time", "os", "random", "select", "socket", "ssl", "sys"}
    | {"ballast.protocol", "ballast.control.records", "CONSTANTS"},
    "board": set(),
    "clamp": PURE_LIBRARY | {"clamp", "ballast.protocol", "CONSTANTS"},
    "package": set(),
}
"""CONSTANTS: upper-case names of any module of control/. micropython.const is for all."""

GUARD = "_TYPE_CHECKING"
"""`GUARD = const(0)`, then `if GUARD:` with imports for the type check alone: of typing, and of
one's own layer, above all its shapes (.pyi files, which have no code and are no modules)."""

ROOMS = {
    "pilot": set(),
    "meter": set(),
    "limits": {"meter"},
    "safety": {"limits", "pilot"},
    "balance": {"limits", "meter"},
    "group": {"limits", "meter", "pilot"},
}
"""Rooms of control/ and the rooms that each may import; files beside the rooms are for all but
those in ABOVE, which import rooms and are imported by none."""
ABOVE = {"charger", "scan_cycle"}
BESIDE = {"light": {"pilot"}}
"""Files beside the rooms that show what a room decided."""

TOOLS = {
    "tools/ballast_tools/shell": {"ballast_tools.shell", "ballast_bench.home", "ballast_bench.errors"},
    "tools/ballast_tools/ship": {"ballast_tools.shell", "ballast_tools.ship", "ballast_bench.upy",
                                 "ballast_bench.devices.lfs_geometry", "ballast_bench.product",
                                 "ballast_bench.chip", "ballast_bench.vm.table",
                                 "ballast_bench.vm.flash", "ballast_bench.vm.bootloader"},
    "tools/ballast_tools/factory": {"ballast_tools.shell", "ballast_tools.ship",
                                    "ballast_tools.factory", "ballast_bench.product"},
    "tools/ballast_tools/bringup": {"ballast_tools.shell", "ballast_tools.ship", "ballast_tools.factory",
                                    "ballast_tools.bringup", "ballast_bench.chip"},
    "tools/ballast_tools/play": {"ballast_tools.shell", "ballast_tools.ship", "ballast_tools.play",
                                 "ballast_bench"},
    "tools/ballast_tools/check": {"ballast_tools.shell", "ballast_tools.ship",
                                  "ballast_tools.check", "ballast_bench",
                                  "ballast_tools.play.record_option", "ballast_tools.play.chip_option"},
    "tools/ballast_bench": {"ballast_bench", "ballast_tools.ship.web_assets"},
}  # fmt: skip
"""What a folder of tools/ may import of tools/; the firmware is open to all of them."""

TOOLS_BESIDE = {"tools/ballast_tools/__init__.py", "tools/ballast_tools/__main__.py"}
"""The only files of tools/ beside those folders."""

HOST_TESTS = {p.name.removesuffix(".py") for p in paths.HOST_TESTS.iterdir()} - {"__pycache__", "clamp"}
"""Names that a test finds beside it, which no other folder may import; `clamp` is the firmware's."""

OPEN = {"firmware/main.py", "firmware/boot.py", "firmware/clamp/main.py"}
"""Composition roots: they may import all, and act when imported."""

COMPOSE = "compose"
"""Parts of the composition root: they may import all, but do nothing at import."""

CALLS_AT_IMPORT = {"const", "bytes", "bytearray", "tuple", "frozenset", "set", "range", "len",
                   "max", "min", "sum", "object", "calcsize", "compile", "namedtuple"}  # fmt: skip


DECORATORS = {"property", "staticmethod", "classmethod"}

MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
MUTABLE_CALLS = {"bytearray", "set"}


def folder_of(path):
    """The row of LAW for `path` (relative to the repository), or None = there is none."""
    parts = path.split("/")
    if parts[0] == "boards":
        return "board" if parts[-1] == "board.py" else None
    if path == "firmware/ballast/__init__.py":
        return "package"
    if parts[:2] == ["firmware", "ballast"] and len(parts) > 3:
        return parts[2]
    return "clamp" if parts[:2] == ["firmware", "clamp"] else None


def check(path, text):
    """Complaints about the source `text` of the file `path`."""
    tree = ast.parse(text, path)
    if path.startswith(("tools/", "firmware/")):
        arrows = [f"{path}:{line}: {what}" for line, what in _arrows(path, tree)]
        if arrows or path.startswith("tools/"):
            return arrows
    folder = folder_of(path)
    if path in OPEN or (folder is None and not path.startswith("firmware/")):
        return []
    if folder != COMPOSE and folder not in LAW:
        return [f"{path}:1: no row of LAW is for this place: put the file into a folder that has one"]
    complaints = [*_at_import(tree), *_hidden_imports(tree)]
    if path.endswith(".pyi") and _is_module(_dotted(path)):
        complaints.append((1, "a .pyi hides the .py of the same name from the type check"))
    if folder != COMPOSE:
        complaints += _imports(tree, folder, path)
    if folder == "control":
        complaints += _floats(tree)
        complaints += _state(tree.body)
        complaints += _rooms(path, tree)
    return [f"{path}:{line}: {what}" for line, what in complaints]


def _arrows(path, tree):
    """Arrows run one way: host_tests -> tools -> firmware."""
    ours = {"ballast_bench", "ballast_tools"}
    rows = [roots for folder, roots in TOOLS.items() if path.startswith(folder + "/")]
    if path.startswith("tools/") and not rows and path not in TOOLS_BESIDE:
        yield 1, "no row of TOOLS is for this place: put the file into a folder that has one"
    allowed = rows[0] if rows else (ours if path.startswith("tools/") else set())
    for node in ast.walk(tree):
        for module, name, _ in _imported(node, ""):
            whole = f"{module}.{name}" if name else module
            top = module.split(".")[0]
            if top in HOST_TESTS:
                yield node.lineno, f"nothing may import {whole}: it is a part of host_tests/"
            elif top in ours and not any(_within(whole, root) for root in allowed):
                yield node.lineno, f"{path.rsplit('/', 1)[0]}/ may not import {whole}"


def _rooms(path, tree):
    """Rooms of control/ import what ROOMS says; nobody there imports those in ABOVE."""
    parts = path.split("/")
    room = parts[3] if len(parts) > 4 else None
    if room is None and parts[3].removesuffix(".py") in ABOVE:
        return
    file = parts[-1].removesuffix(".py")
    allowed = BESIDE.get(file, set()) if room is None else ROOMS[room] | {room}
    for node in ast.walk(tree):
        for module, name, _ in _imported(node, ".".join(parts[1:-1])):
            words = f"{module}.{name}".split(".")[2:] if _within(module, "ballast.control") else []
            if words and (words[0] in ABOVE or (words[0] in ROOMS and words[0] not in allowed)):
                yield node.lineno, f"control/{room or ''} may not import control/{words[0]}"


def _imports(tree, folder, path):
    allowed = LAW[folder]
    package = _dotted(path).rpartition(".")[0]
    guarded = {id(node) for block in tree.body if _is_guard(block) for node in block.body}
    aliases = {}  # local name -> module of control/, where only constants are allowed
    for node in ast.walk(tree):
        for module, name, local in _imported(node, package):
            whole = f"{module}.{name}" if name else module
            if id(node) in guarded or (path.endswith(".pyi") and _is_shape_or_typing(module, whole)):
                if not _for_types(folder, module, whole):
                    yield node.lineno, f"{folder}/ may not import {whole} for types alone"
            elif _is_shape_or_typing(module, whole):
                yield node.lineno, f"{folder}/ may not import {whole} outside if {GUARD}"
            elif _allowed(allowed, module, whole) or (module, name) == ("micropython", "const"):
                continue
            elif "CONSTANTS" in allowed and _within(module, "ballast.control"):
                if not name or _is_module(whole):
                    aliases[local] = whole
                elif not name.isupper():
                    yield node.lineno, f"{folder}/ may take constants of control/, not {name}"
            else:
                yield node.lineno, f"{folder}/ may not import {whole}"
    yield from _of_aliases(tree, folder, aliases)


def _hidden_imports(tree):
    """Imports that the law could not follow."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "__import__":
            yield node.lineno, "__import__ hides what is imported: use an import statement"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith(("ballast.", "clamp.")) and alias.asname is None:
                    yield node.lineno, f"import {alias.name} opens all of its package: from ... import"


def _of_aliases(tree, folder, aliases):
    """Attributes of modules of control/ that are no constants."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner = aliases.get(node.value.id)
            if owner and not node.attr.isupper():
                yield node.lineno, f"{folder}/ may take constants of {owner}, not {node.attr}"


def _allowed(allowed, module, whole):
    return any(_within(whole, root) or _within(module, root) for root in allowed)


def _is_shape_or_typing(module, whole):
    return module == "typing" or any(_is_module(name, ".pyi") for name in (module, whole))


def _for_types(folder, module, whole):
    """Whether a file of `folder` may name this for the type check: typing, or its own layer."""
    layer = "clamp" if folder == "clamp" else f"ballast.{folder}"
    if not _within(module, layer):
        return module == "typing"
    return _is_shape_or_typing(module, whole) or _allowed(LAW[folder], module, whole)


def _is_guard(node):
    """`if _TYPE_CHECKING:` of the file's top level, without else."""
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == GUARD
        and not node.orelse
    )


def _imported(node, package):
    """(module, name or None, local name) of an import statement, relative ones resolved."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name, None, alias.asname or alias.name
    elif isinstance(node, ast.ImportFrom):
        module = node.module or ""
        if node.level == 1:  # `from .x import y`
            module = f"{package}.{module}".rstrip(".")
        elif node.level > 1:
            module = "." * node.level + module
        for alias in node.names:
            yield module, alias.name, alias.asname or alias.name


def _dotted(path):
    """The module of a file of the firmware: firmware/ballast/x/y.py -> ballast.x.y."""
    return path.rpartition(".")[0].replace("/", ".").removeprefix("firmware.")


def _is_module(dotted, suffix=".py"):
    return (paths.FIRMWARE / (dotted.replace(".", "/") + suffix)).exists()


def _within(module, root):
    return module == root or module.startswith(root + ".")


def _at_import(tree):
    """Whatever would happen at import beside definitions."""
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        if isinstance(node, ast.Try):
            yield from _guarded_import(node)
        elif _is_guard(node):
            yield from _guard(node, tree)
        else:
            yield from _definition(node)


def _definition(node):
    """What a definition of a file or of a class does beside defining."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        yield from _decorators(node)
        for default in (*node.args.defaults, *node.args.kw_defaults):
            yield from _value(default)
    elif isinstance(node, ast.ClassDef):
        yield from _decorators(node)
        for base in (*node.bases, *(keyword.value for keyword in node.keywords)):
            yield from _value(base)
        for inner in node.body:
            yield from _definition(inner)
    elif isinstance(node, (ast.Assign, ast.AnnAssign)):
        yield from _value(node.value)
    elif not (isinstance(node, ast.Pass) or _is_text(node)):
        yield node.lineno, f"{type(node).__name__} at import: only definitions may stand here"


def _is_text(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _decorators(node):
    """A decorator is a call at import."""
    for decorator in node.decorator_list:
        words = ast.unparse(decorator)
        if words not in DECORATORS and not words.endswith(".setter"):
            yield decorator.lineno, f"@{words} is called at import"


def _value(value):
    for node in ast.walk(value) if value is not None else ():
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", "a result")
            if name not in CALLS_AT_IMPORT:
                yield node.lineno, f"{name}() is called at import"


def _state(body):
    """A list or dict of a file or class of control/ would be state that all chargers share."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _state(node.body)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and _is_mutable(node.value):
            yield node.lineno, "module-level state in control/: use a tuple"


def _is_mutable(value):
    if isinstance(value, ast.Tuple):
        return any(_is_mutable(element) for element in value.elts)
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id in MUTABLE_CALLS
    if isinstance(value, ast.BinOp):
        return _is_mutable(value.left) or _is_mutable(value.right)
    return isinstance(value, MUTABLE)


def _guarded_import(node):
    """`try: import a / except ImportError: import b` (or a constant) is a definition."""
    for part in node.body + [s for handler in node.handlers for s in handler.body]:
        if isinstance(part, ast.Assign):
            yield from _value(part.value)
        elif not isinstance(part, (ast.Import, ast.ImportFrom, ast.Pass)):
            yield part.lineno, f"{type(part).__name__} at import: only definitions may stand here"


def _guard(node, tree):
    """The guard is const(0), so that the compiler drops the block; imports alone stand in it."""
    wanted = f"{GUARD} = const(0)"
    if not any(ast.unparse(other) == wanted for other in tree.body if other.lineno < node.lineno):
        yield node.lineno, f"{wanted} must stand above if {GUARD}"
    for part in node.body:
        if not isinstance(part, ast.ImportFrom):
            yield part.lineno, f"{type(part).__name__} under {GUARD}: only from ... import"


def _floats(tree):
    """control/ computes in integers: on the ESP32 a float is 32-bit and on the heap."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, (float, complex)):
            yield node.lineno, f"float {node.value!r} in control/"
        elif isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Div):
            yield node.lineno, "true division in control/: use //"
        elif isinstance(node, (ast.AsyncFunctionDef, ast.Await)):
            yield node.lineno, "control/ is synchronous"
        elif isinstance(node, ast.Global):
            yield node.lineno, "module-level state in control/"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ("float", "round", "print", "open", "pow"):
                yield node.lineno, f"{node.func.id}() in control/"
