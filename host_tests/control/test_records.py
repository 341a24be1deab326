"""A record that nobody has filled is never good: nothing is offered, nothing closes."""

from ballast.control.charger import Charger
from ballast.control.records import PILOT_PWM, Fit, Out, Scan
from ballast.control.settings import Settings
from ballast_bench.rigs.control import A_MV, C_MV, full_fit


def test_a_scan_that_nobody_has_filled_charges_nothing():
    for fit in (full_fit(1), full_fit(3)):
        charger, out = Charger(Settings(), fit), Out()
        for step in range(500):
            charger.step(step * 20, Scan(), out)
            assert out.coil == 0 and out.pilot != PILOT_PWM
        assert charger.cycle.faults.stop


def test_a_vehicle_alone_closes_nothing_while_the_sensors_are_unread():
    charger, scan, out = Charger(Settings(), full_fit()), Scan(), Out()
    for step in range(500):
        scan.pilot_samples = 32
        scan.pilot_high_mv = A_MV if step < 50 else C_MV
        scan.pilot_low_mv = -12000 if out.pilot == PILOT_PWM else scan.pilot_high_mv
        charger.step(step * 20, scan, out)
        assert out.coil == 0


def test_outputs_that_nobody_has_written_are_safe():
    out = Out()
    assert out.coil == 0 and out.pilot != PILOT_PWM and out.duty_u16 == 0


def test_a_board_that_says_nothing_has_nothing_fitted():
    fit = Fit()
    assert not (fit.mirror or fit.load_live or fit.pe or fit.rcd or fit.own_meter or fit.button)
    assert not any(fit.ntc) and fit.phases == 1


def test_the_lower_of_hardware_and_product_counts():
    fit = Fit()
    for hardware, product, rating in ((16000, 32000, 16000), (32000, 16000, 16000), (20000, 20000, 20000)):
        fit.rated_ma = hardware
        assert fit.rating_ma({"rated_ma": product}) == rating
    for hardware, supply, wired in ((3, 3, 3), (3, 1, 1), (1, 3, 1), (1, 1, 1)):
        fit.phases = hardware
        assert fit.wired_phases({"supply_phases": supply}) == wired
