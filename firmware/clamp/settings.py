"""The stored data of a clamp: its number and code (from the factory), calibration, pairs.

They are one JSON document in ports/storage.py (two generations, checksum). If it is
damaged, the clamp measures without calibration, is unpaired, and reports both.
"""

import json
from binascii import hexlify, unhexlify

from clamp.rms import Calibration


class PairedCharger:
    """A charger that this clamp sends to. charger: its number. key: 32 bytes. mac: 6 bytes."""

    def __init__(self, charger: int, key: bytes, mac: bytes) -> None:
        self.charger = charger
        self.key = key
        self.mac = mac


class ClampSettings:
    """number: 32 bits, on the label. code: the 10 secret bytes of the label. epoch: starts so far.

    calibration: [3] of each channel, None = not calibrated. channel: of the charger's last
    answer. problem: text, "" = none.
    """

    def __init__(self) -> None:
        self.number = 0
        self.code = bytes(10)
        self.epoch = 0
        self.calibration: "list[Calibration | None]" = [None, None, None]
        self.pairs: list[PairedCharger] = []
        self.channel = 1
        self.problem = ""

    def load(self, text: bytes) -> None:
        """Fill from a stored document. If it is damaged, only `problem` changes."""
        try:
            doc = json.loads(text)
            pairs = [
                PairedCharger(int(p["charger"]), unhexlify(p["key"]), unhexlify(p["mac"]))
                for p in doc["pairs"]
            ]
            calibration = [_calibration(c) for c in doc["calibration"]]
            code = unhexlify(doc["code"])
            if len(calibration) != 3 or len(code) != 10:
                raise ValueError("three channels and a code of 10 bytes")
            for p in pairs:
                if len(p.key) != 32 or len(p.mac) != 6:
                    raise ValueError("a pair's key or address")
            number, epoch, channel = int(doc["number"]), int(doc["epoch"]), int(doc["channel"])
        except (ValueError, KeyError, TypeError) as error:
            self.problem = "settings damaged: %s" % error
            return
        self.number, self.epoch, self.code = number, epoch, code
        self.channel = channel if 1 <= channel <= 13 else 1
        self.pairs, self.calibration = pairs, calibration

    def dump(self) -> bytes:
        """The document as bytes."""
        calibration = [
            None
            if c is None
            else {"gain": c.gain, "noise": c.noise, "lag_us": c.lag_us, "flip": c.flip}
            for c in self.calibration
        ]
        pairs = [
            {
                "charger": p.charger,
                "key": hexlify(p.key).decode(),
                "mac": hexlify(p.mac).decode(),
            }
            for p in self.pairs
        ]
        doc = {
            "number": self.number,
            "code": hexlify(self.code).decode(),
            "epoch": self.epoch,
            "channel": self.channel,
            "calibration": calibration,
            "pairs": pairs,
        }
        return json.dumps(doc).encode()

    def add_pair(self, pair: PairedCharger) -> None:
        """Put a pair first, instead of an older one with this charger. At most four are kept."""
        others = [p for p in self.pairs if p.charger != pair.charger]
        self.pairs = [pair] + others[:3]

    def remove_pair(self, charger: int) -> None:
        """Forget a charger."""
        self.pairs = [p for p in self.pairs if p.charger != charger]


def _calibration(c: "dict | None") -> "Calibration | None":
    if c is None:
        return None
    return Calibration(int(c["gain"]), int(c["noise"]), int(c["lag_us"]), bool(c["flip"]))
