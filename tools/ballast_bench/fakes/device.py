"""One chip: pads, what is driven onto them, peripherals, resets, non-volatile parts.

The wiring sits on the outside of the pads: `drive()` puts a level on an input,
`feed_adc()` a voltage, `listen()` hears what the chip does to an output.
"""

from random import Random

import ballast_bench.fakes as fakes

from . import resets
from .access_point import WifiDoubts
from .analog import AdcInput
from .chip_time import ChipTime, Queue
from .chips import CHIPS
from .console import Console
from .fake_thread import stack_of
from .idf_heap import IdfHeap
from .resets import SOFT_RESET

# Calls that erase a sector, or do when a page is full: NVS, the record of the boot slot
_ERASES = ("flash_erase", "nvs_write", "set_boot", "mark_valid")

PULL_DOWN = 1
PULL_UP = 2


class FakeError(AssertionError):
    """The firmware did something that has no defined result on the hardware."""


class HardReset(BaseException):
    """machine.reset(), deepsleep, a panic or a watchdog bite: nothing after it runs."""


class SoftReset(BaseException):
    """machine.soft_reset(): the interpreter starts again, the pads stay."""


class Device:
    """One ESP32. `clock` has ms(), us() and sleep_us() (see ballast_bench.upy.clock)."""

    def __init__(self, clock, chip="esp32s3", mac=b"\x02\xba\x11\xa5\x00\x01"):
        self.clock = clock
        self.time = ChipTime(clock)
        self.chip = CHIPS[chip]
        self.mac = bytes(mac)
        self.console = Console(self)
        self.resets = 0
        self.rtc_memory = bytearray(2048)
        self._note_reset("power_on")
        self.nvs = {}
        self.nvs_fault = None  # "uninitialised" or "full": esp32.NVS raises
        self.flash_fault = None  # "timeout": esp32.Partition raises on erase and program
        self.threads = []  # usable stacks of the threads that run beside the main one
        self.threads_refused = 0  # so many times no stack is left for one
        self.air = None
        self.ble = None
        self.ble_radio = None  # ballast_bench/devices/ble_radio.py
        self.ble_memory_short = False  # NimBLE finds no room: OSError(5); a number: that one
        self.ble_errors = []  # exceptions that ended the Bluetooth handler
        self.ble_no_buffers = False  # notifications are refused
        self.access_points = {}  # ssid -> access_point.AccessPoint, or (password, channel, rssi)
        self.wifi_doubts = WifiDoubts()
        self.idf = IdfHeap(self)
        self.partitions = {"ota_0": bytearray(), "ota_1": bytearray()}
        self.boot = self.running = "ota_0"
        self.app_valid = True
        self.erase_watch = None  # called with the number of flash sectors at each erase
        # a reading in timed mode takes 65-80 us: estimate (micropython #7495); a profile's adc_read instead
        self.adc_read_us, self.adc_scatter_us = 65, 15
        self._adc_random = Random("adc")
        self.adc_calibrated = True  # the calibration is burnt into the efuses
        self.adc_gain = 1.0  # of this unit; the data sheet allows 50 mV at 2900 mV: 0.983 to 1.017
        self.spi_slaves = {}  # chip select GPIO -> object with frame(bytes) -> bytes
        self.uart_peers = {}  # UART id -> object with receive(bytes)
        self._stack = []
        self._listeners = {}
        self._told = {}  # what the listeners were last told of
        size = 49
        self.level = [None] * size  # what Pin.value() reads; None = floating
        self._driven = [None] * size
        self.inputs = 0  # counts changes of what is driven onto pads, and of what the pads are
        self.latch = [0] * size
        self._reset_pads(size)
        self.adc = {}
        self._reset_peripherals()

    def __enter__(self):
        self._stack.append((fakes.current, fakes.task_device.set(self)))
        fakes.current = self
        return self

    def __exit__(self, *exc):
        fakes.current, token = self._stack.pop()
        fakes.task_device.reset(token)

    # -- the outside of the pads ------------------------------------------------

    def drive(self, gpio, level):
        """Put 0, 1 or None (nothing, an open cable) on a pad from outside."""
        if self._driven[gpio] != level:
            self._driven[gpio] = level
            self.inputs += 1
            self.settle(gpio)

    def listen(self, gpio, fn):
        """Call `fn()` after every change of the chip's output on this pad."""
        self._listeners.setdefault(gpio, []).append(fn)
        self._told.setdefault(gpio, self.pad(gpio))

    def pad(self, gpio):
        """What the chip drives: 0, 1, a PwmOutput, or None (high impedance)."""
        pwm = self.pwm.get(gpio)
        if pwm is not None:
            return pwm
        if gpio in self.uart_tx:
            return 1  # idle
        return self.latch[gpio] if self.output[gpio] else None

    def feed_adc(self, gpio, samples_uv):
        """Voltages in uV that successive readings see, repeated for ever."""
        self.adc_input(gpio).feed(samples_uv)

    def feed_adc_timed(self, gpio, volts_at_us):
        """Timed mode: a reading takes adc_us() and then sees volts_at_us(us) in uV."""
        self.adc_input(gpio).feed_timed(volts_at_us)

    def fail_adc(self, gpio, failing=True):
        """Readings raise OSError while `failing`."""
        self.adc_input(gpio).fail(failing)

    def adc_input(self, gpio):
        if gpio not in self.adc:
            self.adc[gpio] = AdcInput(self, gpio)
        return self.adc[gpio]

    # -- resets -------------------------------------------------------------------

    def soft_reset(self):
        """What the port does on a soft reset (ports/esp32/main.c:185-242).

        PWM stops at level 0 before the pad's inversion, other pads keep their level. Timers,
        threads, pin interrupts and UARTs end, whose TX pads become inputs; the watchdog and
        Wi-Fi go on.
        """
        for gpio, out in list(self.pwm.items()):
            del self.pwm[gpio]
            self.latch[gpio] = 1 if out.invert else 0
            self.output[gpio] = True
            self.settle(gpio)
        for timer in list(self.timers):
            timer.deinit()
        for uart in list(self.uarts.values()):
            uart.deinit()
        self.threads.clear()
        self.irqs.clear()
        self.console.interrupt_char = -1
        self.reset_cause = SOFT_RESET

    def hard_reset(self, kind="software"):
        """A reset of the chip. kind: one of resets.KINDS, or the machine.*_RESET of the usual one."""
        kind = resets.OF_CAUSE.get(kind, kind)
        what = resets.KINDS[kind]
        self._reset_peripherals()
        self._pick_image()
        if not what.pads:
            changed = [n for n in range(len(self.output)) if self.output[n]]
            self._reset_pads(len(self.level))
            for gpio in set(changed) | set(self._listeners):
                self.settle(gpio)
        self._note_reset(kind)

    def brown_out(self):
        """The chip's supply fell below the detector's level; the port says PWRON_RESET."""
        self.hard_reset("brown_out")

    def _pick_image(self):
        """The boot loader: a new image gets one start; unconfirmed, the old one comes back."""
        if self.running == self.boot and not self.app_valid:
            self.boot = "ota_1" if self.running == "ota_0" else "ota_0"
            self.app_valid = True
        elif self.running != self.boot:
            self.app_valid = False
        self.running = self.boot

    def _note_reset(self, kind):
        what = resets.KINDS[kind]
        self.reset_kind = kind
        self.reset_cause = what.cause
        self.reset_code = what.code
        self.resets += 1
        if not what.memory:  # machine_rtc.c:64: the linker clears nothing there
            noise = Random(self.mac + bytes([self.resets & 0xFF]))
            self.rtc_memory[:] = noise.randbytes(len(self.rtc_memory))
            self.rtc_used = 0  # length of what RTC.memory() was given last
            self.rtc_offset_us = -self.clock.us()  # the RTC's time starts at 2000-01-01

    def _reset_pads(self, size):
        self.inputs += 1
        self.output = [False] * size
        self.latch[:] = [0] * size  # in place: pins hold on to it
        self.pull = [0] * size
        self.pwm = {}
        self.uart_tx = set()  # pads that a UART drives; what is written to their latch has no effect
        for gpio in range(size):
            self.level[gpio] = self._driven[gpio]

    def _reset_peripherals(self):
        self.queue = Queue()
        self.timers = []
        self.irqs = {}
        self.wdt_ms = 0  # 0 = not started
        self.wdt_fed_ms = 0
        self.wlan = {}
        self.wifi_pm = 1  # WIFI_PS_MIN_MODEM, IDF's default
        self.idf.clear()
        self.espnow = None
        if self.ble is not None and self.ble.radio is not None:
            self.ble.radio.off()
        self.ble = None
        self.hostname = None
        self.uarts = {}  # id -> the UART that has a driver
        self.uart_objects = {}  # id -> the one object of each
        self.hardware_timers = {}
        self.threads.clear()
        self.console.interrupt_char = -1

    # -- time ---------------------------------------------------------------------

    def run_due(self, until_us=None):
        """Run what is due: watchdog, Wi-Fi, timers. Raises HardReset when the first bites.

        until_us: what begins later than that stays in the queue. None: all that is due now runs.
        """
        clock, time = self.clock, self.time
        now = clock.ms()
        if self.wdt_ms and now - self.wdt_fed_ms > self.wdt_ms:
            self.hard_reset("watchdog")
            raise HardReset("watchdog")
        for interface in self.wlan.values():
            interface.settle()
        moved, time.moved = time.moved, False
        for timer in list(self.timers):
            timer.tick(clock.us(), moved)
        turn, time.turn = time.turn, True
        try:
            self.run_queue(until_us)
        finally:
            time.turn = turn

    def run_queue(self, until_us=None):
        """One after the other; a tick that comes meanwhile is queued behind the others."""
        clock, queue, calls = self.clock, self.queue, self.queue.calls
        while calls and queue is self.queue:
            if until_us is not None and clock.us() >= until_us:
                return
            fn, arg = calls.pop(0)
            if self.threads:  # the thread that holds the interpreter's lock runs it
                with stack_of(self.threads[-1]):
                    fn(arg)
            else:
                fn(arg)
            for timer in list(self.timers) if until_us is not None else ():
                timer.tick(clock.us())

    def schedule(self, fn, arg):
        """mp_sched_schedule() of a callback; False when the queue is full and it is lost."""
        return self.queue.put(fn, arg)

    def spend(self, kind, amount=1):
        """The blocking call that runs now takes its time; kinds are those of chip/profile.py."""
        if self.erase_watch is not None and kind in _ERASES:
            self.erase_watch(amount if kind == "flash_erase" else 1)
        if self.time.profile is not None:
            self.time.spend(kind, amount)

    def adc_us(self):
        """us that the next reading takes in timed mode."""
        usual = self.adc_read_us if self.time.profile is None else self.time.price("adc_read")
        return usual + self._adc_random.randint(0, self.adc_scatter_us)

    # -- called by the fake modules -------------------------------------------------

    def set_latch(self, gpio, level):
        """A write to an output's latch that changes it."""
        self.latch[gpio] = level
        if self.output[gpio] and gpio not in self.pwm and gpio not in self.uart_tx:
            if gpio in self.irqs:
                self.settle(gpio)
                return
            self.level[gpio] = level
            listeners = self._listeners.get(gpio)
            if listeners is not None and self._told[gpio] != level:
                self._told[gpio] = level
                for fn in listeners:
                    fn()

    def edge(self, gpio, level):
        """A write to the latch of a plain output that has listeners and no interrupt."""
        if self.latch[gpio] != level:
            self.latch[gpio] = self.level[gpio] = self._told[gpio] = level
            for fn in self._listeners[gpio]:
                fn()

    def take_uart_pads(self, tx, rx):
        """A UART drives `tx` from now on and listens at `rx`, whatever these pads were."""
        self.inputs += 1
        self.pwm.pop(tx, None)
        self.uart_tx.add(tx)
        self.output[tx] = True
        self.settle(tx)

    def free_uart_pad(self, tx):
        """The UART's driver is deleted: the pad's output is disabled, also where a Pin has it."""
        self.inputs += 1
        self.uart_tx.discard(tx)
        self.output[tx] = False
        self.settle(tx)

    def settle(self, gpio):
        """Work out what the pad reads, and tell who listens."""
        if gpio in self.uart_tx:
            level = 1
        elif self.output[gpio]:
            level = self.latch[gpio]
        else:
            level = self._driven[gpio]
            if level is None:
                pull = self.pull[gpio]
                level = 1 if pull & PULL_UP else 0 if pull & PULL_DOWN else None
        before = self.level[gpio]
        self.level[gpio] = level
        irq = self.irqs.get(gpio)
        if irq is not None and before != level and before is not None and level is not None:
            irq.edge(level)
        listeners = self._listeners.get(gpio)
        if listeners is not None:
            pad = self.pad(gpio)
            if pad != self._told.get(gpio, self) or gpio in self.pwm:
                self._told[gpio] = pad
                for fn in listeners:
                    fn()

    def wifi_active(self):
        return any(interface.active() for interface in self.wlan.values())

    def wifi_channel(self):
        """Station and access point share one radio: a connected station's channel rules, then
        that of the access point (wifi.rst, station/AP coexistence)."""
        station, point = self.wlan.get(0), self.wlan.get(1)
        if station is not None and station.active() and station._on_a_channel():
            return station._channel()
        for interface in (point, station):
            if interface is not None and interface.active():
                return interface._channel()
        return None

    def wifi_asleep(self):
        """Whether power saving has the radio off: a connected station wakes for beacons, every
        102.4 ms (espnow.rst:835); it is awake for 20 ms of them (chosen)."""
        if self.wifi_pm == 0:
            return False
        station = self.wlan.get(0)
        return station is not None and station.isconnected() and self.clock.ms() % 102 >= 20
