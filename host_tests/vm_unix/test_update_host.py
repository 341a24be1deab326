"""Updates of the application and of MicroPython through the page, the real loader and the boot loader."""

import pytest

from ballast_bench.devices.web_client import Browser
from ballast_bench.setup import PASSWORD
from ballast_bench.vm import heap

RESETS = "import machine\nmachine.reset()\n"
PROVED_S = 100.0  # services/update.py: HEALTHY_S and the boot


class Charger:
    """One on the VM, with a browser that loads updates."""

    def __init__(self, setup):
        self.setup, self.world, self.node = setup, setup.world, setup.world.nodes[0]

    def load(self, data, seconds=10.0):
        """Load an update file over the page; then so much time passes. The HTTP status."""
        page = Browser(heap.Seat(self.world, self.setup.page_port(self.node))).login(PASSWORD)
        head = {"Content-Type": "application/octet-stream"}
        status = page.request("POST", "/api/update", body=data, headers=head).status
        self.world.run(seconds)
        return status

    def status(self):
        return self.node.app.env.update.status()


@pytest.fixture
def charger(on_vm):
    made = Charger(on_vm())
    made.world.run(1.0)
    return made


def test_a_good_application_is_started_proved_and_kept(charger, built):
    from ballast_tools.ship import vm_image

    assert charger.load(vm_image.update(built, "9.9")) == 200
    assert charger.node.app.evaluate("slot") == 1
    assert (charger.status()["version"], charger.status()["trial"]) == ("9.9", True)
    charger.world.run(PROVED_S)
    assert charger.status()["trial"] is False
    charger.world.power_cut(charger.node, 1.0)
    charger.world.run(5.0)
    assert charger.status()["version"] == "9.9"


def test_an_application_that_restarts_for_ever_is_taken_back(charger, built):
    from ballast_tools.ship import vm_image

    first = charger.status()["version"]
    image = vm_image.application_with(built, start=RESETS)
    assert charger.load(vm_image.update(built, "10.0", image=image), 30.0) == 200
    assert charger.node.boots == 5  # the first, three tries, and the old one again
    assert charger.status()["version"] == first
    assert charger.status()["last"] == "crash loop"
    assert charger.node.app.evaluate("slot") == 0


def test_why_an_application_did_not_start_is_known_to_the_one_that_comes_back(charger, built):
    from ballast_tools.ship import vm_image

    first = charger.status()["version"]
    image = vm_image.application_with(built, start="raise ValueError('no such pin')\n")
    assert charger.load(vm_image.update(built, "10.0", image=image), 5.0) == 200
    assert not any(charger.node.cp.contactor.closed)
    assert charger.world.until(lambda: charger.node.boots == 5, 120.0) is not None
    charger.world.run(2.0)
    info = charger.node.app.env.reset_info
    assert (charger.status()["version"], info.start_failed) == (first, True)
    assert info.text == "ValueError: no such pin"


def test_an_application_with_a_foreign_signature_is_refused(charger, built):
    from ballast_tools.ship import vm_image

    data = bytearray(vm_image.update(built, "9.9"))
    data[-5000] ^= 1
    assert charger.load(bytes(data)) == 400
    assert charger.node.boots == 1


def test_a_base_needs_a_proved_start_and_confirms_itself(charger, built):
    from ballast_tools.ship import vm_image

    base = vm_image.base(built.board.folder, **{"mark.py": "NAME = 'second base'\n"})
    data = vm_image.update(built, "11.0", "esp", base)
    assert charger.load(data) == 409
    charger.world.run(PROVED_S)
    assert charger.load(data) == 200
    device = charger.node.device
    assert (device.running, device.app_valid) == ("ota_1", False)
    charger.world.run(PROVED_S)
    assert device.app_valid
    charger.world.power_cut(charger.node, 1.0)
    charger.world.run(5.0)
    assert device.running == "ota_1"


@pytest.mark.parametrize("base", ["restarts", "damaged"])
def test_a_bad_base_is_taken_back_by_the_boot_loader(charger, built, base):
    from ballast_tools.ship import vm_image

    image = vm_image.base(built.board.folder, **{"base_main.py": RESETS})
    if base == "damaged":
        image = image[:4096] + bytes(len(image) - 4096)
    charger.world.run(PROVED_S)
    assert charger.load(vm_image.update(built, "12.0", "esp", image)) == 200
    device = charger.node.device
    assert (device.running, device.app_valid) == ("ota_0", True)
    assert charger.node.boots == 3
    assert charger.status()["version"] == built.release["version"]
