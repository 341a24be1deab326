"""Routes of every day: the status, and the commands of a person."""

from microdot import Request, abort
from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.services.web.shapes import Answer, Web


class WebCommands:
    """Adds its routes to `web`."""

    def __init__(self, web: "Web") -> None:
        self._web = web
        self._charger = web.charger
        self._routes()

    def _routes(self) -> None:
        app = self._web.app
        #: user: the charger's state at this moment
        #: answers as STATUS.md
        app.get("/api/status")(self._status)
        #: user: set the largest current per phase that the person allows; it is kept (setting `user_ma`)
        #: takes current_ma int: from user.min_ma to user.max_ma of the status document
        #: answers ok bool: true
        app.post("/api/current")(self._current)
        #: user: pause charging until it is resumed, also over a power cut
        #: answers ok bool: true
        app.post("/api/pause")(self._pause)
        #: user: end the person's pause
        #: answers ok bool: true
        app.post("/api/resume")(self._resume)
        #: user: charge as fast as the house allows, whatever the weekly schedule and the solar mode say
        #: takes duration_s int 0..86400: for how long; 0 ends it
        #: answers ok bool: true
        app.post("/api/boost")(self._boost)
        #: installer: limit the charger's power for the grid operator (slot `grid`); renew it before it ends
        #: takes power_w int 0..200000: the most that it may draw, all phases together
        #: takes duration_s int 1..86400: how long the order holds if it is not renewed
        #: answers ok bool: true
        app.post("/api/dim")(self._dim)
        #: user: end every fault that a hand may end and whose cause is gone
        #: answers ok bool: true
        app.post("/api/reset_faults")(self._reset_faults)

    def _done(self) -> "Answer":
        self._web.soon()
        return {"ok": True}

    async def _status(self, request: Request) -> "Answer":
        return self._web.answer(self._web.document())

    async def _current(self, request: Request) -> "Answer":
        data = self._web.body(request, "current_ma")
        info = self._web.info
        info.take(self._charger.settings)
        ma = self._web.integer(data, "current_ma", info.min_ma, info.max_ma)
        if not self._charger.set_user_ma(ma):
            abort(409, "The charger did not take this current.")
        return self._done()

    async def _pause(self, request: Request) -> "Answer":
        self._web.body(request, "")
        self._charger.pause()
        return self._done()

    async def _resume(self, request: Request) -> "Answer":
        self._web.body(request, "")
        self._charger.resume()
        return self._done()

    async def _boost(self, request: Request) -> "Answer":
        data = self._web.body(request, "duration_s")
        self._charger.boost(self._web.integer(data, "duration_s", 0, 86400))
        return self._done()

    async def _dim(self, request: Request) -> "Answer":
        self._web.require(request, "installer")
        data = self._web.body(request, "power_w", "duration_s")
        watt = self._web.integer(data, "power_w", 0, 200000)
        seconds = self._web.integer(data, "duration_s", 1, 86400)
        self._charger.dim(watt, seconds * 1000)
        #: dimmed W: the grid operator's limit was set or renewed by POST /api/dim
        self._web.events.add("dimmed", str(watt))
        return self._done()

    async def _reset_faults(self, request: Request) -> "Answer":
        self._web.body(request, "")
        if not self._charger.reset_faults():
            self._web.soon()
            abort(409, "The cause is still there.")
        #: faults_reset role: the faults were reset on the page
        self._web.events.add("faults_reset", request.g.role or "")
        return self._done()
