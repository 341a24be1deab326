"""Bluetooth as a phone meets it: bumble's GATT client against the whole firmware.

The firmware runs down to `bluetooth.BLE`; from there on it is bumble's ATT, L2CAP and
two virtual controllers. Time is the world's.
"""

import json

import pytest
from bumble import core

from ballast.control.safety import faults
from ballast.protocol import ble_frames as f
from ballast.protocol import improv, status
from ballast.services.ble.window import OPEN_S
from ballast_bench.plant.ev import EV
from ballast_bench.rigs.ble import BleRig, Phone
from ballast_bench.world import World


@pytest.fixture
def fresh():
    with BleRig() as rig:
        yield rig.open()


@pytest.fixture
def installed():
    with BleRig(fresh=False, settings={"wifi_ssid": "house", "wifi_password": "correct-horse"}) as rig:
        yield rig.open()


def meet(rig, mtu=185):
    """A phone that is connected and has discovered everything."""
    phone = Phone()

    async def work():
        assert await phone.find(rig)
        await phone.discover(mtu)

    rig.do(work())
    return phone


def charge(rig):
    """A car on a trusted meter, contactor closed."""
    rig.meter()
    rig.world.run(15)
    rig.world.plant.chargers[0].plug_in(EV())
    assert rig.world.until(lambda: rig.app.out.coil == 1, 60) is not None


# -- the window ---------------------------------------------------------------------


def test_out_of_the_window_bluetooth_is_off(installed):
    assert not installed.on
    assert not installed.do(Phone().find(installed, 5))
    installed.press(2.5)  # not long enough
    assert not installed.on
    installed.press(3.5)
    assert installed.on
    assert installed.do(Phone().find(installed))
    assert ("ble", "open") in installed.kinds()


def test_the_radio_is_switched_with_the_contactor_open_only(fresh):
    """Switching on or off blocks the step; a window that closes is deaf at once all the same."""
    phone = meet(fresh)
    charge(fresh)
    left_s = OPEN_S - fresh.world.now_s
    fresh.world.run(left_s + 20)
    assert phone.gone and fresh.app.out.coil == 1
    assert fresh.on and fresh.device.ble.advertising is None
    assert not fresh.do(Phone().find(fresh, 5))
    fresh.charger.pause()
    fresh.world.run(20)
    assert fresh.app.out.coil == 0 and not fresh.on
    fresh.charger.resume()
    assert fresh.world.until(lambda: fresh.app.out.coil == 1, 60) is not None
    fresh.press(3.5)
    assert not fresh.on
    fresh.charger.pause()
    fresh.world.run(20)
    assert fresh.on and fresh.do(Phone().find(fresh))
    assert not fresh.device.ble_errors


def test_the_window_closes_after_ten_minutes_and_the_client_is_gone(fresh):
    fresh.world.run(OPEN_S - 20)
    phone = meet(fresh)
    fresh.world.run(15)
    assert fresh.on
    fresh.world.run(10)
    assert not fresh.on
    assert phone.gone
    assert not fresh.do(Phone().find(fresh, 5))
    assert ("ble", "closed") in fresh.kinds()
    fresh.world.run(30)
    assert not fresh.on
    fresh.press(3.5)
    assert fresh.on


def test_the_advertisement_has_service_and_data_in_one_and_the_name_in_the_response(fresh):
    phone = meet(fresh)
    found = phone.seen[0].data
    assert bytes(found.get_all(core.AdvertisingData.SERVICE_DATA, raw=True)[0])[:4] == b"\x77\x46\x01\x06"
    flat = phone.seen[0].data_bytes
    assert flat[:31] == improv.encode_advertisement(improv.AUTHORIZATION_REQUIRED, 6)


def test_the_state_in_the_air_follows_the_button(fresh):
    fresh.press(0.5)
    phone = meet(fresh)
    assert phone.seen[0].data_bytes[:31] == improv.encode_advertisement(improv.AUTHORIZED, 6)


def test_no_memory_for_bluetooth_is_logged_and_nothing_else_suffers(installed):
    installed.device.ble_memory_short = True
    installed.press(3.5)
    assert not installed.on
    assert installed.kinds()[0] == ("ble", "no memory")
    assert installed.app.services.restarts["ble"] == 0
    installed.device.ble_memory_short = False
    installed.press(6.0)  # Wi-Fi starts meanwhile and blocks: what it hides of the press does not count
    assert installed.on


def test_a_client_who_says_nothing_makes_room(fresh):
    first = meet(fresh)
    fresh.world.run(85)
    assert not first.gone
    fresh.world.run(10)
    assert first.gone
    meet(fresh)


# -- Improv -------------------------------------------------------------------------


def test_improv_wants_the_button_first(fresh):
    phone = meet(fresh)

    async def work():
        assert await phone.read(improv.STATE) == b"\x01"
        assert await phone.read(improv.CAPABILITIES) == b"\x06"
        await phone.send_wifi("house", "correct-horse")
        await phone.wait(lambda: phone.last(improv.ERROR) == b"\x04", 3)

    fresh.do(work())
    assert phone.last(improv.ERROR) == bytes((improv.NOT_AUTHORIZED,))
    fresh.world.run(30)
    assert fresh.app.settings["wifi_ssid"] == ""


def test_improv_brings_the_charger_into_the_network(fresh):
    fresh.press(0.5)
    phone = meet(fresh, mtu=0)  # the least MTU: everything in pieces

    async def work():
        await phone.send_wifi("house", "correct-horse")
        assert await phone.state(improv.PROVISIONED)
        await phone.wait(phone.results, 3)

    fresh.do(work())
    address = fresh.app.env.wifi.address()
    assert address
    assert phone.results() == ["http://%s/" % address]
    assert [v for u, v in phone.notes if u == improv.STATE] == [b"\x03", b"\x04"]
    assert fresh.app.settings["wifi_ssid"] == "house"
    assert fresh.app.settings["wifi_password"] == "correct-horse"
    assert fresh.app.page.network.network() == "house"


def test_a_wrong_password_is_told_and_can_be_tried_again(fresh):
    fresh.press(0.5)
    phone = meet(fresh)

    async def wrong():
        await phone.send_wifi("house", "wrong-horse")
        assert await phone.state(improv.PROVISIONING)
        assert await phone.state(improv.AUTHORIZED)
        await phone.wait(lambda: phone.last(improv.ERROR) == b"\x03", 3)

    fresh.do(wrong())
    assert phone.last(improv.ERROR) == bytes((improv.UNABLE_TO_CONNECT,))
    assert fresh.app.settings["wifi_ssid"] == ""

    async def right():
        await phone.send_wifi("house", "correct-horse")
        assert await phone.state(improv.PROVISIONED)

    fresh.do(right())
    assert phone.last(improv.ERROR) == b"\x00"
    assert fresh.app.settings["wifi_ssid"] == "house"


def test_an_authorization_ends_after_a_minute(fresh):
    fresh.press(0.5)
    phone = meet(fresh)
    fresh.world.run(50)
    assert fresh.do(phone.read(improv.STATE)) == b"\x02"
    fresh.world.run(12)
    assert fresh.do(phone.read(improv.STATE)) == b"\x01"


def test_device_info_and_networks(fresh):
    phone = meet(fresh)

    async def info():
        await phone.improv(improv.encode_packet(improv.DEVICE_INFO))
        await phone.wait(phone.results, 3)

    fresh.do(info())
    assert phone.results() == ["Ballast", "0.1.0", "ESP32", "Garage"]
    phone.notes.clear()
    fresh.press(0.5)

    async def scan():
        await phone.improv(improv.encode_packet(improv.SCAN))
        await phone.wait(phone.results, 5)

    fresh.do(scan())
    assert phone.results() == ["house", "-50", "WPA2", "open house", "-70", "NO"]


MALFORMED = [
    (b"\x01\x02\x00\x00\x04", improv.INVALID_PACKET),  # checksum
    (improv.encode_packet(improv.SEND_WIFI, b"\x05ab"), improv.INVALID_PACKET),
    (improv.encode_packet(improv.SEND_WIFI), improv.INVALID_PACKET),
    (improv.encode_packet(improv.DEVICE_INFO, b"x"), improv.INVALID_PACKET),
    (improv.encode_packet(improv.IDENTIFY), improv.UNKNOWN_COMMAND),  # not in the capabilities
    (improv.encode_packet(99), improv.UNKNOWN_COMMAND),
    (improv.encode_packet(improv.DEVICE_INFO) + b"\0", improv.INVALID_PACKET),
]


def test_malformed_packets_get_the_specifications_error(fresh):
    fresh.press(0.5)
    phone = meet(fresh)
    for data, code in MALFORMED:

        async def work(data=data, code=code):
            phone.notes.clear()
            await phone.write(improv.COMMAND, data)
            await phone.wait(lambda: phone.last(improv.ERROR) == bytes((code,)), 3)

        fresh.do(work())
        assert phone.last(improv.ERROR) == bytes((code,)), data
    assert fresh.app.services.restarts["ble"] == 0


# -- the charger's own service ------------------------------------------------------


def test_current_by_the_setup_code(fresh):
    phone = meet(fresh)

    async def work():
        assert (await phone.prove())[0] == f.WELCOME
        return await phone.command("current", current_ma=10000)

    assert fresh.do(work()) == {"id": 1, "ok": True}
    assert fresh.app.settings["user_ma"] == 10000
    assert ("login", "ble") in fresh.kinds()


@pytest.mark.parametrize("mtu", [0, 185])
def test_the_status_is_the_pages_at_every_mtu(monkeypatch, mtu):
    monkeypatch.setattr(World, "CHIP", "ideal")  # where the answer takes time, the page's is of a later step
    with BleRig() as rig:
        check_status(rig.open(), mtu)


def check_status(rig, mtu):
    phone = meet(rig, mtu)

    async def work():
        await phone.prove()
        return await phone.command("status")

    answer = rig.do(work())
    page = json.loads(json.dumps(rig.web.document()))
    for document in (answer["status"], page):
        for key in ("uptime_s", "time_s", "step_us_max"):
            document.pop(key)
    assert answer["status"] == page


def test_live_status_of_a_charging_car_and_its_current_follows(fresh):
    charge(fresh)
    fresh.world.run(20)
    phone = meet(fresh)

    async def begin():
        await phone.prove()
        await phone.command("watch", interval_s=2)
        phone.heard.clear()

    fresh.do(begin())
    fresh.world.run(20)
    shown = [json.loads(phone.seal.open(m))["status"] for m in phone.heard]
    assert 9 <= len(shown) <= 11
    assert shown[-1]["uptime_s"] - shown[0]["uptime_s"] >= 16
    assert shown[-1]["car"]["offered_ma"] > 10000
    assert shown[-1]["car"]["current_ma"][0] > 8000
    phone.heard.clear()

    async def less():
        await phone.command("watch", interval_s=0)
        phone.heard.clear()
        return await phone.command("current", current_ma=8000)

    assert fresh.do(less())["ok"]
    fresh.world.run(10)
    assert len(phone.heard) == 1  # the answer; nothing more is watched
    assert 7900 <= fresh.web.document()["car"]["offered_ma"] <= 8000  # one step of the duty
    assert fresh.world.plant.chargers[0].amps[0] < 8.1


def test_pause_resume_boost_and_bounds(fresh):
    phone = meet(fresh)

    async def work():
        await phone.prove()
        out = [await phone.command("pause")]
        assert fresh.web.document()["user"]["paused"]
        out.append(await phone.command("resume"))
        assert not fresh.web.document()["user"]["paused"]
        out.append(await phone.command("boost", duration_s=600))
        assert 590 <= fresh.web.document()["user"]["boost_left_s"] <= 600
        out.append(await phone.command("reset_faults"))
        return out

    assert [a["ok"] for a in fresh.do(work())] == [True] * 4
    before = fresh.app.settings["user_ma"]
    info = fresh.web.info
    for wrong in (info.min_ma - 1, info.max_ma + 1, -1, "10000", 1e4, None, True):
        answer = fresh.do(phone.command("current", current_ma=wrong))
        assert not answer["ok"]
        assert answer["error"].startswith("current_ma must be a whole number"), wrong
    assert fresh.app.settings["user_ma"] == before
    assert not fresh.do(phone.command("open_contactor"))["ok"]


def test_a_wrong_code_gets_nothing(fresh):
    phone = meet(fresh)
    before = fresh.app.settings["user_ma"]

    async def work():
        answer = await phone.prove("label-pass-43")
        assert answer[:2] == bytes((f.REFUSED, f.WRONG_CODE))
        for kind in (f.SEALED, f.PROOF, 0x55):
            answer = await phone.message(bytes((kind,)) + bytes(60))
            assert answer[:2] == bytes((f.REFUSED, f.MALFORMED)), kind

    fresh.do(work())
    fresh.world.run(10)
    tx = fresh.radio_handles()[1]
    assert all(m[0] == f.REFUSED or m[0] == f.CHALLENGE for m in phone.heard)
    assert fresh.do(phone.read(f.INFO))[0] == f.VERSION
    assert fresh.app.settings["user_ma"] == before
    assert not any(b"current_ma" in data for _handle, data in fresh.radio.notified)
    assert fresh.device.ble.values[tx].data == b""  # nothing to read either
    assert ("login_failed", "ble") in fresh.kinds()
    assert fresh.app.ble.improv.state == improv.AUTHORIZATION_REQUIRED


def test_a_listener_hears_neither_status_nor_commands(fresh):
    phone = meet(fresh)

    async def work():
        await phone.prove()
        await phone.command("current", current_ma=9000)
        await phone.command("status")

    fresh.do(work())
    air = b"".join(data for _handle, data in fresh.radio.notified)
    assert len(air) > 1000
    for word in (b"current", b"status", b"Ballast", b"Garage", b"label"):
        assert word not in air, word


def test_what_was_recorded_is_worth_nothing_in_the_next_session(fresh):
    phone = meet(fresh)

    async def record():
        await phone.prove()
        sealed = phone.seal.seal(b'{"id": 1, "command": "pause"}')
        await phone.message(sealed)
        return sealed

    sealed = fresh.do(record())
    fresh.charger.resume()

    async def replay():
        answers = [await phone.message(sealed)]
        answers.append(await phone.message(sealed))
        await phone.prove()
        answers.append(await phone.message(sealed))
        return answers

    for answer in fresh.do(replay()):
        assert answer[:2] == bytes((f.REFUSED, f.MALFORMED))
    assert not fresh.web.document()["user"]["paused"]


def test_guessing_is_slowed_down_but_never_for_more_than_a_minute(fresh):
    phone = meet(fresh)
    waits = []
    for _ in range(12):
        answer = fresh.do(phone.prove("guess"))
        if answer[1] == f.WAIT:
            waits.append(int.from_bytes(answer[2:4], "big"))
            fresh.world.run(waits[-1])
            answer = fresh.do(phone.prove("guess"))
        assert answer[:2] == bytes((f.REFUSED, f.WRONG_CODE))
    assert waits == sorted(waits)
    assert waits[0] == 1
    assert waits[-1] == 60
    assert fresh.do(phone.hello())[1] == f.WAIT  # the right code has to wait as well
    fresh.world.run(60)
    assert fresh.do(phone.prove())[0] == f.WELCOME


def test_the_button_clears_the_wait(fresh):
    phone = meet(fresh)
    for _ in range(3):
        fresh.do(phone.prove("guess"))
    assert fresh.do(phone.hello())[1] == f.WAIT
    fresh.press(0.5)
    assert fresh.do(phone.prove())[0] == f.WELCOME
    assert ("lock_cleared", "button") in fresh.kinds()


def test_the_setup_code_authorizes_improv_too(fresh):
    phone = meet(fresh)

    async def work():
        await phone.prove()
        await phone.send_wifi("house", "correct-horse")
        assert await phone.state(improv.PROVISIONED)

    fresh.do(work())
    assert fresh.app.settings["wifi_ssid"] == "house"


def test_a_new_client_does_not_inherit_the_session(fresh):
    phone = meet(fresh)
    fresh.do(phone.prove())
    fresh.do(phone.link.disconnect())
    fresh.world.run(1)
    other = meet(fresh)
    other.seal = phone.seal
    answer = fresh.do(other.message(phone.seal.seal(b'{"id": 1, "command": "pause"}')))
    assert answer[:2] == bytes((f.REFUSED, f.MALFORMED))
    assert not fresh.web.document()["user"]["paused"]


def test_noise_on_both_services_leaves_the_charger_whole(fresh):
    from random import Random

    random = Random(5)
    phone = meet(fresh)

    async def work():
        for _ in range(200):
            uuid = random.choice((improv.COMMAND, f.RX))
            await phone.write(uuid, random.randbytes(random.randint(1, 180)), random.random() < 0.5)
        await phone.wait(lambda: False, 2)
        return await phone.prove()

    assert fresh.do(work())[0] == f.WELCOME
    assert fresh.app.services.restarts["ble"] == 0


def test_a_client_that_takes_no_notifications_is_sent_away(fresh):
    phone = meet(fresh)

    async def work():
        await phone.prove()
        await phone.command("watch", interval_s=1)

    fresh.do(work())
    fresh.device.ble_no_buffers = True
    fresh.world.run(30)
    assert phone.gone
    assert len(fresh.app.ble.window._out) == 0
    fresh.device.ble_no_buffers = False
    meet(fresh)


def test_commands_of_a_proven_client_keep_the_window_open(fresh):
    fresh.world.run(OPEN_S - 20)
    phone = meet(fresh)

    async def work():
        await phone.prove()
        return await phone.command("pause")

    assert fresh.do(work())["ok"]
    fresh.world.run(OPEN_S - 10)
    assert fresh.on
    assert not phone.gone
    fresh.world.run(20)
    assert not fresh.on


def test_no_scan_while_the_car_charges(fresh):
    charge(fresh)
    fresh.press(0.5)  # authorises, and pauses the charge as every short press
    assert fresh.world.until(lambda: fresh.app.out.coil == 0, 10) is not None
    fresh.press(0.5)
    assert fresh.world.until(lambda: fresh.app.out.coil == 1, 10) is not None
    phone = meet(fresh)

    async def work():
        await phone.improv(improv.encode_packet(improv.SCAN))
        await phone.wait(lambda: phone.last(improv.ERROR) == b"\xff", 3)

    fresh.do(work())
    assert phone.last(improv.ERROR) == bytes((improv.UNKNOWN_ERROR,))
    assert phone.results() is None


def test_what_a_client_wrote_as_it_left_is_not_the_next_ones(fresh):
    ble = fresh.device.ble
    command, result = fresh.device.ble.services[0][1][2:4]
    phone = b"\xc0\0\0\0\0\7"
    ble.air_connect(1, phone)
    ble.air_write(1, command, improv.encode_packet(improv.DEVICE_INFO))
    ble.air_disconnect(1, phone)
    ble.air_connect(2, phone)
    fresh.world.run(1)
    assert ble.values[result].data == b""
    assert fresh.app.services.restarts["ble"] == 0


def test_the_longest_status_still_fits_a_message(fresh):
    st = fresh.web.st
    fresh.charger.status(st)
    for i in range(1, faults.COUNT):
        st.fault_active[i] = 1
        st.fault_count[i] = 65535
    text = status.encode(status.build(st, fresh.web.info))
    assert 4000 < len(text) < f.MAX_MESSAGE - 100
