"""The BLE port over the fake radio chip: buffers, ring, life of a connection."""

import pytest

from ballast.ports.ble import BlePort

SERVICE = "00467768-6228-2272-4663-277478268000"
SERVICES = (
    (SERVICE, (("00467768-6228-2272-4663-277478268001", 0x12),)),
    ("b0a57000-3c1f-4d6e-9b52-61d0c7e4a800", (("b0a57002-3c1f-4d6e-9b52-61d0c7e4a800", 0x0C),)),
)
PHONE = b"\xc0\0\0\0\0\1"


class Radio:
    """Takes down what the chip does."""

    def __init__(self):
        self.log = []

    def __getattr__(self, name):
        return lambda *args: self.log.append((name, *args))


@pytest.fixture
def port(dev):
    dev.ble_radio = Radio()
    return BlePort("Ballast")


def start(port, dev):
    called = []
    state, write = port.on(SERVICES, lambda: called.append(1))
    return dev.ble, state, write, called


def test_it_is_off_until_asked_and_after(port, dev):
    assert not dev.ble.active()
    start(port, dev)
    assert dev.ble.active()
    assert port.off()
    assert not dev.ble.active()
    assert ("off",) in dev.ble_radio.log
    start(port, dev)  # the services are registered anew
    assert len(dev.ble.values) == 2


def test_no_room_leaves_it_off(port, dev):
    for code in (5, 116):
        dev.ble_memory_short = code
        with pytest.raises(OSError, match=str(code)):
            port.on(SERVICES, lambda: None)
        assert not dev.ble.active()


def test_switching_off_with_a_client_never_blocks(port, dev, clock):
    """NimBLE waits for the end of a connection for up to 2 s, while the watchdog is not fed."""
    ble, *_ = start(port, dev)
    ble.air_connect(1, PHONE)
    before = clock.ms()
    assert not port.off() and ble.active()
    assert not port.off() and ble.active()  # the end is on its way: gap_disconnect() says EALREADY
    ble.air_disconnect(1, PHONE)
    assert port.off() and not ble.active()
    assert clock.ms() - before < 100


def test_an_error_in_the_handler_does_not_end_it(port, dev, monkeypatch):
    ble, _state, write, _called = start(port, dev)
    ble.air_connect(1, PHONE)

    def no_memory(handle):
        raise MemoryError

    monkeypatch.setattr(ble, "gatts_read", no_memory)
    ble.air_write(1, write, b"lost")
    monkeypatch.undo()
    ble.air_write(1, write, b"kept")
    assert not dev.ble_errors
    assert port.lost == 1 and port.receive() == (1, write, b"kept")


def test_writes_come_in_order_whole_and_copied(port, dev):
    ble, _state, write, called = start(port, dev)
    ble.air_connect(1, PHONE)
    assert (port.client, port.seen, port.mtu) == (1, 1, 23)
    ble.air_mtu(1, 185)
    assert port.mtu == 185
    long = bytes(range(256))
    for data in (b"1", b"22", long):
        ble.air_write(1, write, data)
    assert len(called) == 5
    assert [port.receive() for _ in range(4)] == [
        (1, write, b"1"), (1, write, b"22"), (1, write, long), None,
    ]  # fmt: skip


def test_a_full_ring_loses_the_newest_and_counts(port, dev):
    ble, _state, write, _called = start(port, dev)
    ble.air_connect(1, PHONE)
    for n in range(40):
        ble.air_write(1, write, bytes((n,)))
    assert port.lost == 8
    got = []
    while (item := port.receive()) is not None:
        got.append(item[2][0])
    assert got == list(range(32))
    ble.air_write(1, write, b"x")
    assert port.receive() == (1, write, b"x")


def test_connections_are_counted_and_end(port, dev):
    ble, state, _write, _called = start(port, dev)
    assert not port.send(state, b"x")  # nobody there
    ble.air_connect(1, PHONE)
    assert port.send(state, b"x")
    assert ("notify", 1, state, b"x") in dev.ble_radio.log
    dev.ble_no_buffers = True
    assert not port.send(state, b"x")
    port.hang_up()
    assert ("disconnect", 1) in dev.ble_radio.log
    ble.air_disconnect(1, PHONE)
    assert port.client is None
    port.hang_up()
    ble.air_connect(2, PHONE)
    assert (port.client, port.seen, port.mtu) == (2, 2, 23)


def test_advertising_carries_the_name_in_the_scan_response(port, dev):
    start(port, dev)
    port.advertise(b"\x02\x01\x06")
    assert dev.ble.advertising == (b"\x02\x01\x06", b"\x08\x09Ballast")
    assert len(BlePort("x" * 26)._name) + 2 <= 31


def test_a_micropython_without_bluetooth_still_makes_a_charger(port, monkeypatch):
    import sys

    from ballast.compose import chip

    assert isinstance(chip.make_ble("Ballast"), BlePort)
    monkeypatch.delitem(sys.modules, "ballast.ports.ble")
    monkeypatch.setitem(sys.modules, "bluetooth", None)
    assert chip.make_ble("Ballast") is None
