"""The group on the page: this charger's part in it, and the plan of the EV that is plugged in."""

from microdot import Request, abort
from micropython import const

from ballast.protocol.status import Info

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.services.web.shapes import Answer, Group, Web


class WebGroup:
    """Adds its route to `web`, and "group" and "plan" to its status document."""

    def __init__(self, web: "Web", group: "Group") -> None:
        self._web = web
        self._group = group
        web.fillers.append(self._fill)
        #: user: replace the plan of the car that is plugged in, until it is unplugged; all null = no plan
        #: takes departure_s? int 0..604800 or null: from now until it leaves
        #: takes energy_wh? int 0..200000 or null: energy that it still wants
        #: takes rank? int 0..255 or null: its rank in the group, 0 comes first
        #: answers ok bool: true
        #: error 400: KEY: a whole number from 0 to the largest, or null, is needed (`field`: KEY)
        web.app.post("/api/plan")(self._plan)

    def _fill(self, info: Info) -> None:
        info.group = self._group.document()
        info.plan = self._group.plan.document()

    async def _plan(self, request: Request) -> "Answer":
        data = self._web.body(request, "departure_s", "energy_wh", "rank")
        plan = self._group.plan
        given = []
        for key, most in (
            ("departure_s", plan.MOST_S), ("energy_wh", plan.MOST_WH), ("rank", plan.MOST_RANK)
        ):  # fmt: skip
            value = data.get(key)
            given.append(value)
            if value is not None and (type(value) is not int or not 0 <= value <= most):
                line = "%s: a whole number from 0 to %d, or null, is needed" % (key, most)
                return {"error": line, "field": key}, 400
        if not self._group.set_plan(given[0], given[1], given[2]):
            abort(409, "Plug in the car first: a plan is for the car that is there.")
        self._web.soon()
        return {"ok": True}
