"""The page's rooms are made at the first request for one of their paths."""

import asyncio
from types import SimpleNamespace

import pytest

from ballast.services.web.routes import Routes


async def hello(request):
    return {"ok": True}


class Room:
    """A room with one route; `fails` times there is no memory for it."""

    def __init__(self, app, fails=0):
        self.app, self.fails, self.made = app, fails, 0

    def __call__(self):
        if self.fails:
            self.fails -= 1
            raise MemoryError
        self.made += 1
        self.app.get("/api/thing/part")(hello)


def find(app, path):
    return app.find_route(SimpleNamespace(method="GET", path=path, url_args=None))[0]


@pytest.fixture
def app():
    return Routes()


def test_a_room_is_made_once_and_only_when_it_is_asked_for(app):
    room = Room(app)
    app.room(("/api/thing", "/api/other"), room)
    assert find(app, "/api/things") == 404 and find(app, "/") == 404
    assert room.made == 0
    assert find(app, "/api/thing/part") is hello
    assert find(app, "/api/thing/part") is hello
    assert find(app, "/api/other") == 404  # a path of the room that no route has
    assert room.made == 1


def test_without_memory_the_answer_says_so_and_the_next_try_may_work(app):
    room = Room(app, fails=1)
    app.room(("/api/thing",), room)
    answer, status = asyncio.run(find(app, "/api/thing/part")(None))
    assert status == 503 and "not enough memory" in answer["error"]
    assert find(app, "/api/thing/part") is hello and room.made == 1


def test_all_rooms_can_be_made_for_a_list_of_the_routes(app):
    rooms = [Room(app), Room(app)]
    for n, room in enumerate(rooms):
        app.room((f"/api/{n}",), room)
    app.open_all()
    app.open_all()
    assert [room.made for room in rooms] == [1, 1]
