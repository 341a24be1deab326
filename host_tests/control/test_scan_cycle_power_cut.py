"""The whole step over a power cut: what latches, what is tried again, what is never said."""

from ballast.control.records import PILOT_HOLD
from ballast.control.safety import faults
from ballast_bench.rigs.control import A_MV, B_MV, C_MV, Rig, charging


def _reborn(old, level_mv):
    """A new charger with what the old one's storage kept, on the same wires."""
    rig = Rig()
    f = old.cycle.faults
    rig.cycle.faults.restore(f.count, f.latched(), f.used(), f.first, f.first_s)
    rig.charger.boot(rig.now_ms, 0, False, 0)
    rig.level_mv = level_mv
    return rig


def test_a_supply_that_returns_does_not_reclose_onto_a_residual_current():
    rig = charging()
    rig.leak = 1
    rig.step(2)
    assert rig.out.coil == 0 and rig.cycle.faults.first == faults.RCD_TRIP
    rig.leak = 0
    again = _reborn(rig, C_MV)
    again.run(20)
    assert again.out.coil == 0 and again.out.pilot == PILOT_HOLD
    assert again.cycle.faults.before == faults.RCD_TRIP
    again.level_mv = A_MV
    again.run(1)
    assert again.cycle.faults.stop == 0


def test_a_vehicle_that_left_while_there_was_no_supply_ends_the_latch():
    rig = charging()
    rig.leak = 1
    rig.step(2)
    again = _reborn(rig, A_MV)
    again.step(5)
    assert again.cycle.faults.stop == 0
    again.charge()


def test_after_an_exception_time_goes_on_and_nothing_is_said_to_be_closed():
    rig = charging()
    rig.cycle.limits = None
    rig.step()
    assert rig.cycle.broken and rig.out.coil == 0
    up = rig.cycle.uptime_s
    rig.run(10)
    assert rig.cycle.uptime_s == up + 10
    assert rig.cycle.contactor.state == 0 and rig.cycle.offered_ma == 0
    assert rig.out.coil == 0 and rig.out.pilot == PILOT_HOLD


def test_earth_lost_without_a_vehicle_is_forgotten_when_it_is_back():
    rig = Rig()
    rig.run(1)
    rig.scan.pe = 0
    rig.run(1)
    assert rig.cycle.faults.active[faults.PE_LOST]
    rig.scan.pe = 1
    rig.run(4)
    assert rig.cycle.faults.active[faults.PE_LOST], "hold"
    rig.run(2)
    assert not rig.cycle.faults.active[faults.PE_LOST]
    rig.charge()


def test_a_contactor_that_did_not_close_is_tried_again_after_unplugging():
    rig = Rig()
    rig.level_mv = B_MV
    rig.run(5)
    rig.level_mv = C_MV
    feed = rig.feed

    def stuck():
        feed()
        rig.scan.mirror = rig.scan.load_live = 0

    rig.feed = stuck
    assert rig.until(lambda: rig.cycle.faults.active[faults.NO_CLOSE], 4) >= 0
    rig.feed = feed
    rig.level_mv = A_MV
    rig.run(1)
    assert rig.cycle.faults.stop == 0
    rig.charge()


def test_a_self_test_that_ends_after_unplugging_does_not_count():
    rig = Rig()
    rig.level_mv = B_MV
    assert rig.until(lambda: rig.cycle.rcd.state == 1, 2) >= 0
    rig.level_mv = A_MV
    rig.run(5)
    assert rig.cycle.rcd.state == 0 and rig.cycle.faults.stop == 0
