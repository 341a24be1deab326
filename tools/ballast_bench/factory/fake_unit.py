"""A unit on a serial port: boot ROM, flasher stub and MicroPython prompt, on a pty.

Speaks what esptool and mpremote say to a real one (esptool's serial protocol: SLIP frames;
the raw REPL), keeps what is written in `flash`, and runs what the prompt is given on the
strict fakes of the hardware, wired to a jig. It needs no reset lines, which a pty has not:
a frame wakes the boot ROM, a keystroke the prompt. So `--reset no-reset` is what a test
uses, and the DTR/RTS sequence of a real adapter is not covered here.
"""

import functools
import hashlib
import operator
import os
import select
import struct
import threading
import tty
import zlib

from ballast_bench.factory.jig_hardware import Hardware

SYNC, FLASH_BEGIN, MEM_END, MEM_DATA = 0x08, 0x02, 0x06, 0x07
WRITE_REG, READ_REG, MD5 = 0x09, 0x0A, 0x13
DEFL_BEGIN, DEFL_DATA, DEFL_END, SECURITY = 0x10, 0x11, 0x12, 0x14

_CHIPS = {  # chip: (id, magic register value, MAC registers low/high, SPI W0 register)
    "esp32s3": (9, None, (0x60007044, 0x60007048), 0x60002058),
    "esp32": (None, 0x00F01D83, (0x3FF5A004, 0x3FF5A008), 0x3FF42080),
}
_FLASH_ID = 0x1740EF  # 8 MiB


class FakeUnit:
    """One unit. `plug(path)` makes the port at `path`, `pull()` takes the cable out.

    pull_after: blocks of flash data until the cable is pulled by itself (None = never).
    """

    def __init__(self, board_name, mac, faults=(), pull_after=None, flash_bytes=8 << 20):
        self.mac = mac
        self.hardware = Hardware(board_name, mac, faults)
        self.chip = self.hardware.board.CHIP
        self.flash = bytearray(b"\xff" * flash_bytes)
        self.pull_after = pull_after
        self._stub = False
        self._path = None
        self._master = None
        self._thread = None

    def plug(self, path):
        self._path = path
        self._master, slave = os.openpty()
        tty.setraw(slave)
        if os.path.islink(path):
            os.unlink(path)
        os.symlink(os.ttyname(slave), path)
        self._slave = slave  # kept open: the port lives on when esptool closes it
        self._frame = None
        self._raw = bytearray()
        self._out = bytearray()
        self._in_raw = False
        self._paste = 0
        self._stub = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def pull(self):
        """The port vanishes, as when an adapter is unplugged."""
        master, self._master = self._master, None
        if master is not None:
            os.unlink(self._path)
            os.close(self._slave)
            os.close(master)

    def close(self):
        thread = self._thread
        self.pull()
        if thread is not None and thread is not threading.current_thread():
            thread.join(5)

    def _serve(self):
        while True:
            master = self._master
            if master is None:
                return
            try:
                if not select.select([master], [], [], 0.05)[0]:
                    continue
                data = os.read(master, 65536)
            except (OSError, ValueError):
                return
            self._take(data)
            if self._master is None:
                return
            self._flush()

    def _flush(self):
        while self._out and self._master is not None:
            sent = os.write(self._master, self._out)
            del self._out[:sent]

    # -- the boot ROM and the flasher stub ------------------------------------------

    def _take(self, data):
        """Frames go to the boot ROM or the stub, anything between them is keys."""
        at = 0
        while at < len(data):
            end = data.find(b"\xc0", at)
            part = data[at:] if end < 0 else data[at:end]
            at = len(data) if end < 0 else end + 1
            if self._frame is None:
                for byte in part:
                    self._stub = False
                    self._key(byte)
            else:
                self._frame += part
            if end < 0:
                return
            if self._frame:
                frame, self._frame = self._frame, None
                self._command(self._unescape(frame))
            else:
                self._frame = bytearray()

    @staticmethod
    def _unescape(frame):
        return bytes(frame).replace(b"\xdb\xdc", b"\xc0").replace(b"\xdb\xdd", b"\xdb")

    def _send(self, payload):
        body = payload.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc")
        self._out += b"\xc0" + body + b"\xc0"

    def _reply(self, op, value=0, data=b"", error=0):
        status = bytes([1 if error else 0, error])
        status += b"" if self._stub else b"\0\0"
        body = data + status
        self._send(struct.pack("<BBHI", 1, op, len(body), value) + body)

    def _command(self, frame):
        if len(frame) < 8:
            return
        _, op, size, check = struct.unpack("<BBHI", frame[:8])
        data = frame[8 : 8 + size]
        if op == SYNC:
            for _ in range(8):
                self._reply(op, 0 if self._stub else 0x07122012)
        elif op == READ_REG:
            self._reply(op, self._register(struct.unpack("<I", data[:4])[0]))
        elif op == SECURITY:
            self._security(op)
        elif op == MEM_END:
            self._reply(op)
            self._stub = True
            self._send(b"OHAI")
        elif op == DEFL_BEGIN:
            size, _, _, self._offset = struct.unpack("<IIII", data[:16])
            self._inflate = zlib.decompressobj()
            blocks = -(-size // 4096) * 4096
            self.flash[self._offset : self._offset + blocks] = b"\xff" * blocks
            self._reply(op)
        elif op == DEFL_DATA:
            self._deflated(op, data, check)
        elif op == MD5:
            start, count = struct.unpack("<II", data[:8])
            digest = hashlib.md5(self.flash[start : start + count])
            self._reply(op, 0, digest.digest() if self._stub else digest.hexdigest().encode())
        else:
            self._reply(op)

    def _security(self, op):
        if _CHIPS[self.chip][0] is None:
            self._reply(op, error=5)  # not a command of this ROM
        else:
            self._reply(op, 0, struct.pack("<IB7sII", 0, 0, b"", _CHIPS[self.chip][0], 0))

    def _deflated(self, op, data, check):
        if self.pull_after is not None:
            if self.pull_after == 0:
                self.pull_after = None
                self.pull()
                return
            self.pull_after -= 1
        count = struct.unpack("<I", data[:4])[0]
        block = data[16 : 16 + count]
        if functools.reduce(operator.xor, block, 0xEF) != check & 0xFF:
            self._reply(op, error=7)
            return
        content = self._inflate.decompress(block)
        self.flash[self._offset : self._offset + len(content)] = content
        self._offset += len(content)
        self._reply(op)

    def _register(self, address):
        _, magic, macs, w0 = _CHIPS[self.chip]
        high, low = struct.unpack(">HI", self.mac)
        values = {macs[0]: low, macs[1]: high, w0: _FLASH_ID, 0x40001000: magic or 9}
        return values.get(address, 0)

    # -- the prompt -------------------------------------------------------------------

    def _key(self, byte):
        if self._paste:  # the two bytes after Ctrl-E: raw paste asked for, not offered
            self._paste -= 1
            if not self._paste:
                self._out += b"R\x00"
        elif byte == 0x01:
            self._in_raw = True
            self._raw.clear()
            self._out += b"raw REPL; CTRL-B to exit\r\n>"
        elif byte == 0x02:
            self._in_raw = False
            self._out += b"\r\nMicroPython v1.29.0\r\n>>> "
        elif byte == 0x05 and self._in_raw:
            self._paste = 2
        elif byte == 0x04 and self._in_raw:
            self._execute()
        elif byte != 0x03 and self._in_raw:
            self._raw.append(byte)

    def _execute(self):
        code = bytes(self._raw).decode()
        self._raw.clear()
        if not code.strip():
            self.hardware.device.soft_reset()
            self._out += b"OK\r\nMPY: soft reboot\r\nraw REPL; CTRL-B to exit\r\n>"
            return
        output, error = self.script(code)
        output = output.replace("\n", "\r\n")
        self._out += b"OK" + output.encode() + b"\x04" + error.encode() + b"\x04>"

    def script(self, code):
        """(output, error) of a script; NVS is what the image that was flashed says."""
        at = self.flash.find(b"jig\0")
        if at >= 0:
            value = struct.unpack("<i", self.flash[at + 16 : at + 20])[0]
            self.hardware.device.nvs["factory"] = {"jig": value}
        result = self.hardware.run(code)
        if at >= 0:
            value = self.hardware.device.nvs["factory"]["jig"]
            self.flash[at + 16 : at + 20] = struct.pack("<i", value)
        return result

    def jig_flag(self):
        """1 until the jig has passed the unit."""
        at = self.flash.find(b"jig\0")
        return struct.unpack("<i", self.flash[at + 16 : at + 20])[0]
