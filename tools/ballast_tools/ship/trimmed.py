"""Third-party modules without the functions that the firmware never calls: each takes RAM once it is loaded.

The packages stay as they are; this leaves functions out of the text that the build compiles. Lines stay.
"""

import ast

from ballast_tools.shell.errors import UserError
from ballast_tools.ship.bundle import Edits

UNUSED = {
    "microdot/microdot.py": (
        "urlencode", "MultiDict.getlist", "Request.form", "Request.files", "Request.after_request",
        "Response.set_cookie", "Response.delete_cookie", "URLPattern.register_type", "URLPattern.__repr__",
        "HTTPException.__repr__", "Microdot.patch", "Microdot.delete", "Microdot.errorhandler",
        "Microdot.mount", "Microdot.start_server", "Microdot.run", "Microdot.shutdown",
    ),
}  # fmt: skip
"""The page has its own door (services/web/door.py), cookies and error answers."""


def made(files):
    """{name in the image: Path or text}: `files` of application.modules(), the named ones trimmed."""
    out = dict(files)
    for name, unused in UNUSED.items():
        if name in out:
            out[name] = without(out[name].read_text(encoding="utf-8"), unused, name)
    return out


def without(text, unused, name):
    """`text` without these functions; UserError if it lacks one: then the package has changed."""
    tree = ast.parse(text)
    found = {}
    for node in tree.body:
        for inner in [node, *(node.body if isinstance(node, ast.ClassDef) else ())]:
            if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                found[inner.name if inner is node else f"{node.name}.{inner.name}"] = inner
    edits = Edits(text)
    for function in unused:
        if function not in found:
            raise UserError(f"{name}: it has no {function}; see tools/ballast_tools/ship/trimmed.py")
        edits.blank(_with_decorators(found[function]))
    return edits.done()


def _with_decorators(node):
    if node.decorator_list:
        first = node.decorator_list[0]
        node.lineno, node.col_offset = first.lineno, first.col_offset - 1  # the @
    return node
