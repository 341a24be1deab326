"""The group on the page: what this charger has of it, and the plan of the car that is there."""

from microdot import abort


class WebGroup:
    """Adds its route to `web`, and "group" and "plan" to its status document.

    group: document(), plan (a ChargePlan), set_plan(departure_s, energy_wh, rank) -> bool.
    """

    def __init__(self, web, group):
        self._web = web
        self._group = group
        web.fillers.append(self._fill)
        web.app.post("/api/plan")(self._plan)

    def _fill(self, info):
        info.group = self._group.document()
        info.plan = self._group.plan.document()

    async def _plan(self, request):
        """{"departure_s": from now, "energy_wh": still wanted, "rank": 0 first}: null = not said.

        It replaces the plan before; all null = no plan. For this car only: unplugging ends it.
        """
        data = self._web.body(request, "departure_s", "energy_wh", "rank")
        plan = self._group.plan
        said = []
        for key, most in (
            ("departure_s", plan.MOST_S), ("energy_wh", plan.MOST_WH), ("rank", plan.MOST_RANK)
        ):  # fmt: skip
            value = data.get(key)
            said.append(value)
            if value is not None and (type(value) is not int or not 0 <= value <= most):
                line = "%s: a whole number from 0 to %d, or null, is needed" % (key, most)
                return {"error": line, "field": key}, 400
        if not self._group.set_plan(said[0], said[1], said[2]):
            abort(409, "Plug in the car first: a plan is for the car that is there.")
        self._web.soon()
        return {"ok": True}
