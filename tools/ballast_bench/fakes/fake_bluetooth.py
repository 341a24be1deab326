"""The module `bluetooth`: a peripheral's GATT server as modbluetooth.c and NimBLE have it.

Line numbers: extmod/modbluetooth.c ("m") and extmod/nimble/modbluetooth_nimble.c ("n") of MicroPython
1c3c201149. NimBLE itself was read at 32b2124f, not at the commit that ESP-IDF v5.5.2 pins.

What is in the air is `BLE.radio`'s business (ballast_bench/devices/ble_radio.py: a virtual controller);
without one the chip advertises into nothing. Central, L2CAP and pairing are not modelled
and raise AttributeError, as on a port without them.
"""

import sys as _sys

import ballast_bench.fakes as _fakes

__all__ = [
    "BLE",
    "FLAG_INDICATE",
    "FLAG_NOTIFY",
    "FLAG_READ",
    "FLAG_WRITE",
    "FLAG_WRITE_NO_RESPONSE",
    "UUID",
]

FLAG_READ = 0x0002
FLAG_WRITE_NO_RESPONSE = 0x0004
FLAG_WRITE = 0x0008
FLAG_NOTIFY = 0x0010
FLAG_INDICATE = 0x0020


class UUID:
    """16 bit integer, 128 bit text or 2/4/16 bytes; compares and prints as on the port."""

    __slots__ = ("_bytes",)

    def __init__(self, value, /):
        if isinstance(value, int):
            if not 0 <= value <= 0xFFFF:
                raise ValueError("invalid UUID")
            self._bytes = value.to_bytes(2, "little")
        elif isinstance(value, str):
            hexed = value.replace("-", "")
            if len(hexed) != 32:
                raise ValueError("invalid UUID")
            self._bytes = bytes(reversed(bytes.fromhex(hexed)))
        else:
            data = bytes(value)
            if len(data) not in (2, 4, 16):
                raise ValueError("UUID size")
            self._bytes = data

    def __bytes__(self):
        return self._bytes

    def __eq__(self, other):
        return isinstance(other, UUID) and self._bytes == other._bytes

    def __hash__(self):
        return hash(self._bytes)


_IRQ_CENTRAL_CONNECT = 1
_IRQ_CENTRAL_DISCONNECT = 2
_IRQ_GATTS_WRITE = 3
_IRQ_MTU_EXCHANGED = 21
_FIRST_HANDLE = 14  # chosen: on the chip GAP's and GATT's own attributes come first
_DEFAULT_BUFFER = 20
_LEAST_MTU = 23
_EIO, _E2BIG, _ENOMEM, _EBUSY, _ENODEV, _EINVAL, _EALREADY, _ENOTCONN = 5, 7, 12, 16, 19, 22, 120, 128
_NO_ATTRIBUTE, _TOO_LONG = -9, -18  # NimBLE's own numbers
_STOP_US = 2_000_000  # BT_NIMBLE_HS_STOP_TIMEOUT_MS: active(False) waits for its clients' ends
_MOST_SERVICES = 8
_MOST_CLIENTS = 4
_LEAST_US, _MOST_US = 20_000, 10_240_000
# The handler runs on NimBLE's own task with 4096 bytes of stack for Python (n:6144 - 2 x 1024), of
# which 600 are gone. A level of calls takes about 500 on an Xtensa (estimate from the step's need).
_LEVELS = 6
_FIRMWARE = str(_fakes.__file__).split("tools", maxsplit=1)[0] + "firmware"
_FLAGS = 0xFFFF
_ADVERTISING = 31


class _StackLimit:
    """Counts the firmware's levels of calls; RuntimeError beyond those that fit into the stack."""

    def __init__(self):
        self._level = 0

    def __call__(self, frame, event, arg):
        if event in ("call", "return") and frame.f_code.co_filename.startswith(_FIRMWARE):
            self._level += 1 if event == "call" else -1
            if self._level > _LEVELS:
                raise RuntimeError("maximum recursion depth exceeded")


class _Value:
    """One attribute that can be read: characteristic value, with its buffer's size."""

    __slots__ = ("append", "data", "flags", "size", "uuid")

    def __init__(self, uuid, flags):
        self.uuid = uuid
        self.flags = flags
        self.data = b""
        self.size = _DEFAULT_BUFFER
        self.append = False


class BLE:
    """Singleton per device. radio: see ballast_bench/devices/ble_radio.py; None = nobody is in reach.

    services: [(uuid, [handle, ...])] and values: {handle: _Value}, as registered.
    """

    def __new__(cls):
        device = _fakes.device()
        if device.ble is None:
            self = object.__new__(cls)
            self._device = device
            self.radio = device.ble_radio
            self._active = False
            self._irq = None
            self._gap_name = b"MPY ESP32"  # sdkconfig.ble:6; outlives active(False)
            self._mtu = 256
            self._forget()
            device.ble = self
        return device.ble

    def _forget(self):
        self.services = []
        self.values = {}
        self.advertising = None  # (adv_data, resp_data)
        self.connections = {}  # handle: MTU
        self._ending = set()

    def _check(self):
        if not self._active:
            raise OSError(_ENODEV)

    def active(self, flag=None, /):
        if flag is not None:
            if self._active:
                self._stop()  # active(True) too begins with the end of what was: n:592
            if flag:
                self._start()
        return self._active

    def _start(self):
        short = self._device.ble_memory_short
        if short or not self._device.idf.take("ble"):
            raise OSError(_EIO if isinstance(short, bool) else short)  # n:622; 116: no sync in 2 s
        self._device.spend("ble_start")
        self._active = True

    def _stop(self):
        """n:678-713: MicroPython's task waits for the ends of connections, up to 2 s."""
        if self.connections:
            self._device.time.pass_us(_STOP_US)
        for handle in list(self.connections):
            self.air_disconnect(handle, bytes(6))
        self._device.spend("ble_stop")
        self._active = False
        if self.radio is not None:
            self.radio.off()
        self._forget()
        self._device.idf.give("ble")

    def config(self, param=None, /, **kwargs):
        if param != "gap_name":
            self._check()
        if kwargs:
            for name, value in kwargs.items():
                if name == "gap_name":
                    name = value.encode() if isinstance(value, str) else bytes(value)
                    if len(name) > _ADVERTISING:
                        raise OSError(_EINVAL)
                    self._gap_name = name
                elif name == "mtu":
                    if not _LEAST_MTU <= value <= 527:
                        raise OSError(_EINVAL)
                    self._mtu = value
                else:
                    raise ValueError("unknown config param")
            return None
        if param == "mac":
            return (0, self._device.mac)
        if param == "gap_name":
            return self._gap_name
        if param == "mtu":
            return self._mtu
        raise ValueError("unknown config param")

    def irq(self, handler, /):
        if handler is not None and not callable(handler):
            raise ValueError("invalid handler")
        self._irq = handler

    def gap_advertise(self, interval_us=None, adv_data=None, *, resp_data=None, connectable=True):
        if interval_us is None and not self._active:
            return
        self._check()
        if interval_us is None:
            self.advertising = None
        else:
            if not _LEAST_US <= interval_us <= _MOST_US:
                raise OSError(_EINVAL)
            for data, error in ((adv_data, _TOO_LONG), (resp_data, _EINVAL)):
                if data is not None and len(data) > _ADVERTISING:
                    raise OSError(error)
            if len(self.connections) >= _MOST_CLIENTS:
                raise OSError(_ENOMEM)
            # None keeps what was set before
            old = self.advertising or (b"", b"")
            new = [bytes(n) if n is not None else o for n, o in zip((adv_data, resp_data), old, strict=True)]
            self.advertising = (new[0], new[1])
        if self.radio is not None:
            self.radio.advertise(self.advertising)

    def gap_disconnect(self, conn_handle, /):
        self._check()
        if conn_handle not in self.connections:
            return False
        if conn_handle in self._ending:
            raise OSError(_EALREADY)
        self._ending.add(conn_handle)
        if self.radio is not None:
            self.radio.disconnect(conn_handle)
        return True

    def gatts_register_services(self, services, /):
        self._check()
        if self.advertising is not None or self.connections:
            raise OSError(_EBUSY)
        if len(services) > _MOST_SERVICES:
            raise OSError(_E2BIG)
        self.services, self.values = [], {}
        handle = _FIRST_HANDLE
        out = []
        for uuid, characteristics in services:
            if not isinstance(uuid, UUID):
                raise ValueError("invalid service uuid")
            handle += 1
            group = []
            for row in characteristics:
                char_uuid, flags = row[0], row[1]
                if not isinstance(char_uuid, UUID) or not 0 < flags <= _FLAGS:
                    raise ValueError("invalid characteristic tuple")
                if len(row) > 2:
                    raise NotImplementedError("descriptors are not modelled by this fake")
                handle += 2  # declaration, value
                self.values[handle] = _Value(char_uuid, flags)
                group.append(handle)
                if flags & (FLAG_NOTIFY | FLAG_INDICATE):
                    handle += 1  # client characteristic configuration
            self.services.append((uuid, group))
            out.append(tuple(group))
        if self.radio is not None:
            self.radio.serve()
        return tuple(out)

    def _value(self, handle):
        self._check()
        if handle not in self.values:
            raise OSError(_EINVAL)
        return self.values[handle]

    def gatts_set_buffer(self, value_handle, size, append=False, /):
        value = self._value(value_handle)
        value.size = size
        value.append = bool(append)

    def gatts_read(self, value_handle, /):
        """Never raises: what cannot be read is empty (m:733)."""
        value = self.values.get(value_handle)
        if not self._active or value is None:
            return b""
        data = value.data
        if value.append:
            value.data = b""
        return data

    def gatts_write(self, value_handle, data, send_update=False, /):
        value = self._value(value_handle)
        value.data = bytes(data)
        value.size = max(value.size, len(data))
        if send_update:
            for conn_handle in list(self.connections):
                self.gatts_notify(conn_handle, value_handle)
        return len(data)

    def gatts_notify(self, conn_handle, value_handle, data=None, /):
        self._check()
        if conn_handle not in self.connections:
            raise OSError(_ENOTCONN)
        if value_handle not in self.values:
            raise OSError(_NO_ATTRIBUTE)
        value = self.values[value_handle]
        if self._device.ble_no_buffers:
            raise OSError(_ENOMEM)
        data = value.data if data is None else bytes(data)
        # NimBLE cuts a notification to what the MTU carries
        self.radio.notify(conn_handle, value_handle, data[: self.connections[conn_handle] - 3])

    # -- what comes from the air, called by the radio -------------------------------

    def _raise(self, event, data):
        """An exception in the handler is printed, and the handler is gone: m:1241-1247."""
        if self._irq is None:
            return
        before = _sys.getprofile()
        try:
            with self._device:
                _sys.setprofile(_StackLimit())
                self._irq(event, data)
        except Exception as error:  # noqa: BLE001 (as the port does)
            self._irq = None
            self._device.ble_errors.append(f"{type(error).__name__}: {error}")
        finally:
            _sys.setprofile(before)

    def air_connect(self, conn_handle, address):
        self.advertising = None  # a connection ends advertising
        self.connections[conn_handle] = _LEAST_MTU
        self._raise(_IRQ_CENTRAL_CONNECT, (conn_handle, 1, memoryview(address)))

    def air_disconnect(self, conn_handle, address):
        self._ending.discard(conn_handle)
        if self.connections.pop(conn_handle, None) is not None:
            self._raise(_IRQ_CENTRAL_DISCONNECT, (conn_handle, 1, memoryview(address)))

    def air_mtu(self, conn_handle, mtu):
        if conn_handle in self.connections:
            self.connections[conn_handle] = mtu
            self._raise(_IRQ_MTU_EXCHANGED, (conn_handle, mtu))

    def air_read(self, value_handle):
        return self.values[value_handle].data

    def air_write(self, conn_handle, value_handle, data):
        value = self.values[value_handle]
        data = value.data + data if value.append else data
        value.data = bytes(data[: value.size])  # a longer write is cut, without a word
        self._raise(_IRQ_GATTS_WRITE, (conn_handle, value_handle))
