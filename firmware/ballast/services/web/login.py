"""Who may do what: passwords, sessions, roles, and the lock against guessing.

Two roles: the user (daily things) and the installer (fuse, meters, group), who may
all that the user may. Until a password is set the code on the label opens both;
there is no default. The label's code stays the installer's key and so the way back
for an owner who forgot the password.

Guessing: a source gets three free tries, then waits 1, 2, 4 ... 60 s between tries.
Sources are counted apart, so a stranger's failures do not lock the owner out: a
browser that has logged in before carries a device cookie and is a source of its
own (OWASP "device cookies"); others are counted by address, and all that have no
device cookie share a budget of 20 tries a minute. A press on the charger's button
clears every wait (`forgive`).
"""

import asyncio
import binascii
import hashlib

from micropython import const

from ballast.protocol import password
from ballast.protocol.hmac_sha256 import HmacKey, equal

USER = "user"
INSTALLER = "installer"

_FREE_TRIES = const(3)
_MAX_WAIT_S = const(60)
_MAX_SOURCES = const(16)
_MAX_SESSIONS = const(8)
_BUDGET = const(20)  # tries a minute by everybody without a device cookie
_TOKEN_BYTES = const(16)


class RefusedError(Exception):
    """A login that was not even looked at: try again in `wait_s` seconds."""

    def __init__(self, wait_s):
        super().__init__("wait %d s" % wait_s)
        self.wait_s = wait_s


def _hex(data):
    return binascii.hexlify(data).decode()


def _digest(token):
    return _hex(hashlib.sha256(token.encode()).digest())


class _Source:
    def __init__(self, key):
        self.key = key
        self.failures = 0
        self.free_at_s = 0


class Auth:
    """Logins of one charger.

    settings: keeps the two password records (settings[key], set(key, value)).
    store: load(name) -> dict or None, save(name, dict); sessions, as hashes only.
    clock_s: seconds since start, growing for ever. random: n -> n random bytes
    (os.urandom). label: password record of the code on the label. log(kind, detail).
    """

    def __init__(
        self, settings, store, clock_s, random, label, log, iterations=password.ITERATIONS
    ):
        password.parse(label)
        self._settings = settings
        self._store = store
        self._clock = clock_s
        self._random = random
        self._label = label
        self._log = log
        self._iterations = iterations
        self._lock = asyncio.Lock()
        self._sources = []
        self._tokens = _BUDGET * 60  # in 1/60 tries
        self._filled_s = clock_s()
        kept = store.load("auth") or {}
        self._sessions = [s for s in kept.get("sessions", []) if len(s) == 2]
        self._device_key = kept.get("device_key") or _hex(random(32))

    # passwords

    def has_password(self):
        """Whether the user has set a password of their own."""
        return self._settings["password_user"] != ""

    async def set_password(self, role, new):
        """Set the password of `role` and return a session token for whoever set it.

        ValueError with one line when it will not do. The role's other sessions end:
        who knew the old password is out.
        """
        problem = password.problem(new)
        if problem:
            raise ValueError(problem)
        salt = self._random(16)
        derived = await self._derive(new, salt, self._iterations)
        self._settings.set("password_" + role, password.record(derived, salt, self._iterations))
        self._sessions = [s for s in self._sessions if s[1] != role]
        self._log("password_set", role)
        return self._open(role)

    async def _derive(self, text, salt, iterations):
        work = password.Pbkdf2(text.encode(), salt, iterations)
        while work.step(password.SLICE):
            await asyncio.sleep(0)
        return work.digest()

    async def _matches(self, text, record):
        iterations, salt, want = password.parse(record)
        return equal(await self._derive(text, salt, iterations), want)

    async def _role_for(self, text):
        """The role that `text` opens, or None. Takes the same time for every wrong text."""
        user = self._settings["password_user"]
        found = None
        if user and await self._matches(text, user):
            found = USER
        if await self._matches(text, self._settings["password_installer"] or self._label):
            found = INSTALLER
        return found

    # login

    async def login(self, text, peer, device=None):
        """(role, session token, device token) of a right password, or None.

        text: what was typed. peer: the client's address. device: its device cookie.
        Raises RefusedError while this source has to wait or another login is worked on.
        """
        source = self._source(peer, device)
        wait = self.wait_s(peer, device)
        if wait:
            raise RefusedError(wait)
        if self._lock.locked():
            raise RefusedError(2)
        async with self._lock:
            ok = isinstance(text, str) and len(text.encode()) <= password.MAX_LENGTH
            role = await self._role_for(text) if ok else None
        if role is None:
            self._failed(source)
            return None
        source.failures = 0
        source.free_at_s = 0
        self._log("login", role)
        return role, self._open(role), self._device_token(device)

    def _open(self, role):
        token = _hex(self._random(_TOKEN_BYTES))
        self._sessions.append([_digest(token), role])
        while len(self._sessions) > _MAX_SESSIONS:
            self._sessions.pop(0)
        self._save()
        return token

    def role(self, token):
        """The role of a session token, or None."""
        if not token or len(token) != 2 * _TOKEN_BYTES:
            return None
        digest = _digest(token).encode()
        found = None
        for kept, role in self._sessions:
            if equal(kept.encode(), digest):
                found = role
        return found

    def logout(self, token):
        """End the session of `token`."""
        digest = _digest(token)
        self._sessions = [s for s in self._sessions if s[0] != digest]
        self._save()

    def logout_all(self):
        """End every session, and make all device cookies strangers."""
        self._sessions = []
        self._device_key = _hex(self._random(32))
        self._save()

    # the lock against guessing

    def wait_s(self, peer, device=None):
        """Seconds until this source may try again, 0 = now."""
        source = self._source(peer, device)
        now = self._clock()
        wait = source.free_at_s - now
        if wait <= 0 and not self._known(device) and not self._take(0):
            wait = 3
        return max(0, wait)

    def forgive(self):
        """Clear every wait: somebody stands at the charger and pressed its button."""
        self._sources = []
        self._tokens = _BUDGET * 60
        self._log("lock_cleared", "button")

    def _failed(self, source):
        source.failures += 1
        if source.key[0] == "p":
            self._take(60)
        over = source.failures - _FREE_TRIES
        if over >= 0:
            source.free_at_s = self._clock() + min(_MAX_WAIT_S, 1 << min(over, 6))
        self._log("login_failed", "" if source.key[0] == "d" else source.key[1:])

    def _take(self, cost):
        """Take `cost` from the shared budget; False when it is empty."""
        now = self._clock()
        gained = (now - self._filled_s) * _BUDGET
        self._filled_s = now
        self._tokens = min(_BUDGET * 60, self._tokens + gained)
        if self._tokens < 60:
            return False
        self._tokens -= cost
        return True

    def _source(self, peer, device):
        key = "d" + device if self._known(device) else "p" + str(peer)
        for source in self._sources:
            if source.key == key:
                return source
        source = _Source(key)
        if len(self._sources) >= _MAX_SOURCES:
            self._sources.pop(self._least_guilty())
        self._sources.append(source)
        return source

    def _least_guilty(self):
        """Index of the source to forget: a flood of addresses must not wash out a guesser."""
        least = 0
        for i in range(len(self._sources)):
            if self._sources[i].failures < self._sources[least].failures:
                least = i
        return least

    def _known(self, device):
        """Whether a device cookie is one that this charger gave."""
        if not device or len(device) != 64:
            return False
        return equal(self._sign(device[:32]).encode(), device[32:].encode())

    def _sign(self, nonce):
        mac = HmacKey(self._device_key.encode()).digest(nonce.encode())
        return _hex(mac[:16])

    def _device_token(self, device):
        if self._known(device):
            return device
        nonce = _hex(self._random(16))
        return nonce + self._sign(nonce)

    def _save(self):
        self._store.save("auth", {"sessions": self._sessions, "device_key": self._device_key})
