"""The status over Bluetooth on the board's chip, where an answer takes time: a document of the page's."""

import json

import pytest

from ballast.protocol import status
from ballast_bench.rigs.ble import BleRig
from services.ble.test_window_host import meet


@pytest.mark.parametrize("mtu", [0, 185])
def test_it_is_one_that_the_page_would_have_shown_at_that_moment(monkeypatch, mtu):
    built, build = [], status.build

    def noted(st, info):
        built.append(build(st, info))
        return built[-1]

    monkeypatch.setattr(status, "build", noted)
    with BleRig() as rig:
        rig.open()
        assert rig.node.profile is not None
        phone = meet(rig, mtu)

        async def work():
            await phone.prove()
            built.clear()
            return await phone.command("status")

        answer = rig.do(work())["status"]
        assert answer in [json.loads(json.dumps(document)) for document in built]
        assert set(answer) == set(rig.web.document())
