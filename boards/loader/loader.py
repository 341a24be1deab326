"""Starts the application: picks the slot, checks it, mounts it, runs its main.

Frozen into the base image (or put on the file system of a stock MicroPython)
together with update_file.py, slot_record.py and update_slots.py, which it shares
with the application. It decides nothing about charging: boot.py has put the pins
into their safe state before, and a start that fails or finds no application leaves them so.
"""

import gc
import hashlib
import os
import sys
import time

import machine
import micropython
import slot_record
import update_file

MOUNT = "/app"
WAITS_S = (0, 10, 60, 600)  # chosen: before a start that failed so often is tried again
NOTE = 96  # place in RTC memory, behind ports/reset_info.py, which reads this note
running = slot_record.NONE  # the slot that was started, and how it is mounted: read by
fs = ""  # the application's compose/factory.py, which hands them to the update service


def image_security(slots, slot, buf):
    """Security version of a slot's image; -1 when there is none or it is damaged.

    Reads the whole image: about 0.1 s per 256 KiB (estimate: flash at 10 MB/s, the
    ESP32's SHA-256 engine).
    """
    slots.read(slot, slots.blocks - 1, buf)
    try:
        manifest, _, _ = update_file.decode(buf)
    except ValueError:
        return -1
    left = manifest["size"]
    if left > (slots.blocks - 1) * len(buf):
        return -1
    digest = hashlib.sha256()
    view = memoryview(buf)
    block = 0
    while left > 0:
        slots.read(slot, block, buf)
        digest.update(view[: min(left, len(buf))])
        left -= len(buf)
        block += 1
    if update_file.digest_hex(digest.digest()) != manifest["sha256"]:
        return -1
    return manifest["security"]


def pick(slots):
    """The slot to start, with the start counted in flash; NONE when there is none."""
    buf = bytearray(update_file.HEADER_BYTES)
    security = [image_security(slots, 0, buf), image_security(slots, 1, buf)]
    record = slot_record.load(slots, buf)
    if record is None:
        record = slot_record.fresh(security)
    trial = record.trial
    slot, changed = slot_record.choose(record, security)
    if changed:
        slot_record.save(slots, record, buf)
    if trial != slot_record.NONE and record.trial == slot_record.NONE:
        forget_crashes()
    return slot


def forget_crashes():
    """The trial's crashes must not keep the image that comes back from charging.

    ports/reset_info.py counts them in RTC memory and stays off after three; without its
    magic in byte 0 it starts anew.
    """
    machine.mem_backup()[0] = 0


def mount(slots, slot):
    """Put the slot's image at MOUNT, and nothing else on the module path."""
    import vfs

    buf = bytearray(update_file.HEADER_BYTES)
    slots.read(slot, slots.blocks - 1, buf)
    size = update_file.decode(buf)[0]["size"]
    if "/rom" in sys.path:  # MicroPython mounts the first half by itself
        for path in ("/rom", "/rom/lib"):
            if path in sys.path:
                sys.path.remove(path)
        vfs.umount("/rom")
    if slots.fs == "romfs":
        vfs.mount(vfs.VfsRom(slots.device(slot, size)), MOUNT)
    else:
        vfs.mount(vfs.VfsLfs2(slots.device(slot, size)), MOUNT, readonly=True)
    # only the checked image and the frozen base: a file written to the data
    # partition must not be able to take a module's place
    sys.path[:] = [MOUNT, ".frozen"]
    os.chdir(MOUNT)
    # boot.py has read the frozen board.py; the application brings the one that fits it
    sys.modules.pop("board", None)


def quiet():
    """Let no byte 0x03 on the console end the program: noise on an open pin can be one.

    MicroPython watches for the byte anew whenever a script starts. One that came before
    interrupts at the next branch, which is the loop here.

    boot.py has the same lines: it imports no file but board.py, so that nothing that is missing
    or damaged keeps it from making the pins safe; and an import of it from here would run it again.
    """
    try:
        micropython.kbd_intr(-1)
        for _ in (0, 1):
            pass
    except KeyboardInterrupt:
        pass


def note(text):
    """Keep why a start failed for the start that succeeds; returns how many failed in a row.

    Bytes: 0xB6, count, length, text of up to 48 bytes, their sum as two bytes.
    """
    memory = machine.mem_backup()
    count = 1
    if memory[NOTE] == 0xB6 and memory[NOTE + 2] <= 48:
        end = NOTE + 3 + memory[NOTE + 2]
        if memory[end] | memory[end + 1] << 8 == sum(memory[NOTE:end]) & 0xFFFF:
            count = min(memory[NOTE + 1] + 1, 255)
    data = bytes([0xB6, count, len(text)]) + text
    data += (sum(data) & 0xFFFF).to_bytes(2, "little")
    for at in range(len(data)):
        memory[NOTE + at] = data[at]
    return count


def failed(error):
    """The start ended with an exception: keep the reason, wait with safe pins, start again."""
    text = "%s: %s" % (type(error).__name__, error)
    text = bytes([byte for byte in text.encode() if byte < 128][:48])
    wait_s = WAITS_S[min(note(text), len(WAITS_S)) - 1]
    print("ballast: start failed, again in %d s: %s" % (wait_s, text.decode()))
    for _ in range(wait_s):
        time.sleep_ms(1000)
    machine.reset()


def start(kind):
    """Run the application; returns only when there is none to run, or not yet.

    kind: how it is mounted, "romfs" or "littlefs". A start that fails ends in a restart, never
    at the prompt: a charger stays there for ever.
    """
    quiet()
    try:
        run(kind)
    except (Exception, KeyboardInterrupt, SystemExit) as error:  # noqa: BLE001 - see above
        failed(error)


def run(kind):
    """Pick the slot, mount it and run its main.

    A unit that the jig has not passed stays at the prompt with its safe pins: no
    watchdog runs there that would bite the jig, and what did not pass cannot charge.
    """
    import identity
    from update_slots import UpdateSlots

    if identity.wants_jig():
        micropython.kbd_intr(3)
        print("ballast: waiting for the jig")
        return

    slots = UpdateSlots(kind)
    slot = pick(slots)
    if slot == slot_record.NONE:
        print("ballast: no application; load one with the cable (tools/ballast flash)")
        return
    this = sys.modules[__name__]
    this.running, this.fs = slot, kind
    mount(slots, slot)
    gc.collect()
    __import__("start")  # boards/loader/start.py, in the image
