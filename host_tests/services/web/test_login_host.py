"""Who gets in, who waits, and that a stranger can not lock the owner out."""

import asyncio
import json

import pytest

from ballast.control.settings import Settings
from ballast.protocol import password
from ballast.services.web.login import INSTALLER, USER, Auth, RefusedError
from ballast_bench.rigs.web import CountingRandom, MemoryStore

LABEL = "label-pass-42"
OWN = "own-pass-1"


class LoginRig:
    """An Auth with a clock of its own."""

    def __init__(self, store=None, settings=None):
        self.now = 1000
        self.log = []
        self.store = store or MemoryStore()
        self.settings = settings or Settings()
        self.auth = Auth(
            self.settings, self.store, lambda: self.now, CountingRandom(),
            password.make(LABEL, b"0123456789abcdef", 2), lambda *e: self.log.append(e), 2,
        )  # fmt: skip

    def login(self, text, peer="10.0.0.2", device=None):
        return asyncio.run(self.auth.login(text, peer, device))

    def set(self, role, text):
        return asyncio.run(self.auth.set_password(role, text))

    def guess(self, times, peer="10.0.0.66", device=None):
        """How many of `times` wrong tries were looked at, without waiting in between."""
        looked = 0
        for _ in range(times):
            try:
                assert self.login("wrong-pass", peer, device) is None
                looked += 1
            except RefusedError:
                pass
        return looked


@pytest.fixture
def rig():
    return LoginRig()


def test_the_label_opens_a_new_charger_and_nothing_else_does(rig):
    role, token, device = rig.login(LABEL)
    assert role == INSTALLER
    assert rig.auth.role(token) == INSTALLER
    assert len(device) == 64
    for text in ("", "bench", "admin", LABEL + " ", LABEL[:-1], None, 7, "x" * 10000):
        assert rig.login(text, peer=str(text)[:9]) is None


def test_roles(rig):
    rig.set(USER, OWN)
    assert rig.login(OWN)[0] == USER
    assert rig.login(LABEL)[0] == INSTALLER
    rig.set(INSTALLER, "other-pass-3")
    assert rig.login(LABEL, peer="c") is None  # replaced
    assert rig.login("other-pass-3")[0] == INSTALLER


def test_a_weak_password_is_refused_with_one_line(rig):
    for text in ("short", "aaaaaaaa", None):
        with pytest.raises(ValueError, match="password") as error:
            rig.set(USER, text)
        assert "\n" not in str(error.value)
    assert not rig.auth.has_password()


def test_a_new_password_ends_the_sessions_of_the_role(rig):
    rig.set(USER, OWN)
    _, old, _ = rig.login(OWN)
    _, installer, _ = rig.login(LABEL)
    new = rig.set(USER, "better-pass-2")
    assert rig.auth.role(old) is None
    assert rig.auth.role(new) == USER
    assert rig.auth.role(installer) == INSTALLER


def test_sessions_survive_a_restart_as_hashes_only(rig):
    _, token, device = rig.login(LABEL)
    again = LoginRig(rig.store, rig.settings)
    assert again.auth.role(token) == INSTALLER
    kept = json.dumps(rig.store.kept)
    assert token not in kept and LABEL not in kept
    assert again.auth._known(device)


def test_logout_and_made_up_tokens(rig):
    _, token, _ = rig.login(LABEL)
    rig.auth.logout("0" * 32)
    assert rig.auth.role(token) == INSTALLER
    rig.auth.logout(token)
    for text in (token, None, "", "x", "0" * 32, token.upper()):
        assert rig.auth.role(text) is None


def test_only_the_newest_sessions_are_kept(rig):
    tokens = [rig.login(LABEL)[1] for _ in range(10)]
    assert [rig.auth.role(t) for t in tokens] == [None] * 2 + [INSTALLER] * 8


def test_the_wait_grows_and_has_an_end(rig):
    waits = []
    for _ in range(12):
        rig.now += rig.auth.wait_s("10.0.0.66")
        assert rig.login("wrong-pass", "10.0.0.66") is None
        waits.append(rig.auth.wait_s("10.0.0.66"))
        rig.now += 6  # the shared budget is not the subject here
        waits[-1] = max(0, waits[-1])
    assert waits == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]


def test_a_right_password_is_not_looked_at_while_waiting(rig):
    rig.guess(5)
    with pytest.raises(RefusedError) as error:
        rig.login(LABEL, "10.0.0.66")
    assert 1 <= error.value.wait_s <= 60
    rig.now += 60
    assert rig.login(LABEL, "10.0.0.66")
    assert rig.auth.wait_s("10.0.0.66") == 0


def test_a_stranger_does_not_lock_out_another_address(rig):
    rig.guess(50)
    rig.now += 3
    assert rig.login(LABEL, "10.0.0.2")


def test_a_known_browser_gets_in_while_everything_is_under_attack(rig):
    _, _, device = rig.login(LABEL)
    for n in range(200):
        rig.guess(1, peer=f"10.0.1.{n}")
    with pytest.raises(RefusedError):
        rig.login(LABEL, "10.0.0.3")  # a new browser has to wait for the attack to ebb
    assert rig.login(LABEL, "10.0.0.2", device)
    assert rig.login(LABEL, "10.0.1.7", device)  # even from the attacker's own address


def test_a_known_browser_is_not_free_to_guess(rig):
    _, _, device = rig.login(LABEL)
    assert rig.guess(10, device=device) == 3


def test_a_made_up_device_is_a_stranger(rig):
    _, _, device = rig.login(LABEL)
    forged = device[:-1] + ("0" if device[-1] != "0" else "1")
    rig.guess(3, peer="10.0.0.9", device=forged)
    assert rig.auth.wait_s("10.0.0.9") > 0


def test_all_strangers_together_get_twenty_tries_a_minute(rig):
    looked = sum(rig.guess(1, peer=f"10.0.{n}.1") for n in range(300))
    assert looked == 20
    rig.now += 60
    looked = sum(rig.guess(1, peer=f"10.1.{n}.1") for n in range(300))
    assert looked == 20


def test_many_addresses_do_not_wash_out_a_guesser(rig):
    rig.guess(3)
    for n in range(100):
        rig.auth.wait_s(f"10.2.{n}.1")
    assert rig.auth.wait_s("10.0.0.66") > 0


def test_the_button_ends_every_wait(rig):
    rig.guess(50)
    for n in range(30):
        rig.guess(1, peer=f"10.0.1.{n}")
    rig.auth.forgive()
    assert rig.login(LABEL, "10.0.0.66")
    assert ("lock_cleared", "button") in rig.log


def test_one_login_at_a_time(rig):
    async def both():
        first = asyncio.ensure_future(rig.auth.login("wrong-pass", "a"))
        await asyncio.sleep(0)
        with pytest.raises(RefusedError) as error:
            await rig.auth.login(LABEL, "b")
        assert error.value.wait_s == 2
        assert await first is None

    record = password.make("own-pass-1", b"0123456789abcdef", 400)  # long enough to yield
    rig.settings.set("password_installer", record)
    asyncio.run(both())


def test_nothing_typed_goes_to_the_log(rig):
    rig.login("my-secret-typo", "10.0.0.2")
    rig.login(LABEL)
    rig.set(USER, OWN)
    text = json.dumps(rig.log)
    assert "login_failed" in text and "10.0.0.2" in text
    for secret in ("my-secret-typo", LABEL, OWN):
        assert secret not in text


def test_a_damaged_label_is_found_at_the_start():
    with pytest.raises(ValueError, match="record"):
        Auth(Settings(), MemoryStore(), lambda: 0, CountingRandom(), "1234", print)
