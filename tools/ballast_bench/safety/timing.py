"""Reaction times of the whole firmware below main.py, at the pins, in microseconds.

Ports, control and the plant's charge point on a clock of its own. Near the event the
pilot's ADC is in timed mode (each reading takes its time, with scatter, and sees the true
waveform, with noise), every step comes late, some of them are held up for as long as the overrun interlock
lets pass, and the step itself takes COMPUTE_US. So an event meets every phase of PWM, burst and step.
"""

from random import Random

import ballast_bench.fakes as fakes
from ballast.control.safety import interlocks
from ballast_bench import boards, upy
from ballast_bench.plant.battery import Battery
from ballast_bench.plant.charge_point import ChargePoint
from ballast_bench.plant.ev import EV
from ballast_bench.wiring import Wiring

fakes.install()

STEP_US = 20_000
PERIOD_US = 1000  # of the pilot
LATE_US = 18_990  # of each step on its 20 ms grid: gaps of up to 38.99 ms, which do not add up
HELD_UP = 0.3  # chosen: share of the steps that are held up, where the overrun interlock allows it
COMPUTE_US = 8_000  # chosen allowance for one step on an ESP32 (estimate 4 ms, bench step); never measured
ARMATURE_US = 15_000  # opening time of the contactor assumed by the plant
NOISE_MV = 150.0  # at the pilot contact, uniform; a tester's ripple limit is 100 mVpp


class Bench:
    """One charger that can be brought to charge and disturbed at any microsecond."""

    def __init__(self, seed):
        from ballast.control.charger import Charger
        from ballast.control.records import Fit, Out, Scan
        from ballast.control.settings import Settings
        from ballast.ports.board_io import BoardIo

        self.rng = Random(f"safety/{seed}")
        self.clock = upy.ManualClock((1 << 30) - 20_000)
        upy.install(self.clock)
        self.start_us = self.clock.us()
        self.device = fakes.Device(self.clock)
        self.board = boards.load("bench")
        self.cp = ChargePoint(seed=seed, phases=3)
        self.cp.supply_v[:] = [230.0, 230.0, 230.0]
        self.cp._tick_s = float("inf")  # no heat, no battery: nothing drifts
        self.cp.pilot.noise_mv = NOISE_MV
        with self.device:
            self.wiring = Wiring(self.device, self.board, self.cp, seed=seed)
            self.io = BoardIo(self.board)
            self.fit, self.scan, self.out = Fit(), Scan(), Out()
            self.io.fit(self.fit)
            self.settings = Settings()
            self.settings.set("supply_phases", 3)
            self.charger = Charger(self.settings, self.fit)
            self.io.safe()
            self.io.read_all(self.scan)
        self.cycle = self.charger.cycle
        self.grid_us = self.clock.us()
        self.event_us = None
        self.event = None
        self.coil_us = self.pilot_us = self.began_ms = 0
        self.coil = 0
        self.jitter = False
        self.compute_us = COMPUTE_US
        self.forced_late = []
        self.mains_a = None  # the house's current while a mains meter sends, A
        self.sent_us = 0
        self.device.listen(self.board.COIL_PIN, self._coil_moved)
        self.device.listen(self.board.CP_PWM_PIN, self._pilot_moved)

    # -- pins ---------------------------------------------------------------------

    def _coil_moved(self):
        level = self.device.pad(self.board.COIL_PIN)
        if level != self.coil:
            self.coil = level
            self.coil_us = self.clock.us()

    def _pilot_moved(self):
        now_us = self.clock.us()  # LEDC takes a new duty at its next period (IDF ledc.rst, "Change PWM Duty")
        self.pilot_us = now_us + PERIOD_US - now_us % PERIOD_US

    @property
    def now_s(self):
        return (self.clock.us() - self.start_us) / 1e6

    def timed(self, on):
        if on:
            self.wiring.timed()
            inner = self.wiring._adc._timed

            def at_us(us):
                if self.event is not None and us >= self.event_us:
                    self._fire()
                return inner(us)

            self.device.feed_adc_timed(self.board.CP_ADC_PIN, at_us)
        else:
            self.wiring.untimed()
        self.jitter = on

    def _fire(self):
        event, self.event = self.event, None
        event(self)
        self.cp.touch()
        self.cp.step(self.now_s)
        self.wiring.update(self.now_s)

    # -- the step -----------------------------------------------------------------

    def step(self):
        """One step: late as it may be, the event when its time has come."""
        self.grid_us += STEP_US
        due = self.grid_us
        if self.forced_late:
            due += self.forced_late.pop(0)
        elif self.jitter:
            due = self._passed(self._late(due + self.rng.randrange(LATE_US)))
        if self.event is not None and self.event_us < due:
            self.clock.advance_us(max(0, self.event_us - self.clock.us()))
            self._fire()
        self.clock.advance_us(max(0, due - self.clock.us()))
        now_s = self.now_s
        cp = self.cp
        cp.step(now_s)
        cp.meter.measure(now_s, cp.amps, cp.supply_v, 50.0)
        self.wiring.update(now_s)
        self.began_ms = self.clock.ms()
        with self.device:
            tick = self.began_ms & ((1 << 30) - 1)
            self._send_mains(tick)
            self.io.read(self.scan)
            self.charger.step(tick, self.scan, self.out)
            if self.jitter:
                self.clock.advance_us(self.compute_us)
            self.io.write(self.out)

    def _late(self, due_us):
        """A later time for this step, if the interlock lets that pass: interlocks.gap."""
        locks, pending_ms = self.cycle.interlocks, self.cycle.pilot.pending_ms
        most_ms = interlocks.STEP_MAX_MS
        if pending_ms >= 0:
            most_ms = interlocks.PENDING_MAX_MS - pending_ms
        latest_us = (self.began_ms + most_ms) * 1000 + 999
        if due_us > latest_us:
            return latest_us
        room_ms = interlocks._LATE_SUM_MS - locks._late_sum / interlocks._FORGET
        if most_ms - interlocks.STEP_LATE_MS > room_ms or self.rng.random() > HELD_UP:
            return due_us
        return max(due_us, latest_us - self.rng.choice((0, self.rng.randrange(17_000))))

    def _passed(self, due_us):
        """`due_us`, or the latest moment before it that the interlock lets pass."""
        locks, pending_ms = self.cycle.interlocks, self.cycle.pilot.pending_ms
        room_ms = int(interlocks._LATE_SUM_MS - locks._late_sum / interlocks._FORGET)
        most_ms = min(interlocks.STEP_MAX_MS, interlocks.STEP_LATE_MS + room_ms)
        if pending_ms >= 0:
            most_ms = min(most_ms, interlocks.PENDING_MAX_MS - pending_ms)
        return min(due_us, (self.began_ms + most_ms) * 1000 + 999)

    def _send_mains(self, tick):
        """A mains meter that tells once a second what house and car draw."""
        if self.mains_a is not None and self.clock.us() - self.sent_us >= 1_000_000:
            self.sent_us = self.clock.us()
            ma = [round(1000 * (self.mains_a + a)) for a in self.cp.amps]
            assert self.charger.put_sample(0, tick, *ma, 0)

    def until(self, condition, seconds):
        for _ in range(int(seconds * 50)):
            if condition():
                return True
            self.step()
        return False

    # -- stories ------------------------------------------------------------------

    def new_car(self, **values):
        values.setdefault("battery", Battery(60.0, 0.3))
        values.setdefault("ready_s", 0.1)
        if self.cp.ev is not None:
            self.cp.unplug()
        self.cp.plug_in(EV(max_a=16.0, delay_s=0.1, soft_start_s=0.1,
                           slew_a_s=200.0, **values))  # fmt: skip

    def restore(self):
        """Everything good again, every latch reset; the bench is used over and over."""
        cp = self.cp
        self.event = None
        self.timed(False)
        cp.unplug()
        pilot, rcd = cp.pilot, cp.rcd
        pilot.short_ohm, pilot.open_cable = None, False
        pilot.stuck_high = pilot.stuck_low = False
        rcd.ac_ma = rcd.dc_ma = 0.0
        rcd.cable_open = False
        cp.pe.lost, cp.pe.loop_ohm, cp.pe.touch_v = False, 0.8, 0.0
        cp.contactor.welded = set()
        cp.contactor.stuck_open = False
        cp.supply_v[:] = [230.0, 230.0, 230.0]
        cp.meter.silent, cp.meter.offset_a = False, 0.0
        for place in range(len(self.board.NTC_PINS)):
            self.ntc(place, None)
        self.mains_a = None
        self.settings.set("meter_kind", 0)
        self.wiring.cut.clear()
        self.settings.set("user_paused", 0)
        cp.touch()
        self.until(lambda: False, 0.6)
        table = self.cycle.faults
        table.service_reset()
        assert self.until(lambda: not self._clean(), 40), [
            n for n in range(len(table.active)) if table.active[n]]
        self.cycle.interlocks.soft_ref_ma = 0

    def _clean(self):
        table = self.cycle.faults
        if table.stop or table.pause:
            table.service_reset()
        return table.stop or table.pause or self.out.coil

    def charging(self, **car):
        """A car that draws its current."""
        self.new_car(**car)
        assert self.until(lambda: self.out.coil == 1, 12), "not closed"
        assert self.until(lambda: max(self.cp.amps) > 15.0, 4), "nothing drawn"
        self.until(lambda: False, 0.4)

    def ntc(self, place, mv):
        """Voltage of a thermistor's divider; None = the plant's own."""
        value = self.cp.ntc[place].mv if mv is None else mv
        self.wiring._ntc_mv[place] = self.cp.ntc[place].mv
        self.device.feed_adc(self.board.NTC_PINS[place], [value * 1000.0])

    def arm(self, event, phase):
        """Let `event` happen in the next steps: phase 0..1 of a step, jitter from now on."""
        self.timed(True)
        self.step()
        self.event = event
        self.event_us = max(self.grid_us + STEP_US, self.clock.us()) + int(phase * STEP_US)
        return self.event_us


def opened(event, seconds=1.0, armature_us=ARMATURE_US, **car):
    """A row's function: from `event` while `car` charges to open contacts.

    Without the armature to the coil's pin.
    """

    def run(bench, phase):
        bench.charging(**car)
        at = bench.arm(event, phase)
        assert bench.until(lambda: bench.event is None and bench.out.coil == 0, seconds), "not opened"
        return bench.coil_us + armature_us - at

    return run
