"""esp32 of the fakes: partitions on erasable blocks, NVS, the IDF's heap."""

from world import COST_US, NVS_PER_KIB, NVS_US, READ_PER_KIB, READ_US, WRITE_PER_KIB, WRITE_US, now

HEAP_DATA = 4
BLOCK = 4096


def idf_heap_info(capabilities):
    return [(160000, 90000, 60000, 70000), (8 << 20, 4 << 20, 4 << 20, 3 << 20)]


class Partition:
    TYPE_APP, TYPE_DATA, RUNNING, BOOT = 0, 1, 1, 0
    _data = {}

    def __init__(self, label):
        self._label = "ota_0" if label == Partition.RUNNING else label

    def info(self):
        return (0, 0x11, 0x250000, 64 * BLOCK, self._label, False)

    def get_next_update(self):
        if now.has("one slot"):
            raise OSError(2)
        return Partition("ota_1")

    @staticmethod
    def find(kind=0, subtype=255, label=None, block_size=4096):
        return [Partition(label)]

    def _block(self, number):
        key = (self._label, number)
        if key not in self._data:
            fill = b"\x55" if now.has("no blank block") else b"\xff"
            self._data[key] = bytearray(fill * BLOCK)
        return self._data[key]

    def ioctl(self, op, argument):
        if op == 4:
            return 64
        if op == 5:
            return BLOCK
        if op == 6:
            now.advance(COST_US["erase"], True)
            self._block(argument)[:] = b"\xff" * BLOCK
            return 0
        return None

    def readblocks(self, number, buf, offset=0):
        now.advance(READ_US + READ_PER_KIB * len(buf) // 1024, True)
        buf[:] = self._block(number)[offset : offset + len(buf)]

    def writeblocks(self, number, buf, offset):
        now.advance(WRITE_US + WRITE_PER_KIB * len(buf) // 1024, True)
        block = self._block(number)
        for n in range(len(buf)):
            block[offset + n] &= buf[n]


class NVS:
    def __init__(self, name):
        now.advance(COST_US["nvs_open"], True)

    def set_blob(self, key, data):
        now.advance(NVS_US + NVS_PER_KIB * len(data) // 1024, True)

    def erase_key(self, key):
        pass

    def commit(self):
        pass
