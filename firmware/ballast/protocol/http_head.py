"""Checks of a request's head before the web framework reads it (RFC 9112).

Accepted are only requests that this charger serves: one request, with or without a body
of stated length. Heads that two parsers could read differently are refused.
"""

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.protocol.shapes import Headers

_METHODS = (b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS")
_MAX_LINES = 40
_MAX_TARGET = 512

REASONS = {
    400: "Bad request",
    408: "Request timeout",
    413: "Payload too large",
    431: "Request header fields too large",
    501: "Not implemented",
    503: "Busy",
}


def _bad_line(line: bytes) -> bool:
    """Whether a header line has no name, a blank in its name, or a control character."""
    name, colon, _ = line.partition(b":")
    if not colon or not name or b" " in name or b"\t" in name:
        return True
    for b in line:
        if b < 32 and b != 9:
            return True
    return False


def _bad_request_line(line: bytes) -> bool:
    parts = line.split(b" ")
    if len(parts) != 3 or parts[0] not in _METHODS:
        return True
    if parts[1][:1] != b"/" or len(parts[1]) > _MAX_TARGET:
        return True
    for b in parts[1]:
        if b < 33 or b > 126:
            return True
    return parts[2] not in (b"HTTP/1.1", b"HTTP/1.0")


def check(head: bytes) -> int:
    """0 if `head` (bytes up to the empty line) is good, else the HTTP status of the refusal."""
    lines = head.split(b"\r\n")
    while lines and not lines[-1]:
        lines.pop()
    if not lines or _bad_request_line(lines[0]):
        return 400
    if len(lines) > _MAX_LINES:
        return 431
    lengths = 0
    hosts = 0
    for line in lines[1:]:
        if _bad_line(line):
            return 400
        name, _, value = line.partition(b":")
        name = name.lower()
        if name == b"transfer-encoding":
            return 501
        if name == b"host":
            hosts += 1
        if name == b"content-length":
            lengths += 1
            value = value.strip()
            if not value.isdigit() or len(value) > 9:
                return 400
    if lengths > 1 or hosts > 1:
        return 400
    return 0


def answer(status: int) -> bytes:
    """The response that refuses a request; afterwards the connection is closed."""
    text = REASONS.get(status, "Error")
    body = '{"error": "%s"}' % text
    return (
        "HTTP/1.0 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
        "Connection: close\r\n\r\n%s" % (status, text, len(body), body)
    ).encode()


def own_host(host: "str | None", names: "list[str] | tuple[str, ...]") -> bool:
    """Whether a Host header names this charger: an address, "localhost", *.local or one of `names`.

    False for a foreign name that resolves to the charger's address (DNS rebinding).
    """
    if host is None:
        return False
    host = host.lower()
    if host[:1] == "[":
        return True
    host = host.split(":")[0]
    if host.endswith(".local") or host == "localhost" or host in names:
        return True
    parts = host.split(".")
    return len(parts) == 4 and all(p.isdigit() for p in parts)


def same_origin(headers: "Headers") -> bool:
    """Whether a request that changes something comes from the charger's own page or from no page.

    Browsers send Sec-Fetch-Site or Origin. A program sends neither, and has no cookie that
    a foreign page could abuse.
    """
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("Origin")
    if origin is None:
        return True
    host = headers.get("Host")
    return host is not None and origin in ("http://" + host, "https://" + host)
