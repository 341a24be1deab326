"""Routes to the settings, the passwords, the time and the weekly schedule."""

from microdot import Request, abort
from micropython import const

from ballast.protocol import week_schedule

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Callable

    from ballast.services.web.shapes import Answer, Schedule, Web

# Settings with routes of their own, which hash, prove or explain them
_OWN_ROUTE = ("password_user", "password_installer", "user_paused", "installed")


class WebSettings:
    """Adds its routes to `web`. plan: the weekly schedule. kept_s(): see PUT /api/settings."""

    def __init__(
        self, web: "Web", schedule: "Schedule", kept_s: "Callable[[], int | None]"
    ) -> None:
        self._kept_s = kept_s
        self._web = web
        self._schedule = schedule
        self._routes()
        self._plan_routes()

    def _routes(self) -> None:
        app = self._web.app
        #: user: the settings that this role may change, with their schema; SETTINGS.md says what each is
        #: answers role one of user, installer: of this session
        #: answers settings list of object: one for each setting
        #: answers settings[].key text: its name
        #: answers settings[].default int or text: its value on a new charger
        #: answers settings[].min? int: smallest value, of a number
        #: answers settings[].max int: largest value of a number, longest text in bytes
        #: answers settings[].unit? text: unit, or the words of its values, of a number
        #: answers settings[].group one of user, site: who may change it; site = the installer
        #: answers settings[].secret? bool: of a text: it is never read back
        #: answers settings[].value? int or text: its value; not of a secret
        #: answers settings[].set? bool: of a secret: whether there is one
        app.get("/api/settings")(self._get)
        #: user: write settings, all or none; those of the group `site` for the installer alone
        #: takes <setting>? int or text: any number of settings by their key, as SETTINGS.md has them
        #: answers ok bool: true
        #: answers kept_s int 0..6 or null: after so long no power cut undoes it; null = when charging ends
        #: error 400: one line that says what is wrong with a value, and `field`, the key of that setting
        app.put("/api/settings")(self._put)
        #: user: set a password; the installer's for the installer alone. Other sessions of that role end
        #: takes role? one of user, installer: whose password, `user` if left out
        #: takes password text: 8 to 64 bytes
        #: answers ok bool: true; a session cookie too, unless the installer set the user's password
        #: error 400: one line that says what is wrong with the password
        app.post("/api/password")(self._password)
        #: user: tell the charger the time of day
        #: takes time_s int 1735689600..4102444800: Unix time
        #: takes offset_min? int -840..840: local time less UTC, 0 if left out
        #: answers ok bool: true
        #: error 400: which of the two is no such time
        app.post("/api/time")(self._time)

    def _plan_routes(self) -> None:
        app = self._web.app
        #: user: the weekly schedule, and what it says now
        #: answers enabled bool: the schedule limits
        #: answers outside_ma int 0..80000: current outside of all windows; 0 = pause
        #: answers windows list of object: at most 6; where several overlap the largest current counts
        #: answers windows[].days list of int 0..6: days on which it begins, 0 = Monday
        #: answers windows[].from_min int 0..1439: begin, minutes after local midnight
        #: answers windows[].to_min int 0..1439: end; not after the begin = on the next day
        #: answers windows[].current_ma? int 0..80000: current in it; 0 or missing = no limit
        #: answers minute int 0..10079 or null: minute of the local week; null while the time is not known
        #: answers limit_ma int 0..80000 or null: what the schedule allows now; null = no limit, or no time
        #: answers change_min int 1..10080 or null: until that changes; null = never, or no time
        app.get("/api/schedule")(self._get_schedule)
        #: user: replace the weekly schedule
        #: takes enabled bool: the schedule limits
        #: takes outside_ma? int 0..80000: 0 = pause, or at least `min_ma`
        #: takes windows list of object: at most 6
        #: takes windows[].days list of int 0..6: one to seven days, 0 = Monday
        #: takes windows[].from_min int 0..1439: begin, minutes after local midnight
        #: takes windows[].to_min int 0..1439: end; not after the begin = on the next day
        #: takes windows[].current_ma? int 0..80000: 0 or missing = no limit, or at least `min_ma`
        #: answers as GET /api/schedule
        #: error 400: one line that says what is wrong, and in which window
        app.put("/api/schedule")(self._put_schedule)

    async def _get(self, request: Request) -> "Answer":
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
        return self._web.answer({"role": request.g.role, "settings": rows})

    async def _put(self, request: Request) -> "Answer":
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
            #: settings keys: these settings were written by PUT /api/settings
            self._web.events.add("settings", ", ".join(sorted(data)))
        self._web.soon()
        return {"ok": True, "kept_s": self._kept_s()}

    async def _password(self, request: Request) -> "Answer":
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
        data = self._web.body(request, "time_s", "offset_min")
        try:
            self._web.wall.set(data.get("time_s"), data.get("offset_min", 0))
        except ValueError as error:
            abort(400, error.args[0])
        return {"ok": True}

    async def _get_schedule(self, request: Request) -> "Answer":
        return self._schedule.document()

    async def _put_schedule(self, request: Request) -> "Answer":
        data = self._web.body(request)
        wrong = week_schedule.problem(data, self._web.charger.settings["min_ma"])
        if wrong:
            abort(400, wrong)
        self._schedule.set(data)
        #: schedule `on` or `off`: the weekly schedule was changed; whether it limits
        self._web.events.add("schedule", "on" if data["enabled"] else "off")
        self._web.soon()
        return self._schedule.document()
