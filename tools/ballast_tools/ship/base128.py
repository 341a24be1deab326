"""Numbers of 7 bits a byte, most significant first: lengths in .mpy files and in ROMFS images."""


def read(data, at):
    """(value, next) of the number that begins at `at`."""
    value = 0
    while True:
        value = value << 7 | data[at] & 0x7F
        at += 1
        if not data[at - 1] & 0x80:
            return value, at
