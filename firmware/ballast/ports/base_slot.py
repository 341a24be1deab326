"""The other slot of MicroPython itself: ota_0 and ota_1 of the 8 MiB layouts.

The boot loader does what slot_record does for applications: a new image gets one start
(CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE); whatever resets the chip before `confirm()` brings
the old one back. `activate()` has ESP-IDF check the image's own SHA-256 first.
"""

import esp32
from micropython import const

BLOCK = const(4096)
_BLOCK_COUNT = const(4)


class BaseSlot:
    """blocks: of the slot that does not run. OSError where there is none (4 MiB layout)."""

    def __init__(self):
        # the stubs know labels only; esp32_partition.c takes BOOT and RUNNING too
        running = esp32.Partition(esp32.Partition.RUNNING)  # type: ignore[arg-type]
        if not running.info()[4].startswith("ota_"):
            raise OSError(19)  # ENODEV
        self._part = running.get_next_update()
        self.blocks = self._part.ioctl(_BLOCK_COUNT, 0)

    def read(self, block, buf):
        self._part.readblocks(block, buf)

    def write(self, block, buf):
        """Erase a block and write `buf` (4096 bytes)."""
        self._part.writeblocks(block, buf)

    def activate(self):
        """The next start runs it, on trial. OSError when it is no valid image."""
        self._part.set_boot()

    def confirm(self):
        """The MicroPython that runs is good; nothing happens when it was confirmed before."""
        esp32.Partition.mark_app_valid_cancel_rollback()
