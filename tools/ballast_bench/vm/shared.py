"""The page of memory that bench and VM share: pads, ADC readings, RTC memory, time, the watchdog's feeds.

    word 0, 1   now in us         word 2   feeds of the watchdog
    word 3      us that the VM has slept since its last message
    64          level of each pad; 255 = it floats, so the VM asks the strict fake, which refuses
    4096        RTC memory
    8192        1024 bytes for each GPIO with an ADC: readings taken, how many there are, the readings
    65536       scratch and answers of the main channel, then of the one that cuts in
"""

import mmap
import struct

SIZE = 131072
FLOATS, ASK = 255, 0xFFFFFFFF
SCRATCH = {False: 65536, True: 98304}
ROOM = 16384
_RTC, _ADC, _AHEAD = 4096, 8192, 64


class SharedPage:
    """path: of its file. device: the fakes.Device that it shows; its RTC memory lies here from now on."""

    def __init__(self, path, device):
        path.write_bytes(bytes(SIZE))
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 0)
        self.view = memoryview(self.memory)
        self._device = device
        rtc = self.view[_RTC : _RTC + len(device.rtc_memory)]
        rtc[:] = bytes(device.rtc_memory)
        device.rtc_memory = rtc
        self._fed = {}
        self._feeds = 0
        self.watchdog = None  # the strict WDT that the VM feeds

    def restart(self):
        """A process that starts has taken no reading and fed nothing."""
        self.memory[:64] = bytes(64)
        self._fed.clear()
        self._feeds, self.watchdog = 0, None
        for gpio in self._device.adc:
            struct.pack_into("<2I", self.memory, _ADC + 1024 * gpio, 0, _AHEAD)

    def slept_us(self):
        """How long the VM has slept since it was asked last."""
        (us,) = struct.unpack_from("<I", self.memory, 12)
        if us:
            self.memory[12:16] = bytes(4)
        return us

    def show(self):
        """Time, pads and readings as they are now, and what the VM has done meanwhile."""
        memory, device = self.memory, self._device
        struct.pack_into("<Q", memory, 0, device.clock.us())
        levels = bytes(FLOATS if level is None else level for level in device.level)
        memory[64 : 64 + len(levels)] = levels
        for gpio, part in device.adc.items():
            self._show_readings(gpio, part)
        (feeds,) = struct.unpack_from("<I", memory, 8)
        if feeds != self._feeds:
            self._feeds = feeds
            if self.watchdog is not None:
                self.watchdog.feed()

    def _show_readings(self, gpio, part):
        at = _ADC + 1024 * gpio
        (taken,) = struct.unpack_from("<I", self.memory, at)
        if not taken and self._fed.get(gpio) == part.fed:
            return
        self._fed[gpio] = part.fed
        if not part.plain:
            values = [ASK] * _AHEAD
        else:
            samples = part.samples
            start = part.at = (part.at + taken) % len(samples)
            values = samples[start : start + _AHEAD]
            while len(values) < _AHEAD:
                values = values + samples[: _AHEAD - len(values)]
        struct.pack_into(f"<{_AHEAD + 2}I", self.memory, at, 0, _AHEAD, *map(int, values))

    def close(self):
        """The device keeps its RTC memory; the file can go."""
        self._device.rtc_memory = bytearray(self._device.rtc_memory)
