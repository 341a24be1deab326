"""The module `espnow` (ports/esp32/modespnow.c, modules/espnow.py; MicroPython 1c3c201149).

Frames travel through `device.air`. Anybody can send one of up to 1470 bytes (ESP-NOW v2), also to
a program that expects 250. Errors are negative numbers with a name (mphalport.c:64-105).
"""

import ballast_bench.fakes as _fakes

__all__ = [
    "ADDR_LEN",
    "KEY_LEN",
    "MAX_DATA_LEN",
    "MAX_ENCRYPT_PEER_NUM",
    "MAX_TOTAL_PEER_NUM",
    "ESPNow",
]

MAX_DATA_LEN = 1470
ADDR_LEN = 6
KEY_LEN = 16
MAX_TOTAL_PEER_NUM = 20
MAX_ENCRYPT_PEER_NUM = 6

_HEADER = 14  # magic, length, time, RSSI, MAC in front of a message: modespnow.c:83-96
_NOT_INIT = -12389  # esp_now.h:19-27
_ARG = -12390
_NO_MEM = -12391
_FULL = -12392
_NOT_FOUND = -12393
_INTERNAL = -12394
_EXIST = -12395
_NO_MEM_MS = 2000  # send() tries again for as long: modespnow.c:528-565
_BROADCAST = b"\xff" * 6


def _mac(value):
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError("object with buffer protocol required")
    if len(value) != ADDR_LEN:
        raise ValueError("invalid buffer length")
    return bytes(value)


class ESPNow:
    """Singleton per device. Received frames wait in a ring of bytes."""

    def __new__(cls):
        device = _fakes.device()
        if device.espnow is None:
            self = object.__new__(cls)
            self._setup(device)
            device.espnow = self
        return device.espnow

    def _setup(self, device):
        self._device = device
        self._active = False
        self._rxbuf = 2 * (MAX_DATA_LEN + _HEADER)  # modespnow.c:105
        self._timeout_ms = 300_000
        self._queue = []
        self._used = 0
        self._peers = {}
        self._irq = None
        self._data = [None, bytearray(MAX_DATA_LEN)]
        self._room = {}  # id of a bytearray -> the length it was made with
        self._stats = [0, 0, 0, 0, 0]  # tx, responses, failures, rx, dropped
        self._stuck = False
        self._no_mem_until_ms = 0
        self._deaf = False
        self._deaf_off = None  # on another channel than this one it goes deaf
        self.peers_table = {}

    # -- the port's interface -------------------------------------------------------

    def active(self, flag=None, /):
        if flag is None:
            return self._active or self._stuck
        if flag and not self._active and not self._stuck:
            if not self._device.wifi_active():
                self._stuck = True  # the ring stays, and nothing starts it again: modespnow.c:215-231
                raise OSError(_INTERNAL, "ESP_ERR_ESPNOW_INTERNAL")
            self._active = True
        elif not flag:
            if self._stuck:
                raise OSError(_NOT_INIT, "ESP_ERR_ESPNOW_NOT_INIT")
            self._active = False
            self._deaf, self._deaf_off = False, None
            self._queue.clear()
            self._used = 0
            self._peers.clear()
            self._irq = None  # modespnow.c:232-246; counters, peers_table and rxbuf stay
        return self._active

    def config(self, get=None, /, *, rxbuf=-1, timeout_ms=None, rate=-1):
        if rxbuf >= 0:
            self._rxbuf = rxbuf
        if timeout_ms is not None:
            self._timeout_ms = timeout_ms
        if get is None:
            return None
        if get == "rxbuf":
            return self._rxbuf
        if get == "timeout_ms":
            return self._timeout_ms
        raise ValueError("unknown config param")

    def irq(self, callback, /):
        if callback is not None and not callable(callback):
            raise ValueError("invalid handler")
        self._irq = callback

    def any(self):
        self._check()
        return bool(self._queue)

    def stats(self):
        return tuple(self._stats)

    def recvinto(self, data, timeout_ms=None, /):
        """Never waits on the bench: an empty buffer is a timeout at once."""
        self._check()
        if not self._queue:
            wait = self._timeout_ms if timeout_ms is None else timeout_ms
            if wait:
                raise _fakes.FakeError("ESP-NOW receive would block the loop for %d ms" % wait)
            return 0
        mac, payload, rssi, at_ms = self._queue.pop(0)
        self._used -= _HEADER + len(payload)
        buf = data[1]
        # the port gives a bytearray its spare bytes back before it fills it
        room = self._room[id(buf)] = max(len(buf), self._room.get(id(buf), 0))
        if len(payload) > room:
            self._queue.clear()
            self._used = 0
            raise ValueError("ESPNow.recv(): buffer error")
        if isinstance(buf, bytearray):
            buf[:] = payload  # the port sets the bytearray's length
        else:
            buf[: len(payload)] = payload
        entry = self.peers_table.setdefault(mac, [0, 0])
        entry[0], entry[1] = rssi, at_ms
        data[0] = mac
        if len(data) >= 4:
            data[2], data[3] = rssi, at_ms
        return len(payload)

    def irecv(self, timeout_ms=None, /):
        """The same list and buffer every time: copy before the next call."""
        return self._data if self.recvinto(self._data, timeout_ms) else (None, None)

    def recv(self, timeout_ms=None, /):
        n = self.recvinto(self._data, timeout_ms)
        return [bytes(x) for x in self._data] if n else (None, None)

    def send(self, *args):
        """send(mac, msg, sync=True) or send(msg)."""
        self._check()
        if not 1 <= len(args) <= 3:
            raise TypeError("function expected 2 to 4 arguments")
        mac = _mac(args[0]) if len(args) > 1 and args[0] is not None else None
        msg = args[1] if len(args) > 1 else args[0]
        sync = len(args) < 3 or args[2] is None or bool(args[2])
        payload = bytes(memoryview(msg))
        if not 0 < len(payload) <= MAX_DATA_LEN:
            raise OSError(_ARG, "ESP_ERR_ESPNOW_ARG")
        targets = [mac] if mac else [m for m in self._peers if m != _BROADCAST]
        ok = True
        self._wait_for_memory()
        for target in targets:
            if target not in self._peers:
                raise OSError(_NOT_FOUND, "ESP_ERR_ESPNOW_NOT_FOUND")
            ok = self._transmit(target, payload) and ok
        if not sync:
            return True
        # waits for the acknowledgement: about 2 ms, or 100 ms in vain (blocks the loop)
        self._device.clock.sleep_us(2_000 if ok else 100_000)
        return ok

    def _wait_for_memory(self):
        """A driver without buffers is asked for 2 s; timers run meanwhile, asyncio does not."""
        clock = self._device.clock
        left_ms = self._no_mem_until_ms - clock.ms()
        if left_ms > 0:
            self._device.time.pass_us(1000 * min(left_ms, _NO_MEM_MS), "python")
            if left_ms > _NO_MEM_MS:
                raise OSError(_NO_MEM, "ESP_ERR_ESPNOW_NO_MEM")

    def add_peer(self, mac, lmk=None, channel=None, ifidx=None, encrypt=None):
        self._check()
        mac = _mac(mac)
        if mac in self._peers:
            raise OSError(_EXIST, "ESP_ERR_ESPNOW_EXIST")
        if len(self._peers) >= MAX_TOTAL_PEER_NUM:
            raise OSError(_FULL, "ESP_ERR_ESPNOW_FULL")
        if lmk and (len(lmk) != KEY_LEN or mac == _BROADCAST):
            raise ValueError("invalid buffer length")
        locked = sum(1 for p in self._peers.values() if p[0])
        if lmk and locked >= MAX_ENCRYPT_PEER_NUM:
            raise OSError(_FULL, "ESP_ERR_ESPNOW_FULL")
        self._peers[mac] = (lmk, channel or 0, ifidx or 0)

    def del_peer(self, mac, /):
        self._check()
        if self._peers.pop(_mac(mac), None) is None:
            raise OSError(_NOT_FOUND, "ESP_ERR_ESPNOW_NOT_FOUND")

    def get_peers(self):
        self._check()
        return tuple((m, k, c, i, bool(k)) for m, (k, c, i) in self._peers.items())

    def peer_count(self):
        return len(self._peers), sum(1 for p in self._peers.values() if p[0])

    def set_pmk(self, pmk, /):
        self._check()
        if len(pmk) != KEY_LEN:
            raise ValueError("invalid buffer length")

    def __iter__(self):
        return self

    def __next__(self):
        return self.irecv()

    # -- the air's side --------------------------------------------------------------

    def channel(self):
        """Channel the radio listens on, None while it is off."""
        channel = self._device.wifi_channel() if self._active else None
        if self._deaf_off not in (None, channel):
            self._deaf, self._deaf_off = True, None
        return channel

    def deafen(self, at_channel_change=False):
        """It sends but hears nothing, until active(False) and active(True).

        at_channel_change: from the next change of the Wi-Fi's channel on: the receive filter
        keeps the old channel (espressif/esp-idf#18661, v5.5.3 on an ESP32-S3).
        """
        if at_channel_change:
            self._deaf_off = self.channel()
        else:
            self._deaf = True

    def run_out(self, seconds):
        """The driver has no buffer for a frame to send for so long (micropython issue 18682)."""
        self._no_mem_until_ms = self._device.clock.ms() + round(1000 * seconds)

    def on_air(self, mac, payload, rssi):
        """A frame arrived: into the buffer, or dropped when that is full (ringbuf.h:91)."""
        if not self._active or self._deaf or self._device.wifi_asleep():
            return
        if _HEADER + len(payload) >= self._rxbuf - self._used - 1:
            self._stats[4] += 1
            return
        self._queue.append((bytes(mac), bytes(payload), rssi, self._device.clock.ms()))
        self._used += _HEADER + len(payload)
        self._stats[3] += 1
        if self._irq is not None:  # modespnow.c:613, from the Wi-Fi task; a full queue loses it
            self._device.schedule(self._irq, self)

    def _transmit(self, mac, payload):
        self._stats[0] += 1
        self._stats[1] += 1
        air = self._device.air
        got = air is not None and air.transmit(self._device, mac, payload, self.channel())
        if not got and mac != _BROADCAST:
            self._stats[2] += 1
            return False
        return True

    def _check(self):
        if not self._active:
            raise OSError(_NOT_INIT, "ESP_ERR_ESPNOW_NOT_INIT")
