"""What the clamp is handed, as shapes for the type check: nothing here runs on the clamp."""

from typing import Protocol

class Board(Protocol):
    """A board.py of a clamp: constants alone; None = not fitted."""

    CT_PINS: tuple[int, ...]
    VOLT_PIN: int | None
    CT_MA: int
    CT_UV: int
    ADC_ATTEN: int
    ADC_FULL_UV: int
    PACE_US: int
    BUTTON_PIN: int
    LED_PIN: int
    BATTERY: bool
    EVERY_MS: int
    EXPECT_MS: int
    BATTERY_PIN: int | None
    BATTERY_DIVIDER: int

class Sampler(Protocol):
    """ports/ct_sampler.CtSampler: fills buffers[k][0..n-1]; the pace in ns, 0 = disturbed."""

    def read(self, buffers: list[list[int]], n: int) -> int: ...

class Radio(Protocol):
    """ports/espnow_radio.EspnowRadio."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def send(self, mac: bytes, frame: bytes) -> bool: ...
    def receive(self) -> tuple[bytes, bytes, int] | None: ...

class Storage(Protocol):
    """ports/storage.Storage."""

    def load(self, name: str) -> tuple[bytes | None, int]: ...
    def save(self, name: str, payload: bytes) -> int: ...

class SetChannel(Protocol):
    """Switches Wi-Fi on, on this channel."""

    def __call__(self, channel: int, /) -> object: ...

class Number(Protocol):
    """Milliseconds that wrap (time.ticks_ms), or mV of the battery."""

    def __call__(self) -> int: ...

class Random(Protocol):
    """`count` random bytes."""

    def __call__(self, count: int, /) -> bytes: ...

class Save(Protocol):
    """Keeps the settings' document over a power cut."""

    def __call__(self, text: bytes, /) -> object: ...
