"""The clamp's pairing in pieces: its windows go on, and a wrong offer costs it time alone."""

import pytest

from ballast.protocol import clamp_frame, x25519
from ballast_bench.rigs.clamp import Rig
from clamp import pairing


@pytest.fixture
def counted(monkeypatch):
    """[how many pieces of X25519 were computed so far]"""
    total, pieces = [0], x25519.pieces

    def counting(secret, public):
        for result in pieces(secret, public):
            total[0] += 1
            yield result

    monkeypatch.setattr(x25519, "pieces", counting)
    return total


def most_in_a_cycle(rig, unit, counted, seconds):
    most, cycle = [0], unit.app.cycle

    def watched():
        before = counted[0]
        slept = cycle()
        most[0] = max(most[0], counted[0] - before)
        return slept

    unit.app.cycle = watched
    rig.run(seconds)
    return most[0]


def test_a_cycle_computes_a_few_pieces_alone(counted):
    rig = Rig(seed=5)
    rig.add_charger()
    unit = rig.add_clamp()
    unit.app.press()
    assert counted[0] == 0, "the press itself computes"
    assert most_in_a_cycle(rig, unit, counted, 5.0) == pairing.MANY
    unit.app.pairing.stop()
    rig.pair(unit, rig.links[0])
    unit.app.press()
    assert most_in_a_cycle(rig, unit, counted, 5.0) == pairing.FEW


def test_it_pairs_with_a_second_charger_and_goes_on_with_the_first():
    rig = Rig(seed=6)
    first, second = rig.add_charger(1), rig.add_charger(2)
    unit = rig.add_clamp()
    rig.pair(unit, first)
    rig.run(2)
    rig.pair(unit, second)
    before = [len(charger.samples) for charger in rig.chargers]
    rig.run(5)
    assert all(len(c.samples) >= n + 4 for c, n in zip(rig.chargers, before, strict=True))


def test_a_strangers_offer_does_not_end_the_pairing():
    p = pairing.Pairing(7, bytes(10), 7, False)
    out = bytearray(clamp_frame.MAX_FRAME)
    p.start(0, bytes(range(32)))
    p.pieces = 400
    size, _ = p.step(0, 1, out)
    assert clamp_frame.kind(bytes(out[:size])) == clamp_frame.HELLO
    false = bytearray(clamp_frame.MAX_FRAME)
    from ballast.protocol.hmac_sha256 import HmacKey

    size = clamp_frame.encode_offer(
        false, 7, 99, x25519.public_key(bytes(31) + b"x"), clamp_frame.MODE_BUTTON, HmacKey(bytes(32))
    )
    p.on_offer(b"123456", bytes(false[:size]))
    size, _ = p.step(400, 1, out)
    assert p.state == pairing.CALLING and clamp_frame.kind(bytes(out[:size])) == clamp_frame.HELLO
