"""The bus: what is sent comes back over a jumper from TX to RX, at each speed and parity."""

import time

from common import cost, timed, value

MODES = ((9600, None), (9600, 0), (19200, 0), (115200, None))


def main(params):
    from machine import UART, Pin

    board = params["board"]
    tx, rx = Pin(board["RS485_TX_PIN"]), Pin(board["RS485_RX_PIN"])
    uart = UART(board["RS485_UART"], 9600, tx=tx, rx=rx, rxbuf=512)
    rows, starts = [], []
    sent = bytes(range(64))
    for baud, parity in MODES:
        starts += timed(lambda: uart.init(baud, 8, parity, 1, tx=tx, rx=rx, rxbuf=512), 1)  # noqa: B023
        uart.read()
        start = time.ticks_us()
        uart.write(sent)
        while not uart.txdone() and time.ticks_diff(time.ticks_us(), start) < 500000:
            pass
        took = time.ticks_diff(time.ticks_us(), start)
        time.sleep_ms(20)
        back = uart.read() or b""
        wrong = abs(len(sent) - len(back))
        for n in range(min(len(sent), len(back))):
            wrong += sent[n] != back[n]
        rows.append([baud, parity, wrong, took])
    uart.deinit()
    value("rs485", rows)
    cost("uart_init", 1, starts)
