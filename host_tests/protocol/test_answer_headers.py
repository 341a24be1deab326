"""What the charger's answers tell a browser: names and values of RFC 9110, 6265bis and the Fetch standard."""

from ballast.protocol import answer_headers

ENTRY = {"type": "text/css", "cache": "no-cache", "etag": '"a1"', "size": 7}


def test_each_answer_is_no_frame_no_other_type_and_not_stored():
    headers = {}
    answer_headers.complete(headers)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_an_answer_that_says_how_it_is_stored_keeps_it():
    headers = {"Cache-Control": "no-cache"}
    answer_headers.complete(headers)
    assert headers["Cache-Control"] == "no-cache"


def test_a_file_is_compressed_and_has_a_policy_where_it_is_a_page():
    headers = answer_headers.of_file(ENTRY)
    assert headers["Content-Encoding"] == "gzip" and headers["ETag"] == '"a1"'
    assert headers["Content-Type"] == "text/css" and headers["Cache-Control"] == "no-cache"
    assert "Content-Security-Policy" not in headers and "Content-Length" not in headers
    page = dict(ENTRY)
    page["csp"] = "default-src 'self'"
    assert answer_headers.of_file(page)["Content-Security-Policy"] == "default-src 'self'"


def test_a_cookie_is_for_this_site_alone_and_hidden_from_scripts():
    parts = answer_headers.cookie("session", "abc").split("; ")
    assert parts[0] == "session=abc"
    assert "HttpOnly" in parts and "SameSite=Strict" in parts and "Path=/" in parts
    assert "Max-Age=%d" % (365 * 86400) in parts, "a year"
    ended = answer_headers.cookie("session", "", 0).split("; ")
    assert ended[0] == "session=" and "Max-Age=0" in ended
