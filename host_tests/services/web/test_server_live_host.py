"""The charger's web server: live frames, how many may watch, and who does not read."""

import asyncio
import json

from ballast_bench.devices.web_client import talk


async def _frames(reader, count):
    out = []
    while len(out) < count:
        line = await reader.readline()
        if line.startswith(b"data: "):
            out.append(json.loads(line[6:]))
    return out


def _live_request(browser):
    cookie = "session=" + browser.cookies["session"]
    return f"GET /api/live HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode()


def test_live_sends_a_frame_a_second(rig, user):
    async def story():
        reader, writer = await asyncio.open_connection("127.0.0.1", rig.port)
        writer.write(_live_request(user))
        frames = await _frames(reader, 5)
        writer.close()
        return frames

    frames = rig.world.loop.run_until_complete(story())
    ups = [frame["uptime_s"] for frame in frames]
    assert [b - a for a, b in zip(ups[1:], ups[2:], strict=False)] == [1, 1, 1]
    rig.world.run(3)
    assert rig.web.live == 0


def test_the_fourth_watcher_is_told_to_poll(rig, user):
    async def story():
        pairs = []
        for _ in range(3):
            reader, writer = await asyncio.open_connection("127.0.0.1", rig.port)
            writer.write(_live_request(user))
            await _frames(reader, 1)
            pairs.append(writer)
        answer = await talk(rig.port, _live_request(user))
        for writer in pairs:
            writer.close()
        return answer

    assert b" 503 " in rig.world.loop.run_until_complete(story())
    rig.world.run(3)
    assert rig.web.live == 0
    assert rig.door.count() == 0


def test_a_watcher_that_stops_reading_is_dropped_and_the_others_go_on(rig, user):
    async def story():
        _, deaf = await asyncio.open_connection("127.0.0.1", rig.port)
        deaf.transport.pause_reading()
        deaf.write(_live_request(user))
        reader, good = await asyncio.open_connection("127.0.0.1", rig.port)
        good.write(_live_request(user))
        frames = await _frames(reader, 3)
        live = rig.web.live
        for _ in range(4000):  # until the deaf one's socket is full: some megabytes
            rig.web.publish()
            await asyncio.sleep(0)
            await _frames(reader, 1)
        await asyncio.sleep(8)
        assert rig.web.live == 1
        rig.web.publish()
        await _frames(reader, 1)
        good.close()
        deaf.close()
        return frames, live

    frames, live = rig.world.loop.run_until_complete(story())
    assert len(frames) == 3 and live == 2
