"""Interlocks: current, voltage and warmth; each condition and its time to the step."""

from ballast.control import ticks
from ballast.control.safety import contactor, faults
from interlocks_kit import Box, Stub

# -- current -------------------------------------------------------------------


def _charging(offer):
    box = Box()
    box.cont.state = contactor.CLOSED
    box.i.offered(box.now, offer)
    return box


def test_soft_over_current_edge_and_time():
    for offer in (6000, 16000, 31998):
        edge = (offer + 500) * 11 // 10
        box = _charging(offer)
        box.ev.max_ma = edge
        box.metered(60000)
        assert box.active() == [], offer
        box.ev.max_ma = edge + 1
        box.metered(100)  # the first reading: since when, nobody knows
        box.metered(6600)
        assert box.active() == []
        box.metered(100)
        assert box.active() == [faults.OVERCURRENT]


def test_hard_over_current_edge_and_time():
    for offer in (6000, 16000, 32000):
        box = _charging(offer)
        box.ev.max_ma = offer * 3 // 2
        box.metered(6600)
        assert box.active() == []
        box = _charging(offer)
        box.ev.max_ma = offer * 3 // 2 + 1
        box.metered(100)
        box.metered(100)
        assert box.active() == []
        box.metered(100)
        assert box.active() == [faults.OVERCURRENT]


def test_the_first_reading_after_a_gap_says_nothing_of_the_gap():
    box = _charging(10000)
    box.ev.max_ma = 15001
    box.i.metered(box.now, 151, box.s, box.ev, box.cont)
    assert box.active() == []
    box.i.metered(box.now, 149, box.s, box.ev, box.cont)
    assert box.active() == []
    box.i.metered(box.now, 1, box.s, box.ev, box.cont)
    assert box.active() == [faults.OVERCURRENT]


def test_good_readings_start_the_counts_anew():
    box = _charging(10000)
    for _ in range(5):
        box.ev.max_ma = 15001
        box.metered(200)
        box.ev.max_ma = 10000
        box.metered(100)
    box.ev.max_ma = 12000
    for _ in range(3):
        box.metered(6650)
        box.ev.max_ma = 11000
        box.metered(100)
        box.ev.max_ma = 12000
    assert box.active() == []


def test_a_vehicle_on_its_way_down_is_not_accused():
    # 32 A to 6 A: 5 s of reaction (IEC 61851-1), then 10 A/s
    box = _charging(32000)
    box.ev.max_ma = 32000
    box.metered(1000)
    start = box.now
    while ticks.diff(box.now, start) < 20000:
        t = ticks.diff(box.now, start)
        box.i.offered(box.now, 6000)
        box.ev.max_ma = max(6000, 32000 - max(0, t - 5000) * 10)
        box.metered(100)
    assert box.active() == []


def test_a_vehicle_that_ignores_a_reduction_is_stopped():
    # 14 A of 10: 3 s of grace and 6.7 s. 16 A of 10: above 1.5 times, 8 s of grace and 0.15 s.
    for draws, least, most in ((14000, 9600, 9900), (16000, 8100, 8400)):
        box = _charging(16000)
        box.ev.max_ma = draws
        start = box.now
        while box.active() == [] and ticks.diff(box.now, start) < 30000:
            box.i.offered(box.now, 10000)
            box.metered(100)
        took = ticks.diff(box.now, start)
        assert box.active() == [faults.OVERCURRENT]
        assert least <= took <= most, took


def test_each_further_cut_starts_the_grace_anew_but_a_raise_does_not_lower_it():
    box = _charging(30000)
    box.now = ticks.add(box.now, 1000)
    box.i.offered(box.now, 20000)
    assert (box.i.soft_ref_ma, box.i.hard_ref_ma) == (30000, 30000)
    box.now = ticks.add(box.now, 2900)
    box.i.offered(box.now, 15000)
    assert box.i.soft_ref_ma == 30000
    box.now = ticks.add(box.now, 2999)
    box.i.offered(box.now, 15000)
    assert box.i.soft_ref_ma == 30000
    box.now = ticks.add(box.now, 1)
    box.i.offered(box.now, 15000)
    assert (box.i.soft_ref_ma, box.i.hard_ref_ma) == (15000, 30000)
    box.i.offered(box.now, 18000)
    assert (box.i.soft_ref_ma, box.i.hard_ref_ma) == (18000, 30000)
    box.now = ticks.add(box.now, 5000)
    box.i.offered(box.now, 18000)
    assert (box.i.soft_ref_ma, box.i.hard_ref_ma) == (18000, 18000)
    box.i.offered(box.now, 32000)
    assert (box.i.soft_ref_ma, box.i.hard_ref_ma) == (32000, 32000)


def test_reference_survives_a_long_time_without_change():
    box = _charging(16000)
    for _ in range(40):
        box.now = ticks.add(box.now, 500000000)
        box.i.offered(box.now, 16000)
        assert box.i.soft_ref_ma == 16000 and box.i.hard_ref_ma == 16000
    box.i.offered(box.now, 10000)
    assert box.i.soft_ref_ma == 16000


def test_without_an_offer_six_amperes_are_the_base_of_the_hard_rule():
    box = _charging(0)
    box.ev.max_ma = 9000
    box.metered(600)
    assert faults.OVERCURRENT not in box.active()
    box.ev.max_ma = 9001
    box.metered(600)
    assert faults.OVERCURRENT in box.active()


def test_current_with_the_contactor_open():
    box = Box()
    box.ev.max_ma = 1000
    box.metered(5000)
    assert box.active() == []
    box.ev.max_ma = 1001
    box.metered(900)
    assert box.active() == []
    box.metered(100)
    assert box.active() == [faults.LEAK_OPEN]
    box = Box()
    for state in (contactor.CLOSED, contactor.OPEN) * 5:
        box.cont.state = state
        box.i.offered(box.now, 16000)
        box.ev.max_ma = 16000
        box.metered(900)
    assert box.active() == []


# -- voltage -------------------------------------------------------------------


def test_voltage_window():
    for mv, fault in (
        (195000, None), (194999, faults.UNDERVOLT), (264000, None), (264001, faults.OVERVOLT),
        (50000, faults.UNDERVOLT), (0, faults.UNDERVOLT),
    ):  # fmt: skip
        box = Box()
        box.s.supply_mv = [mv, 0, 0]
        box.metered(900)
        assert box.active() == []
        box.metered(100)
        assert box.active() == ([] if fault is None else [fault]), mv


def test_each_of_three_phases_counts():
    for phase in range(3):
        for mv, fault in (
            (49999, faults.PHASE_LOST), (50000, faults.UNDERVOLT), (270000, faults.OVERVOLT),
        ):  # fmt: skip
            box = Box(phases=3)
            box.s.supply_mv[phase] = mv
            box.metered(1000)
            assert box.active() == [fault], (phase, mv)


def test_a_dip_of_less_than_a_second_is_nothing():
    for mv in (180000, 270000, 0):
        box = Box(phases=3)
        for _ in range(4):
            box.s.supply_mv[1] = mv
            box.metered(900)
            box.s.supply_mv[1] = 230000
            box.metered(100)
        assert box.active() == []


def test_profile_window():
    box = Box()
    box.i.low_mv, box.i.high_mv = 102000, 138000
    box.s.supply_mv = [120000, 0, 0]
    box.metered(2000)
    assert box.active() == []
    box.s.supply_mv = [230000, 0, 0]
    box.metered(1000)
    assert box.active() == [faults.OVERVOLT]


# -- warmth --------------------------------------------------------------------


def test_warmth_is_handed_on():
    for place in range(3):
        for attribute, want in (
            ("hot", (faults.PLUG_HOT, faults.CONNECTOR_HOT, faults.BOX_HOT)),
            ("sensor", (faults.PLUG_SENSOR, faults.CONNECTOR_SENSOR, faults.BOX_SENSOR)),
        ):
            heat = Stub(hot=[0] * 3, sensor=[0] * 3, rise=0, limit_ma=32000, full_ma=32000)
            getattr(heat, attribute)[place] = 1
            box = Box()
            box.i.warm(0, heat)
            assert box.active() == [want[place]]
    heat = Stub(hot=[0] * 3, sensor=[0] * 3, rise=1, limit_ma=31999, full_ma=32000)
    box = Box()
    box.i.warm(0, heat)
    assert box.active() == [faults.PLUG_RISE, faults.DERATED]
