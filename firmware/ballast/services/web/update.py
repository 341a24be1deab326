"""The route that takes an update file: streamed block by block, never held in memory."""

from microdot import abort


class WebUpdate:
    """Adds its route to `web`. update: services/update.Update; max_bytes: of a file."""

    def __init__(self, web, update, max_bytes):
        self._web = web
        self._update = update
        web.uploads["/api/update"] = max_bytes
        web.app.get("/api/update")(self._get)
        web.app.post("/api/update")(self._post)

    async def _get(self, request):
        return self._update.status()

    async def _post(self, request):
        """The body is the file. Answers when it is written and found good."""
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
            web.events.add("update", "refused")
            await body.drain()
            return {"error": error.args[0]}, code
        web.events.add("update", manifest["version"])
        web.later(self._update.restart)
        return {"ok": True, "version": manifest["version"]}


class _Body:
    """The request's body, counted."""

    def __init__(self, stream, length):
        self._stream = stream
        self._left = length

    async def read(self, count):
        data = await self._stream.read(min(count, self._left))
        self._left -= len(data)
        return data

    async def drain(self):
        """Take the rest: a socket closed with bytes unread resets, and the answer is lost."""
        while self._left > 0 and await self.read(1024):
            pass
