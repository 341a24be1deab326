"""Clamp and meters on the whole bench: what a Setup hangs on the supply, and what its verbs do."""

import pytest

from ballast_bench.devices.clamp_actor import ClampActor
from ballast_bench.devices.clamp_unit.unit import ClampUnit
from ballast_bench.person import actions
from ballast_bench.person.actions import ActionError
from ballast_bench.person.options import make_setup
from empty_house_kit import EmptyHouse


class Rig(EmptyHouse):
    """An empty house with an appliance by hand; the bench as a story has it."""

    def __init__(self, **options):
        super().__init__(**options)
        self.world.reboots = True

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.setup.stop()

    def run(self, seconds):
        self.world.run(seconds)

    def heard_mains_ma(self):
        """L1 of the supply as the charger has it."""
        return self.node.cycle.site.meter.ma[0]

    def state(self):
        from ballast.protocol.status import METER_STATES

        return METER_STATES[self.node.cycle.site.meter.state]


def test_the_clamp_of_a_bench_runs_its_own_firmware():
    with Rig() as rig:
        assert isinstance(rig.clamps[0], ClampUnit)
        rig.do("appliance", name="second car", on=True)
        rig.run(30)
        assert abs(rig.heard_mains_ma() - 1000 * rig.plant.mains_a[0]) < 200
        assert rig.state() == "good" and rig.clamps[0].app.light() == "paired"
    with Rig(clamp="ideal") as rig:
        assert isinstance(rig.clamps[0], ClampActor)
    with Rig(clamp="battery") as rig:
        assert rig.clamps[0].app.sleep_rule.battery
        rig.run(30)
        assert rig.heard_mains_ma() == 0 and rig.state() == "good"


@pytest.mark.parametrize(
    ("verb", "args"),
    [
        ("meter_held", {}), ("meter_mean", {}), ("meter_steps", {}), ("meter_gateway", {}),
        ("meter_answer", {}), ("meter_lost", {}), ("meter_late", {}), ("meter_exceptions", {}),
        ("meter_nan", {}), ("meter_zero_answers", {}), ("meter_crc", {}),
        ("meter_offset", {"watts": 100}),
    ],
)  # fmt: skip
def test_what_only_a_modbus_meter_can_do_is_refused_for_a_clamp(verb, args):
    setup = make_setup({"house": "empty"})
    bench = type("Bench", (), {"plant": setup.world.plant, "charger_index": 0, "clamps": [1]})
    with pytest.raises(ActionError, match=rf"{verb}.*: a clamp measures by its own firmware") as error:
        actions.do(bench, verb, args)
    assert "\n" not in str(error.value)
    setup.world.close()


def test_a_bench_without_a_meter_has_no_meter_to_spoil():
    with Rig(meter="none") as rig, pytest.raises(ActionError, match="this bench has no meter"):
        rig.do("meter_ratio", value=2)


def test_a_clamp_without_power_is_silent_and_starts_anew():
    with Rig() as rig:
        rig.run(20)
        epoch = rig.clamps[0].settings.epoch
        rig.do("clamp_off")
        rig.run(15)
        assert rig.state() == "stale" and not rig.clamps[0].radio.station.up
        rig.do("clamp_off", on=False)
        rig.run(25)
        assert rig.state() == "good" and rig.clamps[0].settings.epoch == epoch + 1


@pytest.mark.parametrize(
    ("verb", "args", "wanted"),
    [
        ("meter_ratio", {"value": 0.5}, lambda a: a / 2),
        ("meter_offset", {"amps": 2.0}, lambda a: a + 2.0),
        ("meter_reversed", {}, lambda a: -a),
        ("meter_reversed", {"phase": "L2"}, lambda a: a),
        ("meter_zero", {}, lambda a: 0.0),
        ("meter_unsigned", {}, abs),
        ("meter_other_cable", {"cable": "car"}, lambda a: 0.0),
    ],
)  # fmt: skip
def test_what_is_wrong_between_cable_and_clamp_reaches_the_charger(verb, args, wanted):
    with Rig(phases=3 if "phase" in args else 1) as rig:
        rig.do("appliance", name="second car", on=True)
        rig.do(verb, **args)
        rig.run(40)
        sample = rig.node.app.radio.clamps.inbox.sample
        assert abs(sample.ma[0] / 1000 - wanted(rig.plant.mains_a[0])) < 0.3
        assert bool(sample.flags & 2) == (verb != "meter_unsigned")  # FLAG_SIGNED


def test_a_frozen_clamp_goes_on_to_send():
    with Rig() as rig:
        rig.do("appliance", name="second car", on=True)
        rig.run(30)
        rig.do("meter_frozen")
        before, sent = rig.heard_mains_ma(), rig.clamps[0].radio.sent
        rig.do("appliance", name="second car", on=False)
        rig.run(10)
        assert abs(rig.heard_mains_ma() - before) < 150 and rig.clamps[0].radio.sent >= sent + 9


@pytest.mark.parametrize("percent", [10, 30, 60])
def test_radio_loss_loses_what_it_says(percent):
    """Frames five times a second to the charger, sent against acknowledged after all repetitions."""
    with Rig() as rig:
        rig.do("radio_loss", value=percent)
        radio = rig.plant.radio
        probe = radio.station(b"\x02\x00\x00\x00\x00\x99", channel=6).mac
        arrived = []

        def send(now_s):
            if now_s > 2.0 and round(now_s * 50) % 10 == 0:
                arrived.append(radio.send(probe, rig.node.device.mac, b"probe", now_s))

        rig.world.actors.append(send)
        rig.run(300)
        share = 1.0 - sum(arrived) / len(arrived)
        print(f"{percent} %: {len(arrived)} sent, {sum(arrived)} arrived")
        assert share == pytest.approx(percent / 100, abs=0.05)


def test_a_scan_costs_the_frames_of_two_seconds():
    with Rig(loss=0.0) as rig:
        rig.run(20)
        lost = rig.plant.radio.lost
        rig.run(5)
        assert rig.plant.radio.lost == lost
        rig.do("wifi_scan")
        rig.run(5)
        assert rig.plant.radio.lost > lost


def test_scanning_for_networks_takes_the_radio_off_its_channel():
    with Rig(loss=0.0) as rig:
        rig.run(20)
        lost = rig.plant.radio.lost
        with rig.node.device:
            rig.node.device.wlan[0].scan()
        rig.run(3)
        assert rig.plant.radio.lost > lost


def left_deaf(rig):
    """The charger's own help against a deaf radio is away."""
    rig.node.app.radio._listen = lambda: None


def test_a_deaf_radio_hears_nothing_until_esp_now_is_switched_off_and_on():
    with Rig() as rig:
        left_deaf(rig)
        rig.run(20)
        assert rig.state() == "good"
        rig.do("radio_deaf")
        rig.run(15)
        assert rig.state() == "stale"
        esp = rig.node.device.espnow
        with rig.node.device:
            esp.active(False)
            esp.active(True)
            esp.add_peer(b"\xff" * 6)
        rig.run(25)
        assert rig.state() == "good"


def test_a_radio_can_go_deaf_at_the_next_channel():
    with Rig() as rig:
        left_deaf(rig)
        rig.run(20)
        rig.do("radio_deaf", when="channel")
        rig.run(10)
        assert rig.state() == "good"
        rig.do("wifi_channel", value=11)
        rig.run(60)
        assert rig.state() == "stale" and rig.clamps[0].app.light() == "alone"


def test_without_that_the_clamp_follows_to_the_new_channel():
    with Rig() as rig:
        rig.run(20)
        rig.do("wifi_channel", value=11)
        rig.run(60)
        assert rig.state() == "good" and rig.clamps[0].settings.channel == 11


# -- Modbus ----------------------------------------------------------------------------------


@pytest.mark.parametrize("meter", ["modbus", "rtu"])
def test_a_modbus_meter_with_any_model(meter):
    with Rig(meter=meter, meter_model="em340") as rig:
        rig.do("appliance", name="second car", on=True)
        rig.run(30)
        assert abs(rig.heard_mains_ma() - 1000 * rig.plant.mains_a[0]) < 100
        assert rig.state() == "good"


def test_crc_errors_on_the_line_cost_readings():
    with Rig(meter="rtu") as rig:
        rig.run(20)
        rig.do("meter_crc", percent=30)
        rig.run(60)
        assert 8 <= rig.node.app.meter.link.bad <= 30


def test_modbus_tcp_has_no_crc():
    with Rig(meter="modbus") as rig, pytest.raises(ActionError, match="Modbus TCP has no CRC"):
        rig.do("meter_crc")


def test_latency_is_the_age_of_what_is_measured_for_clamp_and_meter():
    """A step of the supply is heard that much later."""
    for meter, own_s in (("clamp", 0.4), ("modbus", 2.3)):
        late = []
        for latency_s in (0.0, 4.0):
            with Rig(meter=meter, meter_latency_s=latency_s, loss=0.0) as rig:
                rig.run(30)
                rig.do("appliance", name="second car", on=True)
                late.append(rig.world.until(lambda: rig.heard_mains_ma() > 15000, 12))
        assert late[0] <= own_s and late[1] - late[0] == pytest.approx(4.0, abs=1.1), (meter, late)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"clamp": "wired"}, "there are: firmware, battery, ideal"),
        ({"meter_model": "abc"}, "there are: "),
        ({"meter_interval_s": 2.0}, "a clamp keeps its own"),
        ({"loss": 30}, "from 0 to 1"),
    ],
)
def test_options_that_cannot_be_are_one_line(options, words):
    with pytest.raises(ActionError) as error:
        make_setup(options)
    assert words in str(error.value) and "\n" not in str(error.value)


# -- cheap and the same -------------------------------------------------------------------------


def story_of_frames(monkeypatch, every_window):
    """[(s, is an event, mA of L1)] of each sample that the clamp sent in three minutes."""
    from ballast.protocol import clamp_frame
    from ballast_bench.devices.clamp_unit.windows import Windows

    if every_window:
        monkeypatch.setattr(Windows, "passes", lambda self, now_s, inbox: False)
    frames, sample = [], clamp_frame.Sample()
    with Rig(loss=0.0) as rig:
        unit = rig.clamps[0]

        def sent(frame):
            if clamp_frame.kind(frame) == clamp_frame.SAMPLE:
                clamp_frame.decode_sample(frame, sample)
                frames.append((unit.now_s, sample.flags & clamp_frame.FLAG_EVENT, sample.ma[0]))

        rig.plant.radio.on_send = sent
        for name in ("shower", "kettle", "oven"):  # no step is near the 1 A that make an event
            for on in (True, False):
                rig.do("appliance", name=name, on=on)
                rig.run(30)
        skipped = unit.windows.skipped
    monkeypatch.undo()
    return frames, skipped


def test_windows_that_are_passed_over_change_nothing_but_noise(monkeypatch):
    """The same samples at the same instants; currents within six deviations of the noise."""
    cheap, skipped = story_of_frames(monkeypatch, every_window=False)
    full, none = story_of_frames(monkeypatch, every_window=True)
    assert none == 0 and skipped > 1500
    assert [row[:2] for row in cheap] == [row[:2] for row in full]
    for (_, _, one), (_, _, two) in zip(cheap, full, strict=True):
        assert abs(one - two) < 6 * 2**0.5 * (10 + 0.002 * max(one, two)) + 50  # 50 mA is shown as 0


def test_ideal_parts_are_those_that_no_maker_sells():
    from ballast_bench.setup import Setup

    setup = Setup(meter="clamp", ideal=True)
    setup.start()
    own, air = setup.world.plant.chargers[0].meter, setup.world.plant.radio.air
    assert (own.window_s, own.refresh_s) == (0.0, 0.1) and isinstance(setup.clamps[0], ClampActor)
    assert air.loss is None and air.loss_good == 0.0 and air.retries == 5
    setup.stop()
