"""Battery: time in each state, the life that makes of it, and when the clamp sleeps."""

from clamp import power


def test_ledger_adds_up_without_losing_microseconds():
    ledger = power.Ledger()
    for _ in range(1000):
        ledger.add(power.TRANSMIT, 400)
    assert ledger.ms == [0, 0, 400, 0]


def test_mean_current_and_life():
    ledger = power.Ledger((20000, 80000, 200000, 100))
    assert ledger.mean_ua() == 0 and ledger.life_days(3000) == 0
    ledger.add(power.ACTIVE, 100_000)
    ledger.add(power.SLEEP, 900_000)
    assert ledger.mean_ua() == (20000 * 100 + 100 * 900) // 1000
    # 2.09 mA of 3000 mAh, 80 % usable
    assert ledger.life_days(3000) == 2400 * 1000 // (2090 * 24)


def test_mains_never_sleeps():
    duty = power.SleepRule(False)
    assert duty.expect_ms == 1000 and duty.sleep_ms(60, False) == 0


def test_battery_sleeps_unless_something_goes_on():
    duty = power.SleepRule(True)
    assert duty.expect_ms == 10000
    assert duty.sleep_ms(65, False) == 935 and duty.sleep_ms(65, True) == 0
    assert duty.sleep_ms(1700, False) == 0


def test_low():
    assert power.battery_low(2099) and not power.battery_low(2100)
    assert not power.battery_low(0)  # mains powered
