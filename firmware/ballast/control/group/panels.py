"""The tree of panels that feeds a group: what each conductor carries, and what still fits.

Panel 0 is the supply; every other panel has a parent with a smaller number.
A member loads the conductors L1, L2, L3 in its `mask` (bits 1, 2, 4). With `line` = 0 it is
connected to neutral, in one or three phases; its currents are in phase with their
conductors. With `line` = 1 it is connected between the two conductors of its mask
(208/240 V supplies). Currents to neutral are simply added. Currents between two conductors are
added as phasors at unity power factor: simply added, a balanced group would lose 15 %.

A panel with `star` = 1 states the limits of the primary side of a delta-star transformer, in
mA referred to the secondary (primary amperes times turns ratio). There the current of a
conductor is the difference of two secondary currents.
"""

from micropython import const

MAX = const(16)  # panels in a group, the supply included
NO_LIMIT_MA = const(1000000)

_FINE = const(8191)  # phasors are compared in units in which a limit has at most 13 bits


class Panels:
    """Limits and loads in mA, flat lists indexed `3 * panel + conductor`.

    ln_ma: sum of what is drawn to neutral; ll_ma: sum between the pairs L1-L2, L2-L3, L3-L1.
    The caller empties both with clear() and loads them with take().
    """

    def __init__(self) -> None:
        self.count = 1
        self.parent = [-1] * MAX
        self.star = bytearray(MAX)
        self.limit_ma = [NO_LIMIT_MA] * (3 * MAX)
        self.ln_ma = [0] * (3 * MAX)
        self.ll_ma = [0] * (3 * MAX)
        self._phasor = bytearray(MAX)  # 1 = a load hangs here that cannot simply be added

    def define(
        self, panel: int, parent: int, l1_ma: int, l2_ma: int, l3_ma: int, star: int = 0
    ) -> None:
        """Define `panel` (0 = supply, parent -1; else parent < panel). ValueError if that is wrong."""
        if not 0 <= panel < MAX:
            raise ValueError("panel %d: a group has panels 0..%d" % (panel, MAX - 1))
        if parent < -1 or parent >= panel or (parent < 0) != (panel == 0):
            raise ValueError("panel %d: parent %d is not a panel above it" % (panel, parent))
        if panel > self.count:
            raise ValueError("panel %d: panel %d is not defined yet" % (panel, panel - 1))
        self.parent[panel] = parent
        self.star[panel] = star
        self.set_limit(panel, l1_ma, l2_ma, l3_ma)
        if panel == self.count:
            self.count = panel + 1

    def set_limit(self, panel: int, l1_ma: int, l2_ma: int, l3_ma: int) -> None:
        """New limits in mA. A negative one counts as 0, a huge one as NO_LIMIT_MA."""
        at = 3 * panel
        self.limit_ma[at] = 0 if l1_ma < 0 else min(l1_ma, NO_LIMIT_MA)
        self.limit_ma[at + 1] = 0 if l2_ma < 0 else min(l2_ma, NO_LIMIT_MA)
        self.limit_ma[at + 2] = 0 if l3_ma < 0 else min(l3_ma, NO_LIMIT_MA)

    def clear(self) -> None:
        """Forget all loads."""
        for at in range(3 * self.count):
            self.ln_ma[at] = 0
            self.ll_ma[at] = 0
        for panel in range(self.count):
            self._phasor[panel] = self.star[panel]

    def take(self, panel: int, mask: int, line: int, ma: int) -> None:
        """Load `ma` (negative: unload) on `panel` and on every panel above it."""
        loads = self.ll_ma if line else self.ln_ma
        while panel >= 0:
            at = 3 * panel
            if line:
                loads[at + pair(mask)] += ma
                self._phasor[panel] = 1
            else:
                if mask & 1:
                    loads[at] += ma
                if mask & 2:
                    loads[at + 1] += ma
                if mask & 4:
                    loads[at + 2] += ma
            panel = self.parent[panel]

    def room(self, panel: int, mask: int) -> int:
        """mA that can be added on every conductor of `mask`, currents simply added; never < 0.

        The plain sum is never below the phasor sum, so the answer is never too much. `star`
        panels are left out: call fits() for them.
        """
        least = NO_LIMIT_MA
        while panel >= 0:
            if not self.star[panel]:
                for phase in range(3):
                    if (mask >> phase) & 1:
                        left = self.limit_ma[3 * panel + phase] - self.plain(panel, phase)
                        if left < least:
                            least = left
            panel = self.parent[panel]
        return least if least > 0 else 0

    def plain(self, panel: int, phase: int) -> int:
        """mA on a conductor with all loads simply added."""
        at = 3 * panel
        ma = self.ln_ma[at + phase]
        if self._phasor[panel]:
            ma += self.ll_ma[at + phase] + self.ll_ma[at + (2 if phase == 0 else phase - 1)]
        return ma

    def phasors(self, panel: int) -> bool:
        """Whether the loads of `panel` are added as phasors: one is between two conductors."""
        return self._phasor[panel] == 1

    def above(self, panel: int, other: int) -> bool:
        """Whether `other` is `panel` or lies between it and the supply."""
        while panel > other:
            panel = self.parent[panel]
        return panel == other

    def fits(self, panel: int, mask: int, line: int, ma: int) -> bool:
        """Whether `ma` more on `mask` keeps every limit from `panel` up to the supply."""
        while panel >= 0:
            if line or self._phasor[panel]:
                if not self._fits_phasor(panel, mask, line, ma):
                    return False
            else:
                at = 3 * panel
                limit = self.limit_ma
                load = self.ln_ma
                if mask & 1 and load[at] + ma > limit[at]:
                    return False
                if mask & 2 and load[at + 1] + ma > limit[at + 1]:
                    return False
                if mask & 4 and load[at + 2] + ma > limit[at + 2]:
                    return False
            panel = self.parent[panel]
        return True

    def _fits_phasor(self, panel: int, mask: int, line: int, ma: int) -> bool:
        """Whether `ma` more keeps the limits of `panel`; the currents of the three conductors are phasors."""
        at = 3 * panel
        u1 = self.ln_ma[at]
        u2 = self.ln_ma[at + 1]
        u3 = self.ln_ma[at + 2]
        v12 = self.ll_ma[at]
        v23 = self.ll_ma[at + 1]
        v31 = self.ll_ma[at + 2]
        if line:
            if mask == 3:
                v12 += ma
            elif mask == 6:
                v23 += ma
            else:
                v31 += ma
        else:
            u1 += ma if mask & 1 else 0
            u2 += ma if mask & 2 else 0
            u3 += ma if mask & 4 else 0
        # L1 at 0 deg, L2 at -120, L3 at 120; L1-L2 at 30, L2-L3 at -90, L3-L1 at 150
        a_re = u1 + _cos30(v12 + v31)
        a_im = (v12 - v31) // 2
        b_re = -u2 // 2 - _cos30(v12)
        b_im = -_cos30(u2) - v12 // 2 - v23
        c_re = -u3 // 2 - _cos30(v31)
        c_im = _cos30(u3) + v31 // 2 + v23
        l1 = self.limit_ma[at]
        l2 = self.limit_ma[at + 1]
        l3 = self.limit_ma[at + 2]
        if self.star[panel]:
            return (
                within(a_re - c_re, a_im - c_im, l1)
                and within(b_re - a_re, b_im - a_im, l2)
                and within(c_re - b_re, c_im - b_im, l3)
            )
        return within(a_re, a_im, l1) and within(b_re, b_im, l2) and within(c_re, c_im, l3)


def pair(mask: int) -> int:
    """0, 1, 2 for the pair L1-L2 (mask 3), L2-L3 (6), L3-L1 (5)."""
    return 0 if mask == 3 else 1 if mask == 6 else 2


def _cos30(ma: int) -> int:
    return ma * 97 // 112  # 0.86607; 5e-5 off


def within(re_ma: int, im_ma: int, limit_ma: int) -> bool:
    """Whether |re + j im| <= limit. Rounding never makes it true.

    The comparison is in units of limit / 4096 or finer: both parts are rounded up, the limit is
    one unit smaller. No current is within a limit of 0.
    """
    re = re_ma if re_ma >= 0 else -re_ma
    im = im_ma if im_ma >= 0 else -im_ma
    if re <= 1 and im <= 1:
        return True  # no current: only the rounding of the halves
    if re > limit_ma or im > limit_ma:
        return False
    shift = 0
    while limit_ma >> shift > _FINE:
        shift += 1
    up = (1 << shift) - 1
    re = (re + up) >> shift
    im = (im + up) >> shift
    limit = (limit_ma >> shift) - 1
    return re * re + im * im <= limit * limit
