"""The charger's web server in front of hostile clients."""

import asyncio

from ballast_bench.plant.ev import EV
from ballast_bench.rigs.web import LABEL, PASSWORD


def test_a_ten_megabyte_body_is_refused_unread(rig, user):
    answer = user.request(
        "POST",
        "/api/pause",
        body=b"",
        headers={"Content-Type": "application/json", "Content-Length": "10485760"},
    )
    assert answer.status == 413


def test_charging_goes_on_under_every_attack_and_the_page_comes_back(rig, user):
    cp = rig.world.plant.chargers[0]
    cp.plug_in(EV(max_a=16.0))
    rig.world.run(30)
    overruns = rig.charger.cycle.faults.count[2]

    async def attack():
        writers = []
        for n in range(50):
            _, writer = await asyncio.open_connection("127.0.0.1", rig.port)
            writers.append(writer)
            if n % 3 == 1:
                writer.write(b"POST /api/login HTTP/1.1\r\nX-Slow: ")
            if n % 3 == 2:
                writer.write(
                    b"POST /api/login HTTP/1.1\r\nContent-Length: 10485760\r\n\r\n" + b"x" * 60000
                )
        for second in range(8):
            for writer in writers:
                if not writer.is_closing():
                    writer.write(b"a")
            await asyncio.sleep(1)
            assert max(cp.amps) > 14.0, second
        return writers

    writers = rig.world.loop.run_until_complete(attack())
    start = rig.world.now_s
    assert user.get("/").status == 200
    assert user.get("/api/status").json["state"] == "C2"
    assert rig.world.now_s - start < 5.0
    assert rig.charger.cycle.faults.count[2] == overruns
    for writer in writers:
        writer.close()
    rig.world.run(6)
    assert rig.door.count() == 0


def test_no_secret_in_any_answer(rig, installer):
    """Everything that can be read, read with the highest role, against every secret there is."""
    settings = rig.charger.settings
    secrets = [PASSWORD, LABEL, settings["password_user"]]
    for key in ("wifi_password", "group_key"):
        settings.set(key, "s3cr3t-" + key)
        secrets.append(settings[key])
    for path in (
        "hello",
        "status",
        "settings",
        "history",
        "sessions",
        "events",
        "schedule",
        "meter/proof",
    ):
        body = installer.get("/api/" + path).body.decode()
        for secret in secrets:
            assert secret not in body, path
