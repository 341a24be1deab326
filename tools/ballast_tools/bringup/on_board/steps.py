"""Times of the charger's step on this chip: the deciding alone by load, then the whole with its inputs.

The contactor's pin is not driven: the outputs of the step stay records in memory, but for the
pilot, which stays at +12 V.
"""

import time

from common import attempt, cost, histogram, missing, mount_application, spread, timed, value

EDGES_US = (1000, 2000, 3000, 4000, 6000, 8000, 10000, 12000, 16000, 20000, 40000)
LATE_US = (200, 500, 1000, 2000, 5000, 10000, 20000, 38000, 60000, 100000)
WARM = 400  # steps until the EV charges
STEPS = 1000


def main(params):
    mount_application()
    attempt("step", decide)
    attempt("step_inputs", inputs, params)
    attempt("spi_frame", frame, params["board"])
    attempt("step_late", lateness, params)


def decide():
    """The deciding alone, beside a meter that sends samples: the step as such, and where it has news."""
    step_cost = __import__("step_cost")

    ideal = step_cost.Ideal(True)
    news: dict = {"decide": [], "decide_reading": [], "decide_sample": []}
    for n in range(WARM + STEPS):
        kind = "decide_sample" if ideal.n % 50 == 0 else "decide_reading" if ideal.n % 5 == 0 else "decide"
        ideal.feed()
        took = timed(ideal.charger.step, 1, ideal.now_ms, ideal.scan, ideal.out)
        if n >= WARM:
            news[kind] += took
    value("decide_charging", ideal.out.coil)
    for kind in news:
        cost(kind, 1, news[kind])
        histogram(kind + "_us", news[kind], EDGES_US)


def frame(board):
    """Four bytes to the own power meter, whose chip select stays high: nothing is asked of it."""
    from machine import SPI, Pin

    if board["METER_SPI"] is None:
        missing("spi_frame", "this board has no power meter")
        return
    sck, mosi, miso = [Pin(board["METER_%s_PIN" % key]) for key in ("SCK", "MOSI", "MISO")]
    spi = SPI(board["METER_SPI"], baudrate=400000, polarity=1, phase=1, sck=sck, mosi=mosi, miso=miso)
    out, answer = bytes(4), bytearray(4)
    cost("spi_frame", 1, timed(spi.write_readinto, 50, out, answer))


class Box:
    """The board's inputs and a charger of control/, as main.App has them, with no output but the pilot."""

    def __init__(self, board):
        from ballast.control.charger import Charger
        from ballast.control.records import Fit, Out, Scan
        from ballast.control.settings import Settings
        from ballast.ports.board_io import BoardIo

        self.io = BoardIo(board)
        fit = Fit()
        self.io.fit(fit)
        self.charger = Charger(Settings(), fit)
        self.scan, self.out = Scan(), Out()
        self.io.read_all(self.scan)

    def step(self, now_ms):
        self.io.read(self.scan)
        self.charger.step(now_ms, self.scan, self.out)


def frozen_board(params):
    """The constants that the host sent, as a board.py module has them."""

    class Board:
        pass

    board = Board()
    for key in params["board"]:
        setattr(board, key, params["board"][key])
    return board


def inputs(params):
    box = Box(frozen_board(params))
    value("adc_pace_us", box.io.pilot.pace_us)
    took = timed(box.io.read, 200, box.scan)
    cost("step_inputs", 1, took)
    histogram("step_inputs_us", took, EDGES_US)
    cost("pilot_burst", 1, timed(box.io.pilot.read, 50, box.scan))


def lateness(params):
    """The whole step from its own timer, for a while, beside an idle loop that makes garbage."""
    from ballast.ports.step_timer import StepTimer

    box = Box(frozen_board(params))
    late = []
    last = [time.ticks_us()]

    def step(now_ms):
        now = time.ticks_us()
        late.append(time.ticks_diff(now, last[0]) - 20000)
        last[0] = now
        box.step(now_ms)

    timer = StepTimer(step, 20)
    timer.start()
    end = time.ticks_add(time.ticks_ms(), params["seconds"] * 1000)
    while time.ticks_diff(end, time.ticks_ms()) > 0:
        time.sleep_ms(10)
        [str(n) for n in range(30)]  # about 45 KB of garbage a second: chosen, more than with a page open
    timer.stop()
    if timer.error is not None:
        raise timer.error
    late = [abs(one) for one in late[1:]]
    value("step_run_us_max", timer.run_us_max)
    value("step_late_us", spread(late))
    histogram("step_late_us", late, LATE_US)
