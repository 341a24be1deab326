"""Microdot whose rooms are made at the first request for one of their paths.

A room is a file with routes and all that it imports. Most of them serve a person who sets the
charger up; a charger that nobody looks at has them in flash alone.
"""

from microdot import Microdot, Request
from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any, Callable

    from ballast.services.web.shapes import Answer


class Routes(Microdot):
    """room(): paths that are served later. All else is Microdot's."""

    def __init__(self) -> None:
        super().__init__()
        self._rooms: "list[tuple[tuple[str, ...], Callable[[], object]]]" = []

    def room(self, paths: "tuple[str, ...]", make: "Callable[[], object]") -> None:
        """make() adds the routes of these paths and of those below them, once somebody asks for one."""
        self._rooms.append((paths, make))

    def open_all(self) -> None:
        """Make every room now: for who wants to see all routes."""
        while self._rooms:
            self._rooms.pop(0)[1]()

    # Any: Microdot has no types
    def find_route(self, req: Request) -> "Any":
        """Microdot's, after the room of this path has been made."""
        for i in range(len(self._rooms)):
            paths, make = self._rooms[i]
            if _within(req.path, paths):
                try:
                    make()
                except MemoryError:
                    req.url_args = {}
                    return _no_memory, "", None
                self._rooms.pop(i)
                break
        return super().find_route(req)


def _within(path: str, paths: "tuple[str, ...]") -> bool:
    for root in paths:
        if path == root or path.startswith(root + "/"):
            return True
    return False


async def _no_memory(request: Request) -> "Answer":
    return {"error": "The charger has not enough memory for this now. Restart it, then try again."}, 503
