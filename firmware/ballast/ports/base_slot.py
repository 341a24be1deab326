"""The slot of MicroPython itself that does not run: ota_0 or ota_1 of the 8 MiB layouts.

The boot loader does for MicroPython what slot_record does for applications. A new image
gets one start (CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE): if the chip resets before
`confirm()`, the old image starts again. `activate()` lets ESP-IDF check the SHA-256 that
is inside the image, in one call that can last longer than the watchdog of the step.
"""

import esp32
from machine import WDT
from micropython import const

from ballast.ports.watchdog import MIN_MS

BLOCK = const(4096)
_BLOCK_COUNT = const(4)
_ACTIVATE_MS = const(8000)  # chosen: 1.7 MB/s were measured (micropython #5471), so 1.1 s for 1.8 MB


class BaseSlot:
    """blocks: size of the slot. The constructor raises OSError without one (4 MiB layout)."""

    def __init__(self) -> None:
        # the stubs allow labels only; esp32_partition.c takes BOOT and RUNNING too
        running = esp32.Partition(esp32.Partition.RUNNING)  # type: ignore[arg-type]
        if not running.info()[4].startswith("ota_"):
            raise OSError(19)  # ENODEV
        self._part = running.get_next_update()
        self.blocks = self._part.ioctl(_BLOCK_COUNT, 0)

    def read(self, block: int, buf: bytearray) -> None:
        """Fill `buf` from a block."""
        self._part.readblocks(block, buf)

    def write(self, block: int, buf: "bytes | bytearray") -> None:
        """Erase a block and write `buf` (4096 bytes)."""
        self._part.writeblocks(block, buf)

    def activate(self) -> None:
        """Start this image next time, on trial. OSError if it is no valid image.

        Only while the contactor is open: no step runs meanwhile, and the watchdog waits longer.
        """
        WDT(id=0, timeout=_ACTIVATE_MS)
        try:
            self._part.set_boot()
        finally:
            WDT(id=0, timeout=MIN_MS)  # it counts from here anew

    def confirm(self) -> None:
        """Keep the running MicroPython; has no effect if it was confirmed before."""
        esp32.Partition.mark_app_valid_cancel_rollback()
