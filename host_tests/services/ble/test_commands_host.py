"""The commands of a Bluetooth client: their bounds, their refusals, what is recorded."""

import pytest

from ballast.control.settings import Settings
from ballast.protocol.status import Info
from ballast.services.ble.commands import BleCommands


class Charger:
    """Records the calls of the facade."""

    def __init__(self):
        self.settings = Settings()
        self.calls = []
        self.good = True

    def __getattr__(self, name):
        def call(*args):
            self.calls.append((name, *args))
            return self.good

        return call


class Bench:
    def __init__(self):
        self.charger = Charger()
        self.events = []
        self.hurried = 0
        self.commands = BleCommands(self.charger, Info(), self.log, self.soon)

    def log(self, kind, detail=""):
        self.events.append((kind, detail))

    def soon(self):
        self.hurried += 1


@pytest.mark.parametrize(
    ("name", "value", "call"),
    [
        ("current", 10000, ("set_user_ma", 10000)),
        ("pause", 0, ("pause",)),
        ("resume", 0, ("resume",)),
        ("boost", 600, ("boost", 600)),
        ("reset_faults", 0, ("reset_faults",)),
    ],
)
def test_each_command_is_one_call_of_the_facade(name, value, call):
    bench = Bench()
    bench.commands.run(name, value)
    assert bench.charger.calls == [call] and bench.hurried == 1
    assert bench.events == ([("faults_reset", "ble")] if name == "reset_faults" else [])


@pytest.mark.parametrize("value", [5999, 13001])
def test_a_current_stays_within_what_minimum_and_cable_allow_now(value):
    bench = Bench()
    bench.charger.settings.set("cable_ma", 13000)
    with pytest.raises(ValueError, match="from 6000 to 13000"):
        bench.commands.run("current", value)
    assert not bench.charger.calls and not bench.hurried
    bench.commands.run("current", 13000)


@pytest.mark.parametrize(("name", "value"), [("current", 10000), ("reset_faults", 0)])
def test_a_refusal_of_the_charger_is_one_line_for_people(name, value):
    bench = Bench()
    bench.charger.good = False
    with pytest.raises(ValueError, match=r"^The .*\.$"):
        bench.commands.run(name, value)
    assert not bench.events and not bench.hurried
