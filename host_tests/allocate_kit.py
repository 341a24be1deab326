"""What the tests of control/group/allocate.py and urgency.py share. Portable: CPython and MicroPython."""

from ballast.control.group.allocate import Allocator
from ballast.control.group.panels import Panels


def group(size, *limits):
    """Members 0..size-1 on the last of a chain of panels, three-phase, 6..32 A, not wanting."""
    p = Panels()
    for n, ma in enumerate(limits):
        p.define(n, n - 1, ma, ma, ma)
    a = Allocator(size, p)
    for i in range(size):
        ask(a, i, 32000)
        a.want[i] = 0
        a.panel[i] = p.count - 1
    return a


def ask(a, i, max_ma, mask=7, line=0, min_ma=6000):
    a.want[i] = 1
    a.max_ma[i] = max_ma
    a.min_ma[i] = min_ma
    a.mask[i] = mask
    a.line[i] = line


def run(a):
    a.panels.clear()
    a.run()
    return list(a.ma)
