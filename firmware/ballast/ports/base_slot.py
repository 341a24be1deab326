"""The slot of MicroPython itself that does not run: ota_0 or ota_1 of the 8 MiB layouts.

The boot loader does for MicroPython what slot_record does for applications. A new image
gets one start (CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE): if the chip resets before
`confirm()`, the old image starts again. `activate()` lets ESP-IDF check the SHA-256 that
is inside the image.
"""

import esp32
from micropython import const

BLOCK = const(4096)
_BLOCK_COUNT = const(4)


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
        """Start this image next time, on trial. OSError if it is no valid image."""
        self._part.set_boot()

    def confirm(self) -> None:
        """Keep the running MicroPython; has no effect if it was confirmed before."""
        esp32.Partition.mark_app_valid_cancel_rollback()
