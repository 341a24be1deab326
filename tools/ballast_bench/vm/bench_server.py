"""The bench page beside a charger on a VM: a small server of its own, since the charger's is on the VM.

    make_setup(given, host, bench_page=partial(BenchServer, port=8090, html=..., charger_port=8080))
"""

from microdot import Microdot, redirect

from ballast_bench.person.bench_page import BenchPage


class BenchServer(BenchPage):
    """port: of this server. html: (bytes, headers) of the bench page. charger_port: where "/" leads to."""

    def __init__(self, setup, app, port, html, charger_port):
        self._port, self._html, self._charger_port = port, html, charger_port
        self._server = None
        super().__init__(setup, app)

    def attach(self, app):
        """Its own routes, once; the charger's page is the VM's business."""
        if self._server is not None:
            return
        self._server = server = Microdot()
        server.get("/")(self._charger)
        server.get("/bench")(self._page)
        self.route(server)
        self.world.spawn(server.start_server(host="127.0.0.1", port=self._port))

    async def _page(self, request):
        body, headers = self._html
        return body, 200, headers

    async def _charger(self, request):
        return redirect(f"http://localhost:{self._charger_port}/")


def page_of(assets):
    """(bytes, headers) of the bench page that web_assets.add_page() has put into (folder, manifest)."""
    folder, manifest = assets
    entry = manifest["bench"]
    headers = {"Content-Type": entry["type"], "Cache-Control": "no-store", "Content-Encoding": "gzip",
               "Content-Security-Policy": entry["csp"]}  # fmt: skip
    with open(f"{folder}/{entry['file']}", "rb") as file:
        return file.read(), headers
