"""A radio that hears nothing is started anew: the whole charger with its clamp."""

import pytest

from ballast.control.meter import meter
from empty_house_kit import EmptyHouse


class Rig(EmptyHouse):
    def __init__(self, **options):
        super().__init__(**options)
        self.radio = self.node.app.env.radio
        self.starts = 0
        start = self.radio.start

        def counted():
            self.starts += 1
            start()

        self.radio.start = counted

    def good(self):
        return self.node.cycle.site.meter.state == meter.GOOD


@pytest.fixture
def make():
    made = []

    def rig(**options):
        made.append(Rig(**options))
        return made[-1]

    yield rig
    for one in made:
        one.setup.stop()


@pytest.mark.parametrize("clamp", ["firmware", "battery"])
def test_a_radio_that_goes_deaf_at_a_new_channel_hears_again(make, clamp):
    rig = make(clamp=clamp)
    rig.world.run(40)
    assert rig.good() and rig.starts == 0
    rig.do("radio_deaf", when="channel")
    rig.do("wifi_channel", value=11)
    rig.world.run(30)
    assert not rig.good()
    rig.world.run(90)
    assert rig.good() and 1 <= rig.starts <= 3


def test_a_radio_that_hears_is_left_alone(make):
    rig = make(clamp="battery")
    rig.world.run(300)
    assert rig.good() and rig.starts == 0


def test_a_clamp_that_is_gone_costs_a_start_now_and_then(make):
    rig = make()
    rig.world.run(20)
    rig.node.device.espnow.on_air = lambda *frame: None
    rig.world.run(1200)
    assert not rig.good() and 5 <= rig.starts <= 7


def test_without_a_pair_nobody_is_missed(make):
    rig = make()
    with rig.node.device:
        for one in rig.node.app.radio.clamps.inbox.pairs():
            rig.node.app.radio.clamps.unpair(one.clamp)
    rig.node.device.espnow.on_air = lambda *frame: None
    rig.world.run(120)
    assert rig.starts == 0


def test_no_room_for_a_group_s_buffer_leaves_the_clamp_alone(make, monkeypatch):
    from ballast.ports import espnow_radio

    def short(size):
        raise MemoryError

    rig = make()
    rig.world.run(20)
    monkeypatch.setattr(espnow_radio, "bytearray", short, raising=False)
    with rig.node.device, pytest.raises(MemoryError):
        rig.radio.room(espnow_radio.GROUP_RX_BYTES)
    rig.world.run(30)
    assert rig.good() and rig.starts == 0


def test_a_driver_that_does_not_start_again_ends_no_service(make):
    rig = make()
    rig.world.run(20)
    device, radio = rig.node.device, rig.radio
    start = radio.start

    def fails():
        radio.start = start
        raise OSError(-12391, "ESP_ERR_ESPNOW_NO_MEM")

    radio.start = fails
    with device:
        assert not radio.restart()
        assert not radio.send(b"\xff" * 6, b"x") and radio.receive() is None
    rig.world.run(60)
    assert rig.good()
