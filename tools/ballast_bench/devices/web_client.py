"""A small HTTP client for the tests: raw sockets in the world's own loop."""

import asyncio
import json


class Answer:
    """status, headers {lower name: last value}, cookies {name: value}, body (bytes)."""

    def __init__(self, raw):
        head, _, self.body = raw.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers, self.cookies, self.set_cookies = {}, {}, []
        for line in lines[1:]:
            name, _, value = line.partition(": ")
            self.headers[name.lower()] = value
            if name.lower() == "set-cookie":
                self.set_cookies.append(value)
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]

    @property
    def json(self):
        return json.loads(self.body)


class Browser:
    """Keeps cookies, sends what a page's fetch would send."""

    def __init__(self, rig):
        self.rig = rig
        self.cookies = {}
        self.headers = {"Sec-Fetch-Site": "same-origin"}

    def request(self, method, path, data=None, headers=None, body=None):
        """An Answer. data: JSON; body: raw bytes instead; headers: changes, None = left out."""
        if data is not None:
            body = json.dumps(data).encode()
        all_headers = {"Host": f"127.0.0.1:{self.rig.port}", **self.headers}
        if data is not None:
            all_headers["Content-Type"] = "application/json"
        if self.cookies:
            all_headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        all_headers.update(headers or {})
        if body is not None and "Content-Length" not in all_headers:
            all_headers["Content-Length"] = str(len(body))
        lines = [f"{method} {path} HTTP/1.1"]
        lines += [f"{k}: {v}" for k, v in all_headers.items() if v is not None]
        raw = ("\r\n".join(lines) + "\r\n\r\n").encode() + (body or b"")
        answer = Answer(self.rig.world.loop.run_until_complete(talk(self.rig.port, raw)))
        self.cookies.update(answer.cookies)
        return answer

    def get(self, path, **kwargs):
        return self.request("GET", path, **kwargs)

    def post(self, path, data=None, **kwargs):
        return self.request("POST", path, {} if data is None else data, **kwargs)

    def put(self, path, data, **kwargs):
        return self.request("PUT", path, data, **kwargs)

    def login(self, word):
        answer = self.post("/api/login", {"password": word})
        assert answer.status == 200, answer.body
        return self


async def talk(port, raw):
    """Send, and read until the other side closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(raw)
        await writer.drain()
        return await reader.read(-1)
    finally:
        writer.close()
