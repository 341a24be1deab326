"""A setting that needs more memory than the board has is refused with one line."""

import pytest

from ballast.compose import keep, room
from ballast.control.settings import Settings
from ballast_bench.errors import UserError
from ballast_bench.node import Node
from ballast_bench.setup import Setup


def test_a_group_that_does_not_fit_is_refused_and_says_how_much_it_needs():
    line = room.problem(64, 7, 0, 240)
    assert line == "group_seats: a group of 64 needs 241 KiB of memory, this board has 240 KiB"
    assert room.problem(64, 7, 0, 241) == ""
    assert room.problem(2, 7, 0, 240) == ""


def test_alone_nothing_is_refused_and_an_unknown_heap_refuses_nothing():
    assert room.problem(64, 0, 0, 100) == ""
    assert room.problem(64, 7, 20000, 0) == ""
    assert room.problem(2, 0, 20000, 165).startswith("panel_ma: a sub-panel needs 175 KiB")


@pytest.fixture
def app():
    setup = Setup(meter="none")
    yield setup.start().nodes[0].app
    setup.stop()


def test_the_page_and_every_other_writer_meet_the_rule(app):
    app.env.heap_kib = 240
    with pytest.raises(ValueError, match="a group of 64 needs 241 KiB of memory, this board has 240"):
        app.settings.set_all({"group_id": 7, "group_key": "sixteen letters!", "group_seats": 64})
    assert app.settings["group_id"] == 0 and app.settings["group_seats"] == Settings()["group_seats"]
    app.settings.set_all({"group_id": 7, "group_key": "sixteen letters!", "group_seats": 8})
    assert app.settings["group_seats"] == 8


def test_a_bench_refuses_settings_that_do_not_fit_the_chip(monkeypatch):
    monkeypatch.setattr(Node, "heap_kib", 200)
    with pytest.raises(UserError, match="a group of 8 needs 220 KiB of memory, this board has 200"):
        Setup(meter="none", settings={"group_id": 7, "group_seats": 8}).start()


def test_stored_settings_that_do_not_fit_are_said_at_the_start_and_kept(app):
    """Restored as at a start: the store has been read, and the rule comes after it."""
    app.settings.set_all({"group_id": 7, "group_key": "sixteen letters!", "group_seats": 64})
    app.env.heap_kib = 200
    lines = []
    app.env.log = lines.append
    keep.restore(app, app.env)
    assert lines == ["group_seats: a group of 64 needs 241 KiB of memory, this board has 200 KiB"]
    assert app.settings["group_seats"] == 64
    with pytest.raises(ValueError, match="a group of 63 needs"):
        app.settings.set("group_seats", 63)
    app.settings.set("group_id", 0)


def test_the_charger_knows_the_heap_of_its_chip():
    setup = Setup(meter="none", chip="esp32s3_quad")
    try:
        node = setup.start().nodes[0]
        assert node.app.env.heap_kib == node.profile.heap["python"] // 1024 > 0
    finally:
        setup.stop()
