"""The console of a chip: UART0, or the USB of an S3. What comes in, and what a slow reader costs.

The byte of micropython.kbd_intr() makes a KeyboardInterrupt at the main thread's next branch
(ports/esp32/uart.c:115, shared/tinyusb/mp_usbd_cdc.c:84). MicroPython sets it to Ctrl-C whenever a
script starts and to -1 when the script ends (shared/runtime/pyexec.c:127-148).
"""

import ballast_bench.fakes as fakes

CTRL_C = 3
_STUCK_US = 500_000
FIFO = 128  # bytes of UART0: SOC_UART_FIFO_LEN
_CHAR_US = 87  # at 115200 Bd


class Console:
    """interrupt_char: the byte that interrupts, -1 = none. pending: it came and was not raised yet.

    reader: "uart" = a wire, "usb" = a host that reads, "stuck" = a USB host that does not read,
    "none" = no USB host. out: what was printed.
    """

    def __init__(self, device):
        self._device = device
        self.interrupt_char = -1
        self.pending = False
        self.reader = "uart"
        self.out = []
        self._empty_us = 0  # when the FIFO has sent all of it

    def script_starts(self):
        self.interrupt_char = CTRL_C

    def type(self, data):
        """Bytes from outside: of a person, of mpremote, or noise on the open RX pin."""
        if self.interrupt_char >= 0 and self.interrupt_char in data:
            self.pending = True

    def branch(self):
        """A branch of the main thread's bytecode: raises the KeyboardInterrupt that waits."""
        if self.pending:
            self.pending = False
            raise KeyboardInterrupt

    def write(self, text):
        """print(): waits for each character that the FIFO has no room for (mphalport.c:151-191);
        up to 500 ms a call for a USB host that does not read (mp_usbd_cdc.c:129)."""
        self.out.append(text)
        if self.reader == "uart":
            now_us = self._device.clock.us()
            begin_us = max(now_us, self._empty_us)
            self._empty_us = begin_us + len(text) * _CHAR_US
            over = (self._empty_us - now_us + _CHAR_US - 1) // _CHAR_US - FIFO
            if over > 0:
                self._device.spend("print", min(over, len(text)))
        elif self.reader == "stuck":
            self._device.time.pass_us(_STUCK_US)


def kbd_intr(char):
    """micropython.kbd_intr(), of the current device; without one it has no effect."""
    device = fakes.current or fakes.task_device.get()
    if device is not None:
        device.console.interrupt_char = char
