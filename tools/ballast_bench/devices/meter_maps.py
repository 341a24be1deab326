"""What the meters' registers hold, written down a second time and in another way.

Nothing here uses the firmware's table or its decoder: each line says where the makers'
lists (by way of mbmd, evcc and Tinkerforge's firmware) put a quantity, and how; `block`
writes physical values there with struct. A slip in one of the two shows as a difference.
"""

import struct

V = (229.5, 231.0, 232.5)
A = (11.5, 3.25, 27.0)
W = (2600.0, -700.0, 6200.0)  # L2 exports
WH = 1234500.0

HOLDING, INPUT = 3, 4


def words(fmt, value, swapped):
    data = struct.pack(">" + fmt, value if fmt in "fd" else round(value))
    out = struct.unpack(_WORDS[len(data)], data)
    return out[::-1] if swapped else out


_WORDS = {2: ">H", 4: ">2H", 8: ">4H"}


# what an integer register holds that has no value; chosen: the makers' lists rarely say it
_MISSING = {"i": 0x7FFFFFFF, "I": 0xFFFFFFFF, "h": 0x7FFF, "H": 0xFFFF, "q": 2**63 - 1, "Q": 2**64 - 1}


class Map:
    """volts, amps, watts, total, energy: (addresses, format, counts per V, A, W, Wh).

    signed_amps: the current itself has a sign (else only the power). hertz: as the others.
    """

    signed_amps = False
    hertz = None

    def __init__(self, function, volts, amps, watts, total, energy, swapped=False, signs=True):
        self.function = function
        self.parts = (
            (volts, V),
            (amps, A),
            (watts, W),
            (total, None),
            (energy, None),
        )
        self.swapped = swapped
        self.signs = signs
        self.phases = len(amps[0]) if amps else 1
        self.amps = amps

    def values(self, part):
        """Physical values of one of `parts`; one-phase meters show L1 of the above."""
        index = self.parts.index(part)
        if index == 3:
            return (sum(W) if self.phases == 3 else W[0],)
        return (WH,) if index == 4 else part[1]

    def block(self, change=None):
        """{address: word}; `change` maps part index -> values that replace the usual ones."""
        regs = {}
        for index, part in enumerate(self.parts):
            values = change[index] if change and index in change else self.values(part)
            regs.update(self.words_of(index, values))
        return regs

    def words_of(self, index, values):
        """{address: word} of one of `parts`; empty where this meter has no such register."""
        regs = {}
        if self.parts[index][0]:
            places, fmt, counts = self.parts[index][0]
            for place, value in zip(places, values, strict=False):
                value *= counts
                if fmt in "HIQ":
                    value = abs(value)
                for i, word in enumerate(words(fmt, value, self.swapped)):
                    regs[place + i] = word
        return regs

    def missing_block(self):
        """{address: word} with "not available" everywhere: NaN, or the type's last value."""
        regs = {}
        for part in self.parts:
            if part[0]:
                places, fmt, _ = part[0]
                value = float("nan") if fmt in "fd" else _MISSING[fmt]
                for place in places:
                    for i, word in enumerate(words(fmt, value, self.swapped)):
                        regs[place + i] = word
        return regs

    def expected_ma(self):
        """What a charger has to make of it."""
        if not self.amps:
            each = round(sum(W if self.phases == 3 else W[:1]) * 1000 / 230)
            return [each] * 3
        out = [0, 0, 0]
        for i in range(self.phases):
            sign = -1 if self.signs and W[i] < 0 else 1
            out[i] = sign * round(A[i] * 1000)
        return out


def eastron():
    made = Map(
        INPUT,
        ((0, 2, 4), "f", 1),
        ((6, 8, 10), "f", 1),
        ((12, 14, 16), "f", 1),
        ((52,), "f", 1),
        ((72,), "f", 0.001),
    )
    made.hertz = ((70,), "f", 1)
    return made


def eastron_one_phase():
    return Map(
        INPUT,
        ((0,), "f", 1),
        ((6,), "f", 1),
        None,
        ((12,), "f", 1),
        ((72,), "f", 0.001),
    )


def gavazzi(energy):
    made = Map(
        INPUT,
        ((0, 2, 4), "i", 10),
        ((12, 14, 16), "i", 1000),
        ((18, 20, 22), "i", 10),
        ((40,), "i", 10),
        ((energy,), "i", 0.01),
        swapped=True,
    )
    made.signed_amps = True
    return made


def gavazzi_one_phase(swapped):
    return Map(
        INPUT,
        ((0,), "i", 10),
        ((2,), "i", 1000),
        None,
        ((4,), "i", 10),
        ((16,), "i", 0.01),
        swapped=swapped,
    )


def shelly_channel(n):
    return Map(
        INPUT,
        ((2003 + 20 * n,), "f", 1),
        ((2005 + 20 * n,), "f", 1),
        None,
        ((2007 + 20 * n,), "f", 1),
        ((2310 + 20 * n,), "f", 1),
        swapped=True,
    )


def janitza(function):
    return Map(
        function,
        ((19000, 19002, 19004), "f", 1),
        ((19012, 19014, 19016), "f", 1),
        ((19020, 19022, 19024), "f", 1),
        ((19026,), "f", 1),
        ((19068,), "f", 1),
    )


def inepro():
    return Map(
        HOLDING,
        ((20482, 20484, 20486), "f", 1),
        ((20492, 20494, 20496), "f", 1),
        ((20500, 20502, 20504), "f", 0.001),
        ((20498,), "f", 0.001),
        ((24588,), "f", 0.001),
    )


def power_only():
    meter = Map(INPUT, None, None, None, ((52,), "f", 1), ((72,), "f", 0.001))
    meter.phases = 3
    return meter


MAPS = {
    "sdm630": eastron(),
    "sdm72v2": eastron(),
    "sdm54": eastron(),
    "x96": eastron(),
    "sdm72": power_only(),
    "sdm120": eastron_one_phase(),
    "sdm220": eastron_one_phase(),
    "sdm230": eastron_one_phase(),
    "abb-b23": Map(
        HOLDING,
        ((23296, 23298, 23300), "I", 10),
        ((23308, 23310, 23312), "I", 100),
        ((23318, 23320, 23322), "i", 100),
        ((23316,), "i", 100),
        ((20480,), "Q", 0.1),
    ),
    "abb-b21": Map(
        HOLDING,
        ((23296,), "I", 10),
        ((23308,), "I", 100),
        None,
        ((23316,), "i", 100),
        ((20480,), "Q", 0.1),
    ),
    "em24": gavazzi(0x42),
    "em24-b": gavazzi(0x3E),
    "em24-e1": gavazzi(0x34),
    "em340": gavazzi(0x34),
    "em540": gavazzi(0x34),
    "em280": Map(
        INPUT,
        ((0, 2, 4), "i", 10),
        ((12, 14, 16), "i", 1000),
        None,
        ((34,), "i", 10),
        ((24,), "i", 0.01),
        swapped=True,
        signs=False,
    ),
    "em111": gavazzi_one_phase(True),
    "em111-b": gavazzi_one_phase(False),
    "dtsu666": Map(
        HOLDING,
        ((8198, 8200, 8202), "f", 10),
        ((8204, 8206, 8208), "f", 1000),
        ((8212, 8214, 8216), "f", 10),
        ((8210,), "f", 10),
        ((4126,), "f", 0.001),
    ),
    "ddsu666": Map(
        INPUT,
        ((8192,), "f", 1),
        ((8194,), "f", 1),
        None,
        ((8196,), "f", 0.001),
        ((16384,), "f", 0.001),
    ),
    "shelly-3em": Map(
        INPUT,
        ((1020, 1040, 1060), "f", 1),
        ((1022, 1042, 1062), "f", 1),
        ((1024, 1044, 1064), "f", 1),
        ((1013,), "f", 1),
        ((1162,), "f", 1),
        swapped=True,
    ),
    "shelly-em": shelly_channel(0),
    "shelly-em-2": shelly_channel(1),
    "shelly-em-3": shelly_channel(2),
    "pac2200": Map(
        INPUT,
        ((1, 3, 5), "f", 1),
        ((13, 15, 17), "f", 1),
        ((25, 27, 29), "f", 1),
        ((65,), "f", 1),
        ((801,), "d", 1),
    ),
    "7kt1665": Map(
        INPUT,
        ((1, 3, 5), "I", 100),
        ((7, 9, 11), "I", 10000),
        None,
        ((57,), "i", 100),
        ((6687,), "I", 1),
        signs=False,
    ),
    "janitza": janitza(HOLDING),
    "janitza-b": janitza(INPUT),
    "iem3000": Map(
        HOLDING,
        ((3027, 3029, 3031), "f", 1),
        ((2999, 3001, 3003), "f", 1),
        ((3053, 3055, 3057), "f", 0.001),
        ((3059,), "f", 0.001),
        ((3203,), "q", 1),
    ),
    "finder-7m38": Map(
        INPUT,
        ((2500, 2502, 2504), "f", 1),
        ((2516, 2518, 2520), "f", 1),
        ((2530, 2532, 2534), "f", 1),
        ((2536,), "f", 1),
        ((2752,), "f", 1),
    ),
    "pro380": inepro(),
    "wago-879": inepro(),
    "orno-516": Map(
        HOLDING,
        ((14, 16, 18), "f", 1),
        ((22, 24, 26), "f", 1),
        ((30, 32, 34), "f", 0.001),
        ((28,), "f", 0.001),
        ((264,), "f", 0.001),
    ),
    "orno-514": Map(
        HOLDING,
        ((305,), "H", 100),
        ((313,), "I", 1000),
        None,
        ((320,), "I", 1),
        ((40960,), "I", 0.1),
        signs=False,
    ),
    "dmg610": Map(
        INPUT,
        ((1, 3, 5), "I", 100),
        ((7, 9, 11), "I", 10000),
        ((19, 21, 23), "i", 100),
        ((57,), "i", 100),
        ((6943,), "Q", 0.1),
    ),
    "dsz15": Map(
        INPUT,
        ((0, 2, 4), "I", 100),
        ((6, 8, 10), "I", 100),
        ((12, 14, 16), "i", 1),
        ((52,), "i", 1),
        ((72,), "I", 0.1),
    ),
    "adw300": Map(
        HOLDING,
        ((20, 21, 22), "H", 10),
        ((26, 27, 28), "H", 100),
        ((30, 32, 34), "i", 1),
        ((36,), "i", 1),
        ((62,), "i", 0.1),
    ),
    "mpm3pm": Map(
        HOLDING,
        ((8, 10, 12), "I", 10),
        ((14, 16, 18), "I", 100),
        ((20, 22, 24), "i", 100),
        ((38,), "i", 100),
        ((2,), "I", 0.1),
    ),
    "ddm18sd": Map(
        INPUT,
        ((0,), "f", 1),
        ((8,), "f", 1),
        None,
        ((18,), "f", 1),
        ((256,), "f", 0.001),
    ),
    "ds100": Map(
        HOLDING,
        ((1024, 1026, 1028), "I", 1000),
        ((1040, 1042, 1044), "i", 1000),
        ((1050, 1052, 1054), "i", 1),
        ((1056,), "i", 1),
        ((270,), "I", 0.1),
    ),
    "warp": Map(
        INPUT,
        ((2100, 2102, 2104), "f", 1),
        ((2106, 2108, 2110), "f", 1),
        ((2112, 2114, 2116), "f", 1),
        ((2148,), "f", 1),
        ((2160,), "f", 0.001),
    ),
}
