"""Quarter hours for the demand limit: what is charged, and what each one imports on the mean.

A house is a list of W, one a second. The EV takes 6 to 32 A on one or three phases of
230 V, obeys the pilot after its delay and then slews 10 A/s. The supply meter is read
once a second, each reading 0.3 s late, and what the EV drew at that moment is known. The offer
goes through the pilot as the scan cycle does it: whole steps of the duty, raises from 100 mA.

The clock is set ten minutes into a quarter hour. That quarter is left out, as is one
that the house does not fill: nobody knows what was imported in the rest of them.
"""

import math

from ballast.control.limits.demand import MARGIN_PERMILLE, Demand
from ballast.control.pilot import pilot
from ballast.control.power import ma_of
from ballast.control.ticks import add

VOLT = 230
MIN_MA, MAX_MA = 6000, 32000
SLEW_A_S = 10.0
LATENCY_MS = 300
QUARTER_S = 900
INTO_S = 600  # when the clock is set
TIGHT = (1.0, 1.1, 1.35)
LEAST_W = 1400  # 6 A on one phase: with less no EV charges
START_MS = (1 << 30) - 60_000  # the tick wraps in the first minute of every run
_RESUME_MA = 1000
_UP_MA = 100  # control/scan_cycle.py
_PWM_BITS = 13
_ROUNDING_W = 1e-6
_ASK, _OBEY, _END = range(3)


class House:
    """name; watts: import less export for each second, the EV left out; limits_w: to try it with."""

    def __init__(self, name, watts, limits_w):
        self.name, self.watts, self.limits_w = name, watts, tuple(limits_w)


def of_case(case, limits_w):
    """The House of a balance_traces.Case: its phases added up."""
    return House(case.name, [VOLT * sum(amps) for amps in zip(*case.house, strict=True)], limits_w)


def tight(house):
    """The House with limits of 1.0, 1.1 and 1.35 times its own highest quarter hour, whole 100 W."""
    most_w = max(_alone_w(house.watts, *span) for span in quarters(len(house.watts)))
    limits_w = [max(LEAST_W, math.ceil(most_w * share / 100) * 100) for share in TIGHT]
    return House(house.name, house.watts, limits_w)


def _alone_w(watts, first, end):
    """The house's mean import, W."""
    return sum(max(0.0, w) for w in watts[first:end]) / (end - first)


def quarters(seconds):
    """[(first second, second after the last)] of the quarters that count."""
    begin, last = QUARTER_S - INTO_S, seconds - QUARTER_S
    return [(k, k + QUARTER_S) for k in range(begin, last + 1, QUARTER_S)]


class Ballast:
    """The firmware's demand limit, a sample each second as control/limits/modes.py hands it over."""

    def __init__(self, limit_w, phases):
        self._demand = Demand()
        self._demand.set_limit(limit_w, MIN_MA)
        self._phases = phases
        self._demand.sync(START_MS, INTO_S * 1000)

    def step(self, second, mains_w, house_w):
        now_ms = add(START_MS, second * 1000 + LATENCY_MS)
        self._demand.step(now_ms, 1000, mains_w, house_w, self._phases, VOLT)
        return self._demand.ma


class Momentary:
    """Every moment keeps the limit: what the house leaves of it; on again with 1 A to spare."""

    def __init__(self, limit_w, phases):
        self._limit_w = limit_w * (1000 - MARGIN_PERMILLE) // 1000
        self._phases = phases
        self._ma = 0

    def step(self, second, mains_w, house_w):
        return self._offer(self._limit_w - house_w)

    def _offer(self, free_w):
        ma = ma_of(free_w, self._phases, VOLT)
        self._ma = ma if ma >= MIN_MA + (0 if self._ma else _RESUME_MA) else 0
        return self._ma


class EvenBudget(Momentary):
    """What is left of the quarter's energy over the time left, less the house of now.

    Nothing is set aside for a house that rises.
    """

    def __init__(self, limit_w, phases):
        super().__init__(limit_w, phases)
        self._used_ws = 0

    def step(self, second, mains_w, house_w):
        into = (INTO_S + second) % QUARTER_S
        if into == 0:
            self._used_ws = 0
        self._used_ws += max(0, mains_w)  # in its first quarter as if nothing had been used before
        left_ws = self._limit_w * QUARTER_S - self._used_ws
        return self._offer(left_ws // (QUARTER_S - into) - house_w)


class Unlimited:
    """32 A, whatever the house takes."""

    def __init__(self, limit_w, phases):
        pass

    def step(self, second, mains_w, house_w):
        return MAX_MA


BALLAST, MOMENTARY = "Ballast", "momentary"
CONTROLLERS = {
    "none": Unlimited,
    MOMENTARY: Momentary,
    "even budget": EvenBudget,
    BALLAST: Ballast,
}


class Car:
    """level_a: what it draws per phase now. target_a: where it is heading."""

    def __init__(self):
        self.level_a = self.target_a = 0.0

    def draw(self, span_s):
        """A s per phase of the next `span_s` seconds."""
        level, target = self.level_a, self.target_a
        if level == target:
            return level * span_s
        ramp_s = min(span_s, abs(target - level) / SLEW_A_S)
        step = ramp_s * SLEW_A_S
        end = target if ramp_s < span_s else level + (step if target > level else -step)
        self.level_a = end
        return (level + end) / 2 * ramp_s + target * (span_s - ramp_s)


class Pilot:
    """ma: what the duty of now tells the EV, 0 = pause."""

    def __init__(self):
        self.ma = 0
        self._want_ma = 0

    def offer(self, ma):
        ma = min(ma, MAX_MA)
        if ma < MIN_MA:
            self.ma = self._want_ma = 0
        elif ma < self._want_ma or ma >= self._want_ma + _UP_MA:
            self._want_ma = ma
            self.ma = pilot.advertised_ma(pilot.duty_u16(ma, _PWM_BITS))
        return self.ma


def _plan(delay_s):
    """([(span in s, what happens at its end)] of each second, whole seconds from offer to obedience)."""
    late, rest_ms = divmod(LATENCY_MS + round(delay_s * 1000), 1000)
    plan, before = [], 0
    for ms, what in sorted([(LATENCY_MS, _ASK), (rest_ms, _OBEY), (1000, _END)]):
        plan.append(((ms - before) / 1000, what))
        before = ms
    return plan, late


def run(controller, watts, phases, delay_s):
    """(W imported, W of the EV, mA offered) of each second, means over it."""
    plan, late = _plan(delay_s)
    car, duty = Car(), Pilot()
    volts = VOLT * phases
    offers, drawn, imported = [], [], []
    for second, house_w in enumerate(watts):
        mains_w, alone_w = round(house_w + car.level_a * volts), round(house_w)
        amp_s = 0.0
        for span_s, what in plan:
            amp_s += car.draw(span_s)
            if what == _ASK:
                ma = controller.step(second, mains_w, alone_w)
                offers.append(duty.offer(ma))
            elif what == _OBEY and second >= late:
                car.target_a = offers[second - late] / 1000
        drawn.append(amp_s * volts)
        imported.append(max(0.0, house_w + amp_s * volts))
    return imported, drawn, offers


def score(watts, limit_w, run_of):
    """What the quarters that count of one run were like; see replay."""
    imported, drawn, offers = run_of
    spans = quarters(len(watts))
    over, excess_w, alone_percent = 0, 0.0, None
    for first, end in spans:
        alone_w = _alone_w(watts, first, end)
        above_w = sum(imported[first:end]) / QUARTER_S - limit_w
        if alone_w <= limit_w and above_w > _ROUNDING_W:
            over += 1
            if above_w > excess_w:
                excess_w, alone_percent = above_w, round(100 * alone_w / limit_w, 1)
    first, end = spans[0][0], spans[-1][1]
    pairs = list(zip(offers[first - 1 : end - 1], offers[first:end], strict=True))
    return {
        "kwh": sum(drawn[first:end]) / 3.6e6,
        "over": over,
        "excess_w": excess_w,
        "alone_percent": alone_percent,
        "pauses": sum(before > 0 and now == 0 for before, now in pairs),
        "changes_per_h": sum(before != now for before, now in pairs) * 3600 / (end - first),
    }


def hindsight_kwh(watts, limit_w, phases):
    """The most that anything could have charged with the mean of each quarter within the limit.

    Per quarter what the house left of the limit's energy, at most 32 A throughout. That
    an EV takes no less than 6 A is not regarded, nor how soon it obeys: an upper bound.
    """
    most_ws = MAX_MA / 1000 * VOLT * phases * QUARTER_S
    left = [limit_w * QUARTER_S - sum(watts[a:b]) for a, b in quarters(len(watts))]
    return sum(min(most_ws, max(0.0, ws)) for ws in left) / 3.6e6


def replay(who, house, limit_w, phases, delay_s):
    """One row of the table: `who` of CONTROLLERS, and the score in the quarters that count.

    kwh, share_percent (of hindsight's; None where that is nothing), over: quarters above the
    limit though the house alone stayed within it, excess_w: the worst of them, alone_percent: of
    the limit that the house alone took in that one (None: there was none), pauses,
    changes_per_h: of the pilot's duty.
    """
    watts = house.watts
    row = {"house": house.name, "limit_w": limit_w, "phases": phases, "ev_delay_s": delay_s,
           "who": who}  # fmt: skip
    row |= score(watts, limit_w, run(CONTROLLERS[who](limit_w, phases), watts, phases, delay_s))
    best = hindsight_kwh(watts, limit_w, phases)
    row["hindsight_kwh"] = best
    row["share_percent"] = 100 * row["kwh"] / best if best else None
    return row


def missed(rows):
    """Texts of the bars that Ballast misses in the rows of one cell: none may be over."""
    own = next(row for row in rows if row["who"] == BALLAST)
    if not own["over"]:
        return []
    return [f"{own['over']} quarters above the limit, by {own['excess_w']:.1f} W at most, "
            f"where none was to be; the house alone took {own['alone_percent']:g} % of it"]  # fmt: skip


def missed_in_all(totals):
    """Texts of the bars that Ballast misses in the sums of all cells: energy."""
    own, rival = totals[BALLAST]["kwh"], totals[MOMENTARY]["kwh"]
    return [] if own >= rival else [f"{own:.3f} kWh where {MOMENTARY} charges {rival:.3f}"]


def total(rows):
    """One row for all the cells of one controller: sums, the worst excess, the mean of changes."""
    found = {key: sum(row[key] for row in rows) for key in ("kwh", "hindsight_kwh", "over", "pauses")}
    best = found["hindsight_kwh"]
    found["share_percent"] = 100 * found["kwh"] / best if best else None
    found["excess_w"] = max(row["excess_w"] for row in rows)
    found["changes_per_h"] = sum(row["changes_per_h"] for row in rows) / len(rows)
    return found
