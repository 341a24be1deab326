"""The module `bluetooth`: UUIDs and a BLE radio that is there but silent.

GATT over the bench goes through its own virtual controller; what is not
modelled here raises instead of pretending.
"""

import bench.fakes as _fakes

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


class BLE:
    """Singleton per device: on, off, address; everything else is not modelled."""

    def __new__(cls):
        device = _fakes.device()
        if device.ble is None:
            self = object.__new__(cls)
            self._device = device
            self._active = False
            device.ble = self
        return device.ble

    def active(self, flag=None, /):
        if flag is not None:
            self._active = bool(flag)
        return self._active

    def config(self, param=None, /, **kwargs):
        if not self._active:
            raise OSError(19)
        if param == "mac":
            return (0, self._device.mac)
        raise ValueError("unknown config param")

    def _missing(self, what):
        raise NotImplementedError("BLE.%s is not modelled by this fake" % what)

    def irq(self, handler, /):
        self._missing("irq")

    def gap_advertise(self, interval_us, adv_data=None, *, resp_data=None, connectable=True):
        self._missing("gap_advertise")

    def gatts_register_services(self, services, /):
        self._missing("gatts_register_services")
