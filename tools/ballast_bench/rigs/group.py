"""Several whole chargers on one fuse, watched at every step: for tests and `bench many`.

The sum is over what the pilots advertise: an EV follows that within its own lag
(IEC 61851-1: 5 s), which no charger can shorten.
"""

from types import SimpleNamespace

from ballast.protocol import password
from ballast_bench.devices.web_client import Browser
from ballast_bench.person import actions
from ballast_bench.plant import house as houses
from ballast_bench.plant.house import House
from ballast_bench.plant.plant import Config
from ballast_bench.rigs.web import free_port, page
from ballast_bench.setup import Setup, default_ev

USER = "every-day-1"
LEAD = 2  # control/group/machine.LEAD
_METER_SHARE = 0.005  # of the fuse: what the clamp cannot tell


class GroupRig:
    """chargers on a fuse of limit_a with a house by hand; every car reacts within delay_s.

    one_phase: each charger on one phase of a house that has three.
    most_a: the most that all cars together drew on one phase, since settle().
    over_s: how long in a row house and adverts were above the fuse, by more than 0.2 A and
    0.5 % of it; worst_over_s: the longest.
    worst_lease_ma: the most that a pilot advertised above what its member may offer.
    """

    def __init__(self, chargers=3, limit_a=25.0, seed=1, delay_s=1.0, settings=None,
                 one_phase=False, **other):  # fmt: skip
        phases = 3 if one_phase else 1
        house = House(appliances=houses.by_hand(phases, seed), phases=phases)
        config = Config(house=house, limit_a=limit_a, breaker_a=2 * limit_a, chargers=chargers,
                        charger_phases=1)  # fmt: skip
        self.setup = Setup(
            config=config, limit_a=limit_a, seed=seed, settings=settings,
            evs=[default_ev(delay_s=delay_s) for _ in range(chargers)], **other,
        )  # fmt: skip
        self.limit_a = limit_a
        self._tolerance_a = max(0.2, limit_a * _METER_SHARE)
        self.world = self.setup.start()
        self.plant, self.clamps = self.world.plant, self.setup.clamps
        self.charger_index = 0
        self.over_s = self.worst_over_s = 0.0
        self.worst_lease_ma = 0
        self.most_a = 0.0
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
        self.most_a = max(self.most_a, *self.plant.ev_a)
        offered = 0
        for node in self._alive():
            ma = node.cycle.offered_ma
            offered += ma
            above = ma - node.app.group.link.group.member.allowed_ma
            if above > self.worst_lease_ma and node.cycle.limits.slot_ma[10] < ma:
                self.worst_lease_ma = above
        if max(self.plant.house_a) + offered / 1000.0 > self.limit_a + self._tolerance_a and offered:
            self.over_s = round(self.over_s + 0.02, 2)
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
        self.worst_over_s = self.over_s = self.most_a = 0.0
        self.worst_lease_ma = 0


class GroupPageRig(GroupRig):
    """Each charger has its page, on ports in a row. USER: the user's password; the label's
    (ballast_bench.setup.PASSWORD) is the installer's. `Live` takes it as a rig, with the first's page.
    """

    def __init__(self, chargers=2, settings=None, **other):
        self.port = free_port()
        values = {"password_user": password.make(USER, b"salt of the user", 8)}
        values.update(settings or {})
        super().__init__(
            chargers, settings=values, http=("127.0.0.1", self.port), assets=page(), **other
        )
        self.web, self.door = self.app().page.web, self.app().page.door

    def app(self, index=0):
        return self.world.nodes[index].app

    def url(self, index=0):
        return f"http://127.0.0.1:{self.port + index}"

    def browser(self, index=0, word=USER):
        """A client that is logged in to one charger."""
        door = SimpleNamespace(world=self.world, port=self.port + index)
        return Browser(door).login(word)

    def status(self, index=0):
        """The status document of one charger."""
        return self.app(index).page.web.document()

    def close(self):
        self.setup.stop()
