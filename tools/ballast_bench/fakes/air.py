"""The radio channel between devices: who hears a frame, with what RSSI, and what is lost."""

BROADCAST = b"\xff" * 6


class Air:
    """Devices that share it hear each other. Subclass `passes` for loss and delay.

    `transmit` returns True when every addressed receiver got (and so
    acknowledged) the frame; a broadcast is never acknowledged and counts as got.
    """

    def __init__(self, rssi=-60):
        self.devices = []
        self.rssi = rssi

    def join(self, device):
        self.devices.append(device)
        device.air = self

    def passes(self, sender, receiver, payload):
        """Override: False = this copy is lost."""
        return True

    def scan(self, device, channels, home):
        """A radio looks at other channels: nothing is lost in this air (plant/radio.py: there)."""

    def transmit(self, sender, dst, payload, channel):
        got = dst == BROADCAST
        for device in self.devices:
            if device is sender or dst not in (BROADCAST, device.mac):
                continue
            radio = device.espnow
            if radio is None or radio.channel() != channel:
                continue
            if self.passes(sender, device, payload):
                radio.on_air(sender.mac, bytes(payload), self.rssi)
                got = True
        return got
