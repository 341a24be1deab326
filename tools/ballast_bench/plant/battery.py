"""The traction battery, as far as the charging current shows it."""


class Battery:
    """Energy content with a taper.

    Args: capacity_kwh; soc: state of charge 0..1; target_soc: the car stops there;
    efficiency: battery energy per energy from the socket (0.9: chosen, usual for AC charging);
    taper_from: from this state of charge on the accepted power falls linearly to
    taper_share of the onboard charger's power at 100 % (chosen: 80 %, 0.15).
    Raises ValueError for a capacity that is not positive or a soc outside 0..1.
    """

    def __init__(
        self,
        capacity_kwh=60.0,
        soc=0.3,
        target_soc=1.0,
        efficiency=0.9,
        taper_from=0.8,
        taper_share=0.15,
    ):
        if not capacity_kwh > 0.0 or not 0.0 <= soc <= 1.0:
            raise ValueError("battery: capacity must be positive, soc 0..1")
        self.capacity_kwh = capacity_kwh
        self.soc = soc
        self.target_soc = target_soc
        self.efficiency = efficiency
        self.taper_from = taper_from
        self.taper_share = taper_share

    def copy(self):
        """A battery in the same state, for a second story with the same car."""
        return Battery(
            self.capacity_kwh,
            self.soc,
            self.target_soc,
            self.efficiency,
            self.taper_from,
            self.taper_share,
        )

    def add(self, wh):
        """`wh` watt-hours came from the socket."""
        self.soc = min(self.soc + wh * self.efficiency / (1000.0 * self.capacity_kwh), 1.0)

    def room_wh(self):
        """Energy from the socket, Wh, until the target."""
        missing = max(self.target_soc - self.soc, 0.0)
        return missing * 1000.0 * self.capacity_kwh / self.efficiency

    @property
    def full(self):
        return self.soc >= self.target_soc - 1e-9

    def share(self):
        """Accepted share 0..1 of the onboard charger's current at this state of charge."""
        if self.soc <= self.taper_from:
            return 1.0
        way = (self.soc - self.taper_from) / (1.0 - self.taper_from)
        return 1.0 - way * (1.0 - self.taper_share)
