"""What codecs are handed, as shapes for the type check: nothing here runs on the charger.

A codec may not import records of control/ or ports, so it names the shape that it needs
from here. Whoever calls hands over the object; mypy compares it with the shape there.
"""

from typing import Any, Protocol

Readable = bytes | bytearray | memoryview

class Settings(Protocol):
    """control/settings.Settings, for reading alone."""

    # Any: a setting is a number or a text, and its key alone says which
    def __getitem__(self, key: str, /) -> Any: ...

class Headers(Protocol):
    """Headers of an HTTP request, as Microdot has them."""

    def get(self, name: str, /) -> str | None: ...

class Sign(Protocol):
    """The signature of `signed`: 384 bytes."""

    def __call__(self, signed: bytes, /) -> bytes: ...

class RecordBlocks(Protocol):
    """The two flash blocks of the slot record: ports/update_slots.UpdateSlots."""

    def read_record(self, sector: int, buf: bytearray) -> None: ...
    def write_record(self, sector: int, buf: bytearray) -> None: ...

class Status(Protocol):
    """control/records.Status; units are in the names."""

    uptime_s: int
    state: int
    why: int
    contactor: int
    offered_ma: int
    limit_ma: int
    limit_slot: int
    slot_ma: list[int]
    slot_left_ms: list[int]
    ev_ma: list[int]
    ev_w: int
    supply_mv: list[int]
    mains_ma: list[int]
    house_ma: list[int]
    fuse_ma: int
    meter_state: int
    meter_reason: int
    meter_age_ms: int
    meter_delay_ms: int
    panel_state: int
    temp_ddegc: list[int]
    temp_known: list[int]
    session_wh: int
    session_s: int
    charge_s: int
    total_wh: int
    user_paused: int
    boost_left_s: int
    fault_active: bytearray
    fault_action: bytearray
    fault_first: int
    fault_count: list[int]
    step_us_max: int

class Commissioning(Protocol):
    """control/meter/commissioning.Commissioning, when the test is over."""

    state: int
    verdict: int
    ratio_pm: list[int]
    first: int
    delay_ms: int

class Config(Protocol):
    """control/group/records.Config: what all members of a group agree on."""

    seats: int
    budget_ma: list[int]
    metered: int
    fallback_ma: int
    guaranteed_ma: int
    panel_of: bytearray
    mode: int

class Panels(Protocol):
    """control/group/panels.Panels: flat lists, indexed 3 * panel + conductor."""

    count: int
    parent: list[int]
    star: bytearray
    limit_ma: list[int]

class Head(Protocol):
    """What a report and a beacon begin with."""

    seat: int
    boot: int
    seq: int

class Report(Head, Protocol):
    """control/group/records.Report."""

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

class Beacon(Head, Protocol):
    """control/group/records.Beacon."""

    lead: int
    n: int
    row_seat: bytearray
    row_boot: list[int]
    row_seq: list[int]
    row_ma: list[int]
    row_mask: bytearray
    row_lease_ms: list[int]
