"""The short way through a step of a charger at rest.

`step()` stands in for Device.run_due(): True = the step is done. It first asks everything that
could make this step another one than the last. Then the ports read and write what they would,
and of control/ only those parts run whose inputs moved; for the others the sums are added up that
they would have added. If a part moves the limit, a fault or a decision, the rest of the step is
the firmware's own as well. What "at rest" means is in rest.py.
"""

from ballast.control import ticks
from ballast.control.limits.limits import _SITE_MASK
from ballast.control.meter.commissioning import RUNNING
from ballast.control.meter.meter import NONE, STALE
from ballast.control.pilot.pilot import _DIODE_MV
from ballast.control.records import PILOT_PWM
from ballast.control.safety.contactor import _LONG_MS
from ballast.control.safety.derating import PERIOD_MS
from ballast.control.scan_cycle import _IDLE_MA
from ballast_bench.calm import rest
from ballast_bench.calm.bursts import Bursts
from ballast_bench.calm.genuine import parts_of
from ballast_bench.calm.readings import Readings
from ballast_bench.calm.warmth import Warmth

_TICKS = (1 << 30) - 1
_STEP_US = 20_000
_STEP_MS = 20
_LAST_TURN = 9
_ANY_MV = 1 << 30


class Lane:
    """One charger's. Made after its boot. taken: steps that went this way."""

    __slots__ = (  # so many attributes in a dictionary would cost time in each step
        "_adc", "_aging", "_app", "_balancers", "_bursts", "_calls", "_changes", "_clock", "_commission",
        "_contactor", "_cycle", "_device", "_diode_mv", "_faults", "_fed", "_guesses", "_idle",
        "_inputs", "_io", "_known", "_least_mv", "_limit_until_us", "_limits_due", "_locks", "_ma",
        "_metered_ma", "_meters", "_most_mv", "_moved", "_ntc_adcs", "_ntc_at", "_ntc_fed", "_out",
        "_outcome", "_paid", "_parts", "_permit_ms", "_pilot", "_plain_until_us", "_pulse", "_pulse_pin",
        "_pulses",
        "_reading", "_readings", "_reads_meter", "_renews", "_resting", "_scan", "_settings",
        "_shared", "_shared_on", "_slots", "_timer", "_timers", "_took_us", "_unsettled",
        "_until_us", "_version", "_warmth", "taken",
    )  # fmt: skip

    def __init__(self, node):
        self.taken = 0
        app = self._app = node.app
        self._device = node.device
        self._paid = None if node.profile is None else app._step
        self._clock = node.device.clock
        self._timer, self._calls = app.timer._timer, app.timer
        self._timers = [self._timer]
        self._io, self._scan, self._out = app.io, app.scan, app.out
        self._pilot = app.io.pilot
        cycle = self._cycle = app.charger.cycle
        self._settings = app.settings
        self._faults, self._locks, self._slots = cycle.faults, cycle.interlocks, cycle.limits
        self._commission, self._shared = cycle.commission, cycle.shared
        self._adc = node.device.adc_input(node.board.CP_ADC_PIN)
        self._bursts = Bursts(app.io.pilot, self._adc)
        app.io._read_pilot = self._bursts.read
        self._contactor, self._pulse_pin = app.io.contactor, node.board.COIL_PULSE_PIN
        pins, adc = node.board.NTC_PINS, node.device.adc_input
        self._ntc_adcs = [None if pin is None else adc(pin) for pin in pins]
        self._ntc_at = [
            [place for place in places if pins[place] is not None] for places in app.io._ntc_at
        ]
        self._readings = None
        self._reads_meter = [False] * len(app.io._jobs)
        if app.io.meter is not None:
            self._shorten_meter(app.io, node.device.spi_slaves[node.board.METER_CS_PIN])
        self._parts = parts_of(app)
        self._outcome = None
        self._resting = False
        self._moved = False
        self._until_us = self._took_us = 0
        self._limits_due = self._reading = False

    def close(self, genuine=True):
        """The next step is a whole one. genuine: the firmware is as it was written."""
        self._resting = False
        self._outcome = None
        self._bursts.genuine = genuine
        if self._readings is not None:
            self._readings.genuine = genuine

    def _shorten_meter(self, io, chip):
        meter = io.meter
        self._readings = Readings(meter, chip)
        whole = (meter.read_l1, meter.read_l2, meter.read_l3)
        for turn, job in enumerate(io._jobs):
            if job in whole:
                io._jobs[turn] = self._readings.jobs()[whole.index(job)]
                self._reads_meter[turn] = job == meter.read_l3

    # -- after a whole step ---------------------------------------------------------

    def look(self):
        """After a whole step: may the next ones take the short way?"""
        self._resting = False
        cycle, out = self._cycle, self._out
        outcome = rest.outcome(cycle, out)
        if outcome != self._outcome:
            self._outcome = outcome
            return
        took_us = self._bursts.took_us
        paid_us = 0 if self._paid is None else self._paid.last_us
        now_us, now_ms = self._clock.us() - took_us - paid_us, cycle._last_ms
        if not self._calls.running or self._calls._last_us != now_us & _TICKS:
            return  # the steps have ended, or this one took more time than its readings
        if now_ms != now_us // 1000 & _TICKS or not rest.rests(cycle, self._scan, out, now_ms):
            return
        if not 0 < self._timer._next_us - now_us <= _STEP_US or self._device.timers != self._timers:
            return
        if self._io.meter is not None and self._io.meter._failed:
            return  # its repair takes time
        if parts_of(self._app) == self._parts and self._bursts.usable():
            self._until_us = now_us + rest.left_ms(cycle, now_ms) * 1000
            self._took_us = took_us
            self._rest()
            self._plan_limit(now_us, now_ms)
            self._plan(now_us, now_ms)

    def _rest(self):
        """Note what the next steps are compared with."""
        cycle, out = self._cycle, self._out
        self._resting = True
        self._inputs = self._device.inputs
        self._fed = self._adc.fed
        self._ntc_fed = [-1] * len(self._ntc_adcs)
        self._unsettled = [i for i in self._device.wlan.values() if not i._settled]
        self._known = self._bursts.of_now()
        self._version = cycle._watch._version
        self._changes = cycle.faults.changes
        self._permit_ms = cycle.interlocks.permit_until_ms
        self._least_mv, self._most_mv = self._bursts.band(cycle.pilot.level)
        diode = out.pilot == PILOT_PWM and cycle.pilot.level
        self._diode_mv = _DIODE_MV if diode else _ANY_MV
        used = [supply for supply in (cycle.site, cycle.panel) if supply.used]
        self._meters = [(supply.meter, supply.meter.stale_ms) for supply in used]
        self._balancers = [supply.balancer for supply in used]
        self._guesses = bool(self._meters) and not cycle.fit.own_meter
        self._renews = rest.offer_is_renewed(cycle)
        self._pulses = out.coil and self._pulse_pin is not None
        device, pin = self._device, self._pulse_pin
        hearers = device._listeners.get(pin, ())
        self._pulse = device.latch, device.level, device._told, pin, self._contactor, hearers
        self._warmth = Warmth(cycle)
        self._ma = cycle.limits.ma
        self._idle = rest.ev_is_idle(cycle)
        self._metered_ma = rest.metered_most_ma(cycle)

    def _plan(self, now_us, now_ms):
        """Until when the next steps are plain: no part of control has anything to do but to count."""
        cycle = self._cycle
        left = PERIOD_MS - ticks.diff(now_ms, cycle._heat_ms)
        if 1000 - cycle._second_ms < left:
            left = 1000 - cycle._second_ms
        until_us = now_us + left * 1000
        self._plain_until_us = until_us if until_us < self._limit_until_us else self._limit_until_us

    def _plan_limit(self, now_us, now_ms):
        """The same for the part that limits alone: all but temperatures and seconds."""
        cycle = self._cycle
        slots, shared = cycle.limits, cycle.shared
        left = rest.LONGEST_MS
        if slots._any_timed:
            left = min(left, ticks.diff(slots._soonest_ms, now_ms))
        self._shared_on = shared._on
        if shared._on or shared._doubt or slots._ignored & _SITE_MASK:
            left = rest.left_of_lease(cycle, left, now_ms)
        aging = self._aging = []
        for meter, _ in self._meters:
            if meter.state != NONE:
                aging.append(meter)
                if meter.stale_ms - meter.age_ms < left and meter.state != STALE:
                    left = meter.stale_ms - meter.age_ms + 1
        if self._guesses:
            left = min(left, rest.guess_left_ms(cycle, now_ms))
        self._limit_until_us = now_us + left * 1000

    # -- instead of a whole step ----------------------------------------------------

    def step(self):
        """Do the step if it is known how. False = nothing was touched; a whole step is due."""
        now_us = self._clock._us
        calls, cycle, device = self._calls, self._cycle, self._device
        if device.queue.calls:  # of the radio: they wake a service, and no more
            if any(arg is self._timer for _, arg in device.queue.calls):
                return False  # a step that waited
            device.run_queue()
        now = now_us & _TICKS
        if (
            not self._resting
            or now_us >= self._until_us
            or (now - calls._last_us) & _TICKS != _STEP_US
            or device.inputs != self._inputs
            or self._settings.version != self._version
            or self._faults.changes != self._changes
            or cycle.boost_s
            or self._locks.permit_until_ms != self._permit_ms
            or self._commission.state == RUNNING
            or device.timers != self._timers
            or rest.collects(self._app.collector, (now_us + _STEP_US) // 1000)
            or device.time.moved
        ):
            return False
        adc = self._adc
        if adc.fed != self._fed and not self._fed_anew(adc):
            return False
        high, low, after = self._known.get(adc.at) or self._bursts.at(adc.at, self._known)
        if high < self._least_mv or high > self._most_mv or low > self._diode_mv:
            return False
        for interface in self._unsettled:
            interface.settle()
        self._timer._next_us += _STEP_US
        calls._last_us = now
        calls.steps += 1
        took_us = self._took_us
        self._clock._us = now_us + took_us
        scan = self._scan
        adc.at, scan.pilot_high_mv, scan.pilot_low_mv = after, high, low
        self._pilot._read_ms, scan.pilot_bursts = now_us // 1000 & _TICKS, 1
        reading = self._inputs_in_turn(scan)
        paid = self._paid
        if paid is not None:
            new = reading and scan.meter_seq != cycle.ev._port_seq
            paid.last_us = paid_us = paid.cost_us(paid.sampled(), new)
            took_us += paid_us
            self._clock._us += paid_us
        if took_us > calls.run_us_max:
            calls.run_us_max = took_us
        device.wdt_fed_ms = (now_us + took_us) // 1000
        due = (
            now_us >= self._limit_until_us
            or self._slots._changed  # a service brought a limit, a lease or a reading
            or self._shared._on is not self._shared_on
            or cycle.modes._seq != cycle.site.balancer.seq
            or rest.sample_is_due(self._meters, self._balancers)
        )
        if due or now_us >= self._plain_until_us:
            self._limits_due, self._reading = due, reading
            self._parts_that_move(cycle, now_us, self._short_step)
        elif reading:
            self._limits_due, self._reading = False, True
            alone = scan.meter_seq != cycle.ev._port_seq
            self._parts_that_move(cycle, now_us, self._reading_step if alone else self._short_step)
        else:
            self._plain(cycle, now_us // 1000 & _TICKS)
        self.taken += 1
        return True

    def _fed_anew(self, adc):
        """Another noise, or another signal: the burst shows which. False = it cannot be foreseen."""
        if not self._bursts.usable():
            return False
        self._fed, self._known = adc.fed, self._bursts.of_now()
        return True

    def _inputs_in_turn(self, scan):
        """The ports' slow inputs, and the light. True = the own meter was read to the end."""
        io = self._io
        turn = io._turn
        for place in self._ntc_at[turn]:
            if self._ntc_fed[place] != self._ntc_adcs[place].fed:  # else it reads the same again
                self._ntc_fed[place] = self._ntc_adcs[place].fed
                io._read_ntc(scan, place)
        job = io._jobs[turn]
        if job is not None:
            job(scan)
        io._turn = turn + 1 if turn < _LAST_TURN else 0
        return self._reads_meter[turn]

    def _plain(self, cycle, now_ms):
        """Control's step where no part has anything to do but to count."""
        cycle._last_ms = now_ms
        cycle._second_ms += _STEP_MS
        for meter in self._aging:
            meter.age_ms += _STEP_MS
        self._add_up(cycle, now_ms)

    def _parts_that_move(self, cycle, now_us, step):
        """Control's step where a part has something to do, and the outputs after it."""
        now_ms = now_us // 1000 & _TICKS
        self._moved = True  # also when the step raises
        try:
            step(cycle, now_ms)
        except Exception as error:  # noqa: BLE001 - the firmware's own handling meets it
            self._raise_in(cycle, now_ms, error)
        if self._moved:
            self._io.write(self._out)
            self.look()
        elif self._limits_due:
            self._plan_limit(now_us, now_ms)
            self._plan(now_us, now_ms)
        elif now_us >= self._plain_until_us:
            self._plan(now_us, now_ms)

    def _raise_in(self, cycle, now_ms, error):
        def step(now_ms, scan, out):
            raise error

        cycle._step = step
        try:
            cycle.step(now_ms, self._scan, self._out)
        finally:
            del cycle._step

    def _short_step(self, cycle, now_ms):
        """ScanCycle._step without the parts whose inputs are those of the last step."""
        scan = self._scan
        cycle._count(now_ms)
        fresh = False
        if self._reading:
            fresh = cycle.ev.step(now_ms, scan)
            if not fresh:
                self._resting = False  # it fell silent: whole steps from the next one on
        if ticks.diff(now_ms, cycle._heat_ms) >= PERIOD_MS:
            if self._warmth.rests(now_ms, scan):
                cycle._heat_ms = now_ms
                drawing = cycle.ev.max_ma > _IDLE_MA
                cycle.session.step(now_ms, cycle.charge.plugged, drawing, cycle.ev)
            else:
                cycle._warmth(now_ms, scan)
                self._warmth.note(scan)
        if fresh:
            self._metered(cycle, now_ms, scan)
        if self._limits_due:
            self._meters = [(meter, meter.stale_ms) for meter, _ in self._meters]
            cycle._limit(now_ms, fresh)
        elif fresh:
            self._limit_by_reading(cycle, now_ms)
        elif cycle.limits._changed:
            self._limits_due = True
            cycle._limit(now_ms, fresh)
        else:
            for meter in self._aging:
                meter.age_ms += _STEP_MS
        self._end_step(cycle, now_ms, fresh)

    def _reading_step(self, cycle, now_ms):
        """The same, where the own meter has a new reading and nothing else is due."""
        scan = self._scan
        cycle._last_ms = now_ms
        cycle._second_ms += _STEP_MS
        cycle.ev.step(now_ms, scan)
        self._metered(cycle, now_ms, scan)
        self._limit_by_reading(cycle, now_ms)
        self._end_step(cycle, now_ms, True)

    def _metered(self, cycle, now_ms, scan):
        """The interlocks of a new reading, which change nothing where it is in its bounds."""
        since_ms = ticks.diff(now_ms, cycle._ev_ms)
        cycle._ev_ms = now_ms
        if cycle.ev.max_ma > self._metered_ma or not rest.voltages_rest(cycle, scan):
            cycle.interlocks.metered(now_ms, since_ms, scan, cycle.ev, cycle.contactor)
            self._metered_ma = -1

    def _end_step(self, cycle, now_ms, fresh):
        """Decide and act, if anything moved that they go by."""
        self._moved = (
            cycle.limits.ma != self._ma
            or cycle.faults.changes != self._changes
            or (fresh and not self._same_for(cycle, self._scan))
        )
        if self._moved:
            cycle._decide(now_ms, _STEP_MS, self._scan)
            cycle._act(now_ms, _STEP_MS, self._scan, self._out)
            cycle.steps = (cycle.steps + 1) & 0xFFFFFFF
        else:
            self._add_up(cycle, now_ms)

    def _limit_by_reading(self, cycle, now_ms):
        """ScanCycle._limit where nothing but the own meter has a new reading."""
        may_draw = cycle.offered_ma if cycle.contactor.state else 0
        cycle.site.step(now_ms, cycle.ev, True, may_draw)
        cycle.panel.step(now_ms, cycle.ev, True, may_draw)
        cycle.modes.dimming.step(now_ms, cycle.ev, cycle.limits)
        if cycle.limits._changed:
            self._limits_due = True  # to be planned anew
            cycle.limits.step(now_ms)

    def _add_up(self, cycle, now_ms):
        """What deciding and acting add up, and put out, where they decide nothing new."""
        charge, contactor = cycle.charge, cycle.contactor
        if charge._since_switch_ms < _LONG_MS:
            charge._since_switch_ms += _STEP_MS
        if contactor.since_ms < _LONG_MS:
            contactor.since_ms += _STEP_MS
        if self._renews:
            cycle.interlocks._cut_ms = now_ms
        cycle.steps = (cycle.steps + 1) & 0xFFFFFFF
        if self._pulses:  # as ContactorIo.write for a coil that is on: an edge for the dead-man
            latch, level, told, pin, port, hearers = self._pulse
            phase = port._phase = port._phase ^ 1
            latch[pin] = level[pin] = told[pin] = phase
            for hear in hearers:
                hear()

    def _same_for(self, cycle, scan):
        """Whether a new reading of the own meter leaves the decisions as they are."""
        cont = cycle.contactor
        return rest.ev_is_idle(cycle) == self._idle and cont._proof(scan, cont.state)
