"""Shared by all tests on CPython: MicroPython's names, the VM and the browser."""

import os
import shutil
from pathlib import Path

import hypothesis
import pytest

from ballast_bench import upy
from ballast_tools.shell import node

upy.install()

# No test depends on the machine's speed: an example may take as long as it takes. The examples follow
# from the test alone, so that a commit passes or fails for everybody. `--hypothesis-profile hunt` draws
# new ones in each run; what it finds becomes an @example.
hypothesis.settings.register_profile("same for all", deadline=None, derandomize=True)
hypothesis.settings.register_profile("hunt", deadline=None, print_blob=True)
hypothesis.settings.load_profile("same for all")

HERE = Path(__file__).parent
CHROMIUM = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def lacking(what, how):
    """Skip, saying how to install it; where nothing may be lacking (CI) fail instead."""
    line = f"{what} is missing: {how}"
    if os.environ.get("BALLAST_NO_SKIP"):
        pytest.fail(line, pytrace=False)
    pytest.skip(line)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session):
    """One tracer in a worker of xdist, not two.

    pytest-cov 7.1 starts one from the command line and another one for the worker; `no_cover`
    pauses only the second, so everything was traced and took five times as long.
    """
    plugin = session.config.pluginmanager.getplugin("_cov")
    if plugin is not None and hasattr(session.config, "workerinput"):
        plugin.cov_controller.cov.stop()


def _is_long(item):
    return item.path.parent.name == "vm" or item.get_closest_marker("slow") is not None


def pytest_collection_modifyitems(items):
    """Order, and what is traced.

    Branch coverage is measured by the tests of control/ and protocol/ themselves.

    The bench runs millions of steps: tracing them would cost minutes and would
    let a line count as tested that no test looks at.

    The longest come first: the last to finish decides when the suite is done.
    """
    items.sort(key=lambda item: not _is_long(item))  # stable: the rest keeps its order
    for item in items:
        if item.path.relative_to(HERE).parts[0] not in ("control", "protocol"):
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(scope="session")
def micropython_vm():
    """Path of the node that runs the MicroPython VM."""
    found = node.find()
    if found is None or not node.VM.exists():
        lacking("the MicroPython VM (Node.js and its npm package)", node.HOW_TO_INSTALL)
    return found


@pytest.fixture(scope="module")
def _chromium_browser():
    """Closed with its module: Playwright keeps an event loop running in this thread."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        lacking("Chromium", "apt install chromium")
    api = pytest.importorskip("playwright.sync_api", reason="Playwright: tools/ballast test has it")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def chromium(_chromium_browser):
    """Factory of pages in headless Chromium: `page = chromium(width=390, height=844)`.

    Keywords beside the size go to Playwright's new_context (is_mobile, has_touch,
    color_scheme ...). Each page has a context of its own, closed after the test.
    """
    contexts = []

    def new_page(width=1280, height=800, **options):
        size = {"width": width, "height": height}
        contexts.append(_chromium_browser.new_context(viewport=size, **options))
        page = contexts[-1].new_page()
        page.set_default_timeout(10_000)
        return page

    yield new_page
    for context in contexts:
        context.close()
