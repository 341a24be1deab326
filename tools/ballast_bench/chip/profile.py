"""A chip profile: how long the chip's blocking calls take, and how much memory and sockets it has.

    profile = load("esp32s3_octal")            # of this folder, or the path of a .toml file
    profile.cost("flash_erase").draw(random, 1)    # us that one erase takes this time

README.md says what each kind means, and where the figures come from.
"""

from pathlib import Path

from ballast_bench import home
from ballast_bench.errors import UserError
from ballast_bench.product.tomlfile import Reader

FOLDER = Path(__file__).parent
IDEAL = "ideal"
OF_BOARD = "board"
RARELY = 20  # chosen: one call in so many takes as long as the worst

TASK, FLASH, PYTHON = "task", "flash", "python"
STALLS = (TASK, FLASH, PYTHON)

KINDS = {
    "step": "a step of the charger without the pilot's readings",
    "step_reading": "the same with a new reading of its own power meter",
    "step_sample": "the same with a part of the work on a sample of the supply's meter",
    "adc_read": "one ADC reading",
    "spi_frame": "one SPI frame of the power meter",
    "uart_init": "installing a UART driver",
    "gc": "a garbage collection, per KiB of live memory",
    "gc_info": "gc.mem_free() or gc.mem_alloc()",
    "flash_read": "reading flash, per byte",
    "flash_erase": "erasing flash, per sector of 4 KiB",
    "flash_write": "programming flash, per byte",
    "nvs_open": "opening an NVS namespace",
    "nvs_write": "writing NVS, per byte",
    "set_boot": "Partition.set_boot(), which verifies the image, per byte of it",
    "mark_valid": "marking the running image as good",
    "sha256": "SHA-256, per byte",
    "hmac": "an HMAC tag of a frame",
    "pbkdf2": "PBKDF2-HMAC-SHA256, per iteration",
    "x25519": "one of the 292 pieces of X25519",
    "rsa_verify": "one of the 17 pieces of an RSA-3072 verification: a C call",
    "clamp_frame": "checking a frame of a clamp, its tag included",
    "group_frame": "checking a frame of a group, its tag included",
    "status": "building the status document",
    "json_dumps": "json.dumps, per byte",
    "json_loads": "json.loads, per byte",
    "tls_handshake": "the longest C call of a TLS handshake",
    "wifi_start": "starting Wi-Fi",
    "wifi_ap_start": "starting the access point",
    "wifi_scan": "a scan over all channels",
    "ble_start": "BLE.active(True)",
    "ble_stop": "BLE.active(False)",
    "thread_start": "starting a thread",
    "print": "printing, per character beyond the UART's buffer",
    "boot": "from reset to boot.py",
}
"""What takes time, and what its amount counts."""


class Cost:
    """us: fixed part. us_per: for each unit of the amount. us_max: the worst of one unit, whole.

    stall: "task" = MicroPython's task is busy and its timer goes on; "flash" = both cores stand;
    "python" = it is no C call but Python: steps run in between.
    measured: on hardware; else an estimate of `source`.
    """

    __slots__ = ("measured", "source", "stall", "us", "us_max", "us_per")

    def __init__(self, us=0, us_per=0.0, us_max=0, stall=TASK, source="", measured=False):
        self.us, self.us_per = us, us_per
        self.us_max = max(us_max, round(us + us_per))
        self.stall, self.source, self.measured = stall, source, measured

    def usual(self, amount=1):
        """us as a rule."""
        return round(self.us + self.us_per * amount)

    def worst(self, amount=1):
        """us at the worst."""
        return self.usual(amount) + self.us_max - self.usual()

    def draw(self, random, amount=1):
        """us this time: as a rule the usual, one call in RARELY the worst."""
        if self.us_max > self.usual() and random.randrange(RARELY) == 0:
            return self.worst(amount)
        return self.usual(amount)


class Profile:
    """name, chip: which silicon (fakes/chips.py). costs: {kind: Cost}.

    heap: {"python": bytes for Python, "idf": bytes of the IDF's heap after boot}. takes: {part: bytes
    of the IDF's heap}. sockets: how many at once. path: its file.
    """

    def __init__(self, name, chip, costs, heap, takes, sockets, path=None, psram="none"):
        self.name, self.chip, self.costs = name, chip, costs
        self.heap, self.takes, self.sockets, self.path = heap, takes, sockets, path
        self.psram = psram

    def cost(self, kind):
        """The Cost of a kind of KINDS; KeyError for another one."""
        return self.costs[kind]

    @property
    def measured(self):
        """How many of its costs were measured on hardware."""
        return sum(cost.measured for cost in self.costs.values())


TAKES = ("wifi", "ble", "socket", "tls", "thread")
"""What takes IDF heap."""

HEAPS = ("python", "idf")


def names():
    """Profiles of this folder, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name, near=None):
    """The Profile of that name or path; None for "ideal". near: a folder to look in first (the board's).

    UserError with one line for an unknown name, a missing or negative time, an unknown key.
    """
    if name == IDEAL:
        return None
    path = _find(name, near)
    if path is None:
        raise UserError(f"no chip profile {name!r}; there are {listed()}, or the path of a .toml file")
    return _read(path, ())


def listed():
    """All names that `load` takes, in one line."""
    return ", ".join([*names(), IDEAL])


def of_board(name, board, needs=0):
    """The same; name "board" = the profile that the board names. UserError with one line if it names
    none, for a profile of another chip than the board's, or with too small a heap for the firmware.
    needs: bytes of heap that the firmware cannot do without.
    """
    if name == OF_BOARD:
        named = getattr(board, "CHIP_PROFILE", None)
        if not named:
            raise UserError(f"board {board.NAME}: names no CHIP_PROFILE; there are {listed()}")
        made = load(named, getattr(board, "FOLDER", None))
    else:
        made = load(name)
    if made is not None:
        _check_fit(made, board, needs)
    return made


def _check_fit(made, board, needs):
    where = f"chip profile {made.name}"
    if made.chip != board.CHIP:
        raise UserError(f"{where}: it is of {made.chip}, and board {board.NAME} has {board.CHIP}; "
                        "choose a profile of that chip")  # fmt: skip
    if made.heap["python"] < needs:
        raise UserError(f"{where}: heap.python: {made.heap['python'] // 1024} KiB, and the firmware needs "
                        f"{needs // 1024} KiB; choose a chip with PSRAM")  # fmt: skip


def _find(name, near):
    if not isinstance(name, str) or not name:
        return None
    try:
        if name.endswith(".toml"):  # a board's own file lies beside board.py
            places = [*([Path(near) / name] if near else []), home.path_of(name)]
        else:
            places = [folder / f"{name}.toml" for folder in ([Path(near)] if near else []) + [FOLDER]]
        return next((path for path in places if path.is_file()), None)
    except OSError:  # a name that is too long
        return None


_MOST_US = 3_600_000_000
_MOST_BYTES = 1 << 26


def _read(path, behind):
    """The Profile in that file. behind: the files that led here by their `like`, the first one first."""
    reader = Reader(path)
    like = _like(reader, path, behind)
    chip = reader.text("chip", 20, **_default(like and like.chip))
    psram = reader.choice("psram", ("none", "quad", "octal"), **_default(like and like.psram))
    costs = dict(like.costs) if like else {}
    table = reader.raw("cost", {})
    if not isinstance(table, dict):
        raise reader.error("cost", "expected tables [cost.KIND]")
    for kind in table:
        if kind not in KINDS:
            raise reader.error(f"cost.{kind}", "is no kind of cost; chip/README.md lists them")
        costs[kind] = _cost(reader, f"cost.{kind}")
    missing = [kind for kind in KINDS if kind not in costs]
    if missing:
        raise reader.error(f"cost.{missing[0]}", "is missing: how long it takes, in us")
    heap = {key: reader.integer(f"heap.{key}", 1, _MOST_BYTES, **_default(like and like.heap[key]))
            for key in ("python", "idf")}  # fmt: skip
    takes = {part: reader.integer(f"takes.{part}", 0, _MOST_BYTES, **_default(like and like.takes[part]))
             for part in TAKES}  # fmt: skip
    sockets = reader.integer("limits.sockets", 1, 64, **_default(like and like.sockets))
    reader.raw("heap.source", "")
    reader.finish()
    return Profile(path.stem, chip, costs, heap, takes, sockets, path, psram)


def _like(reader, path, behind):
    """The Profile that the file names with `like`; None = none."""
    if "like" not in reader.data:
        return None
    name = reader.text("like", 80)
    other = _find(name, path.parent)
    if other is None:
        raise reader.error("like", f"no chip profile {name!r}; there are {', '.join(names())}, or a file "
                           "beside this one")  # fmt: skip
    behind = (*behind, path.resolve())
    if other.resolve() in behind:
        raise reader.error("like", f"{name!r} leads back to this file; name a profile that is whole")
    return _read(other, behind)


def _default(value):
    """Arguments of a Reader's call: what stands in the other profile, where there is one."""
    return {} if value is None else {"default": value}


def _cost(reader, key):
    us = reader.integer(f"{key}.us", 0, _MOST_US)
    us_per = reader.raw(f"{key}.us_per", 0)
    if isinstance(us_per, bool) or not isinstance(us_per, (int, float)) or not 0 <= us_per <= _MOST_US:
        raise reader.error(f"{key}.us_per", f"{us_per!r}: expected a number that is not negative")
    us_max = reader.integer(f"{key}.us_max", us, _MOST_US, us)
    stall = reader.choice(f"{key}.stall", STALLS, TASK)
    source = reader.text(f"{key}.source", 200)
    return Cost(us, us_per, us_max, stall, source, reader.boolean(f"{key}.measured", False))
