"""SunSpec: the walk through the models, and integers with scale factors or floats."""

import struct

from ballast.protocol import sunspec as ss
from portable import raises


class Device:
    """Registers as a dict; answers None where there are none."""

    def __init__(self, base, models):
        self.regs = {base: 0x5375, base + 1: 0x6E53}
        at = base + 2
        self.at = {}
        for model, body in models:
            self.at[model] = at
            for i, x in enumerate([model, len(body)] + body):
                self.regs[at + i] = x & 0xFFFF
            at += 2 + len(body)
        self.regs[at] = 0xFFFF
        self.regs[at + 1] = 0

    def read(self, address, count):
        out = b""
        for a in range(address, address + count):
            if a not in self.regs:
                return None
            out += struct.pack(">H", self.regs[a])
        return out


def walk(device):
    scan = ss.SunSpecScan()
    n = 0
    while scan.request():
        scan.answer(device.read(*scan.request()))
        n += 1
        assert n < 100
    return scan


def body_int(**over):
    body = [0] * 105
    values = {
        "a": [1523, 1200, 900],
        "a_sf": -2,
        "v": [2301, 2299, 2310],
        "v_sf": -1,
        "w": 500,
        "wph": [350, -120, 270],
        "w_sf": 1,
    }
    values.update(over)
    body[1:4] = values["a"]
    body[4] = values["a_sf"]
    body[6:9] = values["v"]
    body[13] = values["v_sf"]
    body[16] = values["w"]
    body[17:20] = values["wph"]
    body[20] = values["w_sf"]
    return body


def words(x):
    hi, lo = struct.unpack(">HH", struct.pack(">f", x))
    return [hi, lo]


def body_float(a=(15.5, 12.25, 9.0), w=5000.0, wph=(3500.0, -1200.0, 2700.0)):
    body = [0] * 124
    for i in range(3):
        body[2 + 2 * i : 4 + 2 * i] = words(a[i])
        body[10 + 2 * i : 12 + 2 * i] = words(230.0)
        body[28 + 2 * i : 30 + 2 * i] = words(wph[i])
    body[26:28] = words(w)
    return body


def read(device, meter):
    blocks = meter.blocks(meter.live())
    data = [device.read(a, n) for a, n in blocks]
    out = [0, 0, 0]
    return meter.currents(blocks, data, out), out, blocks, data


def test_finds_the_meter_behind_other_models():
    for base in ss.BASES:
        device = Device(base, [(1, [0] * 66), (103, [0] * 50), (203, body_int())])
        scan = walk(device)
        assert scan.model == 203 and scan.address == device.at[203]
        assert scan.models == [1, 103, 203]


def test_scaled_integers():
    device = Device(40000, [(1, [0] * 66), (203, body_int())])
    meter = ss.SunSpecMeter(203, device.at[203])
    ok, out, blocks, data = read(device, meter)
    assert ok and out == [15230, -12000, 9000] and meter.phases == 3
    assert meter.value("V", 0, blocks, data) == 230100
    assert meter.value("P", 1, blocks, data) == -1200000
    assert meter.value("W", 0, blocks, data) == 5000000


def test_floats():
    device = Device(50000, [(213, body_float())])
    meter = ss.SunSpecMeter(213, device.at[213])
    ok, out, blocks, data = read(device, meter)
    assert ok and out == [15500, -12250, 9000]
    assert meter.value("V", 2, blocks, data) == 230000
    nan = float("nan")
    device = Device(50000, [(213, body_float(a=(nan, 1.0, 1.0)))])
    assert not read(device, ss.SunSpecMeter(213, device.at[213]))[0]


def test_phases_by_model():
    for model, phases in ((201, 1), (202, 2), (204, 3)):
        device = Device(40000, [(model, body_int())])
        meter = ss.SunSpecMeter(model, device.at[model])
        ok, out, _, _ = read(device, meter)
        assert ok and meter.phases == phases
        assert out == [15230, -12000, 9000][:phases] + [0] * (3 - phases)
    assert ss.SunSpecMeter(211, 40002).phases == 1


def test_not_implemented():
    none = 0x8000
    for over, good in (
        ({"a": [none, 0, 0]}, False),
        ({"a_sf": none}, False),
        ({"a_sf": 11}, False),
        ({"w_sf": none}, True),  # no direction at all: the current counts as import
        ({"wph": [none, none, none], "w": -5}, True),
    ):
        device = Device(40000, [(201, body_int(**over))])
        ok, out, _, _ = read(device, ss.SunSpecMeter(201, device.at[201]))
        assert ok == good, over
    assert out[0] == -15230
    device = Device(40000, [(201, body_int(a_sf=10))])
    assert not read(device, ss.SunSpecMeter(201, device.at[201]))[0]
    device = Device(40000, [(201, body_int(a_sf=-10))])
    assert read(device, ss.SunSpecMeter(201, device.at[201]))[1] == [0, 0, 0]


def test_no_sunspec_at_all():
    scan = walk(Device(1, []))
    assert scan.model == 0 and scan.models == []


def test_a_chain_without_a_meter():
    scan = walk(Device(0, [(1, [0] * 66), (103, [0] * 50)]))
    assert scan.model == 0 and scan.models == [1, 103]


def test_a_meter_too_short_to_be_one_is_passed_over():
    scan = walk(Device(40000, [(203, [0] * 20), (213, [0] * 33), (204, body_int())]))
    assert scan.model == 204


def test_chains_that_never_end():
    class Loop:
        def read(self, address, count):
            if address in ss.BASES:
                return b"SunS"
            return struct.pack(">HH", 1, 1)

    assert len(walk(Loop()).models) == 40

    class Far(Loop):
        def read(self, address, count):
            return b"SunS" if address in ss.BASES else struct.pack(">HH", 1, 30000)

    assert walk(Far()).model == 0

    class Broken(Loop):
        def read(self, address, count):
            return b"SunS" if address in ss.BASES else b"\x00"

    assert walk(Broken()).models == []

    class Refusing(Loop):
        def read(self, address, count):
            return b"SunS" if address in ss.BASES else None

    assert walk(Refusing()).models == []


def test_no_other_model_is_read():
    raises(ValueError, ss.SunSpecMeter, 103, 40000)
