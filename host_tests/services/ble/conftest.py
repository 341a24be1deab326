"""A charger whose Bluetooth is on, and one that is installed."""

import pytest

from ballast_bench.rigs.ble import BleRig


@pytest.fixture
def fresh():
    with BleRig() as rig:
        yield rig.open()


@pytest.fixture
def installed():
    with BleRig(fresh=False, settings={"wifi_ssid": "house", "wifi_password": "correct-horse"}) as rig:
        yield rig.open()
