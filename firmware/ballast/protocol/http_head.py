"""Checks of a request's head before any framework sees it (RFC 9112).

Only what this charger serves is let through: one request with an optional body
of stated length. What two parsers could read differently is refused.
"""

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


def _bad_line(line):
    """Whether a header line is none: no name, a space in the name, a control character."""
    name, colon, _ = line.partition(b":")
    if not colon or not name or b" " in name or b"\t" in name:
        return True
    for b in line:
        if b < 32 and b != 9:
            return True
    return False


def _bad_request_line(line):
    parts = line.split(b" ")
    if len(parts) != 3 or parts[0] not in _METHODS:
        return True
    if parts[1][:1] != b"/" or len(parts[1]) > _MAX_TARGET:
        return True
    for b in parts[1]:
        if b < 33 or b > 126:
            return True
    return parts[2] not in (b"HTTP/1.1", b"HTTP/1.0")


def check(head):
    """0, or the HTTP status with which `head` (bytes up to the empty line) is refused."""
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


def answer(status):
    """The bytes of a short refusal, after which the connection is closed."""
    text = REASONS.get(status, "Error")
    body = '{"error": "%s"}' % text
    return (
        "HTTP/1.0 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
        "Connection: close\r\n\r\n%s" % (status, text, len(body), body)
    ).encode()


def own_host(host, names):
    """Whether a Host header names this charger: an address, "localhost", *.local or one of `names`.

    A foreign name that resolves to the charger (DNS rebinding) is not its name.
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


def same_origin(headers):
    """Whether a state-changing request comes from the charger's own page or from no page.

    headers: anything with get(name). Browsers state Sec-Fetch-Site or Origin; a
    program states neither, and has no cookie that a page could abuse.
    """
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("Origin")
    if origin is None:
        return True
    host = headers.get("Host")
    return host is not None and origin in ("http://" + host, "https://" + host)
