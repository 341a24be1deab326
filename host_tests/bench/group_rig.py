"""Several whole chargers on one fuse, watched at every step: for tests and `bench many`.

The sum is over what the pilots advertise: an EV follows that within its own lag
(IEC 61851-1: 5 s), which no charger can shorten.
"""

from bench import actions
from bench.plant import house as houses
from bench.plant.house import House
from bench.plant.plant import Config
from bench.setup import Setup, default_ev

LEAD = 2  # control/group.LEAD


class GroupRig:
    """chargers on a fuse of limit_a with a house by hand; every car reacts within delay_s.

    over_s: how long in a row house and adverts were above the fuse; worst_over_s: the longest.
    worst_lease_ma: the most that a pilot advertised above what its member may offer.
    """

    def __init__(self, chargers=3, limit_a=25.0, seed=1, delay_s=1.0, settings=None, **other):
        house = House(appliances=houses.by_hand(1, seed), phases=1)
        config = Config(house=house, limit_a=limit_a, breaker_a=2 * limit_a, chargers=chargers)
        self.setup = Setup(
            config=config, limit_a=limit_a, seed=seed, settings=settings,
            evs=[default_ev(delay_s=delay_s) for _ in range(chargers)], **other,
        )  # fmt: skip
        self.limit_a = limit_a
        self.world = self.setup.start()
        self.plant, self.clamps = self.world.plant, self.setup.clamps
        self.charger_index = 0
        self.over_s = self.worst_over_s = 0.0
        self.worst_lease_ma = 0
        self.world.actors.append(self._watch)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.setup.stop()

    def _alive(self):
        """The chargers that have power and are in the group."""
        return [
            node for node in self.world.nodes
            if node.boot_s is None and node.app is not None and node.app.group.link is not None
        ]  # fmt: skip

    def _watch(self, now_s):
        offered = 0
        for node in self._alive():
            ma = node.cycle.offered_ma
            offered += ma
            above = ma - node.app.group.link.group.member.allowed_ma
            if above > self.worst_lease_ma and node.cycle.limits.slot_ma[10] < ma:
                self.worst_lease_ma = above
        if max(self.plant.house_a) + offered / 1000.0 > self.limit_a + 0.2 and offered:
            self.over_s += 0.02
            self.worst_over_s = max(self.worst_over_s, self.over_s)
        else:
            self.over_s = 0.0

    def do(self, verb, charger=0, **args):
        """An action of the bench on one charger."""
        self.charger_index = charger
        actions.do(self, verb, args)

    def offered_a(self):
        return [node.cycle.offered_ma / 1000.0 for node in self.world.nodes]

    def leader(self):
        """The index of the one that leads, None while nobody does."""
        for node in self._alive():
            if node.app.group.link.group.role == LEAD:
                return node.index
        return None

    def settle(self, seconds=60.0):
        """From power-on to all cars charging."""
        self.world.run(seconds)
        self.worst_over_s = self.over_s = 0.0
        self.worst_lease_ma = 0
