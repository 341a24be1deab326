"""Requests, the web server and what it shows, as services/web needs them."""

from typing import Any, Awaitable, Callable, Iterator, Protocol, Sequence

from microdot import Microdot, Request, Response

from ballast.control.records import Status
from ballast.protocol.status import Info
from ballast.services.shapes import ChargePlan, Charger, WallClock

# What a handler returns: a JSON object, or a whole response; with a status code: the body too
Answer = dict[str, Any] | Response | tuple[dict[str, Any], int]

class Stream(Protocol):
    """door._Reader: up to n bytes of the body, b"" at its end."""

    async def read(self, n: int) -> bytes: ...

# -- the server and its parts --------------------------------------------------------------

# Any: the status document of protocol/status.py
Document = dict[str, Any]
Watcher = Callable[[int, Status, Document], None]  # uptime_s, ...
Filler = Callable[[Info], None]

class Events(Protocol):
    """services/memory/event_log.EventLog."""

    def add(self, kind: str, detail: str = "") -> None: ...
    def step(self) -> None: ...
    def document(self) -> list[dict[str, object]]: ...

class Auth(Protocol):
    """login.Auth. Tokens and device cookies are texts; peer is the client's address."""

    def has_password(self) -> bool: ...
    # new and text come from a request's body: login.Auth checks that they are texts
    async def set_password(self, role: str, new: object) -> str: ...
    # (role, session token, device cookie), None = wrong; an exception with wait_s = not tried
    async def login(
        self, text: object, peer: str, device: str | None = None
    ) -> tuple[str, str, str] | None: ...
    def role(self, token: str | None) -> str | None: ...
    def logout(self, token: str) -> None: ...
    def wait_s(self, peer: str, device: str | None = None) -> int: ...

class Web(Protocol):
    """server.Web: what a file with routes may use of it."""

    portal: str | None
    watchers: list[Watcher]
    fillers: list[Filler]
    uploads: dict[str, int]
    @property
    def app(self) -> Microdot: ...
    @property
    def charger(self) -> Charger: ...
    @property
    def info(self) -> Info: ...
    @property
    def auth(self) -> Auth: ...
    @property
    def events(self) -> Events: ...
    @property
    def wall(self) -> WallClock: ...
    def document(self) -> Document: ...
    def soon(self) -> None: ...
    def later(self, coroutine_function: Callable[[], Any]) -> None: ...
    def require(self, request: Request, role: str) -> None: ...
    def body(self, request: Request, *keys: str) -> dict[str, Any]: ...
    def integer(self, data: dict[str, Any], key: str, least: int, most: int) -> int: ...
    def session(self, answer: dict[str, Any], token: str, device: str | None = None) -> Response: ...

# -- what the routes show and command ---------------------------------------------------------

class Group(Protocol):
    """compose/group.py: this charger in its group, and the plan of the car that is plugged in."""

    @property
    def plan(self) -> ChargePlan: ...
    def document(self) -> dict[str, Any] | None: ...
    # False = no car is plugged in
    def set_plan(
        self, departure_s: int | None, energy_wh: int | None, rank: int | None, /
    ) -> bool: ...

class Schedule(Protocol):
    """services/schedule.Schedule: the weekly plan of protocol/week_plan.py."""

    def set(self, plan: dict[str, Any]) -> None: ...
    def document(self) -> dict[str, Any]: ...

class WifiLink(Protocol):
    """services/wifi_link.WifiLink."""

    def network(self) -> str: ...
    async def scan(self) -> list[tuple[str, int, bool]]: ...
    async def join(self, ssid: str, key: str) -> str: ...

class MeterProof(Protocol):
    """services/meters/proof.MeterProof. readings: mA of the house, None = not known."""

    def start(self) -> None: ...
    def add(self, now_s: int, readings: list[int] | None) -> None: ...
    def document(self, phases: int) -> dict[str, object]: ...

class Ring(Protocol):
    """services/memory/history.Ring: its JSON text in pieces."""

    def json(self) -> Iterator[str]: ...

class History(Protocol):
    """services/memory/history.History."""

    @property
    def hour(self) -> Ring: ...
    @property
    def day(self) -> Ring: ...
    def add(self, now_s: int, st: Status, known: bool) -> None: ...

class Sessions(Protocol):
    """services/memory/sessions.Sessions: its log as text in pieces."""

    def add(
        self, uptime_s: int, plugged: bool, session_s: int, charge_s: int, energy_wh: int
    ) -> None: ...
    def json(self) -> Iterator[str]: ...
    def csv(self) -> Iterator[str]: ...

class ClampLink(Protocol):
    """services/radio/clamp_link.ClampLink. source: 0 supply, 1 sub-panel."""

    window: str
    def clamps(self) -> list[dict[str, object]]: ...
    def heard(self) -> dict[str, int]: ...
    def open_window(self, source: int, code_text: str = "") -> None: ...
    def unpair(self, clamp: int) -> bool: ...

class Candidate(Protocol):
    """services/meters/finder.Candidate."""

    key: str
    name: str
    unit: int
    points: int
    evidence: str
    baud: int
    parity: str
    host: str

class MeterFinder(Protocol):
    """services/meters/finder.MeterFinder. progress: 0..100 %."""

    progress: int
    text: str
    @property
    def candidates(self) -> Sequence[Candidate]: ...

class MeterSearch(Protocol):
    """compose/meter_search.MeterSearch. kind: "rtu", "tcp" or "network"; ValueError in one line."""

    @property
    def finder(self) -> MeterFinder | None: ...
    def start(self, kind: str, host: str = "") -> None: ...
    def stop(self) -> None: ...

class Commissioning(Protocol):
    """control/meter/commissioning.Commissioning: the test and its result."""

    state: int
    verdict: int
    ratio_pm: list[int]
    agree: list[int]
    delay_ms: int
    phases: int
    first: int
    progress: int

class CommissioningTest(Protocol):
    """The test as the page runs it. start(): False = no car is charging, or no meter."""

    @property
    def commissioning(self) -> Commissioning: ...
    def start(self) -> bool: ...
    def stop(self) -> None: ...

class Update(Protocol):
    """services/update.Update: read(n) gives up to n bytes of the file; an exception has a code."""

    def status(self) -> dict[str, object]: ...
    async def receive(
        self, read: Callable[[int], Awaitable[bytes]], length: int
    ) -> dict[str, Any]: ...
    async def restart(self) -> None: ...
