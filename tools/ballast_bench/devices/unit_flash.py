"""The flash of one charger: its data partition and its journal, on one NOR chip.

The file system is LittleFS itself, through the firmware's own ports/storage.py, so the bench erases
as often as the charger would. What it costs goes to the chip (`Device.spend`). Erases while the
coil is on are counted; World.close() refuses them.
"""

from ballast_bench.devices.lfs_disk import Disk, JournalPart

BLOCKS = 64  # 256 KiB: a part of the real data partition, which is larger and as empty
JOURNAL = 128  # sectors, as the boards' partition tables have it


class UnitFlash:
    """load, save, erase, counter: as ports/storage.py. journal: None = a unit that has none."""

    def __init__(self, journal=JOURNAL):
        from ballast.ports.storage import Storage

        self.disk = Disk(BLOCKS, journal)
        self.journal = self.disk.journal
        if self.journal is not None:
            _factory(self.journal)
        self._storage = Storage("/data", self.disk)
        self.load = self._storage.load
        self.save = self._storage.save
        self.erase = self._storage.erase
        self.counter = self._storage.counter

    def format(self):
        """The data partition is made anew, as boards/loader/_boot.py does with a damaged one."""
        watch, self.disk.flash.watch = self.disk.flash.watch, None  # not the firmware's doing
        self.disk.format()
        self._storage.__init__("/data", self.disk)
        self.disk.flash.watch = watch

    def solder(self, node):
        """At each start: mounted anew, its operations take the chip's time, erases are counted."""
        self.disk.power_cycle()
        device, board = node.device, node.board

        def watch(kind, amount):
            device.spend(kind, amount)

        def erased(amount):
            if device.pad(board.COIL_PIN) == board.COIL_ON_LEVEL:
                node.erased_closed += amount

        self.disk.flash.watch = watch
        device.erase_watch = erased


def _factory(journal):
    """The image of a new unit has erased and marked sectors (ballast_tools/ship/image.py)."""
    from ballast.protocol import journal_format

    assert isinstance(journal, JournalPart)
    for sector in range(journal.sectors):
        journal.program(sector, 0, journal_format.CLEAN)
