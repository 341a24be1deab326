"""A phone (bumble) and the charger on the VM: its Wi-Fi comes over Improv, its state over its own service."""

import asyncio
from functools import partial

import pytest

from ballast.protocol import ble_frames as f
from ballast.protocol import improv
from ballast_bench.devices.ble_radio import BleAir
from ballast_bench.person.options import make_setup
from ballast_bench.rigs.ble import Phone
from ballast_bench.setup import PASSWORD
from ballast_bench.vm.setup import VmSetup


class Rig:
    """What a rigs.ble.Phone wants: world and air. The charger is new, so Bluetooth is on."""

    def __init__(self, parts, folder):
        host = partial(VmSetup, parts=parts, folder=folder, own_network="label-wifi-1")
        self.setup = make_setup({"house": "empty", "meter": "none"}, host)
        self.setup.values["installed"] = 0
        self.world = self.setup.world
        self.air = BleAir()
        self.node = self.world.nodes[0]
        self.air.fit(self.node.device)
        self.node.device.access_points["house"] = ("correct-horse", 6, -50)
        self.setup.start()

    def do(self, coroutine):
        return self.world._run(coroutine)

    def press(self, seconds):
        self.node.cp.button = 1
        self.world.run(seconds)
        self.node.cp.button = 0
        self.world.run(0.3)


@pytest.fixture
def rig(parts, tmp_path):
    made = Rig(parts, tmp_path)
    yield made
    made.setup.stop()


def meet(rig):
    phone = Phone()

    async def work():
        assert await phone.find(rig, 10)
        await phone.discover()

    rig.do(work())
    return phone


def test_a_phone_brings_it_into_the_network_and_asks_for_its_state(rig):
    rig.world.run(3.0)
    phone = meet(rig)
    rig.press(1.0)

    async def provision():
        assert await phone.state(improv.AUTHORIZED, 5)
        await phone.send_wifi("house", "correct-horse")
        assert await phone.state(improv.PROVISIONED)
        return phone.results()

    found = rig.do(provision())
    assert found and found[0].startswith("http://")
    assert rig.node.app.settings["wifi_ssid"] == "house"

    async def talk():
        wrong = await phone.prove("not the code")
        await asyncio.sleep(5)  # longer than the wait after one wrong code
        right = await phone.prove(PASSWORD)
        return wrong[0], right[0], await phone.command("current", current_ma=9000)

    wrong, right, answer = rig.do(talk())
    assert (wrong, right) == (f.REFUSED, f.WELCOME)
    assert not rig.node.device.ble_errors
    assert answer == {"id": 1, "ok": True}
    assert rig.node.app.settings["user_ma"] == 9000
