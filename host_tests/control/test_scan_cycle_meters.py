"""The whole step and its meters: the house's, a sub-panel's, and the charger's own."""

from ballast.control.limits import limits
from ballast.control.pilot import charge_state as cs
from ballast.control.safety import faults
from ballast_bench.rigs.control import B_MV, C_MV, Rig, active, charging, full_fit


def test_silent_own_meter():
    rig = charging()
    for _ in range(60):
        seq = rig.scan.meter_seq
        rig.feed()
        rig.scan.meter_seq = seq
        rig.charger.step(rig.now_ms, rig.scan, rig.out)
        rig.now_ms = (rig.now_ms + 20) % (1 << 30)
    assert active(rig) == [faults.OWN_METER] and rig.out.coil == 0


def _metered(rig, seconds, house_ma, every=1000):
    """Feed a supply meter: house plus what the EV draws."""
    for _ in range(seconds * 1000 // every):
        ev = rig.draw_ma if rig.out.coil else 0
        rig.charger.put_sample(0, rig.now_ms, house_ma + ev, 0, 0, 0)
        rig.draw_ma = min(rig.cycle.offered_ma, 32000) if rig.out.coil else 0
        rig.step(every // 20)


def test_the_house_comes_first():
    rig = Rig(meter_kind=1, fuse_ma=25000, fallback_ma=6000)
    rig.run(1)
    rig.level_mv = B_MV
    _metered(rig, 20, 5000)
    rig.level_mv = C_MV
    _metered(rig, 30, 5000)
    assert 17000 <= rig.cycle.offered_ma <= 20000
    assert rig.cycle.limits.winner == limits.SITE
    _metered(rig, 10, 15000)
    assert 8000 <= rig.cycle.offered_ma <= 10000


def test_a_silent_meter_falls_back_within_five_seconds():
    for fallback, least in ((6000, 5900), (0, 0), (10000, 9900)):
        rig = Rig(meter_kind=1, fuse_ma=25000, fallback_ma=fallback)
        rig.run(1)
        rig.level_mv = B_MV
        _metered(rig, 20, 3000)
        rig.level_mv = C_MV
        _metered(rig, 30, 3000)
        assert rig.cycle.offered_ma > 15000
        took = rig.until(lambda rig=rig, f=fallback: rig.cycle.offered_ma <= f, 10)
        assert 0 <= took <= 5000, took
        assert rig.cycle.offered_ma >= least


def test_metered_without_a_word_starts_at_the_fall_back():
    rig = Rig(meter_kind=1, fallback_ma=8000)
    rig.run(1)
    rig.level_mv = B_MV
    rig.run(5)
    assert 7900 < rig.cycle.offered_ma <= 8000
    rig = Rig(meter_kind=1, fallback_ma=0)
    rig.level_mv = B_MV
    rig.run(5)
    assert rig.cycle.offered_ma == 0 and rig.cycle.why == cs.WHY_LIMIT


def test_a_sub_panel_is_guarded_however_small_its_limit_is():
    for panel_ma, used in ((0, False), (1, True), (20000, True)):
        rig = Rig(meter_kind=1, panel_ma=panel_ma)
        rig.step()
        assert rig.cycle.panel.used == used, panel_ma


def test_export_is_taken_from_the_settings():
    for export in (0, 1):
        rig = Rig(export=export)
        rig.run(1)
        assert rig.cycle._export == (export == 1)


def test_two_meters_are_compared_only_where_there_are_two():
    for panel_ma in (0, 20000):
        rig = Rig(meter_kind=1, fallback_ma=6000, panel_ma=panel_ma)
        seen = []
        note = seen.append
        rig.cycle.agreement.step = lambda now, site, panel, export, note=note: note((site, panel))
        rig.step(3)
        both = (rig.cycle.site.meter, rig.cycle.panel.meter)
        assert seen == ([both] * 3 if panel_ma else [])


def test_either_meter_s_distrust_is_told():
    for place in ("site", "panel"):
        rig = Rig(meter_kind=1, fallback_ma=6000, panel_ma=20000)
        rig.run(1)
        getattr(rig.cycle, place).distrusted = lambda: True
        rig.run(1)
        assert rig.cycle.faults.active[faults.METER_DISTRUST]


def test_without_an_own_meter_its_silence_is_no_fault():
    fit = full_fit()
    fit.own_meter = False
    rig = Rig(fit)
    rig.run(1)
    rig.charge()
    rig.run(5)
    assert rig.out.coil == 1 and active(rig) == []


def test_either_meter_s_silence_is_told():
    for place in ("site", "panel"):
        rig = Rig()
        rig.run(1)
        assert not rig.cycle.faults.active[faults.METER_LOST]
        getattr(rig.cycle, place).lost = lambda: True
        rig.run(1)
        assert rig.cycle.faults.active[faults.METER_LOST]
