"""Temperatures: current-carrying contacts with their thermal mass, and the thermistors.

A contact of resistance R heats with P = I^2 R through two thermal resistances with their
own time constants (Foster network: metal fast, body slow), each solved exactly:
    rise_i <- P*Rth_i + (rise_i - P*Rth_i) * exp(-dt / tau_i).
Figures (chosen): a good domestic plug (2 mohm over both pins) rises about 20 K at 16 A,
a bad one (10 mohm) about 100 K.
"""

from math import exp

from ballast_bench import upy

# What heats at a place that may have a thermistor: arguments of HotSpot (chosen)
_FIGURES = {
    "plug": {},
    "connector": {"contact_ohm": 0.001},
    "box": {"contact_ohm": 0.001, "rth": (2.0, 8.0), "tau_s": (120.0, 1800.0), "watts_fixed": 1.0},
}

SPOTS = {name: _FIGURES.get(name, {}) for name in upy.firmware("ballast.control.places").NAMES}
"""Every place of the firmware, in the order of a board's NTC_PINS; what is not known heats as a good plug."""

_T0_K = 273.15
_REF_K = 298.15


class HotSpot:
    """One place that heats; the defaults are those of a good mains plug.

    contact_ohm: total resistance, ohm (raise it for a bad contact). watts_fixed: other losses.
    rth: (fast, slow) K/W. tau_s: (fast, slow) s. ambient_degc. forced_degc: None, or the
    temperature somebody holds it at by hand (bench page). degc: temperature now.
    """

    def __init__(
        self,
        contact_ohm=0.002,
        rth=(8.0, 32.0),
        tau_s=(60.0, 900.0),
        ambient_degc=20.0,
        watts_fixed=0.0,
    ):
        self.contact_ohm = contact_ohm
        self.watts_fixed = watts_fixed
        self.rth = rth
        self.tau_s = tau_s
        self.ambient_degc = ambient_degc
        self.forced_degc = None
        self._rise = [0.0, 0.0]
        self.degc = ambient_degc

    def step(self, dt_s, amps):
        """`amps` (rms of the hottest pole) flowed for `dt_s`. Returns the temperature, degC."""
        watts = amps * amps * self.contact_ohm + self.watts_fixed
        total = 0.0
        for i in (0, 1):
            final = watts * self.rth[i]
            rise = final + (self._rise[i] - final) * exp(-dt_s / self.tau_s[i])
            self._rise[i] = rise
            total += rise
        forced = self.forced_degc
        self.degc = self.ambient_degc + total if forced is None else forced
        return self.degc


class Ntc:
    """A thermistor (10 kohm at 25 degC, B 3950) as the lower part of a divider.

    Faults: fault = None, "open", "short" or "frozen". tau_s: its own lag (potted: chosen).
    pullup_ohm, supply_mv: the board's divider.
    """

    def __init__(
        self, ohm25=10000.0, beta=3950.0, pullup_ohm=10000.0, supply_mv=3300.0, tau_s=8.0, degc=20.0
    ):
        self.ohm25, self.beta = ohm25, beta
        self.pullup_ohm, self.supply_mv = pullup_ohm, supply_mv
        self.tau_s = tau_s
        self.fault = None
        self.degc = degc
        self.mv = 0.0
        self._show()

    def ohm(self):
        """Resistance now, by the beta equation."""
        return self.ohm25 * exp(self.beta * (1.0 / (self.degc + _T0_K) - 1.0 / _REF_K))

    def step(self, dt_s, place_degc):
        """Follow the place's temperature; refresh `mv`, the voltage at the divider."""
        self.degc = place_degc + (self.degc - place_degc) * exp(-dt_s / self.tau_s)
        self._show()

    def _show(self):
        if self.fault == "frozen":
            return
        if self.fault == "open":
            self.mv = self.supply_mv
        elif self.fault == "short":
            self.mv = 0.0
        else:
            ohm = self.ohm()
            self.mv = self.supply_mv * ohm / (ohm + self.pullup_ohm)
