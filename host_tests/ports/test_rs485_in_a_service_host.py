"""A service that opens the bus later, in its own task, gets the chip it runs on."""

from ballast_bench.plant.house import flat
from ballast_bench.setup import Setup


class Silent:
    """A bus on which nobody answers; counts the requests."""

    def __init__(self):
        self.requests = 0

    def receive(self, data, baud, form):
        self.requests += 1


def test_the_meter_service_polls_the_bus_of_its_chip():
    setup = Setup(
        house=flat(seed=1),
        meter="none",
        settings={"meter_kind": 3, "meter_model": "sdm630", "meter_baud": 9600},
    )
    setup.world.nodes[0].device.uart_peers[1] = peer = Silent()
    world = setup.start()
    try:
        world.run(10.0)
        assert peer.requests > 2
    finally:
        setup.stop()
