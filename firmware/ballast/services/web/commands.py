"""Routes of every day: the status, and the commands of a person."""

from microdot import Request, abort
from micropython import const

TYPE_CHECKING = const(0)
if TYPE_CHECKING:
    from ballast.services.web.shapes import Answer, Web


class WebCommands:
    """Adds its routes to `web`."""

    def __init__(self, web: "Web") -> None:
        self._web = web
        self._charger = web.charger
        app = web.app
        app.get("/api/status")(self._status)
        app.post("/api/current")(self._current)
        app.post("/api/pause")(self._pause)
        app.post("/api/resume")(self._resume)
        app.post("/api/boost")(self._boost)
        app.post("/api/dim")(self._dim)
        app.post("/api/reset_faults")(self._reset_faults)

    def _done(self) -> "Answer":
        self._web.soon()
        return {"ok": True}

    async def _status(self, request: Request) -> "Answer":
        return self._web.document()

    async def _current(self, request: Request) -> "Answer":
        """{"current_ma"}: the person's limit, kept until it is changed."""
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
        """{"duration_s"}: as fast as the house allows; 0 ends it."""
        data = self._web.body(request, "duration_s")
        self._charger.boost(self._web.integer(data, "duration_s", 0, 86400))
        return self._done()

    async def _dim(self, request: Request) -> "Answer":
        """{"power_w", "duration_s"}: the grid operator's limit, to be renewed in time."""
        self._web.require(request, "installer")
        data = self._web.body(request, "power_w", "duration_s")
        watt = self._web.integer(data, "power_w", 0, 200000)
        seconds = self._web.integer(data, "duration_s", 1, 86400)
        self._charger.dim(watt, seconds * 1000)
        self._web.events.add("dimmed", str(watt))
        return self._done()

    async def _reset_faults(self, request: Request) -> "Answer":
        self._web.body(request, "")
        if not self._charger.reset_faults():
            self._web.soon()
            abort(409, "The cause is still there.")
        self._web.events.add("faults_reset", request.g.role or "")
        return self._done()
