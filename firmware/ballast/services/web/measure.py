"""Routes of the measurement: pair and unpair clamps, find a meter, test its readings.

All are for the installer. The actions take seconds to minutes: each command answers at once,
and the page reads the same address again to see how far the action is.
"""

from microdot import Request, abort
from micropython import const

from ballast.control.meter import commissioning
from ballast.protocol import meter_row, meter_table
from ballast.protocol.commissioning_words import sentences

TYPE_CHECKING = const(0)
if TYPE_CHECKING:
    from ballast.services.web.shapes import (
        Answer,
        ClampLink,
        CommissioningTest,
        MeterSearch,
        Web,
    )


class WebMeasure:
    """Adds its routes to `web`. clamps: None without a radio. search, test: None without a meter."""

    def __init__(
        self,
        web: "Web",
        clamps: "ClampLink | None",
        search: "MeterSearch | None",
        test: "CommissioningTest | None",
    ) -> None:
        self._web = web
        self._clamps = clamps
        self._search = search
        self._test = test
        app = web.app
        app.get("/api/clamps")(self._get_clamps)
        app.post("/api/clamps/pair")(self._pair)
        app.post("/api/clamps/unpair")(self._unpair)
        app.get("/api/meter/models")(self._models)
        app.post("/api/meter/models/check")(self._check_line)
        app.get("/api/meter/search")(self._get_search)
        app.post("/api/meter/search")(self._start_search)
        app.get("/api/meter/test")(self._get_test)
        app.post("/api/meter/test")(self._start_test)

    # -- clamps ------------------------------------------------------------------------

    def _link(self, request: Request) -> "ClampLink":
        self._web.require(request, "installer")
        if self._clamps is None:
            abort(404, "This charger has no radio for clamps.")
        return self._clamps

    async def _get_clamps(self, request: Request) -> "Answer":
        link = self._link(request)
        return {"window": link.window, "clamps": link.clamps(), "heard": link.heard()}

    async def _pair(self, request: Request) -> "Answer":
        """{"source": 0 supply or 1 sub-panel, "code": of the label; missing = by the buttons}"""
        link = self._link(request)
        data = self._web.body(request, "source", "code")
        source = self._web.integer(data, "source", 0, 1)
        code = data.get("code", "")
        if type(code) is not str:
            abort(400, "code: the letters and digits of the clamp's label.")
        try:
            link.open_window(source, code)
        except ValueError as error:
            abort(400, str(error))
        self._web.events.add("clamp_window")
        return await self._get_clamps(request)

    async def _unpair(self, request: Request) -> "Answer":
        link = self._link(request)
        data = self._web.body(request, "clamp")
        if not link.unpair(self._web.integer(data, "clamp", 0, 0xFFFFFFFF)):
            abort(404, "No clamp of this number is paired.")
        self._web.events.add("clamp_unpaired")
        return await self._get_clamps(request)

    # -- meters ------------------------------------------------------------------------

    async def _models(self, request: Request) -> "Answer":
        """The meters of the table, for a list to choose from: [[key, name, note], ..]."""
        rows = []
        for text in meter_table.ROWS:
            parts = text.split(" | ")
            rows.append([parts[0], parts[1], parts[3] if len(parts) > 3 else ""])
        rows.append(["sunspec", "SunSpec meter (found by itself)", ""])
        return {"models": rows}

    async def _check_line(self, request: Request) -> "Answer":
        """Check a line that describes a meter which the table lacks; 400 with its mistake."""
        self._web.require(request, "installer")
        data = self._web.body(request, "line")
        try:
            row = meter_row.MeterRow(str(data.get("line", "")))
        except ValueError as error:
            abort(400, str(error))
        return {"key": row.key, "name": row.name, "phases": row.phases}

    async def _get_search(self, request: Request) -> "Answer":
        self._web.require(request, "installer")
        finder = self._search.finder if self._search is not None else None
        if finder is None:
            return {"progress": 0, "text": "", "found": []}
        found = [
            {
                "model": c.key,
                "name": c.name,
                "unit": c.unit,
                "host": c.host,
                "baud": c.baud,
                "parity": c.parity,
                "points": c.points,
                "evidence": c.evidence,
            }
            for c in finder.candidates[:5]
        ]
        return {"progress": finder.progress, "text": finder.text, "found": found}

    async def _start_search(self, request: Request) -> "Answer":
        """{"bus": "rtu", "tcp" (with "host") or "network"; "" stops the search}"""
        self._web.require(request, "installer")
        if self._search is None:
            abort(404, "This charger reads no meters.")
        data = self._web.body(request, "bus", "host")
        bus, host = data.get("bus"), data.get("host", "")
        if bus not in ("", "rtu", "tcp", "network") or type(host) is not str:
            abort(400, "bus: rtu, tcp (with host) or network; empty to stop.")
        try:
            if bus:
                self._search.start(bus, host)
            else:
                self._search.stop()
        except ValueError as error:
            abort(400, str(error))
        return await self._get_search(request)

    # -- the commissioning test --------------------------------------------------------

    async def _get_test(self, request: Request) -> "Answer":
        self._web.require(request, "installer")
        if self._test is None:
            return {"state": "idle", "progress": 0, "verdict": "", "words": []}
        t = self._test.commissioning
        state = ("idle", "running", "done")[t.state]
        done = t.state == commissioning.DONE
        return {
            "state": state,
            "progress": t.progress,
            "verdict": commissioning.VERDICT_KEYS[t.verdict] if done else "",
            "words": sentences(t),
            "ratio_pm": list(t.ratio_pm),
            "phase_of_l1": t.first + 1,
            "delay_ms": t.delay_ms,
        }

    async def _start_test(self, request: Request) -> "Answer":
        """{"run": true or false}"""
        self._web.require(request, "installer")
        if self._test is None:
            abort(404, "This charger has no meter to test.")
        data = self._web.body(request, "run")
        if data.get("run") is True:
            if not self._test.start() and self._test.commissioning.state != commissioning.DONE:
                abort(409, "The car must be charging for this test.")
        elif data.get("run") is False:
            self._test.stop()
        else:
            abort(400, "run: true or false.")
        return await self._get_test(request)
