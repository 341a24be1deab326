"""The references against whole chargers: what they really answer, log, refuse and show."""

import pytest

from ballast_bench.devices.web_client import Browser
from ballast_bench.person import actions, options, story
from ballast_bench.person.story import seen as seen_table
from ballast_bench.plant.ev import EV
from ballast_bench.rigs.group import GroupRig
from ballast_bench.rigs.web import LABEL, PASSWORD, free_port
from ballast_tools.check.references import events, routes, status, stories
from ballast_tools.check.references.chargers import Whole
from ballast_tools.check.references.shape import differs


@pytest.fixture(scope="module")
def described():
    """{(method, path): route} of API.md."""
    return {(r["method"], r["path"]): r for r in routes.rows()[0]}


@pytest.fixture
def rig():
    with Whole() as rig:
        yield rig.open().meter()


# -- the status document ------------------------------------------------------------------


class Watched:
    """Compares the status document of a charger with STATUS.md, whenever it is called."""

    def __init__(self):
        self.fields = status.rows()[0]
        self.states, self.codes = set(), set()

    def __call__(self, web):
        made = web.document()
        assert status.wrong(made, self.fields) == []
        self.states.add(made["state"])
        self.codes.add(made["sentence"]["code"])


def test_every_key_of_a_charger_is_described(rig):
    look = Watched()
    charger, cp, plant = rig.charger, rig.world.plant.chargers[0], rig.world.plant
    look(rig.web)
    cp.plug_in(EV())
    for _ in range(12):
        rig.world.run(2.0)
        look(rig.web)
    rig.wall.set(1_800_000_000)
    charger.boost(60)
    charger.commission()
    rig.world.run(5.0)
    look(rig.web)
    charger.commission_abort()
    charger.dim(4200, 60_000)
    charger.settings.set("export", 1)
    charger.settings.set("mode", 1)
    charger.settings.set("panel_ma", 20000)
    charger.settings.set("demand_w", 9000)
    rig.world.run(3.0)
    look(rig.web)
    plant.meter.silent = True
    rig.world.run(8.0)
    look(rig.web)
    cp.rcd.ac_ma = 40.0
    cp.touch()
    rig.world.run(2.0)
    look(rig.web)
    cp.unplug()
    rig.world.run(2.0)
    look(rig.web)
    assert {"A", "C2"} <= look.states and {"fault", "unplugged"} <= look.codes, look.codes


def test_every_key_of_a_group_is_described():
    look = Watched()
    with GroupRig(2, http=("127.0.0.1", free_port()), assets=(".", {})) as rig:
        apps = [node.app for node in rig.world.nodes]
        for seconds in (1.0, 20.0, 20.0):
            rig.world.run(seconds)
            for app in apps:
                look(app.page.web)
        assert apps[0].group.set_plan(3600, 8000, None)
        rig.do("unplug", 1)
        apps[1].settings.set("group_seat", 5)
        rig.world.run(2.0)
        for app in apps:
            look(app.page.web)
        shown = [app.page.web.document() for app in apps]
    assert shown[0]["plan"]["energy_wh"] > 7900 and shown[1]["group"]["problem"]


# -- the event log ------------------------------------------------------------------------


def test_every_event_of_a_charger_is_described(rig):
    known = {(row["kind"], row["detail"]) for row in events.rows()[0]}
    installer = Browser(rig).login(LABEL)
    Browser(rig).post("/api/login", {"password": "wrong"})
    installer.post("/api/clamps/pair", {"source": 0})
    installer.post("/api/dim", {"power_w": 4200, "duration_s": 60})
    installer.post("/api/password", {"password": "another-pass-1"})
    installer.put("/api/settings", {"margin_ma": 500})
    installer.put("/api/schedule", {"enabled": True, "outside_ma": 0, "windows": []})
    installer.post("/api/wifi/join", {"ssid": "home", "password": "home-pass-1"})
    installer.post("/api/setup/done")
    rig.auth.forgive()
    rig.world.plant.chargers[0].pe.lost = True
    rig.world.plant.chargers[0].touch()
    rig.world.run(3.0)
    rig.world.plant.chargers[0].pe.lost = False
    rig.world.plant.chargers[0].touch()
    rig.world.run(10.0)
    installer.post("/api/reset_faults")
    rig.world.run(2.0)
    seen = {(e["kind"], e["detail"]) for e in rig.events.document()}
    assert len({kind for kind, _ in seen}) >= 10, seen
    for kind, detail in seen:
        said = [text for name, text in known if name == kind]
        fixed = all(text.startswith("`") for text in said)
        assert said and (not fixed or any(f"`{detail}`" in text for text in said)), (kind, detail)


# -- the API ------------------------------------------------------------------------------


def test_who_may_is_what_a_charger_enforces(rig, described):
    user, stranger = Browser(rig).login(PASSWORD), Browser(rig)
    for (method, path), route in described.items():
        if not path.startswith("/api/") or path in ("/api/logout", "/api/live"):
            continue
        answers = [who.request(method, path, data={}, body=b"{}").status for who in (stranger, user)]
        assert (answers[0] == 401) == (route["who"] != "anyone" or path == "/api/login"), path
        assert (answers[1] == 403) == (route["who"] == "installer"), (path, answers)
        rig.world.run(1.0)  # 5 commands a second


SCHEDULE = {"enabled": True, "outside_ma": 6000,
            "windows": [{"days": [0, 6], "from_min": 0, "to_min": 60, "current_ma": 8000}]}  # fmt: skip
LINE = "mine | My meter | fc=4 I=6,8,10:f32 |"
BODIES = {
    ("POST", "/api/login"): {"password": LABEL},
    ("POST", "/api/current"): {"current_ma": 10000},
    ("POST", "/api/pause"): {},
    ("POST", "/api/resume"): {},
    ("POST", "/api/boost"): {"duration_s": 60},
    ("POST", "/api/dim"): {"power_w": 4200, "duration_s": 60},
    ("POST", "/api/reset_faults"): {},
    ("PUT", "/api/settings"): {"fuse_ma": 25000, "name": "Garage"},
    ("POST", "/api/time"): {"time_s": 1_800_000_000, "offset_min": 60},
    ("PUT", "/api/schedule"): SCHEDULE,
    ("POST", "/api/plan"): {"departure_s": 3600, "energy_wh": None, "rank": 0},
    ("POST", "/api/wifi/scan"): {},
    ("POST", "/api/wifi/join"): {"ssid": "cafe"},
    ("POST", "/api/meter/prove"): {},
    ("POST", "/api/setup/done"): {},
    ("POST", "/api/meter/models/check"): {"line": LINE},
    ("POST", "/api/meter/search"): {"bus": ""},
    ("POST", "/api/meter/test"): {"run": False},
    ("POST", "/api/password"): {"role": "user", "password": "another-pass-1"},
    ("POST", "/api/logout"): {},
}
NOT_HERE = {
    ("GET", "/api/live"), ("GET", "/api/clamps"), ("POST", "/api/clamps/pair"),
    ("POST", "/api/clamps/unpair"), ("POST", "/api/update"),
}  # fmt: skip
"""A stream, a radio that this charger lacks (below), and a file."""


def answered(route, answer, described):
    """Compare an answer with what API.md says of its route."""
    assert answer.status == 200, (route["path"], answer.status, answer.body)
    if route["media"]:
        assert answer.headers["content-type"].startswith(route["media"][0])
        return
    like = route["like"]
    if like == "STATUS.md":
        assert status.wrong(answer.json, status.rows()[0]) == []
        return
    fields = (described[like] if like else route)["answers"]
    assert differs(answer.json, fields) == [], route["path"]


def test_every_answer_is_as_described(rig, described):
    rig.world.plant.chargers[0].plug_in(EV())
    rig.world.run(3.0)
    installer = Browser(rig).login(LABEL)
    for (method, path), route in described.items():
        if path.startswith("/api/") and (method, path) not in NOT_HERE:
            data = BODIES.get((method, path))
            assert data is not None or method == "GET", f"write a body for {method} {path} into BODIES"
            told = {field.key.split("[")[0] for field in route["takes"] if "<" not in field.key}
            assert not told or set(data) <= told, path
            if path == "/api/wifi/scan":
                rig.charger.pause()
                rig.world.run(8.0)
            if path == "/api/logout":
                continue
            answered(route, installer.request(method, path, data=data), described)
            rig.world.run(0.5)
    answered(described["POST", "/api/logout"], installer.post("/api/logout"), described)


class Air:
    def send(self, mac, frame):
        return True


def test_the_answers_about_clamps_are_as_described(described):
    from ballast.services.radio.clamp_link import ClampLink
    from ballast.services.web.measure import WebMeasure

    with Whole() as rig:
        rig.open()
        links = ClampLink(rig.charger, Air(), 5, lambda n: bytes(range(1, n + 1)), lambda pairs: None)
        links._add(7, bytes(32), 0)
        rig.web.app.open_all()
        rig.web.app.url_map[:] = [row for row in rig.web.app.url_map if "clamps" not in row[1].url_pattern]
        WebMeasure(rig.web, links, None, None)
        installer = Browser(rig).login(LABEL)
        for method, path, data in (
            ("GET", "/api/clamps", None), ("POST", "/api/clamps/pair", {"source": 1}),
            ("POST", "/api/clamps/unpair", {"clamp": 7}),
        ):  # fmt: skip
            answered(described[method, path], installer.request(method, path, data=data), described)


def described_names(observed):
    """{name: value} as STORIES.md has them: of a family such as limit_SLOT_a one member for all."""
    families = {pattern: row[1] for pattern, row in seen_table.FAMILIES.items()}
    words = {pattern: row[0] for pattern, row in seen_table.FAMILIES.items()}
    out = {name: observed.pop(name) for name in seen_table.SEEN}
    for pattern, members in families.items():
        values = [observed.pop(pattern.replace(words[pattern], member)) for member in members]
        out[pattern] = values[0]
    assert not observed, "a name without a row"
    return out


def test_what_a_story_can_see_is_described():
    fields = stories.rows()[0]["seen"]
    setup = options.make_setup({"house": "empty", "meter": "none"})
    world = setup.start()
    try:
        assert differs(described_names(story.observe(world)), fields) == []
        bench = story.Bench(setup, 0)
        actions.do(bench, "plug")
        world.run(12.0)
        seen = described_names(story.observe(world))
        assert differs(seen, fields) == [] and seen["coil"] == 1
    finally:
        setup.stop()
