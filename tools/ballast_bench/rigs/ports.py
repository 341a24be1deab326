"""The ports on a virtual chip: a wired charge point without a plant around it."""

from ballast_bench.plant.charge_point import ChargePoint
from ballast_bench.wiring import Wiring


class Rig:
    """dev: fakes.Device. board: as boards.load() gives it. `at(s)` moves time on."""

    def __init__(self, dev, board):
        from ballast.control.records import Out, Scan

        self.dev, self.board = dev, board
        self.cp = ChargePoint(phases=3)
        self.cp.supply_v[:] = [230.0, 231.0, 229.0]
        self.wiring = Wiring(dev, board, self.cp)
        self.scan, self.out = Scan(), Out()
        self.now_s = 0.0

    def at(self, now_s):
        """Step the plant in 20 ms to `now_s` and show it to the pads."""
        while self.now_s < now_s - 1e-9:
            self.now_s += 0.02
            self.cp.step(self.now_s)
            self.cp.meter.measure(self.now_s, self.cp.amps, self.cp.supply_v, 50.0)
        self.wiring.update(self.now_s)
