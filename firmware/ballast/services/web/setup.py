"""Routes of the five steps from the box to the first charge: network, meter proof, done."""

from microdot import Request, abort
from micropython import const

from ballast.control.meter import meter
from ballast.control.records import Status

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.services.web.shapes import Answer, MeterProof, Web, WifiLink


class WebSetup:
    """Adds its routes to `web`. link: None without Wi-Fi."""

    def __init__(self, web: "Web", link: "WifiLink | None", proof: "MeterProof") -> None:
        self._web = web
        self._link = link
        self._proof = proof
        web.watchers.append(self._watch)
        self._routes()

    def _routes(self) -> None:
        app = self._web.app
        #: installer: look for Wi-Fi networks, for about 2 s
        #: answers connected text: network that the charger is in, empty = none
        #: answers networks list of object: at most 12, the strongest first
        #: answers networks[].ssid text: its name
        #: answers networks[].rssi_dbm int: how strong it is
        #: answers networks[].secured bool: it needs a password
        app.post("/api/wifi/scan")(self._scan)
        #: installer: try a network for up to 25 s, and keep it if it answers
        #: takes ssid text: its name, up to 32 bytes
        #: takes password? text: empty or left out for an open network, else 8 to 63 bytes
        #: answers connected bool: it answered, and its name and password are kept
        #: answers reason text: empty, or `password` or `network` (not found)
        #: error 400: what is wrong with name or password
        app.post("/api/wifi/join")(self._join)
        #: installer: begin the proof of the meter: somebody switches an appliance of 4 A or more on and off
        #: answers as GET /api/meter/proof
        app.post("/api/meter/prove")(self._prove)
        #: user: how far the proof of the meter is
        #: answers state one of idle, listen, rise, fall, proven, failed: what it waits for
        #: answers reason text: why it failed: silent, nothing, reversed or stuck; else empty
        #: answers failed_at int 0..2: at which step: 0 listen, 1 rise, 2 fall
        #: answers current_ma [3] int or null: the house now, + = import; null = nothing heard
        #: answers phases int 1..3: of the supply
        app.get("/api/meter/proof")(self._get_proof)
        #: installer: the first set-up is finished (setting `installed`)
        #: answers ok bool: true
        app.post("/api/setup/done")(self._done)

    def _watch(self, uptime_s: int, st: Status) -> None:
        heard = st.meter_state in (meter.GOOD, meter.RECOVERING)
        self._proof.add(uptime_s, st.house_ma if heard else None)

    def _radio(self, request: Request) -> "WifiLink":
        self._web.require(request, "installer")
        if self._link is None:
            abort(404, "This charger has no Wi-Fi.")
        return self._link

    async def _scan(self, request: Request) -> "Answer":
        link = self._radio(request)
        if self._web.document()["contactor"]:
            abort(409, "Pause charging first: looking for networks disturbs the clamp's radio.")
        rows = await link.scan()
        return {
            "connected": link.network(),
            "networks": [{"ssid": r[0], "rssi_dbm": r[1], "secured": not r[2]} for r in rows[:12]],
        }

    async def _join(self, request: Request) -> "Answer":
        link = self._radio(request)
        data = self._web.body(request, "ssid", "password")
        ssid, key = data.get("ssid"), data.get("password", "")
        settings = self._web.charger.settings
        wrong = settings.check("wifi_ssid", ssid) or settings.check("wifi_password", key)
        if wrong is not None:
            abort(400, wrong)
        if not ssid or (key and len(key) < 8):
            abort(400, "A network name, and no password or one of at least 8 characters.")
        reason = await link.join(ssid, key)
        return {"connected": reason == "", "reason": reason}

    async def _prove(self, request: Request) -> "Answer":
        self._web.require(request, "installer")
        self._proof.start()
        return await self._get_proof(request)

    async def _get_proof(self, request: Request) -> "Answer":
        return self._proof.document(self._web.charger.settings["supply_phases"])

    async def _done(self, request: Request) -> "Answer":
        self._web.require(request, "installer")
        if not self._web.auth.has_password():
            abort(409, "Set a password first.")
        self._web.charger.settings.set("installed", 1)
        #: setup_done: the first set-up was finished
        self._web.events.add("setup_done")
        self._web.soon()
        return {"ok": True}
