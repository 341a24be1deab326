"""machine.UART and machine.SPI (machine_uart.c, machine_hw_spi.c)."""

import ballast_bench.fakes as _fakes

from .esp_err import esp_error
from .fake_pins import gpio_of

_ANY = object()


_TX_RING = 256 - 24  # bytes of one write() that do not wait: the ring holds a header too


class UART:
    """A UART whose far end is `device.uart_peers[id].receive(bytes)`.

    The peer answers with `uart.on_wire(bytes)`. There is no RS-485 mode on the
    ESP32 port, so none here: the transceiver switches direction by itself.

    One object for each id (machine_uart.c:476-503). It installs its driver on the pins that it
    has, and these are the chip's defaults until a call names others: their pads are taken from
    whoever had them. A new buffer size deletes the driver first, and ESP-IDF then disables the
    output of the TX pad (esp_driver_uart/src/uart.c:752).
    """

    INV_TX = 32
    INV_RX = 4
    IRQ_RX = 1 << 0
    IRQ_RXIDLE = 1 << 12
    IRQ_BREAK = 1 << 1

    __slots__ = (
        "_baudrate",
        "_device",
        "_format",
        "_id",
        "_pins",
        "_rx",
        "_rxbuf",
        "_tx_done_us",
        "_txbuf",
        "dropped",
    )

    def __new__(cls, id, /, *args, **kwargs):  # noqa: A002
        device = _fakes.device()
        if id not in device.chip.uarts:
            raise ValueError("UART(%d) does not exist" % id)
        made = device.uart_objects
        if id not in made:
            uart = made[id] = object.__new__(cls)
            uart._device = device
            uart._id = id
            uart._new()
        return made[id]

    def __init__(self, id, /, *args, **kwargs):  # noqa: A002
        self.init(*args, **kwargs)

    def _new(self):
        self._baudrate = 115200
        self._format = (8, None, 1)
        self._pins = self._device.chip.uarts[self._id]
        self._rx = bytearray()
        self._rxbuf = self._txbuf = 256
        self._tx_done_us = 0
        self.dropped = 0

    def init(
        self,
        baudrate=0,
        bits=0,
        parity=_ANY,
        stop=0,
        *,
        tx=_ANY,
        rx=_ANY,
        rts=_ANY,
        cts=_ANY,
        txbuf=-1,
        rxbuf=-1,
        timeout=-1,
        timeout_char=-1,
        invert=-1,
        flow=-1,
    ):
        pins = [None if pin is _ANY else gpio_of(pin, self._device) for pin in (tx, rx, rts, cts)]
        device, runs = self._device, self._id in self._device.uarts
        if runs:
            self.flush()  # for up to a second: machine_uart.c:306
        device.spend("uart_init")
        txbuf = self._txbuf if txbuf < 0 else txbuf
        rxbuf = self._rxbuf if rxbuf < 0 else rxbuf
        if (txbuf, rxbuf) != (self._txbuf, self._rxbuf):
            if self._id == 0:
                raise ValueError("REPL UART buffer size is fixed")
            self._txbuf, self._rxbuf = txbuf, rxbuf
            if runs:
                self.deinit()
        if self._rxbuf <= 128:  # uart.c:1939: not above the hardware's FIFO
            raise esp_error("ESP_FAIL")
        device.uarts[self._id] = self
        if baudrate:
            self._baudrate = baudrate
        self._set_pins(pins[0], pins[1])
        if bits not in (0, 5, 6, 7, 8):
            raise ValueError("invalid data bits")
        if stop not in (0, 1, 2):
            raise ValueError("invalid stop bits")
        old_bits, old_parity, old_stop = self._format
        if parity is _ANY:
            parity = old_parity
        elif parity is not None:
            parity &= 1  # the port keeps even/odd
        self._format = (bits or old_bits, parity, stop or old_stop)
        self._rx.clear()  # uart_flush_input() at the end: machine_uart.c:473

    def _set_pins(self, tx, rx):
        """uart_set_pin(): the pads are the UART's from now on. A TX pad that it had before stays so."""
        old_tx, old_rx = self._pins
        self._pins = (old_tx if tx is None else tx, old_rx if rx is None else rx)
        if self._id != 0:
            self._device.take_uart_pads(*self._pins)

    def deinit(self):
        if self._device.uarts.pop(self._id, None) is not None and self._id != 0:
            self._device.free_uart_pad(self._pins[0])

    def any(self):
        if self._id not in self._device.uarts:
            raise esp_error("ESP_FAIL")
        return len(self._rx)

    def read(self, nbytes=-1, /):
        n = len(self._rx) if nbytes < 0 else min(nbytes, len(self._rx))
        if n == 0:
            return None
        data = bytes(self._rx[:n])
        del self._rx[:n]
        return data

    def readinto(self, buf, nbytes=-1, /):
        n = min(len(buf) if nbytes < 0 else nbytes, len(self._rx))
        if n == 0:
            return None
        buf[:n] = self._rx[:n]
        del self._rx[:n]
        return n

    def write(self, buf, /):
        data = bytes(buf)
        now = self._device.clock.us()
        bits = 1 + self._format[0] + (self._format[1] is not None) + self._format[2]
        start = max(now, self._tx_done_us)
        self._tx_done_us = start + len(data) * bits * 1_000_000 // self._baudrate
        waiting_us = self._tx_done_us - now - _TX_RING * bits * 1_000_000 // self._baudrate
        if waiting_us > 0:  # busy, with the interpreter's lock held: uart.c:1586-1595
            self._device.clock.sleep_us(waiting_us)
        peer = self._device.uart_peers.get(self._id)
        if peer is not None:
            peer.receive(data, self._baudrate, self._format)
        return len(data)

    def txdone(self):
        return self._device.clock.us() >= self._tx_done_us

    def flush(self):
        left = self._tx_done_us - self._device.clock.us()
        if left > 0:
            self._device.clock.sleep_us(left)

    def on_wire(self, data):
        """Bytes from the far end; what does not fit the buffer is lost."""
        room = self._rxbuf - len(self._rx)
        self._rx += data[:room]
        self.dropped += max(0, len(data) - room)


class SPI:
    """Full-duplex transfers to the slave whose chip select GPIO is low."""

    MSB = 0
    LSB = 1

    __slots__ = ("_device", "_level", "_slaves", "baudrate", "mode")

    def __init__(
        self,
        id,  # noqa: A002
        baudrate=-1,
        *,
        polarity=-1,
        phase=-1,
        bits=-1,
        firstbit=-1,
        sck=_ANY,
        mosi=_ANY,
        miso=_ANY,
    ):
        if id not in (1, 2):
            raise ValueError("SPI(%d) doesn't exist" % id)
        self._device = _fakes.device()
        self._level = self._device.level
        self._slaves = self._device.spi_slaves
        for pin in (sck, mosi, miso):
            if pin is not _ANY:
                gpio_of(pin, self._device)
        self.baudrate = 500_000 if baudrate < 0 else baudrate
        self.mode = 2 * max(polarity, 0) + max(phase, 0)

    def deinit(self):
        pass

    def _transfer(self, data):
        level = self._level
        for cs, slave in self._slaves.items():
            if level[cs] == 0:
                return slave.frame(data, self.mode, self.baudrate)
        return b"\xff" * len(data)  # MISO is pulled up, nobody answers

    def write(self, buf, /):
        self._transfer(bytes(buf))

    def read(self, nbytes, write=0, /):
        return self._transfer(bytes([write]) * nbytes)

    def readinto(self, buf, write=0, /):
        buf[:] = self._transfer(bytes([write]) * len(buf))

    def write_readinto(self, write_buf, read_buf, /):
        if len(write_buf) != len(read_buf):
            raise ValueError("buffers must be the same length")
        read_buf[:] = self._transfer(write_buf)
