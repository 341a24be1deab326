"""What the memory is handed, as shapes for the type check. See services/shapes.pyi."""

from typing import Callable, Protocol

class JournalPort(Protocol):
    """ports/journal_flash.JournalFlash: sectors of 4096 bytes, erased and programmed apart."""

    sectors: int
    def read(self, sector: int, at: int, buf: bytearray | memoryview) -> None: ...
    def program(self, sector: int, at: int, data: bytes) -> None: ...
    def erase(self, sector: int) -> None: ...

class Journal(Protocol):
    """services/memory/journal.Journal."""

    @property
    def sectors(self) -> int: ...
    @property
    def old(self) -> bool: ...
    @property
    def dirty(self) -> bool: ...
    def recover(self, take: Callable[[int, bytes], None]) -> None: ...
    def append(self, kind: int, payload: bytes) -> bool: ...
    def forget(self) -> None: ...
    def erase_one(self) -> bool: ...

class Permit(Protocol):
    """compose/keep.FilePermit: True = flash may be erased, and the contactor stays open until end()."""

    def __call__(self) -> bool: ...
    def end(self) -> None: ...

class Session(Protocol):
    """control/session.Session: the EV from plug-in to unplug. Energy in Wh, times in s."""

    open: int
    seconds: int
    charge_s: int
    total_wh: int

class Kept(Protocol):
    """services/memory/store.Store, for the log of sessions."""

    minute: tuple[int, int, int] | None
    by_minute: bool
    # Any: a document that JSON can hold; whoever loads it checks it
    def load(self, name: str) -> dict | None: ...
    def save(self, name: str, value: dict, within_s: int = ...) -> None: ...
