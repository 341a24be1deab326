"""Watts to mA per phase."""

from ballast.control.power import ma_of, volt_of, watt_of


def test_dimming_to_4200_w():
    assert ma_of(4200, 1, 230) == 18260
    assert ma_of(4200, 3, 230) == 6086


def test_never_more_than_the_power():
    for watt in range(-2000, 30000, 37):
        for phases in (1, 2, 3):
            for volt in (110, 207, 230, 253):
                ma = ma_of(watt, phases, volt)
                if watt <= 0:
                    assert ma == 0
                else:
                    assert ma * phases * volt <= watt * 1000
                    assert (ma + 1) * phases * volt > watt * 1000


def test_what_cannot_be_is_capped():
    assert ma_of(1 << 29, 1, 230) == ma_of(200000, 1, 230)


def test_volts_are_rounded_up_and_nominal_where_there_are_none():
    for mv, volt in ((0, 230), (79999, 230), (80000, 80), (80001, 81), (229999, 230), (230001, 231)):
        assert volt_of(mv) == volt, mv


def test_watts_of_a_signed_current():
    assert watt_of(10000, 230) == 2300
    assert watt_of(-10000, 230) == -2300
    assert watt_of(-1, 230) == -1


def test_no_power_is_no_current_and_one_watt_is_some():
    assert [ma_of(watt, 1, 230) for watt in (-1, 0, 1)] == [0, 0, 4]
    assert ma_of(200000, 1, 250) == ma_of(200001, 1, 250) == 800000
    assert ma_of(199999, 1, 250) == 799996
