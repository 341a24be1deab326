"""Ten sockets for all services: the page's visitors take none that another service needs."""

import asyncio

import pytest

from ballast.compose import sockets
from ballast.services.meters.bus import TcpBus, parse_host
from ballast_bench.fakes.idf_heap import SOCKETS
from ballast_bench.rigs.web import LABEL, WebRig

HOME = {"home": ("home-pass-1", 6, -52)}
TAKEN = {"group_id": 7, "group_seat": 0, "group_seats": 2, "group_radio": 1, "group_key": "k" * 16}


@pytest.fixture
def rig():
    with WebRig(networks=HOME, access_point=("Ballast-0001", LABEL)) as rig:
        yield rig.open()


def in_chip(rig, coroutine):
    with rig.node.device:
        task = rig.world.spawn(coroutine)
    return rig.world._run(task)


async def visitors(rig, count):
    """Connections that send nothing."""
    return [await asyncio.open_connection("127.0.0.1", rig.port) for _ in range(count)]


def test_the_table_has_room_for_all_at_once():
    rows = {k: v for k, v in vars(sockets).items() if k.isupper() and k != "ALL"}
    assert sum(rows.values()) <= sockets.ALL == SOCKETS
    assert rows["PAGE"] >= 4  # three live pages and a request


def test_a_crowd_on_the_page_leaves_the_meter_its_socket(rig):
    heap = rig.node.device.idf
    crowd = rig.world._run(visitors(rig, 30))
    rig.world.run(1)
    assert heap.held["socket"] == sockets.LISTENER + sockets.PORTAL + sockets.PAGE

    async def meter():
        server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
        return server, server.sockets[0].getsockname()[1]

    server, port = rig.world._run(meter())
    bus = TcpBus("127.0.0.1", port)
    in_chip(rig, bus._connect())
    in_chip(rig, bus.close())
    for _reader, writer in crowd:
        writer.close()
    server.close()
    rig.world.run(10)
    assert heap.held["socket"] == sockets.LISTENER + sockets.PORTAL


def test_the_eleventh_is_refused(rig):
    """What the bench does to a firmware that opens more than its table allows."""

    async def many():
        out = []
        for _ in range(SOCKETS + 1):
            out.append(await asyncio.open_connection("127.0.0.1", rig.port))
        return out

    with pytest.raises(OSError, match="23"):
        in_chip(rig, many())


def test_a_host_is_a_number(rig):
    """A name would stop everything for the five seconds that mDNS waits."""
    for name in ("meter.local", "shelly", "my-router", "192.168.1.x"):
        with pytest.raises(ValueError, match="address like"):
            parse_host(name)


def test_the_portal_makes_no_garbage_while_nobody_asks(rig, monkeypatch):
    portal = rig.app.page.network._captive
    asked = []

    class Watched:
        def recvfrom(self, size):
            asked.append(size)
            raise BlockingIOError

        def close(self):
            pass

    rig.world.run(1)
    real = portal._socket
    monkeypatch.setattr(portal, "_socket", Watched())
    rig.world.run(5)
    portal._socket = real
    assert not asked


def test_a_group_over_the_network_waits_for_the_network():
    settings = dict(TAKEN, wifi_ssid="home", wifi_password="home-pass-1")
    with WebRig(networks={}, access_point=("Ballast-0001", LABEL), settings=settings) as rig:
        rig.open()
        rig.world.run(30)
        assert rig.app.group.link is None and "6" in rig.app.group.problem
        rig.node.device.access_points.update(HOME)
        rig.world.run(90)
        assert rig.app.page.network.network() == "home"
        assert rig.app.group.link is not None and rig.app.group.problem == ""
