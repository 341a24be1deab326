"""Updates: a signed file into the slot that does not run.

The order is what makes a power cut harmless at every flash operation:
 1. the header is checked before anything is written (signature first);
 2. the other slot's header block is erased: from here it holds no image (and where
    there was no record yet, one is written first: an unproven image must never be
    found without it);
 3. the image's blocks are written, then read back and compared with the digest;
 4. the header block is written: now the slot holds an image;
 5. the record names it as the trial: the next start runs it, with three tries.
The running slot is never touched. `boards/loader/loader.py` is the other half.

A new MicroPython goes the same way into its own other slot (ports/base_slot.py); there
the boot loader keeps the record, and gives it one start until `run` confirms it.

Flash erases stop everything for up to 400 ms, so each block waits until the
contactor is open. Nothing here can open it: a person who charges is asked to pause.
"""

import asyncio
import hashlib

from ballast.protocol import slot_record, update_file

_PERMIT_MS = 100  # how often the permit is looked at
_PERMIT_TRIES = 600  # one minute until the upload gives up
HEALTHY_S = 90  # healthy this long = confirmed: more than the supervisor's longest pause (60 s)
_UNPROVEN = "the last update is still being proven; try again in a minute"
GIVE_UP_S = 600  # not confirmed after this long = the trial failed


class UpdateError(Exception):
    """code: HTTP status; args[0]: one plain sentence."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


class _Slot:
    """One application slot, with the methods of a BaseSlot."""

    def __init__(self, slots, slot):
        self._slots = slots
        self.slot = slot

    def read(self, block, buf):
        self._slots.read(self.slot, block, buf)

    def write(self, block, buf):
        self._slots.write(self.slot, block, buf)


class Update:
    """One per charger.

    slots: port UpdateSlots; running: slot that the loader started; may_write():
    True while the contactor is open and a 400 ms stall is allowed; keys: {id: hex
    modulus}; mpy: bytecode version of this MicroPython; reboot(): does not return.
    base: port BaseSlot, None = MicroPython is renewed by cable only.
    """

    def __init__(self, slots, running, may_write, keys, board, brand, mpy, reboot, base=None):
        self._slots = slots
        self._base = base
        self.proved = False  # this start has been healthy for long enough
        self.running = running
        self._may_write = may_write
        self._keys = keys
        self._board = board
        self._brand = brand
        self._mpy = mpy
        self._reboot = reboot
        self._buf = bytearray(update_file.HEADER_BYTES)
        self._busy = False
        self.done_blocks = 0
        self.total_blocks = 0
        self.error = ""
        self.ready = None  # version that waits for a restart
        self.security = self._image("security", 0)
        self.version = self._image("version", "")
        self._record = slot_record.load(slots, self._buf)
        self._recorded = self._record is not None
        if not self._recorded:
            self._record = slot_record.Record()
            self._record.active = running
            self._record.floor = self.security

    def on_trial(self):
        return self._record.trial == self.running

    def status(self):
        """Numbers and words for the status document; no secrets."""
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

    async def receive(self, read, length):
        """Take a file of `length` bytes from `await read(n)` -> manifest; UpdateError.

        read returns at most n bytes, b"" at the end. Afterwards `restart()`.
        """
        if self._busy:
            raise UpdateError(409, "another update is being loaded")
        if self.on_trial():
            raise UpdateError(409, _UNPROVEN)
        self._busy = True
        self.error = ""
        self.done_blocks = self.total_blocks = 0
        try:
            return await self._receive(read, length)
        except UpdateError as error:
            self.error = error.args[0]
            raise
        finally:
            self._busy = False

    async def _receive(self, read, length):
        header = await self._header(read, length)
        manifest = self._checked(header, length)
        size = manifest["size"]
        self.total_blocks = (size + len(self._buf) - 1) // len(self._buf)
        if manifest["kind"] == "base":
            if not self.proved:  # its other slot may still be the way back
                raise UpdateError(409, _UNPROVEN)
            self.ready = None
            await self._write(read, self._base, size)
            await self._compare(self._base, manifest)
            await self._permit()
            try:
                self._base.activate()
            except OSError:
                raise UpdateError(400, "the update is no MicroPython for this chip")
        else:
            await self._install(read, header, manifest)
        self.ready = manifest["version"]
        return manifest

    async def _install(self, read, header, manifest):
        """Steps 2 to 5 for an application."""
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

    async def _header(self, read, length):
        most = self._slots.blocks
        if self._base is not None:
            most = max(most, self._base.blocks + 1)
        if not len(self._buf) < length <= most * len(self._buf):
            raise UpdateError(400, "this is not a Ballast update file (its length is wrong)")
        await self._fill(read, len(self._buf))
        header = bytes(self._buf)
        await self._permit()  # the signature takes about 60 ms on an ESP32 (estimate)
        return header

    def _checked(self, header, length):
        """The manifest of a header that may be installed here."""
        room = (self._slots.blocks - 1) * len(header)
        base_room = self._base.blocks * len(header) if self._base is not None else 0
        floor = max(self._record.floor, self.security)
        try:
            manifest = update_file.check(
                header, self._keys, self._board, self._brand, self._slots.fs, self._mpy,
                floor, room, base_room,
            )  # fmt: skip
        except ValueError as error:
            raise UpdateError(400, error.args[0])
        if manifest["size"] != length - len(header):
            raise UpdateError(400, "the update file is not complete")
        return manifest

    async def restart(self):
        """Start the new image; waits for an open contactor."""
        await self._permit()
        self._reboot()

    async def run(self, healthy, sleep_s):
        """Prove this start: healthy() once per sleep_s() for HEALTHY_S in a row confirms it.

        Ends at once when there is nothing to prove.
        """
        good = waited = 0
        while not self.proved and (self.on_trial() or self._base is not None):
            await sleep_s()
            waited += 1
            good = good + 1 if healthy() else 0
            if not self._may_write():
                continue
            if good >= HEALTHY_S:
                self._confirm()
            elif waited >= GIVE_UP_S and self.on_trial():
                slot_record.give_up(self._record)
                slot_record.save(self._slots, self._record, self._buf)
                self._reboot()
                return

    def _confirm(self):
        if self._base is not None:
            self._base.confirm()
        if self.on_trial():
            slot_record.confirm(self._record, self.security)
            slot_record.save(self._slots, self._record, self._buf)
        self.proved = True

    async def _write(self, read, target, size):
        for block in range(self.total_blocks):
            count = min(len(self._buf), size - block * len(self._buf))
            await self._fill(read, count)
            await self._permit()
            target.write(block, self._buf)
            self.done_blocks = block + 1

    async def _compare(self, target, manifest):
        """Read back what was written and hash it; UpdateError when it is not what was signed."""
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

    async def _fill(self, read, count):
        """`count` bytes into the block buffer, the rest 0xFF (what erased flash reads)."""
        have = 0
        while have < count:
            data = await read(count - have)
            if not data:
                raise UpdateError(400, "the update file is not complete")
            self._buf[have : have + len(data)] = data
            have += len(data)
        for i in range(count, len(self._buf)):
            self._buf[i] = 0xFF

    async def _permit(self):
        for _ in range(_PERMIT_TRIES):
            if self._may_write():
                return
            await asyncio.sleep_ms(_PERMIT_MS)
        raise UpdateError(503, "the charger is charging; pause it, then load the update")

    def _image(self, key, default):
        self._slots.read(self.running, self._slots.blocks - 1, self._buf)
        try:
            return update_file.parse(self._buf)[0][key]
        except ValueError:
            return default
