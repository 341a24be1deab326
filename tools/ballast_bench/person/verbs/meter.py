"""Verbs of the house's meter or clamp, and of the charger's own power meter."""

from math import inf
from random import Random

from ballast_bench.person.verbs.action import NUMBER, ON, TEXT, Action, ActionError, charger

_INPUTS = {"all": {0, 1, 2}, "L1": {0}, "L2": {1}, "L3": {2}}
_ORDERS = ("123", "231", "312", "213", "132", "321")
_CLAMP = "a clamp measures by its own firmware; it is for `setup meter=modbus` or `meter=rtu`"


def _meter(bench, verb):
    """The supply's meter; ActionError where the bench has none."""
    if bench.plant.meter.path == "none":
        raise ActionError(f"{verb}: this bench has no meter; it is for `setup meter=...`")
    return bench.plant.meter


def _modbus(bench, verb):
    """The supply's meter, if it is one that is asked."""
    meter = _meter(bench, verb)
    if meter.path == "clamp" or getattr(bench, "clamps", ()):
        raise ActionError(f"{verb}: {_CLAMP}")
    return meter


def _switch(verb, name):
    def run(bench, on):
        setattr(_meter(bench, verb), name, on)

    return run


def _value(verb, name, part=_meter, scale=1.0):
    def run(bench, value):
        setattr(part(bench, verb), name, value * scale)

    return run


def _share(verb, kind):
    def run(bench, percent):
        _modbus(bench, verb).answers.share[kind] = percent / 100.0

    return run


def _reverse(bench, on, phase):
    meter = _meter(bench, "meter_reversed")
    if phase in ("L2", "L3") and bench.plant.mains.phases == 1:
        raise ActionError(f"meter_reversed: phase={phase}: this supply has one phase")
    changed = _INPUTS[phase]
    meter.reversed = meter.reversed | changed if on else meter.reversed - changed


def _phases(bench, order, wires):
    meter = _meter(bench, "meter_phases")
    meter.order = tuple(int(letter) - 1 for letter in order)
    meter.volts_too = wires == "both"


def _jumps(bench, percent, amps):
    meter = _meter(bench, "meter_jumps")
    meter.jump_chance, meter.jump_a = percent / 100.0, float(amps)


def _offset(bench, amps, watts):
    if watts:
        _modbus(bench, "meter_offset watts=").offset_w = float(watts)
    meter = _meter(bench, "meter_offset")
    meter.offset_a, meter.offset_w = float(amps), float(watts)


def _steps(bench, amps, watts):
    meter = _modbus(bench, "meter_steps")
    meter.step_a, meter.step_w = float(amps), float(watts)


def _mean(bench, value, kind):
    meter = _modbus(bench, "meter_mean")
    meter.mean_s, meter.mean_kind = float(value), kind


def _unsigned(bench, on, power):
    meter = _meter(bench, "meter_unsigned")
    meter.unsigned, meter.unsigned_w = on, power


def _late(bench, percent, seconds):
    answers = _modbus(bench, "meter_late").answers
    answers.share["late"], answers.late_s = percent / 100.0, float(seconds)


def _crc(bench, percent):
    meter = _modbus(bench, "meter_crc")
    if meter.path == "tcp":
        raise ActionError("meter_crc: Modbus TCP has no CRC; it is for `setup meter=rtu`")
    meter.answers.share["crc"] = percent / 100.0


def _spells(bench, every):
    _meter(bench, "meter_zero_spells").zeros.start(bench.plant.now_s, float(every))


class OtherCircuit:
    """A circuit that has nothing to do with the charger: on L1, in steps at random times."""

    def __init__(self, seed, now):
        self._rng = Random(f"other circuit/{seed}")
        self._now = now
        self._until_s = -inf
        self._amps = [0.0, 0.0, 0.0]

    def __call__(self):
        now_s = self._now()
        while now_s >= self._until_s:
            start_s = max(self._until_s, 0.0)
            self._until_s = start_s + self._rng.expovariate(1.0 / 20.0)
            self._amps[0] = self._rng.choice((0.3, self._rng.uniform(1.0, 12.0)))
        return self._amps


def _other_cable(bench, cable):
    plant, meter = bench.plant, _meter(bench, "meter_other_cable")
    if cable == "mains":
        meter.other_cable = None
    elif cable == "car":
        meter.other_cable = lambda: plant.ev_a
    else:
        meter.other_cable = OtherCircuit(plant.seed, lambda: plant.now_s)


def _clamp(bench, on):
    for clamp in getattr(bench, "clamps", ()):
        clamp.silent = on
    if not getattr(bench, "clamps", ()):
        raise ActionError("clamp_off: there is no clamp on this bench")


def _own_lag(bench, window, lag):
    charger(bench).meter.average_over(window, lag)


def _own(bench, state):
    meter = charger(bench).meter
    meter.silent, meter.frozen = state == "silent", state == "frozen"
    meter.swapped = state == "swapped"


ACTIONS = [
    #: neither clamp nor Modbus meter says anything
    #: on -: it is silent
    #: example 90 meter_off
    Action("meter_off", "meter", "The meter falls silent", _switch("meter_off", "silent"), on=ON),
    #: it goes on to send, always the same
    #: on -: it is frozen
    #: example 90 meter_frozen
    Action("meter_frozen", "meter", "It repeats its last reading for ever",
           _switch("meter_frozen", "frozen"), on=ON),
    #: import is read as export
    #: on -: it is reversed
    #: phase -: the input that is the wrong way round; one that the supply has
    #: example 0 meter_reversed phase="L2"
    Action("meter_reversed", "meter", "The clamp is the wrong way round", _reverse, on=ON,
           phase=(TEXT, "all", tuple(_INPUTS), None)),
    #: L1 shows the current of L2, L2 that of L3, L3 that of L1
    #: on -: they are rotated
    #: example 0 meter_swapped
    Action("meter_swapped", "meter", "The phases are rotated by one",
           _switch("meter_swapped", "swapped"), on=ON),
    #: with `currents` a power is that of a current and a voltage 120 degrees apart: half, and negative
    #: order -: the phase that input 1, 2, 3 sees; 123 = right
    #: wires -: both = current and voltage together; currents = the transformers alone
    #: example 0 meter_phases order="213" wires="currents"
    #: source: cos 120 = -0.5, at a power factor of 1
    Action("meter_phases", "meter", "The phases are exchanged", _phases,
           order=(TEXT, "231", _ORDERS, None), wires=(TEXT, "both", ("both", "currents"), None)),
    #: a current transformer that does not belong to the meter
    #: value times: the true current; 1 = right
    #: source: OpenEVSE#762 (half and double); the range is chosen
    #: example 0 meter_ratio value=0.5
    Action("meter_ratio", "meter", "Wrong transformer ratio", _value("meter_ratio", "ratio"),
           value=(NUMBER, 1.0, 0.1, 10.0)),
    #: a constant error
    #: amps A: is added to each current
    #: watts W: is added to the power of each phase; not for a clamp
    #: source: chosen
    #: example 0 meter_offset amps=0.3
    Action("meter_offset", "meter", "A constant error", _offset,
           amps=(NUMBER, 0.0, -10.0, 10.0), watts=(NUMBER, 0.0, -2000.0, 2000.0)),
    #: each reading has a random error of its own
    #: value A: standard deviation
    #: source: chosen
    #: example 0 meter_noise value=0.2
    Action("meter_noise", "meter", "Readings that scatter, A", _value("meter_noise", "noise_a"),
           value=(NUMBER, 0.0, 0.0, 5.0)),
    #: a current without its sign; a clamp then has no voltage input
    #: on -: magnitudes only
    #: power -: the power has no sign either
    #: example 0 meter_unsigned power=false
    #: source: evcc issue 3643; Eastron's current registers have no sign, its powers have one
    Action("meter_unsigned", "meter", "Magnitudes instead of signed values", _unsigned, on=ON,
           power=ON),
    #: no phase of the house, but another cable
    #: cable -: lively = another circuit, 0.3 to 12 A for 20 s; car = the charger's own; mains = right
    #: example 60 meter_other_cable cable="lively"
    #: source: chosen
    Action("meter_other_cable", "meter", "It sits on another cable", _other_cable,
           cable=(TEXT, "lively", ("lively", "car", "mains"), None)),
    #: beside its mean and its held values
    #: value s: age of its readings
    #: source: OpenEVSE#901 names delays of several seconds; the range is chosen
    #: example 0 meter_delay value=3
    Action("meter_delay", "meter", "Everything it says is that old, s",
           _value("meter_delay", "delay_s"), value=(NUMBER, 0.0, 0.0, 30.0)),
    #: single readings that cannot be
    #: percent %: of the readings of a phase
    #: amps A: is added, or taken away
    #: example 60 meter_jumps percent=10
    #: source: chosen
    Action("meter_jumps", "meter", "Wild values, % of readings", _jumps,
           percent=(NUMBER, 0.0, 0.0, 100.0), amps=(NUMBER, 60.0, 0.0, 10000.0)),
    #: currents and powers read 0 from now on, as of a transformer that was unplugged
    #: on -: it reads 0
    #: example 90 meter_zero
    Action("meter_zero", "meter", "It reads 0", _switch("meter_zero", "zero"), on=ON),
    #: it reads 0 for 10 to 60 s, again and again, at random times
    #: every s: from the end of one to the next, in the mean; 0 = never
    #: example 0 meter_zero_spells every=300
    #: source: reports on other makers' bridges: 10 to 60 s; every is chosen
    Action("meter_zero_spells", "meter", "It reads 0 for a while, now and then", _spells,
           every=(NUMBER, 300.0, 0.0, 86400.0)),
    #: it measures less often than it is asked: the last value comes again; only for a Modbus meter
    #: value s: from one value to the next; 0 = each answer has its own
    #: example 0 meter_held value=10
    #: source: SmartEVSE-3 issue 123, 2 to 10 s; DSMR P1: 1 s or 10 s
    Action("meter_held", "meter", "A new value every so often, s",
           _value("meter_held", "held_s", _modbus), value=(NUMBER, 10.0, 0.0, 60.0)),
    #: each value is the mean of the time before it; only for a Modbus meter
    #: value s: so long; 0 = the value of the moment
    #: kind -: sliding = up to now; block = up to the end of the last whole block
    #: example 0 meter_mean value=5 kind="block"
    #: source: SDM630: 1 s; reports on other meters: 3 to 10 s
    Action("meter_mean", "meter", "It averages, s", _mean, value=(NUMBER, 5.0, 0.0, 30.0),
           kind=(TEXT, "sliding", ("sliding", "block"), None)),
    #: whole amperes, tens of watts; only for a Modbus meter
    #: amps A: resolution of the currents; 0 = fine
    #: watts W: resolution of the powers; 0 = fine
    #: example 0 meter_steps amps=1
    #: source: DSMR P1 5.0.2: whole amperes and watts; others: 0.1 A, 10 W
    Action("meter_steps", "meter", "A coarse resolution", _steps,
           amps=(NUMBER, 1.0, 0.0, 10.0), watts=(NUMBER, 0.0, 0.0, 1000.0)),
    #: asks the meter by itself, answers at once with what it has, a silent meter too; only for a Modbus meter
    #: value s: from one of its own questions to the next; 0 = no gateway
    #: example 0 meter_gateway value=10
    #: source: chosen
    Action("meter_gateway", "meter", "A gateway with old values, s",
           _value("meter_gateway", "gateway_s", _modbus), value=(NUMBER, 10.0, 0.0, 60.0)),
    #: how long the meter takes to answer; only for a Modbus meter
    #: value s: from a question to its answer
    #: source: chosen
    #: example 0 meter_answer value=0.5
    Action("meter_answer", "meter", "From a question to its answer, s",
           _value("meter_answer", "answer_s", _modbus), value=(NUMBER, 0.02, 0.0, 10.0)),
    #: no answer comes; a Modbus TCP meter keeps the connection; only for a Modbus meter
    #: percent %: of the answers
    #: example 0 meter_lost percent=20
    #: source: reports on other makers' chargers: 20 %
    Action("meter_lost", "meter", "Answers that never come, %", _share("meter_lost", "lost"),
           percent=(NUMBER, 20.0, 0.0, 100.0)),
    #: answers that come when nobody waits any more; only for a Modbus meter
    #: percent %: of the answers
    #: seconds s: later than the others
    #: example 0 meter_late percent=10 seconds=3
    #: source: chosen
    Action("meter_late", "meter", "Answers that come late, %", _late,
           percent=(NUMBER, 10.0, 0.0, 100.0), seconds=(NUMBER, 3.0, 0.0, 60.0)),
    #: Modbus exception 4, "server device failure"; only for a Modbus meter
    #: percent %: of the answers
    #: example 0 meter_exceptions percent=10
    #: source: chosen
    Action("meter_exceptions", "meter", "Answers that are an exception, %",
           _share("meter_exceptions", "exception"), percent=(NUMBER, 10.0, 0.0, 100.0)),
    #: every value is NaN; in a meter with whole numbers the largest one; only for a Modbus meter
    #: percent %: of the answers
    #: example 0 meter_nan percent=10
    #: source: chosen
    Action("meter_nan", "meter", "Answers without a value, %", _share("meter_nan", "nan"),
           percent=(NUMBER, 10.0, 0.0, 100.0)),
    #: every register is 0, the voltages too; only for a Modbus meter
    #: percent %: of the answers
    #: example 0 meter_zero_answers percent=30
    #: source: solis_modbus issue 138; 30 % in the reports
    Action("meter_zero_answers", "meter", "Answers full of zeros, %",
           _share("meter_zero_answers", "zeros"), percent=(NUMBER, 30.0, 0.0, 100.0)),
    #: a bit is wrong on the line; only with `setup meter=rtu`
    #: percent %: of the answers
    #: example 0 meter_crc percent=5
    #: source: chosen
    Action("meter_crc", "meter", "CRC errors on RS-485, %", _crc, percent=(NUMBER, 5.0, 0.0, 100.0)),
    #: only with `setup meter=clamp`
    #: on -: it is silent
    #: example 50 clamp_off
    Action("clamp_off", "meter", "The clamp's battery is out", _clamp, on=ON),
    #: the ATM90E32AS in the charger; without an argument as its data sheet has it
    #: window s: a reading is the mean of so long, and comes so often; 0 = the moment, ten times a second
    #: lag s: from the end of that to its reading
    #: example 0 own_meter_lag window=0.32 lag=0.3
    #: source: data sheet 90E32AS, 3.6: 16 cycles, about 320 ms at 50 Hz; lag is chosen
    Action("own_meter_lag", "meter", "The charger's own meter lags", _own_lag,
           window=(NUMBER, 0.32, 0.0, 5.0), lag=(NUMBER, 0.0, 0.0, 5.0)),
    #: of the chip in the charger
    #: state -: silent = no answer on SPI, frozen = always the same, swapped = phases rotated by one
    #: example 60 own_meter state="frozen"
    Action("own_meter", "meter", "The charger's own meter fails", _own,
           state=(TEXT, "good", ("good", "silent", "frozen", "swapped"), None)),
]  # fmt: skip
