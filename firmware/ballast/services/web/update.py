"""The route that takes an update file: streamed block by block, never held in memory."""

from microdot import Request, abort
from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.services.web.shapes import Answer, Stream, Update, Web


class WebUpdate:
    """Adds its route to `web`."""

    def __init__(self, web: "Web", update: "Update") -> None:
        self._web = web
        self._update = update
        web.uploads["/api/update"] = update.max_bytes
        #: user: the version that runs, and how far an update is
        #: answers busy bool: a file is being taken
        #: answers percent int 0..100: how much of it is written
        #: answers error text: why the last one was refused, empty = it was not
        #: answers ready text or null: version that waits for the restart
        #: answers version text: version that runs
        #: answers security int 0..: its security number; no update may have a lower one
        #: answers trial bool: this version is still being proven and may be taken back
        #: answers last text: how the last update ended
        web.app.get("/api/update")(self._get)
        #: installer: write an update beside the version that runs, answer, and restart with it
        #: body application/octet-stream: the signed file of `tools/ballast build`, with Content-Length
        #: answers ok bool: true
        #: answers version text: version that the charger restarts with
        #: error 400: what is wrong with the file: signature, board, brand, version, length
        #: error 409: another update is being loaded, or the last one is still being proven
        #: error 503: the charger is charging; pause it, then load the update
        web.app.post("/api/update")(self._post)

    async def _get(self, request: Request) -> "Answer":
        return self._update.status()

    async def _post(self, request: Request) -> "Answer":
        web = self._web
        web.require(request, "installer")
        if not request.content_length:
            abort(411, "Send the file as the body, with its length.")
        request.sock[1].hold(None)
        body = _Body(request.stream, request.content_length)
        try:
            manifest = await self._update.receive(body.read, request.content_length)
        except Exception as error:
            code = getattr(error, "code", None)
            if code is None:
                raise
            #: update `refused`: an update file was not taken
            web.events.add("update", "refused")
            await body.drain()
            return {"error": error.args[0]}, code
        #: update version: an update was taken; the charger restarts with it
        web.events.add("update", manifest["version"])
        web.later(self._update.restart)
        return {"ok": True, "version": manifest["version"]}


class _Body:
    """The request's body, which ends after `length` bytes."""

    def __init__(self, stream: "Stream", length: int) -> None:
        self._stream = stream
        self._left = length

    async def read(self, count: int) -> bytes:
        data = await self._stream.read(min(count, self._left))
        self._left -= len(data)
        return data

    async def drain(self) -> None:
        """Read the rest. A socket that is closed with unread bytes resets the connection, and the
        client does not get the answer."""
        while self._left > 0 and await self.read(1024):
            pass
