"""The module `esp32`: NVS and Partition (esp32_nvs.c, esp32_partition.c), idf heap, temperature."""

import ballast_bench.fakes as _fakes

__all__ = ["HEAP_DATA", "HEAP_EXEC", "NVS", "Partition", "idf_heap_info", "mcu_temperature"]

HEAP_DATA = 4
HEAP_EXEC = 1
_NOT_FOUND = -0x1102
_KEY_MAX = 15


class NVS:
    """Integers and blobs in a namespace; only what was committed survives a reset."""

    __slots__ = ("_dirty", "_space")

    def __init__(self, namespace, /):
        if len(namespace) > _KEY_MAX:
            raise OSError(-0x1109, "ESP_ERR_NVS_KEY_TOO_LONG")
        store = _fakes.device().nvs
        self._space = store.setdefault(namespace, {})
        self._dirty = {}

    def _lookup(self, key, kind):
        value = self._dirty.get(key, self._space.get(key))
        if value is None or not isinstance(value, kind):
            raise OSError(_NOT_FOUND, "ESP_ERR_NVS_NOT_FOUND")
        return value

    def _put(self, key, value):
        if len(key) > _KEY_MAX:
            raise OSError(-0x1109, "ESP_ERR_NVS_KEY_TOO_LONG")
        self._dirty[key] = value

    def set_i32(self, key, value, /):
        if not -(2**31) <= value < 2**31:
            raise OverflowError("overflow converting long int to machine word")
        self._put(key, int(value))

    def get_i32(self, key, /):
        return self._lookup(key, int)

    def set_blob(self, key, value, /):
        self._put(key, bytes(value))

    def get_blob(self, key, buffer, /):
        value = self._lookup(key, bytes)
        if len(value) > len(buffer):
            raise OSError(-0x110C, "ESP_ERR_NVS_INVALID_LENGTH")
        buffer[: len(value)] = value
        return len(value)

    def erase_key(self, key, /):
        if key not in self._space and key not in self._dirty:
            raise OSError(_NOT_FOUND, "ESP_ERR_NVS_NOT_FOUND")
        self._dirty.pop(key, None)
        self._space.pop(key, None)

    def commit(self):
        self._space.update(self._dirty)
        self._dirty.clear()


class Partition:
    """A partition of `device.partitions`: label -> bytearray (4096-byte blocks).

    `device.boot` names the slot that the next reset starts.
    """

    BOOT = 0
    RUNNING = 1
    TYPE_APP = 0
    TYPE_DATA = 1

    __slots__ = ("_device", "_label")

    def __init__(self, id, /, block_size=4096):  # noqa: A002
        device = _fakes.device()
        label = {self.BOOT: device.boot, self.RUNNING: device.running}.get(id, id)
        if label not in device.partitions:
            raise OSError(2)
        self._device = device
        self._label = label

    @classmethod
    def find(cls, type=0, subtype=0xFF, label=None, block_size=4096):  # noqa: A002
        names = _fakes.device().partitions
        return [
            cls(n)
            for n in names
            if (label is None or n == label) and n.startswith("ota") == (type == 0)
        ]

    def info(self):
        kind = 0 if self._label.startswith("ota") else 1
        size = len(self._device.partitions[self._label])
        return (kind, 0x10 if kind == 0 else 0x81, 0, size, self._label, False)

    def readblocks(self, block, buf, offset=0, /):
        start = block * 4096 + offset
        buf[:] = self._device.partitions[self._label][start : start + len(buf)]

    def writeblocks(self, block, buf, offset=None, /):
        data = self._device.partitions[self._label]
        start = block * 4096 + (offset or 0)
        if start + len(buf) > len(data):
            raise OSError(-0x102, "ESP_ERR_INVALID_SIZE")
        data[start : start + len(buf)] = buf

    def ioctl(self, cmd, arg, /):
        size = len(self._device.partitions[self._label])
        if cmd == 4:
            return size // 4096
        if cmd == 5:
            return 4096
        if cmd == 6:
            start = arg * 4096
            self._device.partitions[self._label][start : start + 4096] = b"\xff" * 4096
            return 0
        return None

    def set_boot(self):
        self._device.boot = self._label

    def get_next_update(self):
        other = "ota_1" if self._device.running == "ota_0" else "ota_0"
        return Partition(other)

    @classmethod
    def mark_app_valid_cancel_rollback(cls):
        _fakes.device().app_valid = True


def idf_heap_info(capabilities, /):
    """One region: (total, free, largest free, least ever free), a constant on the bench."""
    return [(294_912, 98_304, 65_536, 65_536)]


def mcu_temperature():
    return 40
