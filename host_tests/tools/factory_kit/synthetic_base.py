"""A base image in the real format, without MicroPython in it: made by esptool's own classes.

No real base image can be had without a network; what stands in for it is what `image`
looks at: headers, checksums, digests, partition table, version and board name.
"""

import struct

from esptool import bin_image

from ballast_tools.ship import partitions

_CLASS = {
    "esp32": (bin_image.ESP32FirmwareImage, 0x3F400020, 0x3FFB0000),
    "esp32s3": (bin_image.ESP32S3FirmwareImage, 0x3C000020, 0x3FC90000),
}


def esp_image(chip, flash_text, ram=b"\x01" * 64):
    """A bootable-looking image: a flash segment with an app descriptor and `flash_text`."""
    kind, flash, memory = _CLASS[chip]
    image = kind()
    image.chip_id = kind.ROM_LOADER.IMAGE_CHIP_ID
    image.entrypoint = memory
    descriptor = struct.pack("<II8s32s", 0xABCD5432, 0, b"", b"synthetic").ljust(256, b"\0")
    text = descriptor + flash_text
    segments = [(memory, ram)]
    if flash_text:
        segments.append((flash, text.ljust(-(-len(text) // 4) * 4, b"\0")))
    image.segments = [bin_image.ELFSection(b".x", address, data, 0) for address, data in segments]
    return image.save(None)


def banner(name, version="1.29.0"):
    mcu = "ESP32-S3" if "S3" in name else "ESP32"
    return f"MicroPython v{version} on 2026-08-25\0{name} with {mcu}\0".encode()


def firmware_bin(board, name, version="1.29.0", size=200_000):
    """A merged firmware.bin as `make` leaves it, with its own partition table."""
    table = [
        partitions.Partition("nvs", "data", 2, 0x9000, 0x6000, 1),
        partitions.Partition("phy_init", "data", 1, 0xF000, 0x1000, 2),
        partitions.Partition("factory", "app", 0, 0x10000, 0x1F0000, 3),
    ]
    filler = bytes(i * 7 & 0xFF for i in range(size))
    parts = [
        (board.boot_offset, esp_image(board.chip, b"")),
        (partitions.TABLE_OFFSET, partitions.binary(table)),
        (0x10000, esp_image(board.chip, banner(name, version) + filler)),
    ]
    data = bytearray()
    for offset, part in parts:
        data += b"\xff" * (offset - board.boot_offset - len(data)) + part
    return bytes(data)
