"""Own power meter: readings, silence, energy."""

from ballast.control import ticks
from ballast.control.meter.ev_meter import EvMeter
from ballast.control.records import Scan
from ballast.control.session import Session

START = (1 << 30) - 250


def _scan(ma=(0, 0, 0), mv=(230000, 230000, 230000), seq=0):
    s = Scan()
    s.ev_ma = list(ma)
    s.supply_mv = list(mv)
    s.meter_seq = seq
    return s


def test_a_reading_is_taken_once():
    m = EvMeter(True)
    s = _scan((16000, 5, 15000))
    assert not m.step(START, s)
    s.meter_seq = 1
    assert m.step(ticks.add(START, 100), s)
    assert m.ma == [16000, 5, 15000] and m.max_ma == 16000 and m.seq == 1
    assert m.supply_mv == [230000] * 3
    assert m.t_ms == ticks.add(START, 100)
    assert not m.step(ticks.add(START, 120), s)
    assert m.seq == 1


def test_power():
    # (mA, mV) -> 0.1 W, against exact arithmetic, per phase truncated
    for ma, mv in ((0, 230000), (6000, 230000), (16000, 195000), (32000, 264000), (999, 229999)):
        m = EvMeter(True)
        s = _scan((ma, ma, ma), (mv, mv, mv))
        m.step(0, s)
        s.meter_seq = 1
        m.step(100, s)
        assert m.dw == 3 * (ma * (mv // 100) // 1000)
        assert 0 <= 3 * ma * mv / 100000 - m.dw < 3 + 3 * ma / 1000


def test_energy_is_the_integral():
    m = EvMeter(True)
    s = _scan((16000, 0, 0))
    now = START
    m.step(now, s)
    for n in range(36001):
        s.meter_seq = n + 1
        now = ticks.add(now, 100)
        m.step(now, s)
    # one hour at 3680 W (0.1 W steps); the first reading only starts the power
    assert 3678 <= m.wh <= 3680


def test_a_gap_adds_no_energy():
    m = EvMeter(True)
    s = _scan((32000, 32000, 32000))
    m.step(0, s)
    s.meter_seq = 1
    m.step(100, s)
    for gap, counted in ((1999, True), (2000, False), (3600000, False)):
        before = m._rest_dw_ms + m.wh * 36000000
        s.meter_seq += 1
        m.step(ticks.add(m.t_ms, gap), s)
        assert (m._rest_dw_ms + m.wh * 36000000 > before) == counted, gap


def test_silence():
    m = EvMeter(True)
    s = _scan()
    m.step(0, s)
    m.step(999, s)
    assert not m.silent
    m.step(1000, s)
    assert m.silent
    m.step(ticks.add(0, 536870911), s)
    m.step(ticks.add(536870911, 300000000), s)
    assert m.silent, "no wrap may undo it"
    s.meter_seq = 5
    assert m.step(ticks.add(536870911, 300000100), s)
    assert not m.silent


def test_not_fitted():
    m = EvMeter(False)
    s = _scan((16000, 0, 0), seq=3)
    for now in (0, 5000):
        s.meter_seq += 1
        assert not m.step(now, s)
    assert not m.silent and m.max_ma == 0 and m.dw == 0


def test_wh_wraps_and_session_follows():
    m = EvMeter(True)
    m.wh = 0x1FFFFFFF
    s = _scan((32000, 32000, 32000))
    session = Session()
    session.step(0, 1, True, m)
    m.step(0, s)
    now = 0
    for _ in range(700):
        s.meter_seq += 1
        now += 100
        m.step(now, s)
    assert m.wh < 1000
    session.step(now, 1, True, m)
    assert session.wh == m.wh + 1
    assert session.total_wh == session.wh


def test_what_the_port_counted_before_is_no_reading():
    m = EvMeter(True)
    s = _scan((16000, 0, 0), seq=7)
    assert not m.step(START, s)
    assert m.t_ms == START and m.seq == 0 and m.max_ma == 0
    assert not m.step(ticks.add(START, 999), s) and m.silent == 0
    assert not m.step(ticks.add(START, 1000), s) and m.silent == 1


def test_one_watt_hour_exactly():
    m = EvMeter(True)
    s = _scan((16000, 0, 0), (225000, 0, 0))  # 3600 W
    m.step(0, s)
    for now in (20, 1020):
        s.meter_seq += 1
        m.step(now, s)
    assert m.wh == 1 and m._rest_dw_ms == 0
