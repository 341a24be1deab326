"""A part that is imported late and does not fit: the charger runs on, and says why the part is missing."""

import pytest

from ballast.compose import ble, group_seat
from ballast_bench.rigs.ble import BleRig
from ballast_bench.setup import Setup

KEY = "sixteen letters!"


class NoRoom:
    def __init__(self, *parts):
        raise MemoryError


def test_a_group_without_memory_is_a_problem_and_the_charger_draws_nothing(monkeypatch):
    monkeypatch.setattr(group_seat, "GroupSeat", NoRoom)
    setup = Setup(meter="clamp")
    world = setup.start()
    try:
        app = world.nodes[0].app
        app.settings.set_all({"group_id": 7, "group_key": KEY, "group_seats": 8})
        world.run(3)
        assert "not enough memory" in app.group.problem and app.group.link is None
        assert "not enough memory" in app.group.document()["problem"]
        assert app.services.restarts["group"] == 0
        assert app.out.coil == 0 and app.timer.error is None
        monkeypatch.undo()
        app.settings.set_all({"group_seats": 4})
        world.run(3)
        assert app.group.problem == "" and app.group.link is not None
    finally:
        setup.stop()


def test_bluetooth_without_memory_is_an_event_and_the_next_press_tries_again(monkeypatch):
    def connect(self):
        raise MemoryError

    monkeypatch.setattr(ble.BleWiring, "_connect", connect)
    with BleRig(fresh=False) as rig:
        rig.open()
        rig.press(3.5)
        assert ("ble", "no memory") in rig.kinds() and not rig.on
        assert rig.app.services.restarts["ble"] == 0
        monkeypatch.undo()
        rig.world.run(1)
        rig.press(3.5)
        assert rig.on


def test_a_sub_panel_without_memory_is_refused(monkeypatch):
    setup = Setup(meter="none")
    app = setup.start().nodes[0].app
    try:
        monkeypatch.setattr("ballast.control.balance.supply.Balancer", NoRoom)
        with pytest.raises(ValueError, match="panel_ma: this board has not enough memory"):
            app.settings.set_all({"panel_ma": 20000, "meter_kind": 1})
        assert app.settings["panel_ma"] == 0
        monkeypatch.undo()
        app.settings.set_all({"panel_ma": 20000, "meter_kind": 1})
        assert app.charger.cycle.panel.made
    finally:
        setup.stop()
