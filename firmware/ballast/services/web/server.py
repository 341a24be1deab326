"""The charger's web server: the page's files, the rights of the roles, login, the live status.

The other files of this room add their routes to `app`. Live updates are server-sent events:
one direction, plain HTTP, and the browser reconnects by itself. Each client gets the newest
status when it has taken the last one, so a slow client gets fewer frames and no queue grows.
While `MAX_LIVE` clients are connected a further one gets 503 and reads /api/status instead.
API.md is made of the notes (`#:`) above each route.
"""

import asyncio
import json

from microdot import Microdot, Request, Response, abort
from micropython import const

from ballast.control.limits import limits
from ballast.control.records import Status
from ballast.control.safety import faults
from ballast.protocol import answer_headers, http_head, json_pieces, status

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any, Callable, Coroutine

    from ballast.services.shapes import Charger, Clock, WallClock
    from ballast.services.web import shapes

MAX_LIVE = const(3)
MAX_BODY = const(4096)
_FRAME_MS = const(200)
_MAX_UPLOAD = const(4194304)
_BURST = const(30)  # commands in a row, then 5 a second
_PER_S = const(5)
_PUBLIC = ("/api/hello", "/api/login")
_STRANGERS_BODY = const(512)  # of a login: the longest password, each byte escaped
_JSON = "application/json"
_SAFE = ("GET", "HEAD", "OPTIONS")


class _Live:
    """Body of a live answer: the newest frame each time the client has taken the last one."""

    def __init__(self, web: "Web") -> None:
        self._web = web
        self._seen = -1

    def __aiter__(self) -> "_Live":
        return self

    async def __anext__(self) -> bytes:
        web = self._web
        while self._seen == web.frame_number:
            await web.fresh.wait()
        self._seen = web.frame_number
        return web.frame


class Web:
    """The application. The door calls `app.handle_request`.

    info: identity of the unit, for the status document. assets: (folder, manifest) as made by
    tools/ballast_tools/ship/web_assets.py. clock_s: seconds since start. hosts: further host names of this
    charger. app: routes.Routes, None = Microdot itself. portal: the address to which requests for other
    names are redirected while the captive portal is open, else None. live: clients that get live updates
    now. real_ms: the real clock on a bench that runs faster, else None.
    """

    def __init__(
        self,
        charger: "Charger",
        info: status.Info,
        auth: "shapes.Auth",
        events: "shapes.Events",
        assets: "tuple[str, shapes.Assets | dict[str, dict[str, Any]]]",
        clock_s: "Clock",
        wall: "WallClock",
        hosts: tuple[str, ...] = (),
        app: "Microdot | None" = None,
    ) -> None:
        self.charger = charger
        self.info = info
        self.auth = auth
        self.events = events
        self.hosts = hosts
        self.clock_s = clock_s
        self.wall = wall
        self.portal: "str | None" = None
        self.watchers: list[shapes.Watcher] = []  # (uptime_s, Status) every second
        self.fillers: list[shapes.Filler] = []  # called with the Info before each document
        self.live = 0
        self.frame = b""
        self.frame_number = 0
        self.fresh = asyncio.Event()
        self.st = Status(len(limits.NAMES), faults.COUNT)
        self._folder, self._manifest = assets
        self._hurry = False
        self.real_ms: "Clock | None" = None
        self._framed_ms = 0
        self._task: "asyncio.Task | None" = None  # CPython drops a task without a reference
        self._tokens = _BURST
        self._filled_s = clock_s()
        self._faults = bytearray(faults.COUNT)
        self.uploads: dict[str, int] = {}  # path -> largest body, bytes, of a streaming route
        Request.max_body_length = MAX_BODY
        Request.max_content_length = _MAX_UPLOAD
        self.app = app or Microdot()
        self._routes()

    # the status, once a second

    def document(self) -> "dict[str, Any]":
        """The status document of this moment."""
        self.charger.status(self.st)
        self.info.take(self.charger.settings)
        self.info.time_s = self.wall.time_s()
        for fill in self.fillers:
            fill(self.info)
        return status.build(self.st, self.info)

    def soon(self) -> None:
        """Publish within 0.1 s: a command was executed, and its effect should show."""
        self._hurry = True

    def publish(self) -> None:
        """Call the watchers with the status, and make a live frame if a client is there.

        The document and its JSON are some 10 KB of garbage: nobody looking, none is made.
        """
        self.charger.status(self.st)
        self._note_faults()
        for watcher in self.watchers:
            watcher(self.st.uptime_s, self.st)
        if self.live and self._frame_due():
            self.frame = status.encode(self.document(), "data: ", "\n\n").encode()
            self.frame_number += 1
            self.fresh.set()
            self.fresh.clear()

    def _frame_due(self) -> bool:
        """Whether to make another frame: always, except on a bench that runs faster than time."""
        if self.real_ms is None:
            return True
        now = self.real_ms()
        if 0 <= now - self._framed_ms < _FRAME_MS:
            return False
        self._framed_ms = now
        return True

    def _note_faults(self) -> None:
        active = self.st.fault_active
        for i in range(len(self._faults)):
            if active[i] != self._faults[i]:
                self._faults[i] = active[i]
                kind = "fault" if active[i] else "fault_over"
                #: fault its key: a fault became active
                #: fault_over its key: a fault ended
                self.events.add(kind, faults.CATALOGUE[i][0])
        self.events.step()

    def later(self, coroutine_function: "Callable[[], Coroutine[Any, Any, None]]") -> None:
        """Run it as a task of its own, so that the answer is sent first."""
        self._task = asyncio.create_task(coroutine_function())

    async def run(self) -> None:
        """Publish for ever: every second, and within 0.1 s of a command."""
        tenth = 0
        while True:
            await asyncio.sleep_ms(100)
            tenth += 1
            if tenth >= 10 or self._hurry:
                tenth, self._hurry = 0, False
                self.publish()

    # rights and inputs of a request

    def role(self, request: Request) -> "str | None":
        """The role of the request's session cookie, or None."""
        return self.auth.role(request.cookies.get("session"))

    def require(self, request: Request, role: str) -> None:
        """Abort with 403 unless the session has `role` (the installer has all)."""
        if request.g.role != role and request.g.role != "installer":
            abort(403, "Only the installer may do this.")

    def body(self, request: Request, *keys: str) -> "dict[str, Any]":
        """The JSON object of the request, with no keys but `keys`; 400 with one line."""
        if not _is_json(request):
            abort(415, "Send JSON (Content-Type: application/json).")
        data = request.g.data
        if data is None:
            abort(400, "The body is not JSON.")
        if type(data) is not dict:
            abort(400, "The body must be a JSON object.")
        for key in data:
            if keys and key not in keys:
                abort(400, "Unknown field: %s" % str(key)[:40])
        return data

    async def _read(self, request: Request) -> None:
        """Parse the body into request.g.data, None = it is no JSON; other tasks run in between."""
        request.g.data = None
        try:
            for part in json_pieces.reading(request.body.decode()):
                if part is not None:
                    request.g.data = part[0]
                await asyncio.sleep(0)
        except ValueError:
            pass

    def answer(self, document: "dict[str, Any]") -> Response:
        """A response with a document of more than a few values."""
        return Response(json_pieces.writing(document), 200, {"Content-Type": _JSON})

    def integer(self, data: "dict[str, Any]", key: str, least: int, most: int) -> int:
        """data[key], an integer within least..most; 400 with one line."""
        value = data.get(key)
        if type(value) is not int or not least <= value <= most:
            abort(400, "%s must be a whole number from %d to %d." % (key, least, most))
        return value

    def _rate(self) -> None:
        """Abort with 429 if commands come faster than the bucket of _BURST fills."""
        now = self.clock_s()
        self._tokens = min(_BURST, self._tokens + (now - self._filled_s) * _PER_S)
        self._filled_s = now
        if self._tokens < 1:
            abort(429, "Too many commands. Wait a second.")
        self._tokens -= 1

    async def _before(self, request: Request) -> "Response | None":
        """The checks of every request: host name, length, origin, role, rate."""
        host = request.headers.get("Host")
        if not http_head.own_host(host, self.hosts):
            if self.portal is not None and request.method == "GET":
                return Response.redirect(self.portal)
            abort(403, "This charger does not answer to that name.")
        if request.content_length > self.uploads.get(request.path, MAX_BODY):
            abort(413, "The body is too large.")
        if not request.path.startswith("/api/"):
            return None
        command = request.method not in _SAFE
        if command and not http_head.same_origin(request.headers):
            abort(403, "Commands are taken from the charger's own page only.")
        request.g.role = self.role(request)
        if request.g.role is None:
            if request.path not in _PUBLIC:
                abort(401, "Log in first.")
            if request.content_length > _STRANGERS_BODY:
                abort(413, "The body is too large.")
        if command and request.g.role is not None:  # strangers must not use up the owner's rate
            self._rate()
        if command and _is_json(request):
            await self._read(request)
        return None

    # routes

    def _routes(self) -> None:
        app = self.app
        app.before_request(self._before)
        app.after_request(_headers)
        app.after_error_request(_error)
        #: anyone: what the page must know before the login
        #: answers name text: setting `name`
        #: answers model text: product name of the brand
        #: answers role text or null: user or installer; null = not logged in
        #: answers password_set bool: a user's password is set
        #: answers setup_done bool: the first set-up is finished
        #: answers wait_s int 0..: until this client may try a password again
        #: answers time_known bool: the charger knows the time of day
        app.get("/api/hello")(self._hello)
        #: anyone: log in; the password says which role. After three wrong ones a wait of 1, 2, 4 .. 60 s
        #: takes password text: the user's, the installer's, or the code on the label
        #: answers role one of user, installer: and a session cookie that lasts a year
        app.post("/api/login")(self._login)
        #: user: end this session
        #: answers ok bool: true
        app.post("/api/logout")(self._logout)
        #: user: the status document each second, and 0.1 s after a command; at most three at a time
        #: answers text/event-stream: server-sent events, each `data:` one status document (STATUS.md)
        app.get("/api/live")(self._live)
        #: anyone: the page
        #: answers text/html: compressed with gzip, as each file of the page; with an ETag
        app.get("/")(self._asset)
        #: anyone: a file of the page
        #: answers */*: with its own type; while the charger's own network is open, a redirect to the page
        app.get("/<name>")(self._asset)
        #: anyone: the words of the page in a language
        #: answers application/json: kept by the browser for ever, as its name changes with its content
        app.get("/lang/<language>")(self._asset)

    async def _asset(
        self, request: Request, name: str = "index.html", language: "str | None" = None
    ) -> "shapes.Answer":
        """A file of the page, compressed as it is stored."""
        entry = self._manifest.get("lang/" + language if language else name)
        if entry is None:
            if self.portal is not None:
                return Response.redirect(self.portal)
            abort(404)
        headers = answer_headers.of_file(entry)
        if request.headers.get("If-None-Match") == entry["etag"]:
            return Response(b"", 304, headers)
        headers["Content-Length"] = str(entry["size"])
        return Response(open(self._folder + "/" + entry["file"], "rb"), 200, headers)

    async def _hello(self, request: Request) -> "shapes.Answer":
        """What the page needs before the login; nothing that a stranger could use."""
        peer, device = _client(request)
        self.info.take(self.charger.settings)
        return {
            "name": self.info.name,
            "model": self.info.model,
            "role": request.g.role,
            "password_set": self.auth.has_password(),
            "setup_done": bool(self.info.setup_done),
            "wait_s": self.auth.wait_s(peer, device),
            "time_known": self.wall.time_s() is not None,
        }

    async def _login(self, request: Request) -> "shapes.Answer":
        data = self.body(request, "password")
        peer, device = _client(request)
        try:
            got = await self.auth.login(data.get("password"), peer, device)
        except Exception as error:
            wait = getattr(error, "wait_s", None)
            if wait is None:
                raise
            return {"error": "Too many tries.", "wait_s": wait}, 429
        if got is None:
            wait = self.auth.wait_s(peer, device)
            return {"error": "That is not the password.", "wait_s": wait}, 401
        role, token, device = got
        return self.session({"role": role}, token, device)

    def session(self, answer: "dict[str, Any]", token: str, device: "str | None" = None) -> Response:
        """A response that sets the session cookie, and the device cookie if there is one."""
        response = Response(answer)
        _set_cookie(response, answer_headers.cookie("session", token))
        if device is not None:
            _set_cookie(response, answer_headers.cookie("device", device))
        return response

    async def _logout(self, request: Request) -> "shapes.Answer":
        self.auth.logout(request.cookies["session"])  # there is one: the route has a role
        response = Response({"ok": True})
        _set_cookie(response, answer_headers.cookie("session", "", 0))
        return response

    async def _live(self, request: Request) -> "tuple[_Live, int, dict[str, str]]":
        if self.live >= MAX_LIVE:
            abort(503, "Three pages watch already; poll /api/status.")
        self.live += 1
        request.sock[1].hold(self._leave)
        self.soon()
        return _Live(self), 200, {"Content-Type": "text/event-stream"}

    def _leave(self) -> None:
        self.live -= 1


def _is_json(request: Request) -> bool:
    return request.headers.get("Content-Type", "").startswith(_JSON)


def _client(request: Request) -> "tuple[str, str | None]":
    """(address, device cookie) of a client."""
    return (request.client_addr or ("",))[0], request.cookies.get("device")


def _set_cookie(response: Response, line: str) -> None:
    response.headers["Set-Cookie"] = response.headers.get("Set-Cookie", []) + [line]


async def _headers(request: Request, response: Response) -> Response:
    answer_headers.complete(response.headers)
    return response


async def _error(request: Request, response: Response) -> Response:
    """Every error is one line of JSON: {"error": "..."}."""
    response.body = json.dumps({"error": response.body.decode()}).encode()
    response.headers["Content-Type"] = "application/json"
    return await _headers(request, response)
