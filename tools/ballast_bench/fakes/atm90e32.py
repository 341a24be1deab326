"""An ATM90E32AS at the SPI level: 16 bit address (bit 15 = read), 16 bit data, mode 3.

Measurement registers come from `meter.register(address)`; configuration registers
are kept, can be written only behind CfgRegAccEn = 0x55AA, and are lost at a soft
reset. `meter.silent` is a chip without supply: MISO stays high. With a clock the
chip does not answer for 5 ms after a soft reset.
"""

_SOFT_RESET = 0x70
_LAST_SPI = 0x78
_CFG_ACCESS = 0x7F
_CONFIG = range(0x31, 0x6F)
_RESET_US = 5000
_DEFAULT_GAIN = 0x8000  # what a gain register holds after a reset


class Atm90e32:
    """frames, bad_frames: counters. bad_frames: wrong mode, too fast, or not 4 bytes.

    ready_us: it does not answer before, 0 = it does. last: what register LastSPI holds.
    """

    def __init__(self, meter, clock=None):
        self.meter = meter
        self._clock = clock
        self.ready_us = 0
        self.last = 0
        self.frames = 0
        self.bad_frames = 0
        self.power_up()

    def power_up(self):
        self.config = {}
        self._open = False
        for phase in range(3):
            self.config[0x61 + 4 * phase] = _DEFAULT_GAIN
            self.config[0x62 + 4 * phase] = _DEFAULT_GAIN

    def frame(self, data, mode, baudrate):
        """One chip-select period; returns what MISO gave."""
        self.frames += 1
        if self.meter.silent:
            return b"\xff" * len(data)
        if len(data) != 4 or mode != 3 or baudrate > 1_000_000:
            self.bad_frames += 1
            return b"\xff" * len(data)
        if self.ready_us:
            if self._clock.us() < self.ready_us:
                return b"\xff" * len(data)
            self.ready_us = 0
        first, low, high_byte, low_byte = data
        address = (first & 0x03) << 8 | low
        if first & 0x80:
            if 0xB0 <= address <= 0xFF:
                value = self.meter.register(address) & 0xFFFF
            elif address == _LAST_SPI:
                value = self.last
            else:
                value = self.config.get(address, 0)
        else:
            value = high_byte << 8 | low_byte
            self._write(address, value)
        self.last = value
        return bytes((0xFF, 0xFF, value >> 8, value & 0xFF))

    def _write(self, address, value):
        if address == _SOFT_RESET:
            if value == 0x789A:
                self.power_up()
                if self._clock is not None:
                    self.ready_us = self._clock.us() + _RESET_US
        elif address == _CFG_ACCESS:
            self._open = value == 0x55AA
        elif address not in _CONFIG or self._open:
            self.config[address] = value
