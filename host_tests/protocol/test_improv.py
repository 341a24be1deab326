"""Improv's packets: the specification's examples, every cut, every flipped bit."""

from ballast.protocol import improv
from portable import raises

EXAMPLE = b"\x01\x1e\x0cMyWirelessAP\x10mysecurepassword"  # improv-wifi.com/ble


def whole():
    return EXAMPLE + bytes((sum(EXAMPLE) & 0xFF,))


def code(data, fn=None):
    return raises(improv.PacketError, fn or improv.PacketAssembler().feed, data).code


def test_the_specifications_example():
    command, data = improv.PacketAssembler().feed(whole())
    assert command == improv.SEND_WIFI
    assert improv.decode_wifi_settings(data) == ("MyWirelessAP", "mysecurepassword")
    assert improv.encode_packet(command, data) == whole()


def test_every_way_to_cut_it_in_two_and_into_bytes():
    frame = whole()
    for cut in range(1, len(frame)):
        got = improv.PacketAssembler()
        assert got.feed(frame[:cut]) is None
        assert got.feed(frame[cut:]) == (1, EXAMPLE[2:])
    got = improv.PacketAssembler()
    answers = [got.feed(bytes((b,))) for b in frame]
    assert answers[:-1] == [None] * (len(frame) - 1)
    assert answers[-1] == (1, EXAMPLE[2:])


def test_a_flipped_bit_is_an_error_or_an_unfinished_packet():
    for at in range(len(whole())):
        for bit in range(8):
            frame = bytearray(whole())
            frame[at] ^= 1 << bit
            got = improv.PacketAssembler()
            try:
                assert got.feed(frame) is None
                assert at == 1, at  # only a longer length still waits
            except improv.PacketError as error:
                assert error.code == improv.INVALID_PACKET


def test_bytes_behind_a_packet_are_an_error_and_the_next_one_is_heard():
    got = improv.PacketAssembler()
    assert code(whole() + b"\0", got.feed) == improv.INVALID_PACKET
    assert got.feed(improv.encode_packet(improv.IDENTIFY)) == (improv.IDENTIFY, b"")


def test_a_packet_has_room_for_255_bytes():
    assert improv.PacketAssembler().feed(improv.encode_packet(9, bytes(255))) == (9, bytes(255))
    raises(ValueError, improv.encode_packet, 9, bytes(256))


def test_a_reset_forgets_what_was_begun():
    got = improv.PacketAssembler()
    assert got.feed(whole()[:10]) is None
    got.reset()
    assert got.feed(whole())[0] == 1


def test_networks_and_passwords_that_can_be_none():
    def settings(ssid, key):
        return bytes((len(ssid),)) + ssid + bytes((len(key),)) + key

    for good in ((b"a", b""), (b"s" * 32, b"k" * 63), (b"a b", b"12345678")):
        ssid, key = improv.decode_wifi_settings(settings(*good))
        assert (ssid.encode(), key.encode()) == good
    wrong = [
        b"", b"\x01a", b"\x05ab\x00", settings(b"", b""), settings(b"s" * 33, b""),
        settings(b"a", b"1234567"), settings(b"a", b"k" * 64), settings(b"a\0", b""),
        settings(b"\xff\xfe", b""), settings(b"a", b"12345678") + b"\x00",
        settings(b"a", b"1234567\0"),
    ]  # fmt: skip
    for data in wrong:
        assert code(data, improv.decode_wifi_settings) == improv.INVALID_PACKET, data


def test_results_hold_whole_groups_only():
    rows = []
    for i in range(20):
        rows += ["network-%02d" % i, "-60", "WPA2"]
    frame = improv.encode_result(improv.SCAN, rows, 3)
    command, data = improv.PacketAssembler().feed(frame)
    texts = improv.decode_strings(data)
    assert command == improv.SCAN
    assert texts == rows[: len(texts)]
    assert len(texts) % 3 == 0
    assert len(data) <= 255 < len(data) + 20  # one more would not have fitted
    assert improv.encode_result(improv.SCAN, []) == b"\x04\x00\x04"


def test_the_advertisement_byte_for_byte():
    # uuid: little-endian, as the Core Specification's Supplement (part A, 1.1) has it
    want = "0201061107" + "00802678742763467222286268774600" + "09167746020700000000"
    assert improv.encode_advertisement(2, 7) == bytes([int(want[i : i + 2], 16) for i in range(0, 62, 2)])


def test_noise_never_breaks_the_parser_nor_deafens_it():
    x = 12345  # the seed
    got = improv.PacketAssembler()
    for _ in range(500):
        chunk = bytearray()
        for _ in range(x % 24 + 1):
            x = (x * 1103515245 + 12345) & 0x3FFFFFFF
            chunk.append((x >> 12) & 0xFF)
        for feed in (got.feed, improv.decode_strings, improv.decode_wifi_settings):
            try:
                feed(chunk)
            except improv.PacketError:
                pass
        assert len(got._got) < 258  # bounded, whatever comes
        if x % 7 == 0:
            got.reset()
            assert got.feed(improv.encode_packet(x & 0xFF, chunk)) == (x & 0xFF, bytes(chunk))
