"""Times of erasing, programming and reading flash, in a place that is blank: nothing is lost.

Looks at the end of the other MicroPython slot, then at the end of the second application slot.
"""

from common import attempt, cost, missing, timed, value

BLOCK = 4096
BLOCKS = 16


def main(params):
    import esp32

    found = place(esp32.Partition)
    if found is None:
        missing("flash_erase", "no blank block in the slots that are not in use")
    else:
        value("flash_place", [found[0].info()[4], found[1]])
        read(*found)
        erase(*found)
        write(*found)
    attempt("nvs_write", nvs)


def place(kind):
    """(partition, first of BLOCKS blank blocks); None = there are none."""
    candidates = []
    try:
        candidates.append(kind(kind.RUNNING).get_next_update())
    except OSError:  # one slot for MicroPython
        pass
    candidates += kind.find(kind.TYPE_DATA, label="romfs")
    buf = bytearray(BLOCK)
    for part in candidates:
        first = part.ioctl(4, 0) - 1 - BLOCKS  # the last block may be a slot's header
        if all(blank(part, first + n, buf) for n in range(BLOCKS)):
            return part, first
    return None


def blank(part, block, buf):
    part.readblocks(block, buf)
    return buf.count(b"\xff") == len(buf)


def read(part, first):
    for size in (256, BLOCK):
        buf = bytearray(size)
        cost("flash_read", size, timed(part.readblocks, 30, first, buf, 0))


def erase(part, first):
    """Each block three times; beside it, how long a timer of 1 ms stays silent."""
    from machine import Timer

    gaps = Gaps()
    timer = Timer(-1)
    timer.init(period=1, callback=gaps.tick)
    took = []
    for _ in range(3):
        for n in range(BLOCKS):
            took += timed(part.ioctl, 1, 6, first + n)
    timer.deinit()
    cost("flash_erase", 1, took)
    value("erase_timer_gap_us", gaps.worst)


class Gaps:
    """The longest time between two calls of a timer."""

    def __init__(self):
        from time import ticks_diff, ticks_us

        self._now, self._diff = ticks_us, ticks_diff
        self.last = ticks_us()
        self.worst = 0

    def tick(self, timer):
        now = self._now()
        gap = self._diff(now, self.last)
        self.last = now
        if gap > self.worst:
            self.worst = gap


def write(part, first):
    """Programs blank flash: pages of 256 bytes in one block, then whole blocks; all is erased again."""
    page, block = bytes(256), bytes(BLOCK)
    took = []
    for n in range(BLOCK // 256):
        took += timed(part.writeblocks, 1, first, page, 256 * n)
    cost("flash_write", 256, took)
    took = []
    for n in range(1, BLOCKS):
        took += timed(part.writeblocks, 1, first + n, block, 0)
    cost("flash_write", BLOCK, took)
    for n in range(BLOCKS):
        part.ioctl(6, first + n)


def nvs():
    import esp32

    cost("nvs_open", 1, timed(esp32.NVS, 20, "bringup"))
    store = esp32.NVS("bringup")
    for size in (32, 1024):
        data = bytearray(size)

        def put():
            data[0] = (data[0] + 1) & 0xFF  # noqa: B023 - equal data would not be written
            store.set_blob("b", data)  # noqa: B023
            store.commit()

        cost("nvs_write", size, timed(put, 10))
    store.erase_key("b")
    store.commit()
