"""Headers of HTTP answers: what each one tells a browser, those of a file of the page, cookies."""

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any

_COOKIE_AGE_S = const(31536000)


# Any: Microdot's headers have no types
def complete(headers: "Any") -> None:
    """Add what each answer has: no guessing of types, no frames, no storing unless it says how."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"


# Any: an entry has texts and a number
def of_file(entry: "dict[str, Any]") -> dict[str, str]:
    """Those of a file of the page, which is stored compressed; without its length."""
    headers = {
        "Content-Type": entry["type"],
        "Content-Encoding": "gzip",
        "Cache-Control": entry["cache"],
        "ETag": entry["etag"],
    }
    if "csp" in entry:
        headers["Content-Security-Policy"] = entry["csp"]
    return headers


def cookie(name: str, value: str, max_age: int = _COOKIE_AGE_S) -> str:
    """The value of Set-Cookie: scripts cannot read it, and requests of other sites do not carry it."""
    return "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict" % (name, value, max_age)
