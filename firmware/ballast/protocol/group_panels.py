"""The sub-panels of a group, as a person writes them in the setting `group_panels`.

    40 0-3,8; 32/32/20 4-7; 16 2,3

`;` separates the panels. Each has a limit in A, one for all conductors or L1/L2/L3, with
at most three decimals, and then the seats that it feeds (from 0, as `group_seat`). If all
seats of a panel also belong to earlier panels, the smallest of these feeds it: here the
first panel feeds the third. Seats without a panel are fed by the supply. Limits are
converted to mA without a float.
"""

from micropython import const

from ballast.control.group.panels import MAX

_MOST_MA = const(1000000)
_DIGITS = "0123456789"


def parse(text: str, seats: int) -> tuple[list[tuple[int, int, int, int]], bytearray]:
    """([(parent, l1_ma, l2_ma, l3_ma)] of the panels 1, 2 .., the panel number of each seat).

    Number 0 is the supply. ValueError says in one line what is wrong, where, and what to write.
    """
    parts = text.split(";")
    if not parts[-1].strip():
        parts.pop()  # an empty setting, or a `;` at the end
    if len(parts) >= MAX:
        raise ValueError("group_panels: %d panels are too many, at most %d" % (len(parts), MAX - 1))
    rows: list[tuple[int, int, int, int]] = []
    fed: list[int] = []  # the seats of each panel, as bits
    panel_of = bytearray(seats)
    for part in parts:
        where = "group_panels: panel %d: " % (len(rows) + 1)
        words = part.split(None, 1)
        if len(words) != 2:
            raise ValueError(where + "write a limit in A and then seats, such as 40 0-3")
        limits = _limits(words[0], where)
        bits = _seats(words[1], seats, where)
        rows.append((_parent(bits, fed, where), limits[0], limits[1], limits[2]))
        fed.append(bits)
        for seat in range(seats):
            if (bits >> seat) & 1:
                panel_of[seat] = len(rows)  # a later panel lies inside an earlier one
    return rows, panel_of


def problem(text: str, seats: int) -> str:
    """One line that says what is wrong with `text` for a group of `seats`; "" = nothing."""
    try:
        parse(text, seats)
    except ValueError as error:
        return str(error)
    return ""


def _limits(word: str, where: str) -> list[int]:
    """The three limits in mA of "32.5" or "32/32/20"."""
    parts = word.split("/")
    if len(parts) not in (1, 3):
        raise ValueError(where + "write one limit or three (L1/L2/L3), not '%s'" % word)
    limits = []
    for part in parts:
        ma = _milli(part)
        if ma < 0:
            raise ValueError(where + "'%s' is no limit in A; write such as 40 or 32.5" % part)
        if not 0 < ma <= _MOST_MA:
            raise ValueError(where + "%s A: a limit is more than 0 and at most 1000 A" % part)
        limits.append(ma)
    return limits if len(limits) == 3 else limits * 3


def _milli(text: str) -> int:
    """A decimal number times 1000; -1 if `text` is none."""
    whole, dot, rest = text.partition(".")
    if not _digits(whole) or (dot and not _digits(rest)) or len(rest) > 3:
        return -1
    return int(whole) * 1000 + int((rest + "000")[:3])


def _digits(text: str) -> bool:
    """Whether `text` is 1 to 6 digits and nothing else."""
    if not 1 <= len(text) <= 6:
        return False
    for sign in text:
        if sign not in _DIGITS:
            return False
    return True


def _seats(text: str, seats: int, where: str) -> int:
    """The seats of "0-3,8" as bits."""
    bits = 0
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        first = first.strip()
        last = last.strip() if dash else first
        if not _digits(first) or not _digits(last):
            part = " ".join(part.split())  # the message must stay one line
            raise ValueError(where + "'%s' is no seat; write such as 0-3,8" % part)
        low = int(first)
        high = int(last)
        if low > high:
            raise ValueError(where + "seats %d-%d: the lower one comes first" % (low, high))
        if high >= seats:
            raise ValueError(where + "there is no seat %d, the last one is %d" % (high, seats - 1))
        for seat in range(low, high + 1):
            if (bits >> seat) & 1:
                raise ValueError(where + "seat %d stands there twice" % seat)
            bits |= 1 << seat
    return bits


def _parent(bits: int, fed: list[int], where: str) -> int:
    """The panel that feeds this one: the last one that has all seats in `bits`, else 0."""
    parent = 0
    for at in range(len(fed)):
        common = bits & fed[at]
        if common == bits:
            parent = at + 1
        elif common and common == fed[at]:
            line = "panel %d lies inside it; write the larger one first"
            raise ValueError(where + line % (at + 1))
        elif common:
            line = "it has some seats of panel %d; it must have all its seats there, or none"
            raise ValueError(where + line % (at + 1))
    return parent
