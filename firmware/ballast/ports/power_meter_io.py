"""Own power meter: Microchip ATM90E32AS on SPI (mode 3, 16 bit address, 16 bit data).

Registers as in the data sheet DS20006150: UrmsA..C 0xD9-0xDB in 0.01 V, IrmsA..C
0xDD-0xDF in 0.001 A; CfgRegAccEn unlocks the configuration registers. Each call reads
one phase, so that a step makes at most three transfers (about 0.1 ms). Not run on
hardware.
"""

import time

from machine import SPI, Pin
from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.ports.shapes import Scan

_READ = 0x80
_URMS = 0xD9
_IRMS = 0xDD
_METER_EN = 0x00
_MMODE0 = 0x33
_MMODE1 = 0x34
_UGAIN = 0x61  # of phase A; B and C follow in steps of 4
_IGAIN = 0x62
_SOFT_RESET = 0x70
_LAST_SPI = 0x78
_CFG_ACCESS = 0x7F
_RESET_CODE = 0x789A
_UNLOCK = 0x55AA
_3P4W = 0x0087  # MMode0: 50 Hz, star, all phases summed
_60HZ = 0x1000
_RETRY_READS = 20  # rounds that must fail (2 s) before the chip is configured again


class PowerMeterIo:
    """ugain, igain: calibration words of the three phases. pga: for register MMode1.

    line_hz: 50 or 60. present: the chip answered when it was configured or read last.
    """

    def __init__(
        self,
        spi: int,
        sck: int,
        mosi: int,
        miso: int,
        cs: int,
        ugain: "tuple[int, ...]",
        igain: "tuple[int, ...]",
        pga: int = 0,
        line_hz: int = 50,
    ) -> None:
        self._cs = Pin(cs, Pin.OUT, value=1).value
        self._spi = SPI(
            spi,
            baudrate=400000,
            polarity=1,
            phase=1,
            bits=8,
            firstbit=SPI.MSB,
            sck=Pin(sck),
            mosi=Pin(mosi),
            miso=Pin(miso),
        )
        self._transfer = self._spi.write_readinto
        self._tx = bytearray(4)
        self._rx = bytearray(4)
        self._ugain = ugain
        self._igain = igain
        self._pga = pga
        self._mode = _3P4W | (_60HZ if line_hz == 60 else 0)
        self._mv = [0, 0, 0]
        self._ma = [0, 0, 0]
        self._ok = True
        self._failed = 0
        self.present = self._configure()

    def _frame(self, address: int, data: int, read: int) -> int:
        tx = self._tx
        tx[0] = (address >> 8) | read
        tx[1] = address & 0xFF
        tx[2] = data >> 8
        tx[3] = data & 0xFF
        self._cs(0)
        try:
            self._transfer(tx, self._rx)
        finally:
            self._cs(1)
        return self._rx[2] << 8 | self._rx[3]

    def _write(self, address: int, data: int) -> None:
        self._frame(address, data, 0)

    def _configure(self) -> bool:
        """Reset the chip and configure it; False if it does not answer. Takes 6 ms."""
        try:
            self._write(_SOFT_RESET, _RESET_CODE)
            time.sleep_ms(6)  # after 5 ms the registers can be written again
            self._write(_CFG_ACCESS, _UNLOCK)
            if self._frame(_LAST_SPI, 0, _READ) != _UNLOCK:
                return False
            self._write(_METER_EN, 1)
            self._write(_MMODE0, self._mode)
            self._write(_MMODE1, self._pga)
            for phase in range(3):
                self._write(_UGAIN + 4 * phase, self._ugain[phase])
                self._write(_IGAIN + 4 * phase, self._igain[phase])
            good = self._configured()
            self._write(_CFG_ACCESS, 0)
            return good
        except OSError:
            return False

    def _configured(self) -> bool:
        """Whether the chip still has its gain words; it has not after a loss of its supply."""
        return self._frame(_UGAIN, 0, _READ) == self._ugain[0]

    def read_l1(self, scan: "Scan") -> None:
        """First of a round."""
        self._ok = True
        self._read_phase(0)

    def read_l2(self, scan: "Scan") -> None:
        """Second of a round."""
        self._read_phase(1)

    def read_l3(self, scan: "Scan") -> None:
        """Last of a round: fill the three phases in `scan` if all readings were good."""
        self._read_phase(2)
        try:
            self._ok = self._ok and self._configured()
        except OSError:
            self._ok = False
        if not self._ok:
            self._failed += 1
            return
        self._failed = 0
        self.present = True
        mv = self._mv
        ma = self._ma
        for phase in range(3):
            scan.supply_mv[phase] = mv[phase]
            scan.ev_ma[phase] = ma[phase]
        scan.meter_seq = (scan.meter_seq + 1) & 0xFFFF

    def _read_phase(self, phase: int) -> None:
        try:
            self._mv[phase] = self._frame(_URMS + phase, 0, _READ) * 10
            self._ma[phase] = self._frame(_IRMS + phase, 0, _READ)
        except OSError:
            self._ok = False

    def needs_repair(self) -> bool:
        """True after 2 s of failed rounds; then call `repair()` when 7 ms of time are free."""
        return self._failed >= _RETRY_READS

    def repair(self) -> bool:
        """Configure the chip again, for it may have lost its supply; True if it answers."""
        self._failed = 0
        self.present = self._configure()
        return self.present
