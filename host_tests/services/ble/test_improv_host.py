"""Bluetooth as a phone meets it: Improv, which brings the charger into the network.

The firmware runs down to `bluetooth.BLE`; from there on it is bumble's ATT, L2CAP and
two virtual controllers. Time is the world's.
"""



from ballast.protocol import improv
from services.ble.ble_steps import charge, meet


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


def test_the_setup_code_authorizes_improv_too(fresh):
    phone = meet(fresh)

    async def work():
        await phone.prove()
        await phone.send_wifi("house", "correct-horse")
        assert await phone.state(improv.PROVISIONED)

    fresh.do(work())
    assert fresh.app.settings["wifi_ssid"] == "house"


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
