"""Updates: writes a signed file into the slot that does not run.

This order makes a power cut harmless at every flash operation:
 1. The header is checked before anything is written, its signature first.
 2. The other slot's header block is erased: from here on that slot holds no image. If there
    is no record yet, one is written first, because the loader must never find an unproven
    image without a record.
 3. The image's blocks are written, then read back and compared with the digest.
 4. The header block is written: now the slot holds an image.
 5. The record names the slot as the trial: the next start runs it, with three tries.
The running slot is never touched. `boards/loader/loader.py` is the other half.

A new MicroPython goes the same way into its own other slot (ports/base_slot.py). There the
boot loader keeps the record. It starts the new MicroPython once; if `run` has not confirmed
it by the next reset, the old one comes back.

A flash erase stops everything for up to 400 ms, so each block waits until the contactor is
open. Nothing here can open it: while an EV charges the person has to pause the charge.
"""

import asyncio
import hashlib

from micropython import const

from ballast.protocol import slot_record, update_file

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any, Awaitable, Callable

    from ballast.services.shapes import BaseSlot, Manifest, ReadBytes, Slot, UpdateSlots

_PERMIT_MS = 100  # time between two checks of the permit
_PERMIT_TRIES = 600  # the upload gives up after one minute
HEALTHY_S = 90  # healthy for this long = confirmed: more than the supervisor's longest pause, 60 s
_UNPROVEN = "the last update is still being proven; try again in a minute"
GIVE_UP_S = 600  # not confirmed after this long = the trial failed


class UpdateError(Exception):
    """code: HTTP status; args[0]: one plain sentence."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


def _block() -> bytearray:
    """Room for one block of flash."""
    return bytearray(update_file.HEADER_BYTES)


class _Slot:
    """One application slot, with the `read` and `write` of a BaseSlot."""

    def __init__(self, slots: "UpdateSlots", slot: int) -> None:
        self._slots = slots
        self.slot = slot

    def read(self, block: int, buf: bytearray) -> None:
        self._slots.read(self.slot, block, buf)

    def write(self, block: int, buf: "bytes | bytearray") -> None:
        self._slots.write(self.slot, block, buf)


class Update:
    """One per charger.

    slots: the port of the application slots. running: the slot that the loader started, 0 or
    1. may_write(): True while the contactor is open and a stall of 400 ms is allowed. keys():
    {id: modulus in hex} of the signatures, read when there is one to check. board, brand: names
    that a file must carry. mpy: bytecode version of this MicroPython. reboot(): restarts the chip.
    base: the port of MicroPython's own slot, None = MicroPython can be renewed by cable only.

    ready: version of the image that waits for a restart, None = none. proved: this start has
    been healthy for long enough. error: why the last upload failed, "" = it did not.
    max_bytes: of the largest file.
    """

    def __init__(
        self,
        slots: "UpdateSlots",
        running: int,
        may_write: "Callable[[], bool]",
        keys: "Callable[[], dict[str, str]]",
        board: str,
        brand: str,
        mpy: int,
        reboot: "Callable[[], None]",
        base: "BaseSlot | None" = None,
    ) -> None:
        self._slots = slots
        self._base = base
        self.proved = False
        self.running = running
        self._may_write = may_write
        self._keys = keys
        self._board = board
        self._brand = brand
        self._mpy = mpy
        self._reboot = reboot
        self._buf = bytearray(0)  # of one block while a file is taken
        blocks = slots.blocks if base is None else max(slots.blocks, base.blocks + 1)
        self.max_bytes = blocks * update_file.HEADER_BYTES
        self._busy = False
        self.done_blocks = 0
        self.total_blocks = 0
        self.error = ""
        self.ready: "str | None" = None
        buf = _block()
        self.security: int = self._image("security", 0, buf)
        self.version: str = self._image("version", "", buf)
        record = slot_record.load(slots, buf)
        self._recorded = record is not None
        if record is None:
            record = slot_record.Record()
            record.active = running
            record.floor = self.security
        self._record = record

    def on_trial(self) -> bool:
        """Whether the running image is not confirmed yet."""
        return self._record.trial == self.running

    def status(self) -> "dict[str, object]":
        """Numbers and texts for the page; no secrets."""
        percent = 0
        if self.total_blocks:
            percent = 100 * self.done_blocks // self.total_blocks
        return {
            "busy": self._busy,
            "percent": percent,
            "error": self.error,
            "ready": self.ready,
            "version": self.version,
            "security": self.security,
            "trial": self.on_trial(),
            "last": slot_record.REASONS[self._record.reason],
        }

    async def receive(self, read: "ReadBytes", length: int) -> "Manifest":
        """Write a file of `length` bytes into the other slot -> its manifest.

        `await read(n)` gives at most n bytes, b"" at the end. The caller restarts the charger
        with `restart()`. UpdateError says why a file was refused.
        """
        if self._busy:
            raise UpdateError(409, "another update is being loaded")
        if self.on_trial():
            raise UpdateError(409, _UNPROVEN)
        self._busy = True
        self.error = ""
        self.done_blocks = self.total_blocks = 0
        try:
            self._buf = _block()
            return await self._receive(read, length)
        except UpdateError as error:
            self.error = error.args[0]
            raise
        except MemoryError:
            self.error = "not enough memory to check the update; restart the charger, then load it"
            raise UpdateError(503, self.error)
        finally:
            self._busy = False
            self._buf = bytearray(0)

    async def _receive(self, read: "ReadBytes", length: int) -> "Manifest":
        header = await self._header(read, length)
        manifest = await self._checked(header, length)
        size = manifest["size"]
        self.total_blocks = (size + len(self._buf) - 1) // len(self._buf)
        if manifest["kind"] == "base":
            await self._install_base(read, manifest)
        else:
            await self._install(read, header, manifest)
        self.ready = manifest["version"]
        return manifest

    async def _install_base(self, read: "ReadBytes", manifest: "Manifest") -> None:
        """A new MicroPython into its own other slot."""
        base = self._base
        # until this start is proved, the other slot may hold the MicroPython to go back to
        if base is None or not self.proved:
            raise UpdateError(409, _UNPROVEN)
        self.ready = None
        await self._write(read, base, manifest["size"])
        await self._compare(base, manifest)
        await self._permit()
        try:
            base.activate()
        except OSError:
            raise UpdateError(400, "the update is no MicroPython for this chip")

    async def _install(self, read: "ReadBytes", header: bytes, manifest: "Manifest") -> None:
        """Steps 2 to 5 (see the file's text) for an application."""
        slots, buf = self._slots, self._buf
        target = _Slot(slots, 1 - self.running)
        self.ready = None
        if not self._recorded:
            await self._permit()
            slot_record.save(slots, self._record, buf)
            self._recorded = True
        await self._permit()
        slots.erase(target.slot, slots.blocks - 1)
        await self._write(read, target, manifest["size"])
        await self._compare(target, manifest)
        await self._permit()
        target.write(slots.blocks - 1, header)
        await self._permit()
        slot_record.begin_trial(self._record, target.slot)
        slot_record.save(slots, self._record, buf)

    async def _header(self, read: "ReadBytes", length: int) -> bytes:
        if not len(self._buf) < length <= self.max_bytes:
            raise UpdateError(400, "this is not a Ballast update file (its length is wrong)")
        await self._fill(read, len(self._buf))
        return bytes(self._buf)

    async def _checked(self, header: bytes, length: int) -> "Manifest":
        """The manifest of a header that may be installed here; UpdateError otherwise."""
        room = (self._slots.blocks - 1) * len(header)
        base_room = self._base.blocks * len(header) if self._base is not None else 0
        floor = max(self._record.floor, self.security)
        manifest: "Manifest" = {}
        await self._permit()  # each piece of checking the signature blocks for up to 17 ms (estimate)
        try:
            for part in update_file.checking(
                header, self._keys(), self._board, self._brand, self._slots.fs, self._mpy,
                floor, room, base_room,
            ):  # fmt: skip
                manifest = part or manifest
                await asyncio.sleep(0)
                await self._permit()  # the one before the first piece may be over
        except ValueError as error:
            raise UpdateError(400, error.args[0])
        if manifest["size"] != length - len(header):
            raise UpdateError(400, "the update file is not complete")
        return manifest

    async def restart(self) -> None:
        """Wait until the contactor is open, then restart into the new image."""
        await self._permit()
        self._reboot()

    async def run(
        self, healthy: "Callable[[], bool]", sleep_s: "Callable[[], Awaitable[None]]"
    ) -> None:
        """Prove this start: confirm it once healthy() was True for HEALTHY_S in a row.

        `await sleep_s()` waits for one second. Returns at once if nothing is to be proven. An
        application that is not confirmed after GIVE_UP_S is given up, and the chip restarts.
        """
        good = waited = 0
        while not self.proved and (self.on_trial() or self._base is not None):
            await sleep_s()
            waited += 1
            good = good + 1 if healthy() else 0
            given_up = waited >= GIVE_UP_S and self.on_trial()
            # asked for only when there is something to write: a permit keeps the contactor open
            if not (good >= HEALTHY_S or given_up) or not self._may_write():
                continue
            if good >= HEALTHY_S:
                self._confirm()
            else:
                slot_record.give_up(self._record)
                slot_record.save(self._slots, self._record, _block())
                self._reboot()
                return

    def _confirm(self) -> None:
        if self._base is not None:
            self._base.confirm()
        if self.on_trial():
            slot_record.confirm(self._record, self.security)
            slot_record.save(self._slots, self._record, _block())
        self.proved = True

    async def _write(self, read: "ReadBytes", target: "Slot", size: int) -> None:
        for block in range(self.total_blocks):
            count = min(len(self._buf), size - block * len(self._buf))
            await self._fill(read, count)
            await self._permit()
            try:
                target.write(block, self._buf)
            except OSError as error:  # an erase that takes too long: ESP_ERR_TIMEOUT
                raise UpdateError(500, "the flash memory cannot be written: %s" % error)
            self.done_blocks = block + 1

    async def _compare(self, target: "Slot", manifest: "Manifest") -> None:
        """Read back and hash what was written; UpdateError unless it is what was signed."""
        digest = hashlib.sha256()
        view = memoryview(self._buf)
        left = manifest["size"]
        for block in range(self.total_blocks):
            target.read(block, self._buf)
            digest.update(view[: min(len(self._buf), left)])
            left -= len(self._buf)
            await asyncio.sleep(0)
        if update_file.digest_hex(digest.digest()) != manifest["sha256"]:
            raise UpdateError(400, "the update is damaged: its contents do not match its signature")

    async def _fill(self, read: "ReadBytes", count: int) -> None:
        """Read `count` bytes into the block buffer; the rest becomes 0xFF, as in erased flash."""
        have = 0
        while have < count:
            data = await read(count - have)
            if not data:
                raise UpdateError(400, "the update file is not complete")
            self._buf[have : have + len(data)] = data
            have += len(data)
        for i in range(count, len(self._buf)):
            self._buf[i] = 0xFF

    async def _permit(self) -> None:
        """Wait until flash may be written; UpdateError after a minute."""
        for _ in range(_PERMIT_TRIES):
            if self._may_write():
                return
            await asyncio.sleep_ms(_PERMIT_MS)
        raise UpdateError(503, "the charger is charging; pause it, then load the update")

    # Any: each key of a manifest has a type of its own
    def _image(self, key: str, default: "Any", buf: bytearray) -> "Any":
        """A value of the running image's manifest; `default` if the slot holds no header."""
        self._slots.read(self.running, self._slots.blocks - 1, buf)
        try:
            return update_file.decode(buf)[0][key]
        except ValueError:
            return default
