"""The captive portal's DNS: RFC 1035 by hand-made packets."""

from ballast.protocol import dns

HEAD = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
NAME = b"\x03www\x07example\x03com\x00"
A_IN = b"\x00\x01\x00\x01"


def test_every_name_is_the_charger():
    reply = dns.answer(HEAD + NAME + A_IN, "192.168.4.1")
    assert reply[:2] == b"\x12\x34"
    assert reply[2] & 0x80 and reply[2] & 0x04 and reply[2] & 0x01  # response, ours, as asked
    assert reply[3] == 0  # no error
    assert reply[4:12] == b"\x00\x01\x00\x01\x00\x00\x00\x00"
    assert reply[12:].startswith(NAME + A_IN)
    assert reply[-4:] == bytes((192, 168, 4, 1))


def test_other_types_get_an_empty_answer():
    reply = dns.answer(HEAD + NAME + b"\x00\x1c\x00\x01", "192.168.4.1")  # AAAA
    assert reply[6:8] == b"\x00\x00"
    assert reply.endswith(NAME + b"\x00\x1c\x00\x01")


def test_additional_records_of_the_query_are_dropped():
    edns = b"\x00\x00\x29\x10\x00\x00\x00\x00\x00\x00\x00"
    assert dns.answer(HEAD[:11] + b"\x01" + NAME + A_IN + edns, "10.0.0.1") == dns.answer(
        HEAD + NAME + A_IN, "10.0.0.1"
    )


def test_what_is_no_question_gets_silence():
    good = HEAD + NAME + A_IN
    for bad in (
        b"",
        HEAD,
        good[:2] + b"\x81" + good[3:],  # a response: two portals would talk for ever
        good[:2] + b"\x28" + good[3:],  # an update
        good[:5] + b"\x02" + good[6:],  # two questions
        HEAD + b"\xc0\x0c" + A_IN,  # a compressed name
        HEAD + b"\x3fabc",  # a name that runs over the end
        HEAD + NAME + b"\x00\x01",  # cut short
        HEAD + NAME + b"\x00\x01\x00\x03",  # class CHAOS
        good + bytes(600),
    ):
        assert dns.answer(bad, "192.168.4.1") is None, bad
