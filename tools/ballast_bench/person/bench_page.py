"""The bench page: /bench on the first charger's page. Host side only, never in the firmware.

GET /bench/verbs -> what can be done, from the tables of actions.py. GET /bench/state -> what the
bench is like now. POST /bench/do {"action", "args"} -> does it. GET /bench/story -> everything
done so far as a story that `tools/ballast play` takes as it is.
"""

import time
from pathlib import Path

from ballast_bench.person import actions, in_force, options
from ballast_bench.person.bench_state import now, state_of
from ballast_bench.person.verbs.action import TEXT

PAGE = Path(__file__).parent / "page"
_SHOWN_LINES = 40
_UNKEPT = ("speed",)  # what a story has no use for


def real_ms():
    """The computer's clock as ticks: for what concerns a browser, whatever the bench's speed."""
    return time.monotonic_ns() // 1_000_000 & 0x3FFFFFFF


class BenchPage:
    """setup: ballast_bench.setup.Setup after its world was made. Adds its routes to main.App `app`.

    lines: what was done, as the lines of a story. save_to: a Path that is written after each of them.
    """

    def __init__(self, setup, app):
        self.setup, self.world = setup, setup.world
        self.plant = setup.world.plant
        self.clamps = setup.clamps
        self._index, self._asked = 0, False
        self.lines = [options.line(setup.given)] if setup.given else []
        self.done = {}  # {verb: the arguments with which it was done last}
        self.save_to = None
        self.usual = []  # of each charger: what is in force while nobody has done anything
        for index in range(len(self.plant.chargers)):
            self._index = index
            self.usual.append(now(self))
        self._index = 0
        self.attach(app)

    def attach(self, app):
        """Its routes on the page of a charger that has just started."""
        page = app.page
        page.door.clock = real_ms
        page.web.real_ms = real_ms
        self.route(page.web.app)

    def route(self, server):
        """Its routes on a Microdot."""
        server.get("/bench/verbs")(self._verbs)
        server.get("/bench/state")(self._state)
        server.get("/bench/story")(self._story)
        server.post("/bench/do")(self._do)
        server.post("/bench/charger")(self._choose)

    @property
    def charger_index(self):
        """The chosen charger. A verb that reads it concerns that one; the others concern all."""
        self._asked = True
        return self._index

    @charger_index.setter
    def charger_index(self, index):
        self._index = index

    def do(self, verb, args=None):
        """Do one action now, and keep it as a line. ActionError with one line."""
        self._asked = False
        given = actions.do(self, verb, args)
        charger = self._index if self._asked else None
        self.done[verb] = given
        if verb in ("plug", "unplug"):  # another car: nothing was done to it yet
            self._new_car()
        if verb not in _UNKEPT:
            self.lines.append(actions.line(self.world.plant.now_s, verb, given, charger or 0))
            self.save()

    def _new_car(self):
        values, usual = now(self), self.usual[self._index]
        usual.update((a.verb, values[a.verb]) for a in actions.GROUPS["car"].ACTIONS if a.verb in values)

    def text(self):
        """Everything done so far, as a story."""
        return "\n".join([*self.lines, f"{self.world.plant.now_s:.2f} end"]) + "\n"

    def save(self):
        """Write the story to `save_to`, if there is such a file. OSError when it cannot be."""
        if self.save_to is not None:
            self.save_to.write_text(self.text(), encoding="utf-8")

    async def _verbs(self, request):
        return {"groups": verbs()}

    async def _state(self, request):
        return self.state()

    async def _story(self, request):
        head = {"Content-Type": "text/plain; charset=utf-8",
                "Content-Disposition": 'attachment; filename="bench.story"'}  # fmt: skip
        return self.text(), 200, head

    async def _do(self, request):
        data = request.json
        if not isinstance(data, dict):
            return {"error": "send {action, args} as JSON"}, 400
        try:
            self.do(data.get("action"), data.get("args"))
        except (actions.ActionError, OSError) as error:
            return {"error": str(error)}, 400
        return self.state()

    async def _choose(self, request):
        """{"index"}: the charger that the car and fault actions act on."""
        index = request.json.get("index") if isinstance(request.json, dict) else None
        if not isinstance(index, int) or not 0 <= index < len(self.plant.chargers):
            return {"error": f"charger: from 0 to {len(self.plant.chargers) - 1}"}, 400
        self.charger_index = index
        return self.state()

    def state(self):
        """Everything that the page shows, as plain values."""
        return state_of(self) | {"lines": self.lines[-_SHOWN_LINES:]}


def verbs():
    """[{key, title, verbs: [{verb, about, args: [...]}]}]: what the page draws its controls from."""
    return [
        {
            "key": key,
            "title": actions.TITLES.get(key, key.capitalize()),
            "verbs": [_verb(action) for action in module.ACTIONS],
        }
        for key, module in actions.GROUPS.items()
    ]


def _verb(action):
    return {"verb": action.verb, "about": action.about, "key": in_force.KEYS.get(action.verb),
            "lasts": action.verb in in_force.READ, "free": _settings() if action.free else [],
            "args": [_argument(name, rule) for name, rule in action.args.items()]}  # fmt: skip


def _argument(name, rule):
    kind, default, least, most = rule
    out = {"name": name, "kind": kind, "default": default, "choices": None, "least": None, "most": None}
    if kind == TEXT:
        out["choices"] = None if least is None else list(least)
    else:
        out["least"], out["most"] = least, most
    return out


def _settings():
    """Settings that are numbers, for a verb whose arguments they are."""
    from ballast.control.setting_rows import NUMBERS

    return [{"key": row[0], "least": row[2], "most": row[3], "unit": row[4]} for row in NUMBERS]
