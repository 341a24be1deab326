"""What the handlers of the API do, read from their code: the body's keys, ranges, errors, roles."""

import ast

from ballast_tools.shell.paths import FIRMWARE

SERVER = FIRMWARE / "ballast" / "services" / "web" / "server.py"
_COMMON = ("_before", "_rate", "body", "integer", "require")
_COMPUTED = object()


def common():
    """[(code, text)] of the errors that any request can meet: those of the server itself."""
    out = []
    for function in _methods(ast.parse(SERVER.read_text())).values():
        if function.name in _COMMON:
            out += [(code, text) for code, text in _errors(function) if isinstance(code, int)]
    return sorted(dict.fromkeys(out), key=lambda row: row[0])


def differs(route, path, tree):
    """What the note of `route` says otherwise than its handler does, one line each.

    The errors that the handler states itself are added to the route.
    """
    methods = _methods(tree)
    reached = _reached(methods, route["handler"])
    said = {code for code, _ in route["errors"]}
    for function in reached:
        for code, text in _errors(function):
            if text is _COMPUTED or not isinstance(code, int):
                if not said:
                    yield f'line {function.lineno}: an error is computed; write "error CODE: WHICH"'
            elif (code, text) not in route["errors"]:
                route["errors"].append((code, text))
    route["errors"].sort(key=lambda row: row[0])
    yield from _body(route, reached)


def _body(route, reached):
    """The keys and ranges that the handler takes from its body, against the note."""
    own = reached[0]
    described = {field.key.split("[")[0]: field for field in route["takes"] if "<" not in field.key}
    for call in _calls(own, "body"):
        keys = [key.value for key in call.args[1:] if isinstance(key, ast.Constant) and key.value]
        strict = len(call.args) > 1
        for key in keys:
            if key not in described:
                yield f'the handler takes {key}; write "takes {key} TYPE: MEANING"'
        for key in described:
            if strict and key not in keys:
                yield f"the note takes {key}, and the handler refuses it"
    for call in _calls(own, "integer"):
        key, low, high = (arg.value if isinstance(arg, ast.Constant) else None for arg in call.args[1:4])
        shape = described[key].shape if key in described else None
        for bound, here in (("low", low), ("high", high)):
            if shape is not None and here is not None and getattr(shape, bound) != here:
                yield f"{key}: the handler takes {low}..{high}, the note says {shape.text}"
                break


def _methods(tree):
    return {node.name: node for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}  # fmt: skip


def _reached(methods, name):
    """The handler, and what it calls of its own class and file; the server's own common ones not."""
    found = [methods[name]]
    for function in found:
        for node in ast.walk(function):
            if not isinstance(node, ast.Call):
                continue
            words = ast.unparse(node.func).split(".")
            inner = methods.get(words[-1])
            here = words[0] == "self" and len(words) == 2
            if here and inner is not None and inner not in found and inner.name not in _COMMON:
                found.append(inner)
    return found


def _calls(function, name):
    """Calls of `.name(...)` in a function."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == name:
            yield node


def _errors(function):
    """(code, text) of each abort(code, text) and each `return {"error": text}, code`."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "abort":
            yield _value(node.args[0]), _text(node.args[1] if len(node.args) > 1 else None)
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
            body, code = node.value.elts[:2]
            if isinstance(body, ast.Dict) and body.keys and _value(body.keys[0]) == "error":
                yield _value(code), _text(body.values[0], body)


def _value(node):
    return node.value if isinstance(node, ast.Constant) else None


def _text(node, body=None):
    """The words of an error, `...` for what is filled in; _COMPUTED where they are not written here."""
    if node is None:
        return "not found"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        node = node.left
    text = _value(node)
    if not isinstance(text, str):
        return _COMPUTED
    for sign in ("%s", "%d"):
        text = text.replace(sign, "...")
    if body is not None and any(_value(key) == "wait_s" for key in body.keys):
        text += " (`wait_s`: seconds until the next try)"
    return text
