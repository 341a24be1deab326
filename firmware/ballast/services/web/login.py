"""Login: passwords, sessions, roles, and the lock against guessing.

There are two roles: the user (daily use) and the installer (fuse, meters, group), who may do
everything that the user may. There is no default password: until one is set, the code on the
label logs in as installer. The code keeps this right, so an owner who forgot the password can
log in with it, unless the installer has set a password of their own.

Against guessing: a client has three free tries, then waits 1, 2, 4 ... 60 s between tries.
Each client is counted alone, so that a stranger's failures do not lock the owner out. A
browser that has logged in before sends a device cookie and is a client of its own (OWASP
"device cookies"). Other browsers are counted by address, and all of them share a budget of 20
tries a minute. A press on the charger's button clears every wait (`forgive`).
"""

import asyncio
import binascii
import hashlib

from micropython import const

from ballast.protocol import password
from ballast.protocol.hmac_sha256 import HmacKey, equal

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.services.shapes import AddEvent, Clock, Random, Settings, Store

USER = "user"
INSTALLER = "installer"

_FREE_TRIES = const(3)
_MAX_WAIT_S = const(60)
_MAX_CLIENTS = const(16)
_MAX_SESSIONS = const(8)
_BUDGET = const(20)  # tries a minute of all browsers without a device cookie together
_TOKEN_BYTES = const(16)


class RefusedError(Exception):
    """A login whose password was not checked: try again in `wait_s` seconds."""

    def __init__(self, wait_s: int) -> None:
        super().__init__("wait %d s" % wait_s)
        self.wait_s = wait_s


def _hex(data: bytes) -> str:
    return binascii.hexlify(data).decode()


def _digest(token: str) -> str:
    return _hex(hashlib.sha256(token.encode()).digest())


class _Client:
    """key: "d" and a device cookie, or "p" and an address. free_at_s: next try, s since start."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.failures = 0
        self.free_at_s = 0


class Auth:
    """Logins of one charger.

    settings: keeps the two password records. store: keeps the sessions, as hashes only.
    clock_s: seconds since start, growing for ever. random: n -> n random bytes (os.urandom).
    label: password record of the code on the label. log(kind, detail). iterations: of PBKDF2,
    for new passwords.
    """

    def __init__(
        self,
        settings: "Settings",
        store: "Store",
        clock_s: "Clock",
        random: "Random",
        label: str,
        log: "AddEvent",
        iterations: int = password.ITERATIONS,
    ) -> None:
        password.parse(label)
        self._settings = settings
        self._store = store
        self._clock = clock_s
        self._random = random
        self._label = label
        self._log = log
        self._iterations = iterations
        self._lock = asyncio.Lock()
        self._clients: list[_Client] = []
        self._tokens = _BUDGET * 60  # in 1/60 tries
        self._filled_s = clock_s()
        kept = store.load("auth") or {}
        self._sessions = [s for s in kept.get("sessions", []) if len(s) == 2]
        self._device_key: str = kept.get("device_key") or _hex(random(32))

    # passwords

    def has_password(self) -> bool:
        """Whether the user has set a password of their own."""
        return self._settings["password_user"] != ""

    async def set_password(self, role: str, new: object) -> str:
        """Set the password of `role` -> a new session token.

        ValueError with one line if the password is not acceptable. All older sessions of the
        role end, so that someone with the old password is logged out.
        """
        problem = password.problem(new)
        if problem or not isinstance(new, str):
            raise ValueError(problem)
        salt = self._random(16)
        derived = await self._derive(new, salt, self._iterations)
        self._settings.set("password_" + role, password.record(derived, salt, self._iterations))
        self._sessions = [s for s in self._sessions if s[1] != role]
        #: password_set role: the password of this role was set
        self._log("password_set", role)
        return self._open(role)

    async def _derive(self, text: str, salt: bytes, iterations: int) -> bytes:
        work = password.Pbkdf2(text.encode(), salt, iterations)
        while work.step(password.SLICE):
            await asyncio.sleep(0)
        return work.digest()

    async def _matches(self, text: str, record: str) -> bool:
        iterations, salt, want = password.parse(record)
        return equal(await self._derive(text, salt, iterations), want)

    async def _role_for(self, text: str) -> "str | None":
        """The role whose password is `text`, or None. Takes the same time for every wrong text."""
        user = self._settings["password_user"]
        found: "str | None" = None
        if user and await self._matches(text, user):
            found = USER
        if await self._matches(text, self._settings["password_installer"] or self._label):
            found = INSTALLER
        return found

    # login

    async def login(
        self, text: object, peer: str, device: "str | None" = None
    ) -> "tuple[str, str, str] | None":
        """(role, session token, device cookie) if the password is right, else None.

        text: the password as typed; something else than a text is wrong. peer: the client's
        address. device: its device cookie. RefusedError while this client has to wait, and
        while another login is being checked.
        """
        client = self._client(peer, device)
        wait = self.wait_s(peer, device)
        if wait:
            raise RefusedError(wait)
        if self._lock.locked():
            raise RefusedError(2)
        async with self._lock:
            role: "str | None" = None
            if isinstance(text, str) and len(text.encode()) <= password.MAX_LENGTH:
                role = await self._role_for(text)
        if role is None:
            self._failed(client)
            return None
        client.failures = 0
        client.free_at_s = 0
        #: login role: somebody logged in on the page
        self._log("login", role)
        return role, self._open(role), self._device_token(device)

    def _open(self, role: str) -> str:
        """A new session of `role` -> its token; the oldest session may end."""
        token = _hex(self._random(_TOKEN_BYTES))
        self._sessions.append([_digest(token), role])
        while len(self._sessions) > _MAX_SESSIONS:
            self._sessions.pop(0)
        self._save()
        return token

    def role(self, token: "str | None") -> "str | None":
        """The role of a session token, or None."""
        if not token or len(token) != 2 * _TOKEN_BYTES:
            return None
        digest = _digest(token).encode()
        found: "str | None" = None
        for kept, role in self._sessions:
            if equal(kept.encode(), digest):
                found = role
        return found

    def logout(self, token: str) -> None:
        """End the session of `token`."""
        digest = _digest(token)
        self._sessions = [s for s in self._sessions if s[0] != digest]
        self._save()

    # the lock against guessing

    def wait_s(self, peer: str, device: "str | None" = None) -> int:
        """Seconds until this client may try again, 0 = now."""
        client = self._client(peer, device)
        now = self._clock()
        wait = client.free_at_s - now
        if wait <= 0 and not self._known(device) and not self._take(0):
            wait = 3
        return max(0, wait)

    def forgive(self) -> None:
        """Clear every wait: somebody has pressed the charger's button."""
        self._clients = []
        self._tokens = _BUDGET * 60
        #: lock_cleared `button`: the button ended every wait after wrong passwords
        self._log("lock_cleared", "button")

    def _failed(self, client: _Client) -> None:
        client.failures += 1
        if client.key[0] == "p":
            self._take(60)
        over = client.failures - _FREE_TRIES
        if over >= 0:
            client.free_at_s = self._clock() + min(_MAX_WAIT_S, 1 << min(over, 6))
        #: login_failed address: a wrong password; no address from a browser that logged in before
        self._log("login_failed", "" if client.key[0] == "d" else client.key[1:])

    def _take(self, cost: int) -> bool:
        """Take `cost` (in 1/60 tries) from the shared budget; False if less than a try is left."""
        now = self._clock()
        gained = (now - self._filled_s) * _BUDGET
        self._filled_s = now
        self._tokens = min(_BUDGET * 60, self._tokens + gained)
        if self._tokens < 60:
            return False
        self._tokens -= cost
        return True

    def _client(self, peer: str, device: "str | None") -> _Client:
        known = device is not None and self._known(device)
        key = "d" + device if device is not None and known else "p" + peer
        for client in self._clients:
            if client.key == key:
                return client
        client = _Client(key)
        if len(self._clients) >= _MAX_CLIENTS:
            self._clients.pop(self._least_failed())
        self._clients.append(client)
        return client

    def _least_failed(self) -> int:
        """Index of the client to delete, the one with the fewest failures: a flood of addresses
        must not delete the client of a guesser."""
        least = 0
        for i in range(len(self._clients)):
            if self._clients[i].failures < self._clients[least].failures:
                least = i
        return least

    def _known(self, device: "str | None") -> bool:
        """Whether this charger has given out this device cookie."""
        if not device or len(device) != 64:
            return False
        return equal(self._sign(device[:32]).encode(), device[32:].encode())

    def _sign(self, nonce: str) -> str:
        mac = HmacKey(self._device_key.encode()).digest(nonce.encode())
        return _hex(mac[:16])

    def _device_token(self, device: "str | None") -> str:
        if device is not None and self._known(device):
            return device
        nonce = _hex(self._random(16))
        return nonce + self._sign(nonce)

    def _save(self) -> None:
        self._store.save("auth", {"sessions": self._sessions, "device_key": self._device_key})
