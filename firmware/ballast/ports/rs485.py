"""RS-485 through a transceiver that switches its direction by itself.

MicroPython for the ESP32 has no RS-485 mode, and Python switches a DE pin milliseconds
too late. Therefore boards use an auto-direction transceiver. No method here waits: a
service calls `any()` and `read_into()` again and again and sleeps in between.
"""

from machine import UART

_RX_BYTES = 512  # more than any frame; the driver wants more than its FIFO of 128

NONE = None
EVEN = 0
ODD = 1


class Rs485:
    """uart, tx, rx: from board.py. parity: NONE, EVEN or ODD. stop: number of stop bits.

    Without a parity bit the Modbus standard wants 2 stop bits; most meters use 1.
    """

    def __init__(
        self,
        uart: int,
        tx: int,
        rx: int,
        baud: int = 9600,
        parity: "int | None" = NONE,
        stop: int = 1,
    ) -> None:
        # UART(uart) alone would take the chip's default pins, which may be the power meter's, and
        # a new buffer size later disables the output of such a pin for good
        # (ports/esp32/machine_uart.c:302-372, ESP-IDF esp_driver_uart/src/uart.c:752)
        self._uart = UART(uart, tx=tx, rx=rx, rxbuf=_RX_BYTES)
        self.configure(baud, parity, stop)
        self.any = self._uart.any  # bytes waiting
        self._readinto = self._uart.readinto

    def configure(self, baud: int, parity: "int | None" = NONE, stop: int = 1) -> None:
        """Set the line up anew; ValueError for a baud rate outside 1200 to 115200."""
        if not 1200 <= baud <= 115200:
            raise ValueError("RS-485 baud rate %d: 1200 to 115200" % baud)
        self.baud = baud
        self._char_bits = 9 + (1 if parity is not None else 0) + stop
        self._uart.init(baud, 8, parity, stop, timeout=0, timeout_char=0)

    def silence_ms(self) -> int:
        """The pause that ends a frame: 3.5 characters, 1.75 ms above 19200 Bd, rounded up.

        Source: MODBUS over Serial Line V1.02, 2.5.1.1.
        """
        if self.baud > 19200:
            return 2
        return 1 + 3500 * self._char_bits // self.baud

    def transmit_ms(self, nbytes: int) -> int:
        """How long `nbytes` take on the wire, rounded up."""
        return 1 + 1000 * nbytes * self._char_bits // self.baud

    def write(self, frame: "bytes | bytearray") -> int:
        """Hand a frame to the UART without waiting; returns how many bytes the UART took."""
        return self._uart.write(frame) or 0

    def sent(self) -> bool:
        """Whether the last bit is sent."""
        return self._uart.txdone()

    def read_into(self, buf: bytearray) -> int:
        """Copy received bytes into `buf`, at most len(buf); returns how many, 0 = none."""
        return self._readinto(buf) or 0

    def discard(self) -> None:
        """Drop the received bytes: noise, or an answer that came too late."""
        while self._uart.any():
            self._uart.read()
