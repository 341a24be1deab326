"""Buses, flash values and radios of the imitated chip."""

import bluetooth
import esp32
import espnow
import network
import pytest
from machine import SPI, UART, Pin

from ballast_bench import fakes


@pytest.mark.parametrize("call", [lambda: UART(3), lambda: SPI(0), lambda: UART(1, 9600, 9)])
def test_buses_that_do_not_exist(dev, call):
    with pytest.raises(ValueError, match=r"exist|data bits"):
        call()


def test_spi_without_a_selected_slave_reads_high(dev):
    spi = SPI(1, 400000, sck=Pin(12), mosi=Pin(11), miso=Pin(13))
    rx = bytearray(2)
    spi.write_readinto(b"\0\0", rx)
    assert rx == b"\xff\xff"
    with pytest.raises(ValueError, match="same length"):
        spi.write_readinto(b"\0\0\0", rx)


def test_nvs_keeps_what_was_committed(dev):
    nvs = esp32.NVS("unit")
    nvs.set_i32("n", 5)
    nvs.set_blob("b", b"xyz")
    with pytest.raises(OSError, match="NOT_FOUND"):
        esp32.NVS("unit").get_i32("n")
    nvs.commit()
    buf = bytearray(8)
    assert esp32.NVS("unit").get_blob("b", buf) == 3
    with pytest.raises(OSError, match="INVALID_LENGTH"):
        nvs.get_blob("b", bytearray(2))
    with pytest.raises(OSError, match="NOT_FOUND"):
        nvs.get_i32("b")
    with pytest.raises(OSError, match="NOT_FOUND"):
        nvs.erase_key("other")
    with pytest.raises(OSError, match="KEY_TOO_LONG"):
        nvs.set_i32("a_key_of_16_char", 1)
    with pytest.raises(OverflowError):
        nvs.set_i32("n", 2**31)


def radio(dev):
    network.WLAN(network.STA_IF).active(True)
    esp = espnow.ESPNow()
    esp.active(True)
    return esp


def test_espnow_limits(dev):
    esp = radio(dev)
    for n in range(20):
        esp.add_peer(bytes([2, 0, 0, 0, 1, n]))
    with pytest.raises(OSError, match="FULL"):
        esp.add_peer(bytes([2, 0, 0, 0, 2, 0]))
    with pytest.raises(OSError, match="EXIST"):
        esp.add_peer(bytes([2, 0, 0, 0, 1, 0]))
    with pytest.raises(OSError, match="NOT_FOUND"):
        esp.send(bytes([2, 0, 0, 0, 3, 0]), b"x", False)
    with pytest.raises(OSError, match="ARG"):
        esp.send(bytes([2, 0, 0, 0, 1, 0]), bytes(1471), False)
    with pytest.raises(ValueError, match="length"):
        esp.add_peer(b"\x02\0\0")
    esp.del_peer(bytes([2, 0, 0, 0, 1, 0]))
    with pytest.raises(fakes.FakeError, match="block"):
        esp.recvinto([None, bytearray(250)])


def test_espnow_default_buffer(dev):
    """2968 bytes: 11 frames of 250, each with 14 in front; never the last byte."""
    esp = radio(dev)
    for n in range(13):
        esp.on_air(b"\2\0\0\0\0\7", bytes([n]) * 250, -60)
    assert esp.stats()[3:] == (11, 2)
    shared = esp.irecv(0)
    first = bytes(shared[1])
    assert esp.irecv(0) is shared  # the same list: who did not copy has lost it
    assert bytes(shared[1]) != first


def test_espnow_a_failed_start_is_stuck(dev):
    esp = espnow.ESPNow()
    with pytest.raises(OSError, match="INTERNAL"):
        esp.active(True)
    network.WLAN(network.STA_IF).active(True)
    assert esp.active()
    esp.active(True)
    with pytest.raises(OSError, match="NOT_INIT"):
        esp.add_peer(bytes(6))
    with pytest.raises(OSError, match="NOT_INIT"):
        esp.active(False)


def test_espnow_needs_wifi_and_activation(dev):
    network.WLAN(network.STA_IF).active(True)
    with pytest.raises(OSError, match="NOT_INIT"):
        espnow.ESPNow().add_peer(bytes(6))


def test_wlan_is_strict(dev):
    sta = network.WLAN(network.STA_IF)
    with pytest.raises(OSError, match="Wifi Not Started"):
        sta.config("channel")  # not active
    sta.active(True)
    with pytest.raises(ValueError, match="unknown config"):
        sta.config(hide=True)
    with pytest.raises(OSError, match="AP required"):
        sta.config(hidden=True)
    with pytest.raises(ValueError, match="unknown config"):
        sta.config("password")
    with pytest.raises(ValueError, match=r"^$"):  # without a text
        network.hostname("x" * 33)
    with pytest.raises(ValueError, match="interface"):
        network.WLAN(2)


def test_ble_is_off_until_it_is_on_and_has_no_more_than_a_peripheral(dev):
    ble = bluetooth.BLE()
    assert ble is bluetooth.BLE()
    for call in (lambda: ble.gap_advertise(100_000, b""),
                 lambda: ble.gatts_register_services(()), lambda: ble.config("mac")):  # fmt: skip
        with pytest.raises(OSError, match="19"):  # ENODEV
            call()
    assert ble.gatts_read(16) == b"" and ble.config("gap_name") == b"MPY ESP32"
    assert ble.active(True)
    assert not hasattr(ble, "gap_scan")
    with pytest.raises(OSError, match="-18"):
        ble.gap_advertise(100_000, bytes(32))
    with pytest.raises(OSError, match="22"):
        ble.gap_advertise(1000, b"")
    with pytest.raises(ValueError, match="unknown config"):
        ble.config(bond=True)
    with pytest.raises(ValueError, match="UUID"):
        bluetooth.UUID("1234")
    assert bluetooth.UUID(0x4677) == bluetooth.UUID(b"\x77\x46")
