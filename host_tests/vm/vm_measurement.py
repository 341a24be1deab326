"""Measurement on the MicroPython VM: trust without the heap, Modbus on its asyncio, the clamp.

The services' code is the ESP32's own here: its asyncio has no streams, so the bus is RTU
over a scripted line; TCP is tested on CPython (host_tests/services).
"""

import asyncio
import struct
import time

from ballast.control.meter import commissioning, meter
from ballast.control.ticks import add
from ballast.protocol import clamp_inbox, meter_table, modbus
from ballast.protocol.clamp_pairing import format_code
from ballast.protocol.meter_row import MeterRow
from ballast.services.meters.bus import RtuBus
from ballast.services.meters.finder import MeterFinder
from ballast.services.meters.link import MeterLink
from ballast.services.radio.clamp_link import ClampLink
from clamp.app import ClampApp
from clamp.rms import Calibration, Channel, RmsMeter
from clamp.settings import ClampSettings
from heap import steps_without_heap
from sample_kit import ev_view

START = 0x40000000 - 60000


class Trust:
    """A meter and a commissioning test, stepped every 20 ms through everything they know."""

    def __init__(self):
        self.ev = ev_view()
        self.meter = meter.Meter()
        self.meter.set_supply(25000, False, None)
        self.test = commissioning.Commissioning()
        self.now = START
        self.test.start(START, self.ev, 6000, 16000)
        self.seen = 0

    def step(self, i):
        self.now = add(self.now, 20)
        ev = self.ev
        if i % 5 == 0:
            ev.ma[0] = 16000 if (i // 700) % 2 else 6000
            ev.seq += 1
        if i % 50 == 0 and not 4000 < i < 4600:  # 12 s of silence
            bad = 300000 if 6000 < i < 6200 else 0
            self.meter.put(self.now, 3000 + ev.ma[0] + i % 7 + bad, -500, 9, 40)
        self.meter.step(self.now, ev, 16000)
        self.test.step(self.now, self.meter, ev)
        self.seen |= 1 << self.meter.state


def test_trust_and_commissioning_need_no_heap():
    rig = Trust()
    step = rig.step
    steps_without_heap(step, 10000)
    assert rig.seen == 0x1E, rig.seen  # GOOD, STALE, DISTRUSTED, RECOVERING: all were visited
    assert rig.test.state == commissioning.DONE


# --- Modbus -----------------------------------------------------------------------------


class Wire:
    """ports/rs485.py with a meter at the far end that answers after 40 ms."""

    baud = 9600

    def __init__(self, unit, registers):
        self.unit = unit
        self.registers = registers
        self.out = b""
        self.at = 0
        self.silent = False
        self.damage = False

    def configure(self, baud, parity=None, stop=1):
        self.baud = baud

    def silence_ms(self):
        return 5

    def transmit_ms(self, n):
        return 2 * n

    def discard(self):
        self.out = b""

    def write(self, frame):
        unit, fc, address, count = struct.unpack(">BBHH", frame)
        if self.silent or unit != self.unit:
            return len(frame)
        data = b""
        for a in range(address, address + count):
            if a not in self.registers:
                body = bytes([unit, fc | 0x80, 2])
                break
            data += struct.pack(">H", self.registers[a])
        else:
            body = bytes([unit, fc, len(data)]) + data
        crc = modbus.crc16(body, len(body)) ^ (1 if self.damage else 0)
        self.out = body + bytes([crc & 255, crc >> 8])
        self.at = time.ticks_add(time.ticks_ms(), 40)
        return len(frame)

    def read_into(self, buf):
        if not self.out or time.ticks_diff(time.ticks_ms(), self.at) < 0:
            return 0
        n = min(5, len(self.out))  # in pieces
        buf[:n] = self.out[:n]
        self.out = self.out[n:]
        return n


def registers():
    regs = {}
    for at, x in ((0, 230.0), (2, 231.0), (4, 229.5), (6, 11.5), (8, 3.25), (10, 27.0),
                  (12, 2600.0), (14, -700.0), (16, 6100.0), (52, 8000.0)):  # fmt: skip
        regs[at], regs[at + 1] = struct.unpack(">HH", struct.pack(">f", x))
    return regs


async def test_a_meter_is_polled_and_its_troubles_are_told():
    wire = Wire(1, registers())
    got = []
    told = []

    def sink(now_ms, l1, l2, l3, age_ms):
        got.append((l1, l2, l3))

    link = MeterLink(RtuBus(wire), MeterRow(meter_table.find("sdm630")), 1, 1000, sink, told.append)
    task = asyncio.create_task(link.run())
    await asyncio.sleep_ms(5500)
    assert 5 <= len(got) <= 7 and got[-1] == (11500, -3250, 27000) and told == [1000]
    wire.damage = True
    await asyncio.sleep_ms(2000)
    assert link.error == "checksum wrong", link.error
    wire.damage = False
    wire.silent = True
    await asyncio.sleep_ms(2000)
    assert "no answer" in link.error
    wire.silent = False
    await asyncio.sleep_ms(6000)
    assert link.error == "ok"
    task.cancel()


async def test_the_meter_is_found():
    wire = Wire(3, registers())
    finder = MeterFinder()
    await finder.on_rtu(RtuBus(wire), (1, 2, 3))
    assert "Eastron SDM630" in finder.candidates[0].name, finder.text
    assert finder.candidates[0].unit == 3


# --- the clamp ----------------------------------------------------------------------------


class Board:
    CT_PINS = (0,)
    VOLT_PIN = None
    CT_MA = 100000
    CT_UV = 333000
    ADC_FULL_UV = 1750000
    PACE_US = 400
    BATTERY = False
    EVERY_MS = 1000
    EXPECT_MS = 10000


class Port:
    """Two radios on one wire."""

    def __init__(self, mac):
        self.mac = mac
        self.peer = None
        self.inbox = []

    def send(self, mac, frame):
        self.peer.inbox.append((self.mac, bytes(frame), -60))
        return True

    def receive(self):
        return self.inbox.pop(0) if self.inbox else None

    def drain(self, handle):
        while self.inbox:
            handle(*self.inbox.pop(0))


class Charger:
    def __init__(self):
        self.samples = []
        self.told = {}

    def put_sample(self, source, now_ms, l1, l2, l3, age_ms):
        self.samples.append((l1, age_ms))

    def expect(self, source, interval_ms):
        self.told[source] = interval_ms


class Sampler:
    """A sine of 20 A: 20 / 100 * 333 mV rms on a range of 1.75 V."""

    def __init__(self):
        self.sine = []
        # a turn of 50 Hz is 50 samples of 400 us; peak 220 counts
        a, b = 0, 220 << 16
        for _ in range(50):
            self.sine.append(2048 + ((a + 32768) >> 16))
            a, b = (a * 65020 + b * 8214) >> 16, (b * 65020 - a * 8214) >> 16

    def read(self, buffers, n):
        for i in range(n):
            buffers[0][i] = self.sine[i % 50]
        return 400000


def numbers():
    state = [7]

    def draw(n):
        out = bytearray(n)
        for i in range(n):
            state[0] = (state[0] * 1103515245 + 12345) & 0x7FFFFFFF
            out[i] = state[0] >> 16 & 255
        return bytes(out)

    return draw


def test_clamp_and_charger_pair_and_talk():
    code = bytes(range(10))
    clock = [START]
    ours, theirs = Port(b"\x02charg"), Port(b"\x02clamp")
    ours.peer, theirs.peer = theirs, ours
    charger = Charger()
    kept = []
    random = numbers()
    link = ClampLink(charger, ours, 77, random, kept.append)
    settings = ClampSettings()
    settings.number, settings.code = 5, code
    app = ClampApp(
        Board,
        settings,
        Sampler(),
        theirs,
        lambda channel: None,
        lambda: clock[0],
        random,
        kept.append,
        lambda: 0,
    )
    link.open_window(0, format_code(code))
    app.press()
    for _ in range(120):
        clock[0] = add(clock[0], 65)
        app.cycle()
        ours.drain(link.on_frame)
        while link.step():
            pass
    assert link.window == "paired" and app.light() == "paired"
    assert len(charger.samples) >= 3 and charger.told == {0: 1000}
    ma = charger.samples[-1][0]
    assert 19700 < ma < 20300, ma
    assert link.inbox.counts[clamp_inbox.FORGED] == 0


def test_rms_on_this_vm():
    channel = Channel(Calibration.nominal(100000, 333000, 1750000))
    rms = RmsMeter([channel], False)
    n = rms.samples_for(400)
    buffers = [[0] * n]
    Sampler().read(buffers, n)
    rms.window(buffers, n, 400000)
    assert 19700 < channel.ma < 20300, channel.ma
    assert abs(rms.frequency() - 5000) < 20
