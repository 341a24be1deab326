"""DNS for the captive portal: every name leads to this charger (RFC 1035, 4.1).

The charger answers only what a phone asks: one question of class IN. A question of type
A gets the address. Any other type gets an empty answer, so that the phone does not wait.
"""

_HEAD = 12
_MAX_QUERY = 512
_TTL_S = 10  # short, because the portal ends with the setup


def _question_end(query: bytes) -> int:
    """Index after the question's name, or -1 when the name is damaged or compressed."""
    at = _HEAD
    while at < len(query):
        size = query[at]
        if size == 0:
            return at + 1
        if size > 63:
            return -1
        at += size + 1
    return -1


def answer(query: bytes, ip: str) -> "bytes | None":
    """The reply to `query` with the address `ip` ("192.168.4.1"); None = send no reply."""
    if not _HEAD < len(query) <= _MAX_QUERY:
        return None
    flags = query[2]
    if flags & 0xF8 or query[4:6] != b"\x00\x01":  # a response, another opcode, no single question
        return None
    end = _question_end(query)
    if end < 0 or end + 4 > len(query) or query[end + 2 : end + 4] != b"\x00\x01":
        return None
    is_a = query[end : end + 2] == b"\x00\x01"
    head = query[:2] + bytes((0x84 | (flags & 1), 0x00)) + b"\x00\x01"
    head += bytes((0, 1 if is_a else 0)) + b"\x00\x00\x00\x00"
    reply = head + query[_HEAD : end + 4]
    if is_a:
        reply += b"\xc0\x0c\x00\x01\x00\x01" + bytes((0, 0, 0, _TTL_S)) + b"\x00\x04"
        reply += bytes([int(part) for part in ip.split(".")])
    return reply
