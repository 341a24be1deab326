"""Bluetooth as a phone meets it: the charger's own service.

The firmware runs down to `bluetooth.BLE`; from there on it is bumble's ATT, L2CAP and
two virtual controllers. Time is the world's.
"""

import json

import pytest

from ballast.control.safety import faults
from ballast.protocol import ble_frames as f
from ballast.protocol import improv, status
from ballast_bench.rigs.ble import BleRig
from ballast_bench.world import World
from services.ble.ble_steps import charge, meet


def test_current_by_the_setup_code(fresh):
    phone = meet(fresh)

    async def work():
        assert (await phone.prove())[0] == f.WELCOME
        return await phone.command("current", current_ma=10000)

    assert fresh.do(work()) == {"id": 1, "ok": True}
    assert fresh.app.settings["user_ma"] == 10000
    assert ("login", "ble") in fresh.kinds()


@pytest.mark.parametrize("mtu", [0, 185])
def test_the_status_is_the_pages_at_every_mtu(monkeypatch, mtu):
    monkeypatch.setattr(World, "CHIP", "ideal")  # where the answer takes time, the page's is of a later step
    with BleRig() as rig:
        check_status(rig.open(), mtu)


def check_status(rig, mtu):
    phone = meet(rig, mtu)

    async def work():
        await phone.prove()
        return await phone.command("status")

    answer = rig.do(work())
    page = json.loads(json.dumps(rig.web.document()))
    for document in (answer["status"], page):
        for key in ("uptime_s", "time_s", "step_us_max"):
            document.pop(key)
    assert answer["status"] == page


def test_live_status_of_a_charging_car_and_its_current_follows(fresh):
    charge(fresh)
    fresh.world.run(20)
    phone = meet(fresh)

    async def begin():
        await phone.prove()
        await phone.command("watch", interval_s=2)
        phone.heard.clear()

    fresh.do(begin())
    fresh.world.run(20)
    shown = [json.loads(phone.seal.open(m))["status"] for m in phone.heard]
    assert 9 <= len(shown) <= 11
    assert shown[-1]["uptime_s"] - shown[0]["uptime_s"] >= 16
    assert shown[-1]["car"]["offered_ma"] > 10000
    assert shown[-1]["car"]["current_ma"][0] > 8000
    phone.heard.clear()

    async def less():
        await phone.command("watch", interval_s=0)
        phone.heard.clear()
        return await phone.command("current", current_ma=8000)

    assert fresh.do(less())["ok"]
    fresh.world.run(10)
    assert len(phone.heard) == 1  # the answer; nothing more is watched
    assert 7900 <= fresh.web.document()["car"]["offered_ma"] <= 8000  # one step of the duty
    assert fresh.world.plant.chargers[0].amps[0] < 8.1


def test_pause_resume_boost_and_bounds(fresh):
    phone = meet(fresh)

    async def work():
        await phone.prove()
        out = [await phone.command("pause")]
        assert fresh.web.document()["user"]["paused"]
        out.append(await phone.command("resume"))
        assert not fresh.web.document()["user"]["paused"]
        out.append(await phone.command("boost", duration_s=600))
        assert 590 <= fresh.web.document()["user"]["boost_left_s"] <= 600
        out.append(await phone.command("reset_faults"))
        return out

    assert [a["ok"] for a in fresh.do(work())] == [True] * 4
    before = fresh.app.settings["user_ma"]
    info = fresh.web.info
    for wrong in (info.min_ma - 1, info.max_ma + 1, -1, "10000", 1e4, None, True):
        answer = fresh.do(phone.command("current", current_ma=wrong))
        assert not answer["ok"]
        assert answer["error"].startswith("current_ma must be a whole number"), wrong
    assert fresh.app.settings["user_ma"] == before
    assert not fresh.do(phone.command("open_contactor"))["ok"]


def test_a_wrong_code_gets_nothing(fresh):
    phone = meet(fresh)
    before = fresh.app.settings["user_ma"]

    async def work():
        answer = await phone.prove("label-pass-43")
        assert answer[:2] == bytes((f.REFUSED, f.WRONG_CODE))
        for kind in (f.SEALED, f.PROOF, 0x55):
            answer = await phone.message(bytes((kind,)) + bytes(60))
            assert answer[:2] == bytes((f.REFUSED, f.MALFORMED)), kind

    fresh.do(work())
    fresh.world.run(10)
    tx = fresh.radio_handles()[1]
    assert all(m[0] == f.REFUSED or m[0] == f.CHALLENGE for m in phone.heard)
    assert fresh.do(phone.read(f.INFO))[0] == f.VERSION
    assert fresh.app.settings["user_ma"] == before
    assert not any(b"current_ma" in data for _handle, data in fresh.radio.notified)
    assert fresh.device.ble.values[tx].data == b""  # nothing to read either
    assert ("login_failed", "ble") in fresh.kinds()
    assert fresh.app.ble.improv.state == improv.AUTHORIZATION_REQUIRED


def test_a_listener_hears_neither_status_nor_commands(fresh):
    phone = meet(fresh)

    async def work():
        await phone.prove()
        await phone.command("current", current_ma=9000)
        await phone.command("status")

    fresh.do(work())
    air = b"".join(data for _handle, data in fresh.radio.notified)
    assert len(air) > 1000
    for word in (b"current", b"status", b"Ballast", b"Garage", b"label"):
        assert word not in air, word


def test_what_was_recorded_is_worth_nothing_in_the_next_session(fresh):
    phone = meet(fresh)

    async def record():
        await phone.prove()
        sealed = phone.seal.seal(b'{"id": 1, "command": "pause"}')
        await phone.message(sealed)
        return sealed

    sealed = fresh.do(record())
    fresh.charger.resume()

    async def replay():
        answers = [await phone.message(sealed)]
        answers.append(await phone.message(sealed))
        await phone.prove()
        answers.append(await phone.message(sealed))
        return answers

    for answer in fresh.do(replay()):
        assert answer[:2] == bytes((f.REFUSED, f.MALFORMED))
    assert not fresh.web.document()["user"]["paused"]


def test_guessing_is_slowed_down_but_never_for_more_than_a_minute(fresh):
    phone = meet(fresh)
    waits = []
    for _ in range(12):
        answer = fresh.do(phone.prove("guess"))
        if answer[1] == f.WAIT:
            waits.append(int.from_bytes(answer[2:4], "big"))
            fresh.world.run(waits[-1])
            answer = fresh.do(phone.prove("guess"))
        assert answer[:2] == bytes((f.REFUSED, f.WRONG_CODE))
    assert waits == sorted(waits)
    assert waits[0] == 1
    assert waits[-1] == 60
    assert fresh.do(phone.hello())[1] == f.WAIT  # the right code has to wait as well
    fresh.world.run(60)
    assert fresh.do(phone.prove())[0] == f.WELCOME


def test_the_button_clears_the_wait(fresh):
    phone = meet(fresh)
    for _ in range(3):
        fresh.do(phone.prove("guess"))
    assert fresh.do(phone.hello())[1] == f.WAIT
    fresh.press(0.5)
    assert fresh.do(phone.prove())[0] == f.WELCOME
    assert ("lock_cleared", "button") in fresh.kinds()


def test_a_new_client_does_not_inherit_the_session(fresh):
    phone = meet(fresh)
    fresh.do(phone.prove())
    fresh.do(phone.link.disconnect())
    fresh.world.run(1)
    other = meet(fresh)
    other.seal = phone.seal
    answer = fresh.do(other.message(phone.seal.seal(b'{"id": 1, "command": "pause"}')))
    assert answer[:2] == bytes((f.REFUSED, f.MALFORMED))
    assert not fresh.web.document()["user"]["paused"]


def test_noise_on_both_services_leaves_the_charger_whole(fresh):
    from random import Random

    random = Random(5)
    phone = meet(fresh)

    async def work():
        for _ in range(200):
            uuid = random.choice((improv.COMMAND, f.RX))
            await phone.write(uuid, random.randbytes(random.randint(1, 180)), random.random() < 0.5)
        await phone.wait(lambda: False, 2)
        return await phone.prove()

    assert fresh.do(work())[0] == f.WELCOME
    assert fresh.app.services.restarts["ble"] == 0


def test_the_longest_status_still_fits_a_message(fresh):
    st = fresh.web.st
    fresh.charger.status(st)
    for i in range(1, faults.COUNT):
        st.fault_active[i] = 1
        st.fault_count[i] = 65535
    text = status.encode(status.build(st, fresh.web.info))
    assert 4000 < len(text) < f.MAX_MESSAGE - 100
