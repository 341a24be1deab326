"""The own meter's readings without their way over the SPI bus.

A port that reads one phase sends two frames, and three lines of imitated hardware carry each of
them. Where port and chip are in order, the registers are read here, with the results that the
port would have had. Everything else (a silent chip, one that waits after a reset, a port that
found an error) is the port's own business.
"""

_URMS, _IRMS, _UGAIN = 0xD9, 0xDD, 0x61


class Readings:
    """port: a PowerMeterIo. chip: the Atm90e32 at its bus. jobs(): in place of the port's three."""

    def __init__(self, port, chip):
        self._port, self._chip, self._meter = port, chip, chip.meter
        self.genuine = True  # the port is as it was written
        self._whole = (port.read_l1, port.read_l2, port.read_l3)

    def jobs(self):
        return (self._l1, self._l2, self._l3)

    def _in_order(self):
        chip = self._chip
        return self.genuine and not self._meter.silent and not chip.ready_us and chip.bad_frames == 0

    def _phase(self, phase):
        register, port, chip = self._meter.register, self._port, self._chip
        port._mv[phase] = (register(_URMS + phase) & 0xFFFF) * 10
        port._ma[phase] = chip.last = register(_IRMS + phase) & 0xFFFF
        chip.frames += 2

    def _l1(self, scan):
        if not self._in_order():
            self._whole[0](scan)
            return
        self._port._ok = True
        self._phase(0)

    def _l2(self, scan):
        if not self._in_order():
            self._whole[1](scan)
            return
        self._phase(1)

    def _l3(self, scan):
        port, chip = self._port, self._chip
        gain = chip.config.get(_UGAIN)
        if not self._in_order() or not port._ok or gain != port._ugain[0]:
            self._whole[2](scan)
            return
        self._phase(2)
        chip.last = gain
        chip.frames += 1
        port._failed = 0
        port.present = True
        for phase in (0, 1, 2):
            scan.supply_mv[phase] = port._mv[phase]
            scan.ev_ma[phase] = port._ma[phase]
        scan.meter_seq = (scan.meter_seq + 1) & 0xFFFF
