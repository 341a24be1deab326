"""The group's records and state machine, as services/radio needs them. See control/group/."""

from typing import Any, Protocol

class Report(Protocol):
    """control/group/records.Report: one charger to all. Currents in mA, times in ms."""

    seat: int
    boot: int
    seq: int
    vote_seat: int
    vote_boot: int
    echo_seq: int
    vote_ms: int
    lend_ms: int
    grant_seq: int
    held_ma: int
    held_mask: int
    want: int
    mask: int
    wired: int
    line: int
    min_ma: int
    max_ma: int
    rank: int
    left_s: int
    need_mah: int
    turn_s: int
    drawn_ma: list[int]
    budget_ma: list[int]

class Beacon(Protocol):
    """control/group/records.Beacon: the leader to all. Currents in mA, times in ms."""

    seat: int
    boot: int
    seq: int
    lead: int
    n: int
    row_seat: bytearray
    row_boot: list[int]
    row_seq: list[int]
    row_ma: list[int]
    row_mask: bytearray
    row_lease_ms: list[int]

class HearReport(Protocol):
    """Takes each report that the group accepted, this charger's own included."""

    # Any: the Report of control/, which only control/ can name
    def __call__(self, now_ms: int, report: Any, /) -> None: ...

class Timer(Protocol):
    """control/group/timers.Timer: left() gives the ms until it ends, 0 = it has ended."""

    on: bool
    def left(self, now_ms: int, /) -> int: ...

class Member(Protocol):
    """control/group/member.Member. allowed_ma: may be drawn; held_ma: may still be drawn now."""

    allowed_ma: int
    held_ma: int
    slot_ms: int
    refused: int
    @property
    def lease(self) -> Timer: ...
    @property
    def conflict(self) -> Timer: ...
    # Any, here and below: the records of control/, which only control/ can name
    def step(self, now_ms: int, request: Any, /) -> None: ...

class Allocator(Protocol):
    """control/group/allocate.Allocator. short: see there."""

    short: int

class Leader(Protocol):
    """control/group/leader.Leader."""

    @property
    def allocator(self) -> Allocator: ...

class Config(Protocol):
    """control/group/records.Config: what all chargers of the group have in common."""

    seats: int
    metered: int

class Group(Protocol):
    """control/group/machine.GroupMachine: this charger's part in its group."""

    seat: int
    role: int
    leader_seat: int
    report_due: bool
    beacon_due: bool
    budget_ma: list[int]
    refused_seat: int
    refused_old: int
    refused_same_seat: int
    refused_value: int
    @property
    def config(self) -> Config: ...
    @property
    def member(self) -> Member: ...
    @property
    def leader(self) -> Leader: ...
    @property
    def request(self) -> Report: ...
    def step(self, now_ms: int, /) -> None: ...
    def fill_report(self, now_ms: int, /) -> Report: ...
    def fill_beacon(self, now_ms: int, /) -> Beacon: ...
    # the result: whether it was accepted
    def hear_report(self, now_ms: int, r: Any, /) -> bool: ...
    def hear_beacon(self, now_ms: int, b: Any, /) -> bool: ...
    def set_budget(self, now_ms: int, l1_ma: int, l2_ma: int, l3_ma: int, /) -> None: ...
