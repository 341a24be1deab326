"""Routes of the five steps from the box to the first charge: network, meter proof, done."""

from microdot import Request, abort
from micropython import const

from ballast.control.records import Status
from ballast.protocol import status

TYPE_CHECKING = const(0)
if TYPE_CHECKING:
    from ballast.services.web.shapes import Answer, Document, MeterProof, Web, WifiLink


class WebSetup:
    """Adds its routes to `web`. link: None without Wi-Fi."""

    def __init__(self, web: "Web", link: "WifiLink | None", proof: "MeterProof") -> None:
        self._web = web
        self._link = link
        self._proof = proof
        web.watchers.append(self._watch)
        app = web.app
        app.post("/api/wifi/scan")(self._scan)
        app.post("/api/wifi/join")(self._join)
        app.post("/api/meter/prove")(self._prove)
        app.get("/api/meter/proof")(self._get_proof)
        app.post("/api/setup/done")(self._done)

    def _watch(self, uptime_s: int, st: Status, document: "Document") -> None:
        heard = st.meter_state in (status.meter.GOOD, status.meter.RECOVERING)
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
        self._web.events.add("setup_done")
        self._web.soon()
        return {"ok": True}
