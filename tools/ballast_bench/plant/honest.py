"""Parts as they are: the one place with the figures that a bench has if nobody asks for ideal parts.

The constructors of the parts keep ideal values, so that a test of one part means what it says.
`fit(plant)` gives a whole plant its tolerances, each unit its own, from the plant's seed alone:
no other random number moves.
"""

from random import Random

from ballast_bench.plant import cars

LINE_OHM = 0.2
NEUTRAL_SHARE = 0.4  # of line_ohm, IEC/TR 60725: 0.16 of 0.40 ohm
DROP, PULL = 0.6, 0.85  # shares of the nominal voltage: Schneider LC1E drops at 0.3..0.6, pulls in from 0.85
RAILS_HOLD_S = 0.04  # a 10 W supply at 230 V: data sheets name 20..60 ms at full load; chosen
CHIP_HOLDS_S = 0.1  # its 3.3 V behind the 12 V: light load; chosen within 20..100 ms
RAIL_MV = (11400.0, 12600.0)  # IEC 61851-1: 12 V, 5 %
SOURCE_OHM = (970.0, 1030.0)  # IEC 61851-1: 1 kohm, 3 %
OFFSET_MV = 60.0  # of the charger's own measurement; chosen: 0.5 % of 12 V
GROUND_MV = 30.0  # leakage of car and filter along the cable's PE; chosen
NOISE_MV = 60.0  # uniform amplitude of single readings at the contact; chosen
RIPPLE_MV = 50.0  # amplitude: the 100 mV peak to peak that EVerest's bring-up guide allows
RIPPLE_HZ = (95.0, 210.0)  # of the supply's rectifier and its beats with the converter; chosen
CABLE_NF = 4.6  # charger 1.6, cable 1.5 and car 2.4 nF are IEC 61851-1's most; chosen: a long cable
SWING_US = 2.0  # IEC 61851-1: the generator's own edge without load, at most


def fit(plant):
    """Every part of `plant` as it is. Call it before the first step."""
    mains = plant.mains
    if mains.phases == 3 and not mains.neutral_ohm:
        mains.neutral_ohm = NEUTRAL_SHARE * mains.line_ohm
    plant.compare_ohm = mains.line_ohm
    plant.car_model = cars.DEFAULT
    for charger in plant.chargers:
        _unit(charger, Random(f"parts/{plant.seed}/{charger.name}"), mains.source_v)


def idealise(house):
    """A house for simplest parts, as a comparison with an earlier bench needs. None: no house."""
    if hasattr(house, "motors"):
        house.motors("simple")


def _unit(charger, rng, source_v):
    """One charger out of a production."""
    charger.rails_hold_s, charger.chip_holds_s = RAILS_HOLD_S, CHIP_HOLDS_S
    charger.contactor.drop_v, charger.contactor.pull_v = DROP * source_v, PULL * source_v
    pilot = charger.pilot
    pilot.plus_mv, pilot.minus_mv = rng.uniform(*RAIL_MV), -rng.uniform(*RAIL_MV)
    pilot.source_ohm = rng.uniform(*SOURCE_OHM)
    pilot.offset_mv = rng.uniform(-OFFSET_MV, OFFSET_MV)
    pilot.ground_mv = rng.uniform(-GROUND_MV, GROUND_MV)
    pilot.noise_mv, pilot.ripple_mv = NOISE_MV, RIPPLE_MV
    pilot.ripple_hz = rng.uniform(*RIPPLE_HZ)
    pilot.cable_nf, pilot.swing_us = CABLE_NF, SWING_US
    pilot.fresh = True
    charger.touch()
