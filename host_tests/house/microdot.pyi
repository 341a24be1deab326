"""Microdot as far as services/web uses it: the package comes without types.

Laid beside MicroPython's stubs by typings.py.
"""

from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

class Values(dict[str, str]):
    """Headers, cookies or arguments by name."""

class Globals:
    """What the handlers of one request share: services/web/server.py sets the role."""

    role: str | None
    data: Any

class Request:
    max_content_length: int
    max_body_length: int
    method: str
    path: str
    headers: Values
    cookies: Values
    args: Values
    g: Globals
    sock: tuple[Any, Any]  # the reader and the writer that handle_request got
    stream: Any  # the same reader
    body: bytes
    content_length: int
    client_addr: tuple[str, int] | None
    url_args: dict[str, str] | None  # values of the path's variable parts

class Response:
    headers: dict[str, Any]
    body: bytes
    def __init__(
        self, body: object = ..., status_code: int = ..., headers: dict[str, str] | None = ...
    ) -> None: ...
    @classmethod
    def redirect(cls, location: str, status_code: int = ...) -> Response: ...

# What a handler returns: a JSON object, or a whole response; or a body with its status code
Answer = dict[str, Any] | Response | tuple[Any, int] | tuple[Any, int, dict[str, str]]
Handler = Callable[..., Awaitable[Answer]]

class Microdot:
    def find_route(self, req: Request) -> Any: ...
    def get(self, url_pattern: str) -> Callable[[Handler], Handler]: ...
    def post(self, url_pattern: str) -> Callable[[Handler], Handler]: ...
    def put(self, url_pattern: str) -> Callable[[Handler], Handler]: ...
    def before_request(self, f: Callable[[Request], Awaitable[Response | None]]) -> object: ...
    def after_request(self, f: Callable[[Request, Response], Awaitable[Response]]) -> object: ...
    def after_error_request(
        self, f: Callable[[Request, Response], Awaitable[Response]]
    ) -> object: ...
    async def handle_request(self, reader: Any, writer: Any) -> None: ...

def abort(status_code: int, reason: str | None = ...) -> NoReturn: ...
