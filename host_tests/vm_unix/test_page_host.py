"""The real page of the real VM in a real browser, while it charges."""

import threading

import pytest
from playwright.sync_api import expect

from ballast_bench.setup import PASSWORD, default_ev
from services.web.page_steps import log_in

pytestmark = pytest.mark.browser


class Live:
    """The world runs in a thread of its own, ten times as fast as the browser's clock."""

    PACE = 10.0

    def __init__(self, start):
        self.ready, self._end = threading.Event(), threading.Event()
        self.setup = None
        self._start = start
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()
        assert self.ready.wait(60)

    def _work(self):
        try:
            self.setup = self._start()
            self.setup.world.nodes[0].cp.plug_in(default_ev())
            self.setup.world.run(1.0)
        finally:
            self.ready.set()
        while not self._end.is_set():
            self.setup.world.run(2.0, pace=self.PACE)
        self.setup.stop()  # in this thread: the browser's has an event loop that runs

    def close(self):
        self._end.set()
        self._thread.join(30)


@pytest.fixture
def live(on_vm):
    made = Live(lambda: on_vm(meter="clamp", house="semi"))
    yield made
    made.close()


def test_chromium_logs_in_and_sees_the_car_charge(live, chromium):
    errors = []
    page = chromium(390, 844, locale="en-GB")
    page.on("pageerror", lambda error: errors.append(str(error)))
    setup = live.setup
    page.goto(f"http://127.0.0.1:{setup.page_port(setup.world.nodes[0])}/")
    log_in(page, PASSWORD)
    expect(page.locator(".hero h2")).to_contain_text("Charging with", timeout=30_000)
    assert setup.world.nodes[0].cp.amps[0] > 5.0
    assert not errors
