"""Routes of the measurement: pair and unpair clamps, find a meter, test its readings.

All but the list of known meters are for the installer. The actions take seconds to minutes: each
command answers at once, and the page reads the same address again to see how far the action is.
"""

from microdot import Request, abort
from micropython import const

from ballast.control.meter import commissioning
from ballast.protocol import meter_row, meter_table
from ballast.protocol.commissioning_words import sentences

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
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
        self._clamp_routes()
        self._meter_routes()

    def _clamp_routes(self) -> None:
        app = self._web.app
        #: installer: the paired clamps, and the state of the pairing
        #: answers window one of closed, open, offered, paired, timeout, two clamps, wrong code: the pairing
        #: answers clamps list of object: one for each paired clamp
        #: answers clamps[].clamp int 0..4294967295: its number
        #: answers clamps[].source int 0..1: 0 measures the supply, 1 the sub-panel
        #: answers clamps[].rssi int: how well the charger hears it, in dBm; 0 = not heard yet
        #: answers clamps[].clamp_rssi int: how well it hears the charger, in dBm
        #: answers clamps[].battery_mv int 0..: voltage of its battery
        #: answers clamps[].battery_low bool: its battery is nearly empty
        #: answers clamps[].signed bool: it knows the direction of the current
        #: answers clamps[].clipped bool: its current is above what it can measure
        #: answers clamps[].fault bool: it cannot measure
        #: answers clamps[].phases int 0..3: how many phases it measures
        #: answers clamps[].lost int 0..: samples that did not arrive
        #: answers clamps[].heard_ms int -1..: since its last sample; -1 = none since the start
        #: answers heard object: frames since the start
        #: answers heard.<result> int 0..: by what became of them: accepted, repeat, stranger, forged ...
        app.get("/api/clamps")(self._get_clamps)
        #: installer: listen for a new clamp for two minutes; it replaces the one with the same source
        #: takes source int 0..1: 0 the supply, 1 the sub-panel
        #: takes code? text: setup code of its label; left out = the clamp's own button is pressed
        #: answers as GET /api/clamps
        #: error 400: what is wrong with the code
        app.post("/api/clamps/pair")(self._pair)
        #: installer: forget a clamp
        #: takes clamp int 0..4294967295: its number
        #: answers as GET /api/clamps
        app.post("/api/clamps/unpair")(self._unpair)

    def _meter_routes(self) -> None:
        app = self._web.app
        #: user: the meters that the charger knows
        #: answers models list of list of text: key (for the setting `meter_model`), name, note
        app.get("/api/meter/models")(self._models)
        #: installer: whether a line for a meter of one's own (setting `meter_line`) can be used
        #: takes line text: as protocol/meter_row.py explains
        #: answers key text: its key
        #: answers name text: its name
        #: answers phases int 1..3: how many phases it measures
        #: error 400: what is wrong with the line
        app.post("/api/meter/models/check")(self._check_line)
        #: installer: how far the search for a meter is
        #: answers progress int 0..100: percent
        #: answers text text: what it does now, in English
        #: answers found list of object: at most 5, the best first
        #: answers found[].model text: for the setting `meter_model`
        #: answers found[].name text: name of the model
        #: answers found[].unit int 1..247: Modbus address
        #: answers found[].host text: address in the network, empty on RS-485
        #: answers found[].baud int 0..115200: speed on RS-485, in Bd; 0 in the network
        #: answers found[].parity text: N or E on RS-485, else empty
        #: answers found[].points int 0..: how well it fits; 50 is proven
        #: answers found[].evidence text: why, in English
        app.get("/api/meter/search")(self._get_search)
        #: installer: begin or stop a search; the meter's own link pauses meanwhile
        #: takes bus text: `rtu`, `tcp` (with host), `network`, or empty = stop
        #: takes host? text: IPv4 address, `:port` behind it unless it is 502
        #: answers as GET /api/meter/search
        #: error 400: why it cannot begin
        app.post("/api/meter/search")(self._start_search)
        #: installer: the test of the meter with the car's own current
        #: answers state one of idle, running, done: where it is
        #: answers progress int 0..100: percent
        #: answers verdict text: empty, or what it found: ok, no_ev, silent, no_answer, reversed, ratio ...
        #: answers words list of text: what it found, in English
        #: answers ratio_pm? [3] int: meter to car on each phase of the supply; 1000 = right, 0 = no answer
        #: answers phase_of_l1? int 0..3: the only phase that answered, 0 = none or several
        #: answers delay_ms? int 0..: how late the meter shows the car
        app.get("/api/meter/test")(self._get_test)
        #: installer: begin or stop that test; it takes about 2 minutes and moves the car's current
        #: takes run bool: true = begin, false = stop
        #: answers as GET /api/meter/test
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
        #: clamp_window: the charger began to listen for a new clamp
        self._web.events.add("clamp_window")
        return await self._get_clamps(request)

    async def _unpair(self, request: Request) -> "Answer":
        link = self._link(request)
        data = self._web.body(request, "clamp")
        if not link.unpair(self._web.integer(data, "clamp", 0, 0xFFFFFFFF)):
            abort(404, "No clamp of this number is paired.")
        #: clamp_unpaired: a clamp was removed
        self._web.events.add("clamp_unpaired")
        return await self._get_clamps(request)

    # -- meters ------------------------------------------------------------------------

    async def _models(self, request: Request) -> "Answer":
        rows = []
        for text in meter_table.ROWS:
            parts = text.split(" | ")
            rows.append([parts[0], parts[1], parts[3] if len(parts) > 3 else ""])
        rows.append(["sunspec", "SunSpec meter (found by itself)", ""])
        return self._web.answer({"models": rows})

    async def _check_line(self, request: Request) -> "Answer":
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
