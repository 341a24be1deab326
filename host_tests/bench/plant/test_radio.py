"""The air: delivery, loss statistics, determinism."""

import pytest

from ballast_bench.plant.radio import BROADCAST, Radio, air_us

A, B, C = (bytes([2, 0, 0, 0, 0, n]) for n in (1, 2, 3))


def air(seed=1, **conditions):
    radio = Radio(seed)
    for mac in (A, B, C):
        radio.station(mac)
    radio.air.loss_good = 0.0
    for name, value in conditions.items():
        setattr(radio.air, name, value)
    return radio


def drain(radio, mac, now_s=1e9):
    radio.advance(now_s)
    found = []
    while (one := radio.station(mac).receive()) is not None:
        found.append(one)
    return found


def test_unicast_and_broadcast():
    radio = air()
    assert radio.send(A, B, b"hello", 0.0)
    assert drain(radio, C) == []
    assert drain(radio, B) == [(A, b"hello", -60)]
    assert radio.send(A, BROADCAST, b"all", 1.0)
    assert drain(radio, B) == drain(radio, C) == [(A, b"all", -60)]
    assert drain(radio, A) == []


def test_each_frame_that_goes_out_is_told_once_and_how_long_it_takes():
    """802.11b at 1 Mbit/s: 192 us of preamble, then 8 us a byte, 43 of them round the payload."""
    radio, told = air(), []
    radio.on_send = told.append
    radio.send(A, BROADCAST, b"all", 0.0)
    radio.station(A).up = False
    assert not radio.send(A, BROADCAST, b"off", 1.0)
    assert told == [b"all"]
    assert air_us(250) - air_us(0) == 2000 and air_us(1) == 192 + 44 * 8


def test_nothing_arrives_before_its_time():
    radio = air(delay_s=0.05, jitter_s=0.0)
    radio.send(A, B, b"x", 1.0)
    assert radio.next_s == pytest.approx(1.05)
    assert drain(radio, B, 1.0499) == []
    assert len(drain(radio, B, 1.05)) == 1


@pytest.mark.parametrize("trouble", ["jammed", "down", "channel", "cut", "far", "unknown"])
def test_no_acknowledgement_when_nobody_hears(trouble):
    radio = air()
    target = B
    if trouble == "jammed":
        radio.air.jammed = True
    elif trouble == "down":
        radio.station(B).up = False
    elif trouble == "channel":
        radio.station(B).channel = 6
    elif trouble == "cut":
        radio.cut.add((A, B))
    elif trouble == "far":
        radio.rssi[(A, B)] = -99
    else:
        target = bytes([2, 9, 9, 9, 9, 9])
    assert not radio.send(A, target, b"x", 0.0)
    assert radio.delivered == 0
    assert radio.send(B, A, b"x", 0.0) == (trouble in ("cut", "far", "unknown"))


def lost(radio, count=4000, step_s=0.1):
    """Which of `count` broadcasts A -> B got lost."""
    result = []
    for k in range(count):
        before = radio.station(B)
        radio.send(A, BROADCAST, b"x", k * step_s)
        radio.advance(k * step_s + 0.05)
        result.append(before.receive() is None)
        radio.station(C).inbox.clear()
    return result


def test_independent_loss_rate():
    gone = lost(air(loss_good=0.1))
    assert 0.08 < sum(gone) / len(gone) < 0.12


def test_bursts():
    """Mean loss by the stationary share; bursts as long as the bad state says."""
    gone = lost(air(loss_good=0.0, loss_bad=1.0, good_s=9.0, bad_s=1.0), 40000)
    rate = sum(gone) / len(gone)
    assert 0.08 < rate < 0.12
    bursts = sum(1 for k in range(1, len(gone)) if gone[k] and not gone[k - 1])
    assert 8.0 < sum(gone) / bursts < 13.0


def test_unicast_repetition_beats_loss():
    radio = air(loss_good=0.5, retries=5)
    acked = sum(radio.send(A, B, b"x", k * 0.1) for k in range(2000))
    assert acked / 2000 == pytest.approx(1 - 0.5**6, abs=0.01)


def test_duplicates_and_reordering():
    radio = air(duplicate=1.0)
    radio.send(A, B, b"x", 0.0)
    assert len(drain(radio, B)) == 2
    radio = air(reorder=0.3, jitter_s=0.0)
    for k in range(200):
        radio.send(A, B, bytes([k]), k * 0.01)
        radio.advance(k * 0.01)
    radio.station(B).depth = 1000
    order = []
    radio.station(B).inbox.clear()
    radio = air(reorder=0.3, jitter_s=0.0)
    radio.station(B).on_frame = lambda src, frame, rssi: order.append(frame[0])
    for k in range(200):
        radio.send(A, B, bytes([k]), k * 0.01)
    radio.advance(10.0)
    assert sorted(order) == list(range(200))
    assert order != sorted(order)


def test_same_seed_same_air_and_another_link_does_not_disturb_it():
    def story(seed, busy):
        radio = air(seed, loss_good=0.3)
        result = []
        for k in range(300):
            if busy:
                radio.send(C, A, b"y", k * 0.1)
            radio.send(A, BROADCAST, b"x", k * 0.1)
            radio.advance(k * 0.1 + 0.09)
            result.append(radio.station(B).receive() is not None)
        return result

    assert story(1, False) == story(1, True) != story(2, False)


def test_inbox_has_a_depth():
    radio = air(duplicate=0.0)
    for k in range(20):
        radio.send(A, B, bytes([k]), 0.0)
    assert len(drain(radio, B)) == 16
    assert radio.station(B).dropped == 4


def test_frames_are_checked():
    radio = air()
    for frame in (b"", bytes(1471)):
        with pytest.raises(ValueError, match=r"takes 1\.\.1470"):
            radio.send(A, B, frame, 0.0)
    with pytest.raises(ValueError, match="unknown source"):
        radio.send(bytes(6), B, b"x", 0.0)
    with pytest.raises(ValueError, match="no station address"):
        radio.station(BROADCAST)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 1.0])
@pytest.mark.parametrize("to", [B, BROADCAST])
def test_loss_is_the_share_of_the_frames_that_do_not_arrive(share, to):
    """Whatever the radio repeats: sent against arrived. A burst costs some evenness: 3 %."""
    radio = air(loss=share)
    radio.station(B).on_frame = radio.station(C).on_frame = lambda *frame: arrived.append(frame)
    arrived = []
    count = 8000
    for k in range(count):
        radio.send(A, to, b"x", k * 0.05)
        radio.advance(k * 0.05 + 0.04)
    sent = count * (2 if to == BROADCAST else 1)
    print(f"{share:.0%}: {sent} sent, {len(arrived)} arrived")
    assert 1.0 - len(arrived) / sent == pytest.approx(share, abs=0.03)


def test_losses_of_a_share_come_in_bursts_too():
    """After a lost frame the next one, 20 ms later, is lost more often than the share says."""
    gone = lost(air(loss=0.2, burst_s=0.1), 8000, 0.06)
    after = [b for a, b in zip(gone, gone[1:], strict=False) if a]
    assert sum(after) / len(after) > 0.3


def test_a_scanning_radio_is_away_and_back_between_two_channels():
    """120 ms on each of 13 channels and 30 ms at home; it neither hears nor is heard away."""
    radio = air(delay_s=0.0, jitter_s=0.0)
    assert radio.station(B).scan(10.0) == pytest.approx(13 * 0.15)
    heard = [radio.send(A, B, b"x", t / 1000) for t in range(9900, 12100)]
    spoke = [radio.send(B, A, b"x", t / 1000) for t in range(9900, 12100)]
    assert heard == spoke
    assert all(heard[:100]) and all(heard[2050:]) and not any(heard[101:219])
    assert sum(heard[100:2050]) == pytest.approx(13 * 30, abs=13)
    radio.station(C).scan(20.0, passive=True, home=False)
    assert not any(radio.send(A, C, b"x", 20.0 + 0.1 * k) for k in range(46))
    assert radio.send(A, C, b"x", 24.7)


def test_a_deaf_radio_sends():
    radio = air()
    radio.station(B).deaf = True
    assert not radio.send(A, B, b"x", 0.0) and radio.send(B, A, b"x", 0.0)
