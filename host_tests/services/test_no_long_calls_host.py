"""What is long is computed in pieces: JSON of 4 KB, and a signature while the contactor may close."""

import asyncio
import json

import pytest

from ballast.protocol import json_pieces, update_file
from ballast.services import update
from ballast_bench.rigs.ble import BleRig
from ballast_bench.rigs.update import factory, load, make, service
from services.ble.test_window_host import meet

_PIECE = 330  # bytes: an object of at most 12 plain values; 1.3 ms (estimate)


@pytest.fixture
def written(monkeypatch):
    """[length of what each json.dumps of the firmware wrote]"""
    lengths, dumps = [], json.dumps

    def noted(value, **options):
        text = dumps(value, **options)
        if not options:
            lengths.append(len(text))
        return text

    monkeypatch.setattr(json, "dumps", noted)
    return lengths


def test_the_log_and_the_status_over_bluetooth_are_written_in_pieces(written):
    with BleRig() as rig:
        rig.open()
        phone = meet(rig, 185)
        for n in range(80):
            rig.events.add("settings", f"name, fuse_ma, wifi_ssid, wifi_password, {n}")
        rig.events.flush()
        rig.world.run(3.0)
        kept = rig.app.store.load("events")
        assert len(json.dumps(kept)) > 4096

        async def work():
            await phone.prove()
            written.clear()
            rig.events.flush()
            return await phone.command("status")

        answer = rig.do(work())
        assert len(answer["status"]) > 10
        assert len(written) > 100 and max(written) <= _PIECE


VALUES = [{}, [], {"a": [], "b": {}}, [[1, 2], [3]], {"x": [{"y": None}], "z": "\u00fc\""}, 7]


@pytest.mark.parametrize("value", VALUES)
def test_the_whole_is_what_json_writes(value):
    assert json.loads(json_pieces.text(value)) == value


def test_a_signature_waits_in_the_middle_while_the_contactor_is_closed(key, device, monkeypatch):
    """Another service wrote flash and ended its permit; an EV begins to charge; then it stops."""
    factory(device, make(key, "1.0"))
    done, open_again, seen = [0], [False], []
    verifying = update_file.verifying

    def counted(signed, signature, modulus):
        for part in verifying(signed, signature, modulus):
            done[0] += 1
            yield part

    async def waits(ms):
        seen.append(done[0])
        open_again[0] = len(seen) > 20

    monkeypatch.setattr(update_file, "verifying", counted)
    monkeypatch.setattr(asyncio, "sleep_ms", waits, raising=False)
    load(service(key, 0, may_write=lambda: done[0] != 5 or open_again[0]), make(key, "2.0"))
    assert seen and set(seen) == {5}
    assert done[0] == 18


def test_a_signature_is_given_up_if_it_goes_on(key, device, monkeypatch):
    monkeypatch.setattr(update, "_PERMIT_MS", 0)
    factory(device, make(key, "1.0"))
    asked = []

    def may_write():
        asked.append(1)
        return len(asked) < 4

    with pytest.raises(update.UpdateError, match="pause it"):
        load(service(key, 0, may_write=may_write), make(key, "2.0"))
