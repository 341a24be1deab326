"""The GATT service's frames: chunks at every MTU, seals that do not open, strict commands."""

import json

from ballast.protocol import ble_frames as f
from ballast.protocol.hmac_sha256 import HmacKey
from portable import raises

NONCES = bytes(range(32))
KEY = HmacKey(b"k" * 32)


def ends(nonces=NONCES, key=KEY):
    return f.Seal(key, nonces, False), f.Seal(key, nonces, True)


def test_chunks_come_together_at_every_size():
    message = bytes(i & 0xFF for i in range(300))
    for size in range(2, 302):
        got = f.MessageAssembler(300)
        parts = f.chunks(message, size)
        assert max(len(p) for p in parts) <= size
        answers = [got.feed(p) for p in parts]
        assert answers[:-1] == [None] * (len(parts) - 1)
        assert answers[-1] == message
    raises(ValueError, f.chunks, message, 1)
    raises(ValueError, f.chunks, b"", 20)


def test_a_lost_or_doubled_chunk_ends_the_message():
    parts = f.chunks(bytes(100), 20)
    for at in range(1, len(parts)):
        broken = [parts[:at] + parts[at + 1 :]]
        if at > 1:  # the first one again only begins anew
            broken.append(parts[:at] + parts[at - 1 :])
        for given in broken:
            got = f.MessageAssembler(200)
            for part in given:
                assert not _whole(got, part)
    got = f.MessageAssembler(200)
    raises(f.FrameError, got.feed, parts[1])
    got.feed(parts[0])
    raises(f.FrameError, got.feed, parts[2])
    raises(f.FrameError, got.feed, parts[1])  # it has to begin anew
    raises(f.FrameError, got.feed, b"\x80")


def _whole(got, part):
    try:
        return got.feed(part) is not None
    except f.FrameError:
        return False


def test_a_message_without_end_is_bounded():
    got = f.MessageAssembler(100)
    parts = f.chunks(bytes(101), 30)
    for part in parts[:-1]:
        got.feed(part)
    raises(f.FrameError, got.feed, parts[-1])


def test_both_ends_understand_each_other():
    client, charger = ends()
    for n in (0, 1, 31, 32, 33, 200):
        data = bytes(n)
        sealed = client.seal(data)
        assert data not in sealed or n < 2
        assert charger.open(sealed) == data
        assert client.open(charger.seal(data)) == data


def test_the_same_text_never_looks_the_same():
    client, charger = ends()
    looks = [client.seal(b"pause" * 8)[5:] for _ in range(3)]
    looks.append(charger.seal(b"pause" * 8)[5:])
    looks.append(ends(bytes(32))[0].seal(b"pause" * 8)[5:])
    assert len(set(looks)) == len(looks)


def test_every_flipped_bit_of_a_seal_is_found():
    sealed = ends()[0].seal(b"pause")
    for at in range(len(sealed)):
        for bit in range(8):
            broken = bytearray(sealed)
            broken[at] ^= 1 << bit
            raises(f.FrameError, ends()[1].open, bytes(broken))
    for cut in range(len(sealed)):
        raises(f.FrameError, ends()[1].open, sealed[:cut])
    assert ends()[1].open(sealed) == b"pause"


def test_no_replay_no_gap_no_reflection_no_other_session():
    client, charger = ends()
    first, second = client.seal(b"1"), client.seal(b"2")
    raises(f.FrameError, charger.open, second)
    assert charger.open(first) == b"1"
    raises(f.FrameError, charger.open, first)
    assert charger.open(second) == b"2"
    raises(f.FrameError, client.open, client.seal(b"3"))
    raises(f.FrameError, ends(bytes(32))[1].open, first)
    raises(f.FrameError, ends(key=HmacKey(b"j" * 32))[1].open, first)


def test_a_session_ends_before_its_counter_wraps():
    client, charger = ends()
    client._sent = charger._heard = 0x3FFFFFFE
    assert charger.open(client.seal(b"last")) == b"last"
    raises(f.FrameError, client.seal, b"one more")


def test_proofs_differ_by_who_and_by_nonce():
    made = [f.proof(KEY, w, n) for w in (b"client", b"charger") for n in (NONCES, bytes(32))]
    made.append(f.proof(HmacKey(b"j" * 32), b"client", NONCES))
    assert len(set(made)) == 5
    assert all(len(m) == f.TAG for m in made)


def command(**kw):
    return json.dumps(kw).encode()


def test_good_commands():
    good = [
        (("status", None, 0), 0), (("watch", "interval_s", 0), 0), (("watch", "interval_s", 60), 60),
        (("current", "current_ma", 16000), 16000), (("pause", None, 0), 0),
        (("boost", "duration_s", 86400), 86400), (("reset_faults", None, 0), 0),
    ]  # fmt: skip
    for (name, key, value), want in good:
        fields = {"id": 7, "command": name}
        if key:
            fields[key] = value
        assert f.decode_command(json.dumps(fields).encode()) == (7, name, want)


def test_bad_commands_get_one_line():
    bad = [
        b"", b"\xff", b"[1]", b"7", b"{}", command(id=1), command(command="pause"),
        command(id=-1, command="pause"), command(id=65536, command="pause"),
        command(id="1", command="pause"), command(id=True, command="pause"),
        command(id=1, command="open"), command(id=1, command=["pause"]),
        command(id=1, command="pause", x=1), command(id=1, command="current"),
        command(id=1, command="current", current_ma="16000"),
        command(id=1, command="current", current_ma=16.5),
        command(id=1, command="current", current_ma=True),
        command(id=1, command="boost", duration_s=-1),
        command(id=1, command="boost", duration_s=86401),
        command(id=1, command="watch", interval_s=61),
        command(id=1, command="boost", current_ma=1),
    ]  # fmt: skip
    for data in bad:
        line = str(raises(ValueError, f.decode_command, data))
        assert line and "\n" not in line, data


def test_info_round_trip():
    assert f.decode_info(f.encode_info(4000, b"saltsalt")) == (1, 4000, b"saltsalt")
    raises(f.FrameError, f.decode_info, b"\x01\x00\x00\x0f\xa0salt")


def test_refusals():
    assert f.encode_refused(f.WAIT, 60) == b"\x8f\x02\x00\x3c"
    assert f.encode_refused(f.WAIT, 100000) == b"\x8f\x02\xff\xff"
