"""RS-485 through a transceiver that turns its direction by itself.

The ESP32 port has no RS-485 mode and switching a DE pin from Python is late by
milliseconds, so boards use an auto-direction transceiver. Nothing here waits:
a service polls `any()` and `read_into()` and sleeps in between.
"""

from machine import UART, Pin

NONE = None
EVEN = 0
ODD = 1


class Rs485:
    """uart, tx, rx: from board.py. parity: NONE, EVEN or ODD.

    Modbus asks for 2 stop bits where there is no parity bit; most meters use 1.
    """

    def __init__(self, uart, tx, rx, baud=9600, parity=NONE, stop=1):
        self._tx = Pin(tx)
        self._rx = Pin(rx)
        self._uart = UART(uart)
        self.configure(baud, parity, stop)
        self.any = self._uart.any  # bytes waiting
        self._readinto = self._uart.readinto

    def configure(self, baud, parity=NONE, stop=1):
        if not 1200 <= baud <= 115200:
            raise ValueError("RS-485 baud rate %d: 1200 to 115200" % baud)
        self.baud = baud
        self._char_bits = 9 + (1 if parity is not None else 0) + stop
        self._uart.init(
            baud, 8, parity, stop, tx=self._tx, rx=self._rx, rxbuf=512, timeout=0, timeout_char=0
        )

    def silence_ms(self):
        """Modbus over serial line 2.5.1.1: 3.5 characters end a frame, 1.75 ms above 19200 Bd."""
        if self.baud > 19200:
            return 2
        return 1 + 3500 * self._char_bits // self.baud

    def transmit_ms(self, nbytes):
        """Time that `nbytes` take on the wire, rounded up."""
        return 1 + 1000 * nbytes * self._char_bits // self.baud

    def write(self, frame):
        """Hand a frame to the UART; returns at once. Bytes taken."""
        return self._uart.write(frame) or 0

    def sent(self):
        """True when the last bit has left."""
        return self._uart.txdone()

    def read_into(self, buf):
        """Bytes that have arrived, at most len(buf); 0 = none."""
        return self._readinto(buf) or 0

    def discard(self):
        """Throw away what is waiting: noise, or an answer that came too late."""
        while self._uart.any():
            self._uart.read()
