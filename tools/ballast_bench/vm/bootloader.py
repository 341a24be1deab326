"""What ESP-IDF's boot loader does between a reset and MicroPython: which base image runs.

CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE: a new image gets one start. If the chip resets before
mark_app_valid_cancel_rollback(), the old one starts again.
"""


def choose(device):
    """Set `device.running`; the label of the slot that starts."""
    if device.boot != device.running:
        device.running = device.boot
        device.app_valid = False
    elif not device.app_valid:
        roll_back(device)
    return device.running


def on_trial(device):
    return not device.app_valid


def roll_back(device):
    """The image on trial did not confirm itself."""
    device.boot = device.running = "ota_1" if device.running == "ota_0" else "ota_0"
    device.app_valid = True
