"""What the codecs cost on the MicroPython VM: printed as `name microseconds`, one a line.

Run by `ballast bench links` through ballast_tools/check/vm/runner.py. The VM's own clock is virtual there, so
the time is JavaScript's. Scale to an ESP32 by what pystone says (27 times slower).
"""

from ballast.protocol import clamp_frame, clamp_inbox, meter_table, modbus, x25519
from ballast.protocol.hmac_sha256 import HmacKey
from ballast.protocol.meter_row import MeterRow

KEY = bytes(range(32))


def cost(name, fn, times):
    """Print the time of `fn()`: the quickest of five batches, for the machine may be busy."""
    from js import performance

    best = 1e9
    for _ in range(5):
        start = performance.now()
        for _ in range(times):
            fn()
        best = min(best, (performance.now() - start) * 1000 / times)
    print("cost %s %d" % (name, round(best)))


def test_cost():
    key = HmacKey(KEY)
    sample = clamp_frame.Sample()
    sample.clamp, sample.session = 7, 99
    buf = bytearray(64)
    inbox = clamp_inbox.Inbox()
    inbox.add(clamp_inbox.PairedClamp(7, KEY, 0, b"", 99))

    def send():
        sample.count += 1
        sample.seq += 1
        clamp_frame.encode_sample(buf, sample, key)

    def link():
        send()
        inbox.take(buf, 60, -60)

    frame = bytes([1, 4, 24]) + bytes(24)
    crc = modbus.crc16(frame, 27)
    frame += bytes([crc & 255, crc >> 8])
    row = MeterRow(meter_table.find("sdm630"))
    blocks = row.blocks("IP")
    data = [bytes(24)]
    out = [0, 0, 0]
    cost("clamp-encode", send, 600)
    cost("clamp-encode+verify", link, 600)
    cost("rtu-answer", lambda: modbus.rtu_registers(frame, 29, 1, 4, 12), 600)
    cost("meter-row", lambda: row.currents(blocks, data, out), 600)
    cost("x25519", lambda: x25519.public_key(KEY), 6)
