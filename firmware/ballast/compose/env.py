"""The differences between a chip and the bench, in one object."""

import asyncio

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any, Callable

    from ballast.ports.ble import BlePort
    from ballast.ports.espnow_radio import EspnowRadio
    from ballast.ports.journal_flash import JournalFlash
    from ballast.ports.reset_info import ResetInfo
    from ballast.ports.shapes import PythonHeap
    from ballast.ports.storage import Storage
    from ballast.ports.wifi import Wifi
    from ballast.services.shapes import Blocking, Log, Random
    from ballast.services.update import Update
    from ballast.services.web.assets import Assets


_STACK = const(16384)  # any thread may run the step, which needs up to 4.6 KiB (estimate, Xtensa)
_TRIES = const(5)  # chosen: a thread needs this stack in one piece of internal RAM


# Any: what the function returns, passed on as it is
async def in_thread(function: "Callable[[], Any]") -> "Any":
    """Run a function that blocks in C (a Wi-Fi scan: 2 s) in a thread, so that the step goes on.

    The port releases the interpreter's lock meanwhile. Returns what the function returned and
    raises what it raised; OSError if there is no memory for a thread.
    """
    import _thread

    done: list = [False, None, None]  # finished, result, error

    def work() -> None:
        try:
            done[1] = function()
        except BaseException as error:  # noqa: BLE001 (raised again below)
            done[2] = error
        done[0] = True

    _thread.stack_size(_STACK)
    for left in range(_TRIES - 1, -1, -1):
        try:
            _thread.start_new_thread(work, ())
            break
        except OSError:  # "can't create thread"
            if not left:
                raise
            await asyncio.sleep_ms(500)
    while not done[0]:
        await asyncio.sleep_ms(50)
    if done[2] is not None:
        raise done[2]
    return done[1]


class Env:
    """storage: files. random(n): n bytes. log: takes a line. journal: raw flash beside the files,
    None = this unit has none.

    radio, wifi, ble: ports, None = none. http: (host, port), None = no page. assets: (folder,
    entries) of the page. dns_port: of the captive portal. access_point: (name, password) of
    the label, None = this charger opens none. blocking: async function that runs a blocking
    one beside the step.

    serial, version, model: texts. unique_id: bytes of the chip. label: password record of the
    code on the label. update: None = updates by cable only. measure: the page may pair clamps,
    search for meters and test them.

    cause: charger.RESET_* of this start. crash_loop: the charger stays off after this start.
    heap: MicroPython's gc, None = nobody collects garbage but MicroPython itself.
    reset_info: RTC memory, None = none. formatted: the data partition was damaged and has been
    made anew at this start. restore_delay_s: of the market: the longest random delay after the
    supply returns. sag_pause_s: no charge begins before, because the chip's own supply has collapsed
    several times in a row. troubles: what is wrong with this unit's memory, one line each.
    heap_kib: MicroPython's heap, 0 = not known.
    """

    def __init__(self, storage: "Storage", random: "Random", log: "Log" = print) -> None:
        self.storage = storage
        self.journal: "JournalFlash | None" = None
        self.random = random
        self.log = log
        self.http: "tuple[str, int] | None" = None
        self.assets: "tuple[str, Assets | dict[str, Any]]" = ("", {})
        self.label = ""
        self.serial = ""
        self.version = ""
        self.model = "Ballast"
        self.unique_id = b"\0\0\0\0"
        self.radio: "EspnowRadio | None" = None
        self.wifi: "Wifi | None" = None
        self.ble: "BlePort | None" = None
        self.access_point: "tuple[str, str] | None" = None
        self.blocking: "Blocking" = in_thread
        self.dns_port = 53
        self.update: "Update | None" = None
        self.measure = True
        self.cause = 0
        self.restore_delay_s = 0
        self.crash_loop = False
        self.reset_info: "ResetInfo | None" = None
        self.formatted = False
        self.sag_pause_s = 0
        self.troubles: "list[str]" = []
        self.heap_kib = 0
        self.heap: "PythonHeap | None" = None
