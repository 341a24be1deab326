"""API.md: every route of the HTTP API, from a real charger's table of routes and the notes beside them.

    #: user: set the largest current per phase that the person allows
    #: takes current_ma int: from user.min_ma to user.max_ma of the status document
    #: answers ok bool: true
    app.post("/api/current")(self._current)

The first line says who may and what for; `takes` and `query` are keys of the body and the query, `body
TYPE: ...` is a body that is no JSON, `answers TYPE: ...` such an answer, `answers as GET /x` the
answer of another route, `answers as STATUS.md` the status document. Errors come from the
handler's own `abort(CODE, TEXT)`; where the code computes one, an `error CODE: ...` line says which.
"""

import ast
import re

from ballast_tools.check.references import handlers, markdown, notes
from ballast_tools.check.references.shape import Field
from ballast_tools.shell.paths import FIRMWARE, shown

FOLDER = FIRMWARE / "ballast" / "services" / "web"
DOCUMENT = FOLDER / "API.md"
PAGE = FIRMWARE / "web"

WHO = ("anyone", "user", "installer")
_HEADS = ("key", "type", "unit", "range or values", "meaning")
_MEDIA = re.compile(r"([\w*-]+/[\w.*-]+): (.+)")
_HOW = 'write "#: WHO: WHAT FOR" and what it takes and answers above its registration'

_HEAD = """# The HTTP API

{made}

Bodies and answers are JSON unless a route says otherwise; send `Content-Type: application/json`.
*anyone* needs no login; *user* needs a session of either role; *installer* needs the installer's.
POST /api/login gives the session as a cookie. Commands (not GET) are taken from the charger's own
page, or from a program that sends neither `Origin` nor `Sec-Fetch-Site`; 30 in a row, then 5 a
second. An error is `{{"error": "one line in English"}}`, with `field` (which key) or `wait_s`
(seconds until the next try) where a route says so. A request that is no clean HTTP is refused
before any route sees it: 400, 431 (head too large), 501 (chunked), 503 (five clients at work).
"""


def rows(texts=None):
    """([route], problems). texts: {path: source} instead of the files, for tests.

    route: method, path, who, summary, takes, query, answers (lists of Field), body, media ((type,
    meaning) or None), like ("GET", path) or "STATUS.md" or None, errors [(code, text)], source.
    """
    registered, problems = real(), []
    texts = sources() if texts is None else texts
    described, undescribed = {}, set()
    for path, text in texts.items():
        for route in _of_file(path, text, problems, undescribed):
            described[route["method"], route["path"]] = route
    for key in registered:
        if key not in described and key not in undescribed:
            problems.append(f"{shown(FOLDER)}: {' '.join(key)} is registered, not as `app.get(PATH)"
                            "(self.HANDLER)` in a file there; write it so")  # fmt: skip
    for key, route in described.items():
        if key not in registered:
            where = f"{shown(FIRMWARE / route['source'])}: {' '.join(key)}"
            problems.append(f"{where} is registered by no charger; remove it or wire it")
    for call in page_calls():
        if call not in described:
            problems.append(f"{shown(PAGE)}: the page calls {' '.join(call)}; no route has it")
    order = {key: n for n, key in enumerate(registered)}
    return sorted(described.values(), key=lambda r: order.get((r["method"], r["path"]), 999)), problems


def sources():
    return {path: path.read_text() for path in sorted(FOLDER.glob("*.py"))}


# -- what the code registers ------------------------------------------------------------


def real():
    """{(method, path): handler} of a charger that has everything, made on the bench."""
    from ballast_tools.check.references.chargers import Whole

    with Whole() as rig:
        found = {}
        rig.web.app.open_all()
        for methods, pattern, handler, _, _ in rig.web.app.url_map:
            for method in methods:
                found[method, pattern.url_pattern] = handler
        return found


def _of_file(path, text, problems, undescribed):
    """The routes that one file registers, each with its note taken apart."""
    marked = {note.at: note for note in notes.read(path, text)}
    tree = ast.parse(text)
    for line, method, url, handler in _registrations(tree):
        note = marked.pop(line, None)
        if note is None:
            problems.append(f"{notes.place(path, line)}: {method} {url} is not described; {_HOW}")
            undescribed.add((method, url))
            continue
        route = {"method": method, "path": url, "source": path.relative_to(FIRMWARE), "handler": handler,
                 "takes": [], "query": [], "answers": [], "errors": [], "body": None, "media": None,
                 "like": None}  # fmt: skip
        try:
            _fill(route, note.items())
        except ValueError as error:
            problems.append(f"{note.where()}: {method} {url}: {error}")
        problems += [f"{note.where()}: {method} {url}: {line}"
                     for line in handlers.differs(route, path, tree)]  # fmt: skip
        yield route


def _registrations(tree):
    """(line, method, path, handler's name) of each `app.post("/x")(self._x)`."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Call)):
            continue
        made = node.func.func
        if isinstance(made, ast.Attribute) and ast.unparse(made.value).split(".")[-1] == "app":
            yield node.lineno, made.attr.upper(), node.func.args[0].value, node.args[0].attr


def _fill(route, items):
    """Take a note apart. ValueError with one line."""
    who, _, route["summary"] = items[0][1].partition(": ")
    if who not in WHO or not route["summary"]:
        raise ValueError(f"its note must begin with one of {', '.join(WHO)}, `: ` and what for")
    route["who"] = who
    for _, text in items[1:]:
        word, _, rest = text.partition(" ")
        media = _MEDIA.fullmatch(rest)
        if word in ("takes", "query"):
            route[word].append(Field(rest))
        elif word == "answers" and rest.startswith("as "):
            route["like"] = tuple(rest[3:].split(" ")) if " " in rest[3:] else rest[3:]
        elif word in ("answers", "body") and media:
            route["media" if word == "answers" else "body"] = media.groups()
        elif word == "answers":
            route["answers"].append(Field(rest))
        elif word == "error" and re.match(r"\d{3}: .", rest):
            route["errors"].append((int(rest[:3]), rest[5:]))
        else:
            raise ValueError(f"{text!r} begins with none of takes, query, body, answers, error CODE:")
    if not (route["answers"] or route["media"] or route["like"]):
        raise ValueError("it does not say what it answers")


# -- what the page calls ------------------------------------------------------------------

_CALL = re.compile(r"(?<![\w.])(get|post|put)\(|\.(send)\(|(?<![\w.])fetch\(|EventSource\(")


def page_calls(folder=PAGE):
    """[(method, path)] of every request of the page, by reading its scripts."""
    out = {}
    for path in sorted(folder.glob("*.js")):
        text = path.read_text()
        for found in _CALL.finditer(text):
            word = found[1] or found[2]
            rest = text[found.end() : found.end() + 300]
            for literal in re.findall(r'"([^"]*)"', _first_argument(rest)):
                url = literal.split("?")[0]
                if word:
                    method = {"get": "GET", "put": "PUT"}.get(word, "POST")
                    out[method, "/api/" + url] = None
                elif url.startswith("/api/") and url != "/api/":
                    posts = re.search(r'method: "(\w+)"', rest.split(";")[0])
                    out[posts[1] if posts else "GET", url] = None
    return list(out)


def _first_argument(text):
    """Up to the comma or bracket that ends the first argument of a call."""
    depth = 0
    for at, sign in enumerate(text):
        if sign in "([{":
            depth += 1
        elif sign in ")]}" or (sign == "," and depth == 0):
            if depth == 0:
                return text[:at]
            depth -= 1
    return text


# -- the document --------------------------------------------------------------------------


def document(routes):
    """The text of API.md."""
    made = markdown.made("a charger's table of routes and the notes beside them")
    out = [_HEAD.format(made=made), "## Answers to any request that is not in order", ""]
    common = [(str(code), text) for code, text in handlers.common()]
    out += [*markdown.table(("status", "error"), common), "", "## Routes", ""]
    cells = [(f"{r['method']} {r['path']}", r["who"], r["summary"]) for r in routes]
    out += [*markdown.table(("route", "who may", "what for"), cells), ""]
    for route in routes:
        out += _section(route)
    return "\n".join(out)


def _section(route):
    out = [f"### {route['method']} {route['path']}", "",
           f"*{route['who']}*: {route['summary']}. ({route['source']})", ""]  # fmt: skip
    for name, title in (("query", "Query"), ("takes", "Takes")):
        if route[name]:
            out += [f"{title}:", "", *markdown.table(_HEADS, [f.row() for f in route[name]]), ""]
    if route["body"]:
        out += ["Takes `{}`: {}.".format(*route["body"]), ""]
    if route["media"]:
        out += ["Answers `{}`: {}.".format(*route["media"]), ""]
    elif route["like"]:
        like = route["like"]
        what = f"the status document, {like}" if isinstance(like, str) else "as " + " ".join(like)
        out += [f"Answers {what}.", ""]
    elif [f.key for f in route["answers"]] == ["ok"]:
        out += [f'Answers `{{"ok": true}}`{route["answers"][0].meaning.removeprefix("true")}.', ""]
    else:
        out += ["Answers:", "", *markdown.table(_HEADS, [f.row() for f in route["answers"]]), ""]
    if route["errors"]:
        cells = [(str(code), text) for code, text in route["errors"]]
        out += ["Errors:", "", *markdown.table(("status", "error"), cells), ""]
    return out
