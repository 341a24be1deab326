"""The ports of the scan allocate nothing: a step may run while the heap is locked.

`machine` here is only as much as the ports call; how it behaves is the matter of
the strict fakes on CPython.
"""

import sys

from heap import steps_without_heap

N = 10_000


class Pin:
    IN, OUT, PULL_UP, PULL_DOWN = 1, 3, 2, 1

    def __init__(self, number, mode=-1, pull=-1, value=0):
        self._value = 1

    def value(self, x=None):
        if x is not None:
            self._value = x
        return self._value


class ADC:
    ATTN_11DB = 3

    def __init__(self, pin, atten=3):
        self._seed = 12345

    def read_uv(self):
        """Two levels with noise, as a 1 kHz pilot gives them."""
        self._seed = (self._seed * 421 + 1663) % 7875
        return (600_000 if self._seed & 64 else 2_387_000) + self._seed


class PWM:
    def __init__(self, pin, freq, duty_u16, invert):
        self._duty = duty_u16

    def duty_u16(self, duty):
        self._duty = duty


class SPI:
    MSB = 0

    def __init__(self, number, baudrate, polarity, phase, bits, firstbit, sck, mosi, miso):
        pass

    def write_readinto(self, tx, rx):
        rx[2] = tx[1]  # every register holds its own address
        rx[3] = tx[1]


class Timer:
    PERIODIC = 1

    def __init__(self, number):
        pass

    def init(self, mode, period, callback):
        pass


class Board:
    PHASES = 3
    CP_PWM_PIN, CP_ADC_PIN, CP_OFFSET_UV, CP_GAIN_X100 = 14, 1, 1493700, 1339
    CP_PWM_INVERTED, CP_BURST, CP_SPACING_US = 0, 32, 0
    COIL_PIN, COIL_ON_LEVEL, COIL_PULSE_PIN = 15, 1, 16
    MIRROR_PIN, MIRROR_CLOSED_LEVEL, LOAD_PINS, LOAD_LIVE_LEVEL = 7, 1, (8, 9, 21), 0
    PE_PIN, PE_GOOD_LEVEL = 39, 1
    RCD_TRIP_PIN, RCD_TRIP_LEVEL, RCD_TEST_PIN, RCD_TEST_LEVEL = 47, 1, 6, 1
    RCD_TEST_PULSE_US = None
    NTC_PINS = (2, 4, 5)
    METER_SPI, METER_SCK_PIN, METER_MOSI_PIN, METER_MISO_PIN, METER_CS_PIN = 1, 12, 11, 13, 10
    METER_UGAIN, METER_IGAIN, METER_PGA, METER_LINE_HZ = (0x6161, 1, 1), (1, 1, 1), 0, 50
    LED_PIN, LED_RED_PIN, LED_ON_LEVEL = 41, 18, 1
    BUTTON_PIN, BUTTON_PRESSED_LEVEL = 40, 0


class Machine:
    pass


def install():
    Machine.Pin, Machine.ADC, Machine.PWM, Machine.SPI, Machine.Timer = Pin, ADC, PWM, SPI, Timer
    sys.modules["machine"] = Machine
    from ballast.ports.power_meter_io import PowerMeterIo

    PowerMeterIo._configure = configured  # it sleeps, and this VM's time stands still meanwhile


def configured(meter):
    return True


class Rig:
    def __init__(self, spacing_us):
        install()
        from ballast.control.records import PILOT_PWM, Out, Scan
        from ballast.ports.board_io import BoardIo

        Board.CP_SPACING_US = spacing_us
        self.io = BoardIo(Board)
        self.scan, self.out = Scan(), Out()
        self.out.pilot = PILOT_PWM
        self.write, self.read = self.io.write, self.io.read

    def step(self, i):
        out = self.out
        out.coil = i & 1
        out.duty_u16 = 6552 + (i & 0xFFF)
        out.led = i & 7
        out.rcd_test = i >> 3 & 1
        self.read(self.scan)
        self.write(out)


def test_read_and_write_need_no_heap():
    rig = Rig(0)
    steps_without_heap(rig.step, N)
    assert rig.scan.meter_seq == N // 5
    assert rig.scan.pilot_high_mv > 11_900
    assert rig.scan.pilot_low_mv < -11_800


def test_the_timer_around_the_step_needs_no_heap():
    rig = Rig(0)
    from ballast.ports.step_timer import StepTimer

    timer = StepTimer(rig.step)
    timer.start()

    def tick(i):
        timer.run_step()

    steps_without_heap(tick, 1000)
    assert timer.steps == 1000
