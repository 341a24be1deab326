"""The import law of the firmware, checked by reading the sources.

`check(path, text)` returns complaints, one line each. The table LAW says for each
folder what its files may import; everything else is refused. The order of the
folders' arrows (all point to control/) follows from it.
"""

import ast

from ballast_tools.shell.paths import FIRMWARE

PURE_LIBRARY = {"struct", "json", "binascii", "hashlib", "math", "re", "io", "array",
                "collections", "errno", "gc"}  # fmt: skip
HARDWARE = {"machine", "network", "bluetooth", "espnow", "aioespnow", "esp32", "esp", "vfs"}
THIRD_PARTY = {"microdot", "aioble"}

LAW = {
    "control": {"ballast.control"},
    "protocol": PURE_LIBRARY | {"ballast.protocol", "CONSTANTS"},
    "ports": HARDWARE | PURE_LIBRARY | {"time", "os", "socket", "ballast.ports"},
    "services": PURE_LIBRARY
    | THIRD_PARTY
    | {"asyncio", "time", "os", "random", "socket", "ssl", "sys"}
    | {"ballast.protocol", "ballast.control.records", "CONSTANTS"},
    "board": set(),
    "clamp": PURE_LIBRARY | {"clamp", "ballast.protocol", "CONSTANTS"},
}
"""CONSTANTS: upper-case names of any module of control/. micropython.const is for all."""

OPEN = {"main.py", "boot.py"}
"""Composition roots: they may import all, and act when imported."""

COMPOSE = "compose"
"""Parts of the composition root: they may import all, but do nothing at import."""

CALLS_AT_IMPORT = {"const", "bytes", "bytearray", "tuple", "frozenset", "set", "range", "len",
                   "max", "min", "sum", "object", "calcsize", "compile", "namedtuple"}  # fmt: skip


def folder_of(path):
    """The row of LAW for `path` (relative to the repository), or None = no rule."""
    parts = path.split("/")
    if parts[0] == "boards":
        return "board" if parts[-1] == "board.py" else None
    if parts[:2] == ["firmware", "ballast"] and len(parts) > 3:
        return parts[2]
    return "clamp" if parts[:2] == ["firmware", "clamp"] else None


def check(path, text):
    """Complaints about the source `text` of the file `path`."""
    tree = ast.parse(text, path)
    folder = folder_of(path)
    if path.split("/")[-1] in OPEN or folder is None:
        return []
    complaints = list(_at_import(tree))
    if folder != COMPOSE:
        complaints += _imports(tree, folder)
    if folder == "control":
        complaints += _floats(tree)
    return [f"{path}:{line}: {what}" for line, what in complaints]


def _imports(tree, folder):
    allowed = LAW[folder]
    aliases = {}  # local name -> module of control/, where only constants are allowed
    for node in ast.walk(tree):
        for module, name, local in _imported(node, folder):
            if module == "micropython" and name == "const":
                continue
            whole = f"{module}.{name}" if name else module
            if any(_within(whole, root) or _within(module, root) for root in allowed):
                continue
            if "CONSTANTS" in allowed and _within(module, "ballast.control"):
                if name and not _is_module(whole):
                    if not name.isupper():
                        yield node.lineno, f"{folder}/ may take constants of control/, not {name}"
                else:
                    aliases[local] = whole
                continue
            yield node.lineno, f"{folder}/ may not import {whole}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner = aliases.get(node.value.id)
            if owner and not node.attr.isupper():
                yield node.lineno, f"{folder}/ may take constants of {owner}, not {node.attr}"


def _imported(node, folder):
    """(module, name or None, local name) of an import statement, relative ones resolved."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name, None, alias.asname or alias.name
    elif isinstance(node, ast.ImportFrom):
        module = node.module or ""
        if node.level == 1:  # `from .x import y`
            here = "clamp" if folder == "clamp" else "ballast." + folder
            module = (here + "." + module).rstrip(".")
        elif node.level > 1:
            module = "." * node.level + module
        for alias in node.names:
            yield module, alias.name, alias.asname or alias.name


def _is_module(dotted):
    return (FIRMWARE / (dotted.replace(".", "/") + ".py")).exists()


def _within(module, root):
    return module == root or module.startswith(root + ".")


def _at_import(tree):
    """Whatever would happen at import beside definitions."""
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(node, ast.ClassDef):
            yield from _in_class(node)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            yield from _value(node.value)
        elif isinstance(node, ast.Try):
            yield from _guarded_import(node)
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            yield node.lineno, f"{type(node).__name__} at import: only definitions may stand here"


def _in_class(node):
    for inner in node.body:
        if isinstance(inner, (ast.Assign, ast.AnnAssign)):
            yield from _value(inner.value)


def _value(value):
    for node in ast.walk(value) if value is not None else ():
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            if name not in CALLS_AT_IMPORT:
                yield node.lineno, f"{name}() is called at import"


def _guarded_import(node):
    """`try: import a / except ImportError: import b` (or a constant) is a definition."""
    for part in node.body + [s for handler in node.handlers for s in handler.body]:
        if isinstance(part, ast.Assign):
            yield from _value(part.value)
        elif not isinstance(part, (ast.Import, ast.ImportFrom, ast.Pass)):
            yield part.lineno, f"{type(part).__name__} at import: only definitions may stand here"


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
