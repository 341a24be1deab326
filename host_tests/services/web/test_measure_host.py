"""Clamps, meter search and commissioning test over HTTP, as the page asks for them."""

import pytest

from ballast.protocol.clamp_pairing import format_code
from ballast.services.radio.clamp_link import ClampLink
from ballast.services.web.measure import WebMeasure
from ballast_bench.devices import meter_servers
from ballast_bench.devices.meter_maps import MAPS
from ballast_bench.devices.web_client import Browser
from ballast_bench.rigs.web import LABEL, PASSWORD, WebRig

CODE = format_code(bytes(range(10)))


class NoRadio:
    def send(self, mac, frame):
        return True


class Test:
    """What the charger's facade offers for the commissioning test."""

    __test__ = False

    def __init__(self):
        from ballast.control.meter.commissioning import Commissioning

        self.commissioning = Commissioning()
        self.ready = True
        self.fitted = True

    def start(self):
        if not self.ready:
            return False

        class Ev:
            fitted = self.fitted

        return self.commissioning.start(0, Ev, 6000, 16000)

    def stop(self):
        self.commissioning.abort()


class Bench:
    """A charger with its page and the measurement's routes."""

    def __init__(self, with_parts=True):
        from ballast.compose.meter_search import make_search

        self.rig = WebRig()
        self.held = []
        self.kept = []
        self.address = "127.0.0.9"
        self.port = None
        self.links = ClampLink(
            self.rig.charger, NoRadio(), 5, lambda n: bytes(range(1, n + 1)), self.kept.append
        )
        self.search = make_search(lambda: self.port, lambda: self.address, self.held.append)
        self.test = Test()
        parts = (self.links, self.search, self.test) if with_parts else (None, None, None)
        WebMeasure(self.rig.web, *parts)
        self.rig.open().meter()

    def browser(self, word=LABEL):
        return Browser(self.rig).login(word)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.rig.close()


@pytest.fixture
def bench():
    with Bench() as bench:
        yield bench


@pytest.fixture
def page(bench):
    return bench.browser()


def test_a_window_is_opened_and_shown(bench, page):
    assert page.get("/api/clamps").json["window"] == "closed"
    got = page.post("/api/clamps/pair", {"source": 0, "code": CODE}).json
    assert got["window"] == "open" and got["clamps"] == [] and got["heard"]["accepted"] == 0
    assert bench.links._code == bytes(range(10))
    page.post("/api/clamps/pair", {"source": 1})
    assert bench.links._code == b"" and bench.links._source == 1


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        ({"source": 2}, 400, "source"),
        ({}, 400, "source"),
        ({"source": 0, "code": "ABC"}, 400, "3 of 17"),
        ({"source": 0, "code": 5}, 400, "label"),
        ({"source": 0, "what": 1}, 400, "Unknown"),
    ],
)
def test_a_bad_request_opens_nothing(bench, page, data, status, words):
    answer = page.post("/api/clamps/pair", data)
    assert answer.status == status and words in answer.json["error"]
    assert bench.links.window == "closed"


def test_unpairing(bench, page):
    bench.links._add(7, bytes(32), 0)
    assert [c["clamp"] for c in page.get("/api/clamps").json["clamps"]] == [7]
    assert page.post("/api/clamps/unpair", {"clamp": 7}).json["clamps"] == []
    assert page.post("/api/clamps/unpair", {"clamp": 7}).status == 404
    assert bench.kept == [b"[]"]


def test_the_user_may_look_at_none_of_it(bench):
    user = bench.browser(PASSWORD)
    for path in ("/api/clamps", "/api/meter/search", "/api/meter/test"):
        assert user.get(path).status == 403
    for path, data in (
        ("/api/clamps/pair", {"source": 0}),
        ("/api/clamps/unpair", {"clamp": 7}),
        ("/api/meter/search", {"bus": "network"}),
        ("/api/meter/test", {"run": True}),
        ("/api/meter/models/check", {"line": ""}),
    ):
        assert user.post(path, data).status == 403
    assert bench.links.window == "closed" and bench.search.finder is None


def test_the_list_of_models(page):
    models = page.get("/api/meter/models").json["models"]
    assert len(models) >= 31 and ["sunspec", "SunSpec meter (found by itself)", ""] in models
    notes = {m[0]: m[2] for m in models}
    assert "W says 0x3E" in notes["em24"] and notes["sdm630"] == ""


def test_a_line_of_ones_own_is_checked(page):
    good = page.post("/api/meter/models/check", {"line": "own | Mine | fc=3 I=0,1,2:u16/10"})
    assert good.json == {"key": "own", "name": "Mine", "phases": 3}
    bad = page.post("/api/meter/models/check", {"line": "own | Mine | fc=3 I=0:u7"})
    assert bad.status == 400 and "no type 'u7'" in bad.json["error"]


def test_a_meter_is_found_over_tcp(bench, page):
    world = bench.rig.world
    assert page.get("/api/meter/search").json == {"progress": 0, "text": "", "found": []}
    meter = MAPS["em340"]

    async def serve():
        from pymodbus.server import ModbusTcpServer

        server = ModbusTcpServer(
            [meter_servers.device(1, meter.function, meter.block())], address=("127.0.0.1", 0)
        )
        await server.listen()
        return server, server.transport.sockets[0].getsockname()[1]

    server, port = world.loop.run_until_complete(serve())
    page.post("/api/meter/search", {"bus": "tcp", "host": "127.0.0.1:%d" % port})
    assert page.post("/api/meter/search", {"bus": "network"}).status == 400
    for _ in range(100):
        world.run(0.2)
        got = page.get("/api/meter/search").json
        if got["progress"] == 100:
            break
    world.loop.run_until_complete(server.shutdown())
    assert "EM/ET340" in got["found"][0]["name"], got  # its twins are named along
    assert got["found"][0]["host"] == "127.0.0.1" and "power fits" in got["text"]
    assert bench.held == [True, False]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"bus": "rtu"}, "no RS-485"),
        ({"bus": "tcp", "host": "meter.local"}, "an address like"),
        ({"bus": "tcp", "host": 7}, "bus:"),
        ({"bus": "can"}, "bus:"),
        ({"bus": "network"}, "no network"),
    ],
)
def test_a_search_that_cannot_be(bench, page, data, words):
    bench.address = ""
    answer = page.post("/api/meter/search", data)
    assert answer.status == 400 and words in answer.json["error"]
    assert bench.held == []


def test_a_search_is_stopped(bench, page):
    class Line:
        def configure(self, *args):
            pass

        def discard(self):
            pass

        def write(self, frame):
            return len(frame)

        def read_into(self, buf):
            return 0

        def silence_ms(self):
            return 4

        def transmit_ms(self, n):
            return n

    bench.port = Line()
    page.post("/api/meter/search", {"bus": "rtu"})
    bench.rig.world.run(2)
    got = page.get("/api/meter/search").json
    assert 0 < got["progress"] < 100 and "Bd" in got["text"]
    page.post("/api/meter/search", {"bus": ""})
    bench.rig.world.run(2)
    assert not bench.search.running() and bench.held == [True, False]


def test_the_commissioning_test(bench, page):
    assert page.get("/api/meter/test").json["state"] == "idle"
    assert page.post("/api/meter/test", {"run": True}).json["state"] == "running"
    got = page.post("/api/meter/test", {"run": False}).json
    assert (got["state"], got["verdict"]) == ("done", "aborted")
    assert got["words"] == ["The test was stopped."]
    assert page.post("/api/meter/test", {}).status == 400


def test_the_test_says_why_it_does_not_start(bench, page):
    bench.test.ready = False
    answer = page.post("/api/meter/test", {"run": True})
    assert answer.status == 409 and "charging" in answer.json["error"]
    bench.test.ready, bench.test.fitted = True, False
    got = page.post("/api/meter/test", {"run": True}).json
    assert got["verdict"] == "not_fitted" and "kettle" in got["words"][0]


def test_a_charger_without_the_parts():
    with Bench(with_parts=False) as bench:
        page = bench.browser()
        assert page.get("/api/clamps").status == 404
        assert page.get("/api/meter/search").json["found"] == []
        assert page.post("/api/meter/search", {"bus": "tcp"}).status == 404
        assert page.get("/api/meter/test").json["state"] == "idle"
        assert page.post("/api/meter/test", {"run": True}).status == 404
