"""`ballast bench page`: what the first view of the charger's page costs, and its pictures."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from ballast_tools.shell import figures, paths
from ballast_tools.shell.errors import UserError

KB_PER_S = 200
BAR_MS = 1000
BAR_BYTES = 96 * 1024
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update",
         "--disable-sync"]  # fmt: skip
_START = (
    "import sys; sys.path[:0] = sys.argv.pop(1).split(chr(10)); "
    "from ballast_tools.shell import cli; sys.exit(cli.run(sys.argv[1:]))"
)  # the environment is ours already: no second look for what must be installed
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def add_arguments(parser):
    parser.add_argument("--short", action="store_true", help="one load instead of five")
    parser.add_argument(
        "--pictures", metavar="DIR", type=Path, help="write now.png, phone.png, bench.png"
    )


def main(args):
    chromium = next(filter(None, map(shutil.which, NAMES)), None)
    if chromium is None:
        raise UserError("Chromium is missing: apt install chromium")
    from playwright.sync_api import sync_playwright

    port, meter = _free_port(), _free_port()
    with _Sim(port, meter), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        url = f"http://localhost:{port}"
        loads = [first_view(browser, url) for _ in range(1 if args.short else 5)]
        if args.pictures is not None:
            args.pictures.mkdir(parents=True, exist_ok=True)
            pictures(browser, url, args.pictures)
        browser.close()
    found = {
        "first_view_ms": round(sorted(load[0] for load in loads)[len(loads) // 2]),
        "first_view_bytes": max(load[1] for load in loads),
        "requests": loads[0][2],
        "kb_per_s": KB_PER_S,
        "bar_ms": BAR_MS,
        "bar_bytes": BAR_BYTES,
    }
    missed = found["first_view_ms"] > BAR_MS or found["first_view_bytes"] > BAR_BYTES
    print(f"first view at {KB_PER_S} kB/s, 20 ms of latency, median of {len(loads)}")
    print(f"  first contentful paint  {found['first_view_ms']:6} ms     bar {BAR_MS} ms")
    print(f"  bytes over the wire     {found['first_view_bytes']:6}        bar {BAR_BYTES}")
    print(f"  requests                {found['requests']:6}")
    figures.write(args.json, found)
    return 1 if missed else 0


class _Sim:
    """`ballast sim` beside us, until the block ends."""

    def __init__(self, port, meter):
        self._port = port
        roots = "\n".join(paths.import_roots())
        self._command = [sys.executable, "-c", _START, roots, "sim", "--port", str(port),
                         "--meter-port", str(meter), "--speed", "5"]  # fmt: skip

    def __enter__(self):
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=dict(os.environ)
        )
        until = time.monotonic() + 120
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise UserError("sim ended: " + self._process.stderr.read().decode()[-300:])
            with socket.socket() as probe:
                probe.settimeout(0.2)
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return self
            time.sleep(0.1)
        raise UserError("sim did not start within two minutes")

    def __exit__(self, *exc):
        self._process.terminate()
        self._process.wait()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def first_view(browser, url):
    """(ms to the first contentful paint, bytes received, requests) of a cold load."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 20, "downloadThroughput": KB_PER_S * 1000,
         "uploadThroughput": KB_PER_S * 1000},
    )  # fmt: skip
    received = {"bytes": 0, "requests": 0}

    def finished(event):
        received["bytes"] += event["encodedDataLength"]
        received["requests"] += 1

    session.on("Network.loadingFinished", finished)
    page.goto(url, wait_until="load")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    context.close()
    return paint, received["bytes"], received["requests"]


def pictures(browser, url, out):
    """A charging car, then the microwave too: the page on desktop and phone, and the bench."""
    context = browser.new_context(viewport={"width": 1100, "height": 760}, device_scale_factor=2)
    bench = context.new_page()
    bench.goto(url + "/bench")
    bench.get_by_role("button", name="100").click()
    bench.wait_for_timeout(12000)  # some history for the chart
    bench.get_by_role("button", name="microwave").click()
    bench.get_by_role("button", name="1×", exact=True).click()
    page = context.new_page()
    page.goto(url)
    page.locator("input[type=password]").fill("bench")
    page.keyboard.press("Enter")
    page.wait_for_timeout(9000)
    page.screenshot(path=out / "now.png")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(600)
    page.screenshot(path=out / "phone.png")
    bench.bring_to_front()
    bench.screenshot(path=out / "bench.png")
    context.close()
