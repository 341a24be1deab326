"""What differs between a chip and the bench."""

import asyncio


async def in_thread(function):
    """Run a function that blocks in C (a Wi-Fi scan: 2 s) while the step goes on.

    The port lets go of the interpreter's lock meanwhile. Raises what the function raised.
    """
    import _thread

    done: list = [False, None, None]  # finished, result, error

    def work():
        try:
            done[1] = function()
        except Exception as error:  # noqa: BLE001 (handed on below)
            done[2] = error
        done[0] = True

    _thread.start_new_thread(work, ())
    while not done[0]:
        await asyncio.sleep_ms(50)
    if done[2] is not None:
        raise done[2]
    return done[1]


class Env:
    """storage: a port like ports/storage.Storage (load, save, erase of bytes by name).

    http: (host, port), None = no page. assets: (folder, manifest) of the page. label:
    password record of the code on the label. serial, version, model: texts. unique_id:
    bytes of the chip. radio, wifi, ble: ports, None = none. log: takes a line. access_point:
    (name, password) from the label, None = this charger opens none. blocking: async
    function that runs a blocking one beside the step. dns_port: of the captive portal.
    update: (services/update.Update, largest file in bytes), None = none. random: n bytes.
    measure: the page may pair clamps, look for meters and test them.
    restore_delay_s: of the market: random delay up to this after the supply returns.
    cause: charger.RESET_*. crash_loop: stay off. forgive(): the crash loop was looked at.
    alive(uptime_s), note(fault, text): what RTC memory keeps over a reset.
    """

    def __init__(self, storage, random, log=print):
        self.storage = storage
        self.random = random
        self.log = log
        self.http = None
        self.assets = None
        self.label = ""
        self.serial = ""
        self.version = ""
        self.model = "Ballast"
        self.unique_id = b"\0\0\0\0"
        self.radio = None
        self.wifi = None
        self.ble = None
        self.access_point = None
        self.blocking = in_thread
        self.dns_port = 53
        self.update = None
        self.measure = True
        self.cause = 0
        self.restore_delay_s = 0
        self.crash_loop = False
        self.reset_info = None
