"""For tests of updates: signed files, a device on flash that can lose its power, its starts."""

import asyncio
import hashlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from ballast.protocol import update_file
from ballast.services import update

BLOCKS = 5  # of a slot: four for the image, one for the header
BOARD, BRAND, MPY = "esp32s3_ref", "acme", 6


def slots():
    from ballast.ports import update_slots

    return update_slots.UpdateSlots("romfs")


def boot():
    """What the device does at power-on -> the slot that runs."""
    import loader

    return loader.pick(slots())


def image(version, size=3 * 4096 + 77):
    return hashlib.shake_128(version.encode()).digest(size)


def make(signer, version="2.0", security=0, **over):
    """A signed update file."""
    body = image(version)
    manifest = {
        "base": "1.29.0",
        "board": BOARD,
        "brand": BRAND,
        "fs": "romfs",
        "key": "0123456789abcdef",
        "kind": "app",
        "mpy": MPY,
        "security": security,
        "sha256": hashlib.sha256(body).hexdigest(),
        "size": len(body),
        "version": version,
    }
    manifest.update(over)
    sign = lambda data: signer.sign(data, padding.PKCS1v15(), hashes.SHA256())  # noqa: E731
    return update_file.encode(manifest, sign) + body


def factory(chip, data):
    """Write an update file into slot A as the factory image does."""
    body = data[4096:]
    chip.data[: len(body)] = body
    chip.data[(BLOCKS - 1) * 4096 : BLOCKS * 4096] = data[:4096]


def service(key, running, may_write=lambda: True, reboot=lambda: None, base=None):
    keys = {"0123456789abcdef": f"{key.public_key().public_numbers().n:x}"}
    return update.Update(slots(), running, may_write, lambda: keys, BOARD, BRAND, MPY, reboot, base)


def reader(data, chunk=1000):
    position = 0

    async def read(count):
        nonlocal position
        part = data[position : position + min(count, chunk)]
        position += len(part)
        return part

    return read


def load(service_, data, length=None):
    return asyncio.run(service_.receive(reader(data), len(data) if length is None else length))


def installed(slot):
    """Version of the whole, undamaged image in a slot, or None."""
    import loader

    s = slots()
    buf = bytearray(4096)
    if loader.image_security(s, slot, buf) < 0:
        return None
    s.read(slot, s.blocks - 1, buf)
    return update_file.decode(buf)[0]["version"]


def prove(running, health):
    """Run the trial's proof over a list of one-second answers."""
    answers = iter(health)

    async def second():
        pass

    asyncio.run(running.run(lambda: next(answers), second))


def flip(data, position):
    data = bytearray(data)
    data[position] ^= 0x10
    return bytes(data)
