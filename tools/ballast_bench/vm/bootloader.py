"""What the boot loader knows of a base image; which one starts is chosen at a reset (fakes/device.py)."""

HEADER = b"\xe9" + b"\xff" * 4095
"""Before the ROMFS of a base: an image of the ESP32 starts with E9, and set_boot() looks for it."""


def on_trial(device):
    """Whether the running image has not confirmed itself yet: a crash brings the old one back."""
    return not device.app_valid
