"""Board, brand and market together: what a charger is, what its mains are, and what is not fitted."""

import shutil

import pytest

from ballast.control.pilot.charge_state import WHY_NAMES
from ballast_bench import boards, wiring
from ballast_bench.errors import UserError
from ballast_bench.person.options import make_setup
from ballast_bench.person.verbs.action import ActionError
from ballast_bench.plant.ev import EV
from ballast_bench.plant.plant import Config
from ballast_bench.product import brand, product
from ballast_bench.setup import Setup


@pytest.fixture
def on_bench():
    """Takes a Setup, and stops it at the end whatever happens."""
    setups = []
    yield lambda setup: setups.append(setup) or setup
    for setup in setups:
        setup.stop()


def test_nobody_gets_the_idealised_board_unasked(on_bench):
    made = product.load()
    assert made.board.CP_SPACING_US > 0
    for setup in (Setup(), make_setup({})):
        assert on_bench(setup).world.nodes[0].board.NAME == made.board.NAME


@pytest.mark.parametrize(
    ("wanted", "phases", "rated_a", "volts", "hertz"),
    [
        ({}, 3, 32.0, 230.0, 50.0),
        ({"brand": "acme"}, 1, 10.0, 230.0, 50.0),
        ({"board": "esp32s3_lite"}, 1, 16.0, 230.0, 50.0),
        ({"market": "us"}, 1, 32.0, 240.0, 60.0),
        ({"market": "us", "plug": "nema5-15"}, 1, 12.0, 120.0, 60.0),
        ({"market": "cn"}, 1, 32.0, 220.0, 50.0),
        ({"market": "au"}, 3, 32.0, 230.0, 50.0),
        ({"market": "au", "plug": "as3112-10", "board": "esp32s3_lite"}, 1, 8.0, 230.0, 50.0),
    ],
)
def test_what_is_sold(wanted, phases, rated_a, volts, hertz):
    made = product.load(**wanted)
    assert (made.phases, made.rated_a) == (phases, rated_a)
    assert made.supply == {"source_v": volts, "freq_hz": hertz}
    assert made.profile["low_mv"] < volts * 1000 < made.profile["high_mv"]


def test_the_plant_is_that_of_the_product(on_bench):
    setup = on_bench(
        make_setup({"market": "us", "mains_plug": "nema5-15", "house": "empty", "phases": 3})
    )
    cp, mains = setup.world.plant.chargers[0], setup.world.plant.mains
    assert (cp.phases, cp.contactor.poles, cp.rated_a, cp.rcd.module.name) == (1, 1, 12.0, "RCM14")
    assert (mains.source_v, mains.freq_hz) == (120.0, 60.0)
    ideal = on_bench(make_setup({"board": "bench", "house": "empty", "phases": 3}))
    assert ideal.world.plant.chargers[0].rcd.module.name == "X6/X30"
    assert ideal.world.plant.chargers[0].phases == 3


def test_what_the_config_says_of_a_charger_stays():
    config = Config(phases=3, chargers=[{"rcd": "RCMB104", "rated_a": 20.0}, {"phases": 1}])
    fitted = boards.fit(config, boards.load("bench"))
    assert [one["rcd"] for one in fitted.chargers] == ["RCMB104", "X6_X30"]
    assert [one["rated_a"] for one in fitted.chargers] == [20.0, 32.0]
    assert [one["phases"] for one in fitted.chargers] == [3, 1]
    assert "rated_a" not in config.chargers[1]


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        ({"brand": "x"}, "no brand 'x'; there are acme, ballast, or the path of a folder"),
        ({"market": "x"}, "no market 'x'; there are au, cn, eu, uk, us"),
        ({"market": "us", "mains_plug": "schuko"}, "market us: no plug 'schuko'; there are nema14-50"),
        ({"board": "x"}, "no board 'x'; there are bench"),
    ],
)
def test_mistakes_are_one_line(wanted, line):
    with pytest.raises(ActionError) as caught:
        make_setup(wanted)
    assert line in str(caught.value) and "\n" not in str(caught.value)


def test_an_oems_folders_outside_the_tree(tmp_path, on_bench):
    shutil.copytree(boards.BOARDS / "esp32s3_lite", tmp_path / "box9")
    text = (tmp_path / "box9" / "board.py").read_text()
    text = text.replace('"esp32s3_lite"', '"box9"').replace("const(16000)", "const(13000)")
    (tmp_path / "box9" / "board.py").write_text(text)
    shutil.copytree(brand.FOLDER / "acme", tmp_path / "volt")
    text = (tmp_path / "volt" / "brand.toml").read_text()
    text = text.replace('name = "Acme"', 'name = "Volt"').replace('"esp32s3_lite"', '"box9"')
    (tmp_path / "volt" / "brand.toml").write_text(text.replace('"bs1363"', '"cee16"'))
    setup = on_bench(make_setup({"board": str(tmp_path / "box9"), "brand": str(tmp_path / "volt")}))
    assert setup.product.name == "box9, volt, uk, cee16" and setup.product.rated_a == 13.0
    world = setup.start()
    assert world.nodes[0].app.settings["name"] == "Volt"
    assert world.nodes[0].app.settings["rated_ma"] == 13000
    with pytest.raises(UserError, match=r"no brand\.toml in this folder"):
        product.load(brand=str(tmp_path))


def test_the_supply_returns_with_a_wait_of_the_market_but_the_bench_does_not_begin_with_it(on_bench):
    setup = on_bench(Setup(meter="none"))
    world = setup.start()
    world.reboots = True
    node = world.nodes[0]
    assert node.cycle.start_delay_ms == 0
    drawn = set()
    for _ in range(3):
        world.power_cut(node, 1.0)
        world.run(5.0)
        drawn.add(node.cycle.start_delay_ms)
    assert node.boots == 4 and len(drawn) == 3 and all(0 < ms < 60000 for ms in drawn)


def test_chips_compute_at_the_same_time(on_bench):
    """Eight chips that take 3.6 ms a step each do not make each other's seconds longer."""
    setup = on_bench(Setup(config=Config(phases=3, limit_a=100.0, chargers=8), meter="none"))
    world = setup.start()
    world.run(10.0)
    for node in world.nodes:
        node.app.timer.reset_figures()  # a new unit's flash has been prepared
    world.run(5.0)
    assert 3000 < world.nodes[7].app.timer.run_us_max < 20000
    for node in world.nodes:
        assert node.app.uptime_s() in (14, 15) and node.app.timer.running
        assert node.app.timer.late_us_max < 30_000
    assert abs(world.plant.now_s - world.now_s) < 0.02


def test_another_divider_is_believed_and_the_shipped_one_is_not():
    shipped = boards.load("esp32s3_ref")
    assert wiring.divider_of(shipped) == wiring.cp_divider()
    near = boards.load("esp32s3_ref", CP_OFFSET_UV=1500000)
    assert wiring.divider_of(near) == wiring.cp_divider()  # a wrong constant is a wrong reading
    other = boards.load("esp32s3_ref", CP_OFFSET_UV=1650000, CP_GAIN_X100=1000)
    assert wiring.divider_of(other) == (1650.0, 0.1)


OTHER = {
    "another divider": {"CP_OFFSET_UV": 1650000, "CP_GAIN_X100": 1100},
    "wider readings": {"CP_SPACING_US": 151, "CP_BURST": 40},
    "another thermistor divider": {"NTC_PULLUP_OHM": 22000},
    "a pulsed module": {"RCD_MODULE": 2, "RCD_TEST_PULSE_US": 80},
    "another module": {"RCD_MODULE": 3},
    "no mirror": {"MIRROR_PIN": None},
    "no load pins": {"LOAD_PINS": None},
    "no PE": {"PE_PIN": None},
    "no meter": {"METER_SPI": None},
    "no dead-man": {"COIL_PULSE_PIN": None},
    "no light": {"LED_PIN": None, "LED_RED_PIN": None},
    "no button": {"BUTTON_PIN": None},
    "no bus": {"RS485_UART": None},
    "one thermistor": {"NTC_PINS": (2,)},
    "no thermistor": {"NTC_PINS": (None,)},
    "everything inverted": {
        "CP_PWM_INVERTED": 1, "COIL_ON_LEVEL": 0, "MIRROR_CLOSED_LEVEL": 0, "LOAD_LIVE_LEVEL": 1,
        "PE_GOOD_LEVEL": 0, "RCD_TRIP_LEVEL": 0, "RCD_TEST_LEVEL": 0, "BUTTON_PRESSED_LEVEL": 1,
    },
}  # fmt: skip


@pytest.mark.parametrize("what", OTHER)
def test_a_board_that_differs_charges_and_stops(what, on_bench):
    """What is not fitted is not on the bench, and the charger does without."""
    made = product.load(boards.load("esp32s3_ref", **OTHER[what]))
    config = Config(phases=3)  # without a meter a three-phase board cannot know that two are missing
    setup = on_bench(Setup(config=config, charger=made, meter="none", ev=EV(max_a=16.0)))
    world = setup.start()
    node = world.nodes[0]
    took = world.until(lambda: node.cp.amps[0] > 15.0, 30.0)
    assert took is not None, (WHY_NAMES[node.cycle.why], node.cycle.faults.first)
    node.cp.rcd.ac_ma = 40.0
    node.cp.touch()
    assert world.until(lambda: not any(node.cp.contactor.closed), 0.5) is not None
