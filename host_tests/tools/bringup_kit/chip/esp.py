"""esp of the fakes."""


def flash_size():
    return 8 << 20
