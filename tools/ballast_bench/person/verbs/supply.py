"""Verbs of the supply: what arrives at the house, and what the charger's own power supply makes of it."""

from ballast_bench.person.verbs.action import (
    BOOL,
    NUMBER,
    ON,
    TEXT,
    WHOLE,
    Action,
    ActionError,
    charger,
)
from ballast_bench.plant import programs
from ballast_bench.plant.appliances import Appliance


def _mains(bench, percent):
    bench.plant.mains.scale = percent / 100.0
    bench.plant.touch()


def _supply(bench, on):
    bench.plant.mains.lost = not on
    bench.plant.touch()


def _phase(bench, phase, on):
    mains = bench.plant.mains
    if phase > mains.phases:
        raise ActionError("phase: this supply has one phase")
    missing = mains.missing
    (missing.discard if on else missing.add)(phase - 1)
    bench.plant.touch()


def _neutral(bench, on):
    bench.plant.mains.neutral_lost = not on
    bench.plant.touch()


def _line(bench, ohm, neutral_percent):
    mains = bench.plant.mains
    mains.line_ohm = float(ohm)
    mains.neutral_ohm = ohm * neutral_percent / 100.0
    bench.plant.touch()


def _sag(bench, percent, seconds, times, every_s):
    try:
        plant = bench.plant
        plant.mains.dip(percent / 100.0, plant.now_s, float(seconds), float(every_s), times)
    except ValueError as error:
        raise ActionError(f"sag: {error}") from None


def _frequency(bench, hz):
    bench.plant.mains.freq_hz = float(hz)
    bench.plant.touch()


def _hold_up(bench, seconds, rails_s):
    if rails_s > seconds:
        raise ActionError("hold_up: the 3.3 V are made of the 12 V: rails_s must not be above seconds")
    cp = charger(bench)
    cp.chip_holds_s, cp.rails_hold_s = float(seconds), float(rails_s)


def _coil(bench, drop_percent, pull_percent):
    if drop_percent > pull_percent:
        raise ActionError("coil: drop_percent must not be above pull_percent")
    contactor, volts = charger(bench).contactor, bench.plant.mains.source_v
    contactor.drop_v, contactor.pull_v = drop_percent / 100.0 * volts, pull_percent / 100.0 * volts
    charger(bench).touch()


def _once(bench, verb, phase, program):
    """Let the house run `program` once, on one phase."""
    house = bench.plant.house
    if not hasattr(house, "add"):
        raise ActionError(f"{verb}: there is no house on this bench")
    if phase > house.phases:
        raise ActionError(f"{verb}: this house has one phase")
    name = f"{verb} on L{phase}"
    for appliance in house.appliances:
        if appliance.name == name:
            appliance.program = program
            break
    else:
        house.add(Appliance(name, (phase - 1,), program, programs.never, seed=bench.plant.seed))
    house.switch(name, True)
    bench.plant.touch()


def _motor(bench, watts, multiple, seconds, soft, phase):
    start = "soft" if soft else "direct"
    _once(bench, "motor", phase, programs.motor(float(watts), float(multiple), float(seconds), start))


def _inrush(bench, peak_a, ms, phase):
    _once(bench, "inrush", phase, programs.surge(float(peak_a), ms / 1000.0))


def _motors(bench, start):
    if not hasattr(bench.plant.house, "motors"):
        raise ActionError("motors: there is no house on this bench")
    bench.plant.house.motors(start)


_PHASE = (WHOLE, 1, 1, 3)

ACTIONS = [
    #: a brown-out or an overvoltage for house and charger
    #: percent %: of 230 V
    #: source: EN 50160 lets it be 90..110 %; the range is chosen wider
    #: example 20 mains percent=80
    Action("mains", "supply", "Mains voltage, % of nominal", _mains, percent=(NUMBER, 100.0, 0.0, 180.0)),
    #: the whole house without power, the charger too; its chip lives on for as long as `hold_up` says
    #: on -: there is power
    #: example 20 supply on=false
    Action("supply", "supply", "The whole supply on or off", _supply, on=ON),
    #: the others stay; not the second and third of a supply that has one
    #: phase L1, L2, L3: which one
    #: on -: it is there
    #: source: chosen
    #: example 20 phase phase=2 on=false
    Action("phase", "supply", "One phase of the supply", _phase, phase=_PHASE,
           on=(BOOL, False, None, None)),
    #: with three phases the voltages follow the load; with one phase the house is dark
    #: on -: the neutral is there
    #: source: Tinkerforge esp32-firmware#411; the load of each phase is taken as a conductance
    #: example 20 neutral on=false
    Action("neutral", "supply", "The neutral of the supply is broken", _neutral,
           on=(BOOL, False, None, None)),
    #: voltages sag under load
    #: ohm ohm: of one phase with its return
    #: neutral_percent %: of it in the common neutral, which shifts the phases against each other
    #: source: IEC/TR 60725 has 0.24 ohm line and 0.16 ohm neutral; half of it is the default here (chosen)
    #: example 0 line ohm=1.0
    Action("line", "supply", "Resistance of the supply", _line, ohm=(NUMBER, 0.2, 0.0, 5.0),
           neutral_percent=(NUMBER, 40.0, 0.0, 100.0)),
    #: and back again by itself, once or repeatedly: flicker, sags, interruptions
    #: percent %: of the voltage that is left
    #: seconds s: how long one lasts
    #: times whole number: how many
    #: every_s s: from one to the next
    #: source: EN 50160 names sags of 10 ms to 60 s and interruptions up to 3 min; the default is chosen
    #: example 20 sag percent=40 seconds=0.1 times=5 every_s=2
    Action("sag", "supply", "The voltage falls for a moment", _sag, percent=(NUMBER, 40.0, 0.0, 100.0),
           seconds=(NUMBER, 0.1, 0.02, 600.0), times=(WHOLE, 1, 1, 100000),
           every_s=(NUMBER, 2.0, 0.04, 86400.0)),
    #: as on a generator
    #: hz Hz: frequency
    #: source: EN 50160: 49.5..50.5 Hz for 99.5 % of a year, 47..52 Hz at any time
    #: example 20 frequency hz=47
    Action("frequency", "supply", "Frequency of the supply", _frequency, hz=(NUMBER, 50.0, 40.0, 70.0)),
    #: the chip starts anew when its supply was empty; a long hold-up is a charger with a big capacitor
    #: seconds s: how long the chip lives on without mains
    #: rails_s s: how long pilot, coil and residual current sensor do
    #: source: data sheets of 10 W supplies name 20 to 100 ms; chosen within
    #: example 0 hold_up seconds=5
    Action("hold_up", "supply", "The charger's power supply outlives the mains, s", _hold_up,
           seconds=(NUMBER, 0.1, 0.0, 3600.0), rails_s=(NUMBER, 0.04, 0.0, 3600.0)),
    #: of a coil at mains voltage; 0 = the coil has a supply of its own
    #: drop_percent %: of the mains voltage: below it the armature falls off
    #: pull_percent %: from it on it pulls in again
    #: source: Schneider LC1E: drops at 30..60 %, works from 85 %; IEC 60947-4-1: drops at 20..75 %
    #: example 0 coil drop_percent=75 pull_percent=85
    Action("coil", "supply", "The contactor's coil in a sag", _coil,
           drop_percent=(NUMBER, 60.0, 0.0, 100.0), pull_percent=(NUMBER, 85.0, 0.0, 100.0)),
    #: its locked rotor draws a multiple at a power factor of 0.5 for 0.2 s, then it runs
    #: watts W: of the running motor
    #: multiple times: locked rotor over running current
    #: seconds s: how long it runs
    #: soft -: behind a soft starter, which leaves 40 % of it for half a second
    #: phase L1, L2, L3: where
    #: source: motor handbooks: 5 to 8 times; soft starters: 60 to 70 % less; durations chosen
    #: example 30 motor watts=2200 multiple=6 seconds=60
    Action("motor", "supply", "A motor starts in the house", _motor, watts=(NUMBER, 2200.0, 50.0, 10000.0),
           multiple=(NUMBER, 6.0, 1.0, 12.0), seconds=(NUMBER, 60.0, 0.02, 86400.0),
           soft=(BOOL, False, None, None), phase=_PHASE),
    #: something with a big capacitor is switched on; the main breaker alone feels it
    #: peak_a A: peak of the pulse
    #: ms ms: its length, below a half-wave
    #: phase L1, L2, L3: where
    #: source: chosen; data sheets of switched supplies name 20..100 A for 0.1..2 ms each
    #: example 30 inrush peak_a=150 ms=2
    Action("inrush", "supply", "Capacitive inrush in the house", _inrush,
           peak_a=(NUMBER, 100.0, 1.0, 2000.0), ms=(NUMBER, 1.0, 0.01, 10.0), phase=_PHASE),
    #: of every heat pump in the house
    #: start -: soft = soft starter; direct = at the bare mains; simple = all of its current as active
    #: source: plant/README.md, the breaker that a heat pump tripped
    #: example 0 motors start="direct"
    Action("motors", "supply", "How compressors start", _motors,
           start=(TEXT, "soft", ("soft", "direct", "simple"), None)),
]  # fmt: skip
