"""Fuzzing of the parsers that eat what a stranger can send: random and mutated inputs.

Each target is a class with `seeds()` (valid inputs) and `eat(data)`, which returns whether the
input was taken for good, and raises only what its documentation allows. Checked beside:
an input that was not taken for good leaves the state as it was; none takes longer than a second.
"""

import random
import struct
import time

from ballast.protocol import clamp_frame, clamp_inbox, modbus, sunspec
from ballast.protocol.hmac_sha256 import HmacKey
from ballast.protocol.meter_row import MeterRow
from ballast.protocol.meter_table import ROWS
from ballast_tools.check.fuzz_group import Group, GroupSigned

SLOW_S = 1.0


class Finding(Exception):
    """A parser broke a promise; str() has the target, what happened, and the input in hex."""


class Clamp:
    """The charger's inbox: whatever comes through the air."""

    name = "clamp"
    secret = bytes(range(32))

    def __init__(self):
        self.key = HmacKey(self.secret)
        self.inbox = clamp_inbox.Inbox()
        self.inbox.add(clamp_inbox.PairedClamp(7, self.secret, 0, b"\x02" * 6, 99))
        self.count = 0

    def seeds(self):
        s = clamp_frame.Sample()
        s.clamp, s.session, s.epoch, s.count = 7, 99, 1, 1
        buf = bytearray(64)
        out = [bytes(buf[: clamp_frame.encode_sample(buf, s, self.key)])]
        for size in (
            clamp_frame.encode_ack(buf, 7, 1, 1, 99, -60, self.key),
            clamp_frame.encode_hello(buf, 7, bytes(32), 1, False),
            clamp_frame.encode_offer(buf, 7, 3, bytes(32), 0, self.key),
            clamp_frame.encode_confirm(buf, 7, 3, self.key),
            clamp_frame.encode_unpair(buf, 7, 1, 1, self.key),
        ):
            out.append(bytes(buf[:size]))
        return out

    def state(self):
        pair = self.inbox.find(7)
        return (pair.epoch, pair.count, pair.seq, pair.session, pair.rssi, len(self.inbox.pairs()))

    def eat(self, data):
        result = self.inbox.take(data, len(data), -50)
        if result == clamp_inbox.OTHER:
            kind = clamp_frame.kind(data)
            decode = {
                clamp_frame.HELLO: clamp_frame.decode_hello,
                clamp_frame.OFFER: clamp_frame.decode_offer,
                clamp_frame.CONFIRM: clamp_frame.decode_confirm,
                clamp_frame.ACK: clamp_frame.decode_ack,
                clamp_frame.UNPAIR: clamp_frame.decode_unpair,
            }
            decode[kind](data)
        return result <= clamp_inbox.FAULTY


class Rtu:
    """The answer on a serial line, to a question for 4 registers."""

    name = "rtu"

    def __init__(self):
        self.taken = 0

    def seeds(self):
        good = bytes([1, 3, 8]) + bytes(range(8))
        bad = bytes([1, 0x83, 2])
        return [f + struct.pack("<H", modbus.crc16(f, len(f))) for f in (good, bad)]

    def state(self):
        return self.taken

    def eat(self, data):
        size = modbus.rtu_size(data, len(data))
        if not 0 <= size <= 260:
            raise Finding("rtu_size says %d" % size)
        try:
            at = modbus.rtu_registers(data, len(data), 1, 3, 4)
        except modbus.ModbusError:
            return False
        if at + 8 > len(data):
            raise Finding("registers beyond the end")
        self.taken += 1
        return True


class Tcp:
    """Header and body of a Modbus TCP answer."""

    name = "tcp"

    def __init__(self):
        self.taken = 0

    def seeds(self):
        good = bytes([3, 8]) + bytes(range(8))
        out = []
        for pdu in (good, b"\x83\x02"):
            out.append(struct.pack(">HHHB", 5, 0, len(pdu) + 1, 1) + pdu)
        return out

    def state(self):
        return self.taken

    def eat(self, data):
        if len(data) < modbus.MBAP:
            return False
        header, body = data[: modbus.MBAP], data[modbus.MBAP :]
        try:
            size = modbus.tcp_length(header)
            if not 2 <= size <= 253:
                raise Finding("tcp_length says %d" % size)
            body = body[:size]
            at = modbus.tcp_registers(header, body, len(body), 5, 1, 3, 4)
        except modbus.ModbusError:
            return False
        if at + 8 > len(body):
            raise Finding("registers beyond the end")
        self.taken += 1
        return True


class Sunspec:
    """A device whose registers are the input: the walk ends, and what is read is a number."""

    name = "sunspec"

    def seeds(self):
        body = bytes([0, 203, 0, 105]) + bytes(210)
        floats = bytes([0, 213, 0, 124]) + bytes(248)
        head = b"SunS" + bytes([0, 1, 0, 4]) + bytes(8)
        return [head + body + b"\xff\xff\0\0", b"SunS" + floats, b"SunS\xff\xff\0\0"]

    def state(self):
        return None

    def _read(self, data, address, count):
        at = 2 * (address - 40000)
        part = data[at : at + 2 * count] if at >= 0 else b""
        return part if len(part) == 2 * count else None

    def eat(self, data):
        scan = sunspec.SunSpecScan()
        steps = 0
        while scan.request():
            scan.answer(self._read(data, *scan.request()))
            steps += 1
            if steps > 100:
                raise Finding("the walk does not end")
        if not scan.model:
            return False
        meter = sunspec.SunSpecMeter(scan.model, scan.address)
        blocks = meter.blocks("VIPW")
        raw = [self._read(data, *b) for b in blocks]
        if None in raw:
            return False
        out = [0, 0, 0]
        meter.currents(blocks, raw, out)
        if not all(isinstance(x, int) and abs(x) <= 10**9 for x in out):
            raise Finding("a current of %s" % out)
        return True


class Registers:
    """What a meter of the table answers: any bytes make mA or "not available"."""

    name = "registers"

    def __init__(self):
        self.rows = [MeterRow(text) for text in ROWS]

    def seeds(self):
        return [bytes(range(250)), b"\xff" * 250, b"\x7f\xc0\0\0" * 62, b"\x41\x20\0\0" * 62]

    def state(self):
        return None

    def eat(self, data):
        row = self.rows[(data[0] if data else 0) % len(self.rows)]
        blocks = row.blocks("VIPWE")
        raw = [(data + bytes(256))[: 2 * n] for _, n in blocks]
        out = [0, 0, 0]
        good = row.currents(blocks, raw, out)
        if not all(isinstance(x, int) and abs(x) <= 10**9 for x in out):
            raise Finding("%s: a current of %s" % (row.key, out))
        for name in row.fields:
            for i in range(len(row.fields[name].at)):
                row.value(name, i, blocks, raw)
        return good


class Line:
    """A user's own meter line: understood, or one clear ValueError."""

    name = "line"

    def seeds(self):
        return [text.encode() for text in ROWS]

    def state(self):
        return None

    def eat(self, data):
        try:
            row = MeterRow(data.decode("utf-8", "replace"))
        except ValueError as error:
            if not str(error) or "\n" in str(error):
                raise Finding(f"an error that is not one line: {error!r}") from error
            return False
        row.blocks(row.live())
        return True


TARGETS = (Clamp, Rtu, Tcp, Sunspec, Registers, Line, Group, GroupSigned)


def mutate(rng, seeds):
    """One input: a seed with some damage, two spliced, or noise."""
    kind = rng.randrange(8)
    if kind == 0:
        return rng.randbytes(rng.randrange(0, 80))
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        at = rng.randrange(len(data) + 1)
        what = rng.randrange(6)
        if what == 0 and data:
            data[at % len(data)] ^= 1 << rng.randrange(8)
        elif what == 1 and data:
            data[at % len(data)] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
        elif what == 2:
            del data[at:]
        elif what == 3:
            data[at:at] = rng.randbytes(rng.randrange(1, 9))
        elif what == 4:
            del data[at : at + rng.randrange(1, 5)]
        else:
            other = rng.choice(seeds)
            data[at:] = other[rng.randrange(len(other)) :]
    return bytes(data[:300])


def fuzz(target, count, seed, progress=None):
    """Feed `count` inputs to a target class. Returns (taken for good, inputs per second).

    Finding on the first broken promise.
    """
    rng = random.Random(f"{target.name}/{seed}")
    eater = target()
    seeds = eater.seeds()
    taken = 0
    start = last = time.perf_counter()
    for n in range(count):
        data = seeds[n] if n < len(seeds) else mutate(rng, seeds)
        before = eater.state()
        try:
            good = eater.eat(data)
        except Exception as error:  # whatever escapes is the finding
            what = f"{type(error).__name__}: {error}"
            raise Finding(f"{target.name}: {what}, input {data.hex()} (seed {seed})") from error
        if good:
            taken += 1
        elif eater.state() != before:
            raise Finding(
                f"{target.name}: a refused input changed the state, input {data.hex()} (seed {seed})"
            )
        now = time.perf_counter()
        if now - last > SLOW_S:
            raise Finding(f"{target.name}: too slow, input {data.hex()} (seed {seed})")
        last = now
        if progress and not n & 1023:
            progress(n)
    return taken, round(count / max(time.perf_counter() - start, 1e-9))
