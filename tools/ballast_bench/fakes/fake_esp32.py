"""The module `esp32`: NVS and Partition (esp32_nvs.c, esp32_partition.c), idf heap, temperature."""

import ballast_bench.fakes as _fakes

from .esp_err import esp_error

__all__ = ["HEAP_DATA", "HEAP_EXEC", "NVS", "Partition", "idf_heap_info", "mcu_temperature"]

HEAP_DATA = 4
HEAP_EXEC = 1
_KEY_MAX = 15
_BLOCK = 4096
_IMAGE_MAGIC = 0xE9  # first byte of an ESP-IDF application image


def _checked_key(key):
    if len(key) > _KEY_MAX:
        raise esp_error("ESP_ERR_NVS_KEY_TOO_LONG")


class NVS:
    """Integers and blobs in a namespace; only what was committed survives a reset.

    On the chip a value is in flash at once and commit() does nothing (nvs_handle_simple.cpp:101).
    `device.nvs_fault`: "uninitialised" = it could not be mounted at boot (ports/esp32/main.c:244
    goes on without it), "full" = no page has room.
    """

    __slots__ = ("_device", "_dirty", "_space")

    def __init__(self, namespace, /):
        device = self._device = _fakes.device()
        _checked_key(namespace)
        if device.nvs_fault == "uninitialised":
            raise esp_error("ESP_ERR_NVS_NOT_INITIALIZED")
        device.spend("nvs_open")
        if namespace not in device.nvs:  # opened for writing: the namespace is an entry in flash
            self._write(1)
        self._space = device.nvs.setdefault(namespace, {})
        self._dirty = {}

    def _write(self, size):
        if self._device.nvs_fault == "full":
            raise esp_error("ESP_ERR_NVS_NOT_ENOUGH_SPACE")
        self._device.spend("nvs_write", size)

    def _lookup(self, key, kind):
        value = self._dirty.get(key, self._space.get(key))
        if value is None or not isinstance(value, kind):
            raise esp_error("ESP_ERR_NVS_NOT_FOUND")
        return value

    def _put(self, key, value, size):
        _checked_key(key)
        self._write(size)
        self._dirty[key] = value

    def set_i32(self, key, value, /):
        if not -(2**31) <= value < 2**31:
            raise OverflowError("overflow converting long int to machine word")
        self._put(key, int(value), 4)

    def get_i32(self, key, /):
        return self._lookup(key, int)

    def set_blob(self, key, value, /):
        self._put(key, bytes(value), len(value))

    def get_blob(self, key, buffer, /):
        value = self._lookup(key, bytes)
        if len(value) > len(buffer):
            raise esp_error("ESP_ERR_NVS_INVALID_LENGTH")
        buffer[: len(value)] = value
        return len(value)

    def erase_key(self, key, /):
        if key not in self._space and key not in self._dirty:
            raise esp_error("ESP_ERR_NVS_NOT_FOUND")
        self._dirty.pop(key, None)
        self._space.pop(key, None)

    def commit(self):
        self._space.update(self._dirty)
        self._dirty.clear()


class Partition:
    """A partition of `device.partitions`: label -> bytearray (4096-byte blocks).

    `device.boot` names the slot that the next reset starts. `device.flash_fault` = "timeout": an
    erase takes longer than 600 ms or a page longer than 500 (spi_flash_chip_generic.c:66-68).
    """

    BOOT = 0
    RUNNING = 1
    TYPE_APP = 0
    TYPE_DATA = 1

    __slots__ = ("_device", "_label")

    def __init__(self, id, /, block_size=4096):  # noqa: A002
        device = _fakes.device()
        if isinstance(id, int) and id not in (self.BOOT, self.RUNNING):
            raise ValueError  # esp32_partition.c:94-129
        label = {self.BOOT: device.boot, self.RUNNING: device.running}.get(id, id)
        if label not in device.partitions:
            raise OSError(2)
        self._device = device
        self._label = label

    @classmethod
    def find(cls, type=0, subtype=0xFF, label=None, block_size=4096):  # noqa: A002
        found = [cls(n) for n in _fakes.device().partitions if label is None or n == label]
        return [p for p in found if p.info()[0] == type and subtype in (0xFF, p.info()[1])]

    def info(self):
        slot = self._label.startswith("ota_")
        subtype = 0x10 + int(self._label[4:]) if slot else 0x81
        size = len(self._device.partitions[self._label])
        return (0 if slot else 1, subtype, 0, size, self._label, False)

    def _start(self, block, offset, size):
        start = block * _BLOCK + offset
        total = len(self._device.partitions[self._label])
        if start > total:
            raise esp_error("ESP_ERR_INVALID_ARG")
        if start + size > total:
            raise esp_error("ESP_ERR_INVALID_SIZE")
        return start

    def readblocks(self, block, buf, offset=0, /):
        start = self._start(block, offset, len(buf))
        self._device.spend("flash_read", len(buf))
        buf[:] = self._device.partitions[self._label][start : start + len(buf)]

    def writeblocks(self, block, buf, offset=None, /):
        """Erases whole blocks and writes; with an offset it only programs, which clears bits."""
        start = self._start(block, offset or 0, len(buf))
        if offset is None:
            if len(buf) % _BLOCK:
                raise esp_error("ESP_ERR_INVALID_SIZE")
            self._erase(start, len(buf))
        self._change("flash_write", len(buf))
        data = self._device.partitions[self._label]
        if offset is None:
            data[start : start + len(buf)] = buf
        else:
            for at, byte in enumerate(bytes(buf), start):
                data[at] &= byte

    def _erase(self, start, size):
        self._change("flash_erase", size // _BLOCK)
        self._device.partitions[self._label][start : start + size] = b"\xff" * size

    def _change(self, kind, amount):
        device = self._device
        if self._label == device.running:  # SPI_FLASH_DANGEROUS_WRITE_ABORTS
            device.hard_reset("panic")
            raise _fakes.HardReset("panic: the running application was written to")
        device.spend(kind, amount)
        if device.flash_fault == "timeout":
            raise esp_error("ESP_ERR_TIMEOUT")

    def ioctl(self, cmd, arg, /):
        size = len(self._device.partitions[self._label])
        if cmd in (1, 2, 3):
            return 0
        if cmd == 4:
            return size // _BLOCK
        if cmd == 5:
            return _BLOCK
        if cmd == 6:
            self._erase(self._start(arg, 0, _BLOCK), _BLOCK)
            return 0
        return None

    def set_boot(self):
        """Checks the whole image first, in one call (esp_ota_ops.c:599-605)."""
        device, image = self._device, self._device.partitions[self._label]
        device.spend("set_boot", len(image))
        if not image or image[0] != _IMAGE_MAGIC:
            raise esp_error("ESP_ERR_OTA_VALIDATE_FAILED")
        device.boot = self._label

    def get_next_update(self):
        other = "ota_1" if self._device.running == "ota_0" else "ota_0"
        return Partition(other)

    @classmethod
    def mark_app_valid_cancel_rollback(cls):
        device = _fakes.device()
        if not device.running.startswith("ota_"):
            raise esp_error("ESP_FAIL")
        if not device.app_valid:
            device.spend("mark_valid")
        device.app_valid = True


def idf_heap_info(capabilities, /):
    """One region: (total, free, largest free, least ever free), a constant on the bench."""
    return [(294_912, 98_304, 65_536, 65_536)]


def mcu_temperature():
    return 40
