"""What of HTTP is let in (RFC 9112), and whose commands are taken."""

from ballast.protocol import http_head

GOOD = b"GET / HTTP/1.1\r\nHost: 192.168.4.1\r\nAccept: */*\r\n\r\n"


def head(*lines):
    return b"\r\n".join(lines) + b"\r\n\r\n"


def test_good_heads():
    assert http_head.check(GOOD) == 0
    assert http_head.check(head(b"POST /api/pause HTTP/1.1", b"Content-Length: 2")) == 0
    assert http_head.check(head(b"GET /x?span=day HTTP/1.0", b"X-Tab:\ta")) == 0


def test_refused_request_lines():
    for line in (
        b"", b"GET /", b"GET  / HTTP/1.1", b"BREW / HTTP/1.1", b"get / HTTP/1.1",
        b"GET http://x/ HTTP/1.1", b"GET /\x01 HTTP/1.1", b"GET /\xc3\xa9 HTTP/1.1",
        b"GET / HTTP/2.0", b"GET /" + b"a" * 600 + b" HTTP/1.1",
    ):  # fmt: skip
        assert http_head.check(head(line, b"Host: x")) == 400


def test_refused_headers():
    get = b"GET / HTTP/1.1"
    for line in (
        b"no colon",
        b": empty",
        b"Bad Name: x",
        b"Bad\tName: x",
        b"A: b\x00c",
        b" fold: x",
    ):
        assert http_head.check(head(get, line)) == 400
    assert http_head.check(head(get, b"Transfer-Encoding: chunked")) == 501
    assert http_head.check(head(get, b"Host: a", b"Host: b")) == 400
    assert http_head.check(head(get, *[b"X: y"] * 45)) == 431


def test_content_length_is_a_plain_number_once():
    post = b"POST /x HTTP/1.1"
    for value in (b"-1", b"+1", b"1e3", b"0x10", b"", b"1, 1", b"9999999999"):
        assert http_head.check(head(post, b"Content-Length: " + value)) == 400
    assert http_head.check(head(post, b"Content-Length: 1", b"content-length: 1")) == 400


def test_answers_are_complete():
    text = http_head.answer(413)
    assert text.startswith(b"HTTP/1.0 413 Payload too large\r\n")
    body = text.split(b"\r\n\r\n")[1]
    assert b"Content-Length: %d\r\n" % len(body) in text
    assert b"Error" in http_head.answer(599)


def test_own_names():
    for host in ("192.168.4.1", "192.168.4.1:8080", "localhost:80", "garage.local", "BALLAST.LOCAL",
                 "[fe80::1]", "garage"):  # fmt: skip
        assert http_head.own_host(host, ("garage",))
    for host in (None, "", "evil.example", "192.168.4.1.evil.example", "1.2.3", "garage"):
        assert not http_head.own_host(host, ())


def test_commands_from_elsewhere_are_refused():
    host = {"Host": "192.168.4.1"}
    assert http_head.same_origin(host)  # a program, no browser
    for origin, want in (
        ("http://192.168.4.1", True),
        ("https://192.168.4.1", True),
        ("http://192.168.4.1.evil.example", False),
        ("null", False),
    ):
        assert http_head.same_origin({"Host": "192.168.4.1", "Origin": origin}) is want
    for site, want in (
        ("same-origin", True),
        ("none", True),
        ("same-site", False),
        ("cross-site", False),
    ):
        assert (
            http_head.same_origin({"Sec-Fetch-Site": site, "Host": "x", "Origin": "http://x"})
            is want
        )
    assert not http_head.same_origin({"Origin": "http://x"})
