"""The own meter's readings without their way over the SPI bus.

A port that reads one phase sends two frames, and three lines of imitated hardware carry each of
them. Where port and chip are in order, the registers are read here, with the results that the
port would have had. Everything else (a silent chip, one that waits after a reset, a port that
found an error) is the port's own business.
"""

_UGAIN = 0x61
_MOST = 0xFFFF


class Readings:
    """port: a PowerMeterIo. chip: the Atm90e32 at its bus. jobs(): in place of the port's three."""

    def __init__(self, port, chip):
        self._port, self._chip, self._meter = port, chip, chip.meter
        self.genuine = True  # the port is as it was written
        self._whole = (port.read_l1, port.read_l2, port.read_l3)

    def jobs(self):
        return (self._l1, self._l2, self._l3)

    def _phase(self, phase):
        """Read one phase. False = the port has to do it."""
        port, chip, meter = self._port, self._chip, self._meter
        if not self.genuine or meter.silent or chip.ready_us or chip.bad_frames:
            return False
        volts, amps = int(meter.volts[phase] * 100.0 + 0.5), int(meter.amps[phase] * 1000.0 + 0.5)
        port._mv[phase] = (volts if volts < _MOST else _MOST) * 10  # OwnMeter.counts, without its call
        port._ma[phase] = chip.last = amps if amps < _MOST else _MOST
        chip.frames += 2
        return True

    def _l1(self, scan):
        if self._phase(0):
            self._port._ok = True
        else:
            self._whole[0](scan)

    def _l2(self, scan):
        if not self._phase(1):
            self._whole[1](scan)

    def _l3(self, scan):
        port, chip = self._port, self._chip
        gain = chip.config.get(_UGAIN)
        if not port._ok or gain != port._ugain[0] or not self._phase(2):
            self._whole[2](scan)
            return
        chip.last = gain
        chip.frames += 1
        port._failed = 0
        port.present = True
        scan.supply_mv[:] = port._mv
        scan.ev_ma[:] = port._ma
        scan.meter_seq = (scan.meter_seq + 1) & 0xFFFF
