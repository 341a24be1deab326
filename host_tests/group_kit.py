"""What the tests of control/group*.py agree on. Portable: runs on CPython and on MicroPython."""

from ballast.control import group_records as g
from ballast.control.panels import Panels

T0 = 0x40000000 - 30000  # the clock wraps within each test


def config(seats=3, budget=32000, guaranteed=0):
    c = g.Config()
    c.seats = seats
    c.guaranteed_ma = guaranteed
    for phase in range(3):
        c.budget_ma[phase] = budget
    return c


def panels(ma=32000):
    p = Panels()
    p.configure(0, -1, ma, ma, ma)
    return p


def after(ms):
    return (T0 + ms) & 0x3FFFFFFF
