"""Bluetooth as a phone meets it: when it is on, and who may stay connected.

The firmware runs down to `bluetooth.BLE`; from there on it is bumble's ATT, L2CAP and
two virtual controllers. Time is the world's.
"""

from bumble import core

from ballast.protocol import improv
from ballast.services.ble.window import OPEN_S
from ballast_bench.rigs.ble import Phone
from services.ble.ble_steps import charge, meet


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
    assert ("ble", "no memory") in installed.kinds()
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
