"""Routes to the settings, the passwords, the time and the weekly plan."""

from microdot import Request, abort
from micropython import const

from ballast.protocol import week_plan

TYPE_CHECKING = const(0)
if TYPE_CHECKING:

    from ballast.services.web.shapes import Answer, Schedule, Web

# Settings with routes of their own, which hash, prove or explain them
_OWN_ROUTE = ("password_user", "password_installer", "user_paused", "installed")


class WebSettings:
    """Adds its routes to `web`. plan: the weekly plan."""

    def __init__(self, web: "Web", plan: "Schedule") -> None:
        self._web = web
        self._plan = plan
        app = web.app
        app.get("/api/settings")(self._get)
        app.put("/api/settings")(self._put)
        app.post("/api/password")(self._password)
        app.post("/api/time")(self._time)
        app.get("/api/schedule")(self._get_plan)
        app.put("/api/schedule")(self._put_plan)

    async def _get(self, request: Request) -> "Answer":
        """Schema and values that the role may read; of a secret only whether it is set."""
        settings = self._web.charger.settings
        rows = []
        for row in settings.describe():
            if row["group"] != "user" and request.g.role != "installer":
                continue
            if row["key"] in _OWN_ROUTE:
                continue
            if settings.secret(row["key"]):
                row["set"] = settings[row["key"]] != ""
            else:
                row["value"] = settings[row["key"]]
            rows.append(row)
        return {"role": request.g.role, "settings": rows}

    async def _put(self, request: Request) -> "Answer":
        """Write several at once, all or none; 400 with one line and the field."""
        settings = self._web.charger.settings
        data = self._web.body(request)
        for key in data:
            wrong = settings.check(key, data[key])
            if wrong is None and key in _OWN_ROUTE:
                wrong = "%s: not set here" % key
            if wrong is not None:
                return {"error": wrong, "field": key}, 400
            if settings.group(key) == "profile":
                return {"error": "%s: given by the maker" % key, "field": key}, 403
            if settings.group(key) != "user":
                self._web.require(request, "installer")
        apart = settings.wrong(data)
        if apart:
            return {"error": apart[0][1], "field": apart[0][0]}, 400
        settings.set_all(data)
        if data:
            self._web.events.add("settings", ", ".join(sorted(data)))
        self._web.soon()
        return {"ok": True}

    async def _password(self, request: Request) -> "Answer":
        """Set the user's password (any role), or the installer's (installer only)."""
        data = self._web.body(request, "role", "password")
        role = data.get("role", "user")
        if role not in ("user", "installer"):
            abort(400, 'role must be "user" or "installer".')
        if role == "installer":
            self._web.require(request, "installer")
        try:
            token = await self._web.auth.set_password(role, data.get("password"))
        except ValueError as error:
            return {"error": error.args[0], "field": "password"}, 400
        if request.g.role == "installer" and role == "user":
            return {"ok": True}  # the installer's session stays
        return self._web.session({"ok": True}, token)

    async def _time(self, request: Request) -> "Answer":
        """A logged-in browser sets the clock: {"time_s": Unix, "offset_min": local - UTC}."""
        data = self._web.body(request, "time_s", "offset_min")
        try:
            self._web.wall.set(data.get("time_s"), data.get("offset_min", 0))
        except ValueError as error:
            abort(400, error.args[0])
        return {"ok": True}

    async def _get_plan(self, request: Request) -> "Answer":
        return self._plan.document()

    async def _put_plan(self, request: Request) -> "Answer":
        data = self._web.body(request)
        wrong = week_plan.problem(data, self._web.charger.settings["min_ma"])
        if wrong:
            abort(400, wrong)
        self._plan.set(data)
        self._web.events.add("schedule", "on" if data["enabled"] else "off")
        self._web.soon()
        return self._plan.document()
