"""Routes to the records: history, sessions, events."""

from microdot import Request, Response, abort
from micropython import const

from ballast.control.meter import meter
from ballast.control.records import Status
from ballast.protocol import status

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.services.web.shapes import (
        Answer,
        Events,
        History,
        Sessions,
        Web,
    )


class WebRecords:
    """Adds its routes to `web`, and adds to `history` and `sessions` once a second."""

    def __init__(
        self, web: "Web", history: "History", sessions: "Sessions", events: "Events"
    ) -> None:
        self._web = web
        self._history = history
        self._sessions = sessions
        self._events = events
        web.watchers.append(self._watch)
        #: user: currents of the last hour (each 10 s) or day (each 5 min), oldest first; lost at a restart
        #: query span? one of hour, day: `hour` if left out
        #: answers step_s int 10..300: time between two values
        #: answers count int 0..360: how many values there are
        #: answers house_da list of (int or null): house without the car, on the phase that carries most
        #: answers car_da list of (int or null): the car on that phase
        #: answers limit_da list of (int or null): the smallest limit
        #: answers fuse_da list of (int or null): main fuse
        web.app.get("/api/history")(self._get_history)
        #: user: the last 100 charging sessions of at least 10 Wh, the newest first
        #: answers columns list of text: start_s, end_s (Unix time), plugged_s, charge_s, energy_wh
        #: answers rows list of list of (int or null): values in this order; null = the time was not known
        web.app.get("/api/sessions")(self._get_sessions)
        #: user: the same as a file for a spreadsheet, the oldest first
        #: answers text/csv: the columns of /api/sessions
        web.app.get("/api/sessions.csv")(self._get_csv)
        #: installer: the event log, the newest first; EVENTS.md lists its lines
        #: answers events list of object: at most 64
        #: answers events[].time_s int or null: Unix time; null = it was not known
        #: answers events[].uptime_s int 0..: since the start of the charger
        #: answers events[].kind text: name of the event
        #: answers events[].detail text: about whom or what
        #: answers events[].count int 1..: how often it came in a row
        web.app.get("/api/events")(self._get_events)

    def _watch(self, uptime_s: int, st: Status) -> None:
        self._history.add(uptime_s, st, st.meter_state == meter.GOOD)
        plugged = status.plugged(st)
        if plugged is not None:  # None = not known, in a pilot fault: the row does not change
            self._sessions.add(uptime_s, plugged, st.session_s, st.charge_s, st.session_wh)

    async def _get_history(self, request: Request) -> "Answer":
        span = request.args.get("span", "hour")
        if span not in ("hour", "day"):
            abort(400, 'span must be "hour" or "day".')
        ring = self._history.hour if span == "hour" else self._history.day
        return Response(ring.json(), 200, {"Content-Type": "application/json"})

    async def _get_sessions(self, request: Request) -> "Answer":
        return Response(self._sessions.json(), 200, {"Content-Type": "application/json"})

    async def _get_csv(self, request: Request) -> "Answer":
        headers = {
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": 'attachment; filename="charging-sessions.csv"',
        }
        return Response(self._sessions.csv(), 200, headers)

    async def _get_events(self, request: Request) -> "Answer":
        self._web.require(request, "installer")
        return self._web.answer({"events": self._events.document()})
