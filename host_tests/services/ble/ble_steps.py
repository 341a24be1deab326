"""What every test of Bluetooth does first."""

from ballast_bench.plant.ev import EV
from ballast_bench.rigs.ble import Phone


def meet(rig, mtu=185):
    """A phone that is connected and has discovered everything."""
    phone = Phone()

    async def work():
        assert await phone.find(rig)
        await phone.discover(mtu)

    rig.do(work())
    return phone


def charge(rig):
    """A car on a trusted meter, contactor closed."""
    rig.meter()
    rig.world.run(15)
    rig.world.plant.chargers[0].plug_in(EV())
    assert rig.world.until(lambda: rig.app.out.coil == 1, 60) is not None
