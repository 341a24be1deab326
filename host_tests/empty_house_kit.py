"""The whole bench with an empty house, as a story has it. On CPython alone."""

from ballast_bench.person import actions
from ballast_bench.person.options import make_setup


class EmptyHouse:
    """options: those of a story's setup line. do(verb, ...): a verb of a story."""

    charger_index = 0

    def __init__(self, **options):
        self.setup = make_setup({"house": "empty", "seed": 3, **options})
        self.world = self.setup.start()
        self.plant, self.clamps = self.world.plant, self.setup.clamps
        self.node = self.world.nodes[0]

    def do(self, verb, **args):
        actions.do(self, verb, args)
