"""Contactor: closed only when proven open, every move proven within 250 ms."""

from ballast.control.records import NOT_FITTED, Fit, Scan
from ballast.control.safety.contactor import CLOSED, OPEN, Contactor


def _fit(phases=1, meter=True):
    fit = Fit()
    fit.phases = phases
    fit.own_meter = meter
    return fit


class Box:
    def __init__(self, phases=1, mirror=0, live=0, meter=True):
        self.c = Contactor(_fit(phases, meter))
        self.s = Scan()
        self.s.mirror = mirror
        self.s.load_live = live
        self.s.supply_mv = [230000] * 3
        self.want = 0

    def step(self, ms=20, mirror=None, live=None):
        if mirror is not None:
            self.s.mirror = mirror
        if live is not None:
            self.s.load_live = live
        for _ in range(ms // 20):
            self.c.step(20, self.want, self.s)
        return self.c


def test_closes_and_opens():
    for phases, live in ((1, 1), (3, 7)):
        box = Box(phases)
        box.step(40)
        box.want = 1
        c = box.step()
        assert c.coil == 1 and c.state == CLOSED and c.closings == 1
        c = box.step(500, 1, live)
        assert c.coil == 1 and c.settled and not c.no_close and not c.weld
        box.want = 0
        c = box.step()
        assert c.coil == 0 and c.state == OPEN and not c.settled
        c = box.step(500, 0, 0)
        assert c.settled and not c.weld


def test_does_not_close_on_open_doubt():
    for mirror, live in ((1, 0), (0, 1), (1, 1)):
        box = Box(mirror=mirror, live=live)
        box.want = 1
        for _ in range(11):
            c = box.step()
            assert c.coil == 0 and not c.weld
        assert not c.weld
        for _ in range(2):
            c = box.step()
        assert c.weld and c.coil == 0
        c = box.step(20, 0, 0)
        assert not c.weld  # the latch is the fault catalogue's


def test_weld_window_is_250_ms_after_opening():
    box = Box()
    box.want = 1
    box.step(40)
    box.step(400, 1, 1)
    box.want = 0
    c = box.step()
    assert c.coil == 0
    c = box.step(240)
    assert not c.weld
    c = box.step()
    assert c.weld


def test_no_close_opens_again():
    for mirror, live in ((0, 0), (1, 0), (0, 1)):
        box = Box()
        box.want = 1
        box.step()
        c = box.step(240, mirror, live)
        assert c.coil == 1 and not c.no_close
        c = box.step()
        assert c.no_close and c.coil == 0


def test_dropping_out_is_found():
    box = Box()
    box.want = 1
    box.step()
    box.step(1000, 1, 1)
    c = box.step(240, 0, 0)
    assert not c.no_close
    assert box.step().no_close


def test_a_dead_supply_phase_is_not_the_contactors_fault():
    box = Box(phases=3)
    box.want = 1
    box.step()
    box.s.supply_mv = [230000, 0, 100000]
    c = box.step(1000, 1, 0b001)
    assert not c.no_close and c.settled
    box.s.supply_mv = [230000, 0, 100001]
    assert box.step(300).no_close


def test_without_own_meter_every_phase_is_expected():
    box = Box(phases=3, meter=False)
    box.s.supply_mv = [0, 0, 0]
    box.want = 1
    box.step()
    assert box.step(300, 1, 0b011).no_close
    box = Box(phases=3, meter=False)
    box.want = 1
    box.step()
    assert not box.step(300, 1, 0b111).no_close


def test_declared_without_evidence():
    box = Box(mirror=NOT_FITTED, live=NOT_FITTED)
    box.want = 1
    c = box.step()
    assert c.coil == 1
    assert not box.step(1000).no_close


def test_only_one_kind_of_evidence():
    box = Box(mirror=NOT_FITTED, live=0)
    box.want = 1
    box.step()
    assert box.step(260, live=0).no_close
    box = Box(mirror=0, live=NOT_FITTED)
    box.want = 1
    box.step()
    assert box.step(260, mirror=0).no_close


def test_proven_open_again_it_may_try_anew():
    box = Box()
    box.want = 1
    box.step()
    assert box.step(260, 0, 0).no_close
    box.want = 0
    assert not box.step(20, 0, 0).no_close
    box.want = 1
    c = box.step(600, 0, 0)
    assert c.closings == 2


def test_half_a_second_between_open_and_close():
    box = Box()
    box.want = 1
    assert box.step().coil == 1  # the first closing does not wait
    box.step(400, 1, 1)
    box.want = 0
    box.step()
    box.want = 1
    c = box.step(480, 0, 0)
    assert c.coil == 0
    assert box.step(20).coil == 1
    assert c.closings == 2


def test_wear_under_load():
    box = Box()
    box.want = 1
    box.step()
    box.step(400, 1, 1)
    box.s.ev_ma = [0, 0, 1001]
    box.want = 0
    assert box.step().under_load == 1
    box.step(600, 0, 0)
    box.want = 1
    box.step()
    box.step(400, 1, 1)
    box.s.ev_ma = [1000, 0, 0]
    box.c.open(box.s)
    assert box.c.under_load == 1 and box.c.coil == 0
    box.c.open(box.s)  # open already: nothing counted
    assert box.c.under_load == 1


def test_no_wrap_after_long_rest():
    box = Box()
    for _ in range(300):
        box.c.step(1000000, 0, box.s)
    box.want = 1
    assert box.step().coil == 1


def _ms(box, n):
    for _ in range(n):
        box.c.step(1, box.want, box.s)
    return box.c


def test_every_time_to_the_millisecond():
    box = Box()
    assert _ms(box, 1).settled == 1
    box.s.mirror = 1
    c = _ms(box, 249)
    assert (c.weld, c.settled) == (0, 0)
    assert _ms(box, 1).weld == 1
    box.s.mirror = 0
    box.want = 1
    c = _ms(box, 1)
    assert (c.weld, c.coil, c.settled) == (0, 1, 0), "closing needs its own proof"
    c = _ms(box, 249)
    assert (c.no_close, c.coil, c.settled) == (0, 1, 0)
    c = _ms(box, 1)
    assert (c.no_close, c.coil) == (1, 0)
    c = _ms(box, 499)
    assert c.coil == 0 and c.no_close == 0
    assert _ms(box, 1).coil == 1
    box.s.mirror = box.s.load_live = 1
    assert _ms(box, 1).settled == 1
    box.s.load_live = 0
    assert _ms(box, 249).no_close == 0
    box.s.load_live = 1
    assert _ms(box, 1).settled == 1
    box.s.load_live = 0
    assert _ms(box, 249).no_close == 0, "a proof in between begins the window anew"
    assert _ms(box, 1).no_close == 1


def test_a_dead_first_phase_is_not_expected_either():
    box = Box(phases=3)
    box.want = 1
    box.step()
    box.s.supply_mv = [0, 230000, 230000]
    assert not box.step(1000, 1, 0b110).no_close
