"""What ESP-IDF's boot loader does between a reset and MicroPython: which base image runs.

CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE: a new image gets one start. If the chip resets before
mark_app_valid_cancel_rollback(), the old one starts again.
"""

HEADER = b"\xe9" + b"\xff" * 4095
"""Before the ROMFS of a base: an image of the ESP32 starts with E9, and set_boot() looks for it."""


def choose(device, before):
    """Set `device.running`; the label of the slot that starts. before: of the last start, None = the first.

    A Device that has chosen at its reset is left as it is.
    """
    if device.boot != device.running:
        device.running = device.boot
        device.app_valid = False
    elif not device.app_valid and device.running == before:
        device.boot = device.running = "ota_1" if device.running == "ota_0" else "ota_0"
        device.app_valid = True
    return device.running


def on_trial(device):
    """Whether the running image has not confirmed itself yet."""
    return not device.app_valid
