"""Verbs of the control pilot as a circuit: its rails, its noise, its wire, its contact in the inlet."""

from ballast_bench.person.verbs.action import NUMBER, WHOLE, Action, ActionError, charger


def _change(bench, **values):
    pilot = charger(bench).pilot
    for name, value in values.items():
        setattr(pilot, name, float(value))
    charger(bench).touch()


def _rails(bench, plus_v, minus_v):
    _change(bench, plus_mv=plus_v * 1000.0, minus_mv=minus_v * 1000.0)


def _source(bench, ohm):
    _change(bench, source_ohm=ohm)


def _noise(bench, mv, ripple_mv, ripple_hz):
    _change(bench, noise_mv=mv, ripple_mv=ripple_mv, ripple_hz=ripple_hz)
    charger(bench).pilot.fresh = True


def _offset(bench, mv, ground_mv):
    _change(bench, offset_mv=mv, ground_mv=ground_mv)


def _edges(bench, nf, swing_us):
    _change(bench, cable_nf=nf, swing_us=swing_us)


def _bounce(bench, ms, times, every_s):
    cp = charger(bench)
    try:
        cp.pilot.bounce(bench.plant.now_s, ms / 1000.0, float(every_s), times)
    except ValueError as error:
        raise ActionError(f"bounce: {error}") from None
    cp.touch()


ACTIONS = [
    #: each by itself: a weak negative rail is common
    #: plus_v V: the positive one
    #: minus_v V: the negative one
    #: source: IEC 61851-1: 11.4..12.6 and -12.6..-11.4 V; the ranges are chosen wider
    #: example 10 pilot_rails plus_v=11.4 minus_v=-10.2
    Action("pilot_rails", "pilot", "The generator's rails, V", _rails, plus_v=(NUMBER, 12.0, 9.0, 15.0),
           minus_v=(NUMBER, -12.0, -15.0, -5.0)),
    #: a part that aged, or a bad joint
    #: ohm ohm: between generator and wire
    #: source: IEC 61851-1: 970..1030 ohm; the range is chosen wider
    #: example 10 pilot_source ohm=1100
    Action("pilot_source", "pilot", "The generator's resistance", _source,
           ohm=(NUMBER, 1000.0, 500.0, 2000.0)),
    #: as a reading of the wire shows it; it never repeats
    #: mv mV: amplitude of the noise
    #: ripple_mv mV: amplitude of a sine that keeps no time with the PWM
    #: ripple_hz Hz: its frequency
    #: source: EVerest's guide allows 100 mV peak to peak; reports: SmartEVSE-3.5#280, OpenEVSE_PLUS#13
    #: example 10 pilot_noise mv=200 ripple_mv=1300 ripple_hz=100
    Action("pilot_noise", "pilot", "Noise and ripple on the wire, mV", _noise, mv=(NUMBER, 60.0, 0.0, 3000.0),
           ripple_mv=(NUMBER, 50.0, 0.0, 3000.0), ripple_hz=(NUMBER, 100.0, 1.0, 20000.0)),
    #: of the charger's measurement, and between the earths of charger and car
    #: mv mV: what it measures too much
    #: ground_mv mV: the car's earth against the charger's
    #: source: chosen; one volt is the distance to the next state's window
    #: example 10 pilot_offset mv=300 ground_mv=-500
    Action("pilot_offset", "pilot", "Offsets of the pilot, mV", _offset, mv=(NUMBER, 0.0, -3000.0, 3000.0),
           ground_mv=(NUMBER, 0.0, -3000.0, 3000.0)),
    #: a long cable, a slow generator
    #: nf nF: between the wire and earth, charger and car included
    #: swing_us us: time of the generator's own edge
    #: source: IEC 61851-1: edges of 10 and 13 us in state B at most; 4.6 nF are its largest parts together
    #: example 10 pilot_edges nf=15 swing_us=5
    Action("pilot_edges", "pilot", "Edges of the pilot", _edges, nf=(NUMBER, 4.6, 0.1, 100.0),
           swing_us=(NUMBER, 2.0, 0.1, 50.0)),
    #: the charger sees nobody, the car no pilot
    #: ms ms: how long it is open
    #: times whole number: how often
    #: every_s s: from one to the next
    #: source: SmartEVSE-3.5#332, evcc PR#2265: 20 to 500 ms
    #: example 30 bounce ms=60 times=3 every_s=1
    Action("bounce", "pilot", "The pilot's contact in the inlet opens for a moment", _bounce,
           ms=(NUMBER, 60.0, 20.0, 2000.0), times=(WHOLE, 1, 1, 100000),
           every_s=(NUMBER, 1.0, 0.04, 86400.0)),
]  # fmt: skip
