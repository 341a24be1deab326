"""Why the chip started, and what RTC memory keeps over a reset.

RTC memory survives a soft reset, machine.reset(), a panic, the watchdog and a brown-out. After
power-on and the EN button its content is random; a magic byte and a checksum show whether it is
valid.

MicroPython reports both power-on and brown-out as PWRON_RESET (mp_machine_reset_cause()
of ports/esp32/modmachine.c: ESP_RST_POWERON and ESP_RST_BROWNOUT, and no other cause). A
register of the chip distinguishes them: after power-on it holds "power-on"; after a
brown-out "restart by software", because the brown-out interrupt of ESP-IDF does that. A supply
that falls faster than this interrupt reads as power-on.

A crash is a reset without `announce()` before it, but not a brown-out, which says nothing about
the program. A crash loop is three crashes within 600 s of running time. The wall clock is not
used, because it may jump or be unknown.
"""

import machine

CRASHES = 3
WINDOW_S = 600
_MAGIC = 0xB5
_VERSION = 2
_SIZE = 66
# bytes: 0 magic, 1 version, 2 announced, 3 fault, 4-5 uptime s, 6-11 uptimes of the last
# three runs that crashed (0xFFFF = none), 12 crashes ever, 13 text length, 14-61 text,
# 62 brown-outs in a row, 63 free, 64-65 sum
_ANNOUNCED = 2
_FAULT = 3
_UPTIME = 4
_RUNS = 6
_COUNT = 12
_TEXT = 13
_TEXT_MAX = 48
_SAGS = 62
_SUM = 64

_NOTE = 96  # of boards/loader/loader.py, why a start failed: 0xB6, count, length, text, sum

# Technical Reference Manuals, chapter RTC_CNTL: RESET_STATE, bits 5:0 are CPU 0's cause.
_REGISTER = {"esp32": 0x3FF48034, "esp32s3": 0x60008038}
_CAUSE_BITS = 0x3F
_CHIP_POWER_ON = 1


class ResetInfo:
    """cause: machine.*_RESET. crash: the last run ended in a crash. name: power_on (also the reset
    button), brown_out, watchdog, crash, restart (meant).

    chip: the board's CHIP. brown_out: the chip's own supply had collapsed; always False on
    an unknown chip. known: RTC memory was valid. crash_loop: the charger should stay off
    and only serve the page. fault, text: what the last run kept with `note()`. start_failed: text
    is why the start before this one failed. sags: brown-outs in a row, each within 600 s of its start.
    """

    def __init__(self, chip: str) -> None:
        self._mem = machine.mem_backup()
        self.cause = machine.reset_cause()
        self.brown_out = False
        if self.cause == machine.PWRON_RESET and chip in _REGISTER:
            cause = machine.mem32[_REGISTER[chip]] & _CAUSE_BITS
            self.brown_out = cause != _CHIP_POWER_ON
        valid = self._valid()
        self.known = valid
        self.crash = False
        self.fault = 0
        self.text = ""
        if valid:
            self._read_last()
        else:
            self._clear()
        if self.cause == machine.WDT_RESET:
            self.crash = True
        self.start_failed = self._read_note()
        self._mem[_SAGS] = min(self._mem[_SAGS] + 1, 255) if self.brown_out else 0
        self.sags = self._mem[_SAGS]
        self.name = self._words()
        self._count()
        self.crash_loop = self._loop()
        for at in (_ANNOUNCED, _FAULT, _TEXT):
            self._mem[at] = 0
        self._put16(_UPTIME, 0)
        self._seal()

    def _words(self) -> str:
        if self.brown_out:
            return "brown_out"
        if self.cause == machine.PWRON_RESET:
            return "power_on"
        if self.cause == machine.WDT_RESET:
            return "watchdog"
        return "crash" if self.crash else "restart"

    def _read_last(self) -> None:
        mem = self._mem
        self.fault = mem[_FAULT]
        length = min(mem[_TEXT], _TEXT_MAX)
        self.text = bytes(mem[_TEXT + 1 : _TEXT + 1 + length]).decode()
        if self.cause != machine.PWRON_RESET:
            self.crash = mem[_ANNOUNCED] == 0

    def _read_note(self) -> bool:
        """Whether the loader has kept why a start failed: `text` from now on. It is read once."""
        mem = self._mem
        length = mem[_NOTE + 2]
        if mem[_NOTE] != 0xB6 or length > _TEXT_MAX:
            return False
        end = _NOTE + 3 + length
        total = sum(bytes(mem[_NOTE:end])) & 0xFFFF
        if mem[end] | mem[end + 1] << 8 != total:
            return False
        mem[_NOTE] = 0
        self.text = bytes(mem[_NOTE + 3 : end]).decode()
        self.crash = True
        return True

    def _clear(self) -> None:
        mem = self._mem
        for i in range(_SIZE):
            mem[i] = 0
        mem[0] = _MAGIC
        mem[1] = _VERSION
        for i in range(_RUNS, _COUNT):
            mem[i] = 0xFF

    def _count(self) -> None:
        if not self.crash:
            return
        mem = self._mem
        mem[_RUNS + 4], mem[_RUNS + 5] = mem[_RUNS + 2], mem[_RUNS + 3]
        mem[_RUNS + 2], mem[_RUNS + 3] = mem[_RUNS], mem[_RUNS + 1]
        mem[_RUNS], mem[_RUNS + 1] = mem[_UPTIME], mem[_UPTIME + 1]
        if mem[_COUNT] < 255:
            mem[_COUNT] += 1

    def _loop(self) -> bool:
        """Whether there were three crashes and the two runs between them fit into the window."""
        total = 0
        for run in range(CRASHES):
            uptime = self._get16(_RUNS + 2 * run)
            if uptime == 0xFFFF:
                return False
            if run < CRASHES - 1:
                total += uptime
        return total < WINDOW_S

    @property
    def crashes(self) -> int:
        """Crashes since power-on, at most 255."""
        return self._mem[_COUNT]

    def alive(self, uptime_s: int) -> None:
        """Call about once a second. After a run as long as the window the crashes are forgotten."""
        self._put16(_UPTIME, min(uptime_s, 0xFFFE))
        if uptime_s >= WINDOW_S:
            self._mem[_SAGS] = 0
            if self._get16(_RUNS) != 0xFFFF:
                self.forgive()
        self._seal()

    def note(self, fault: int, text: str) -> None:
        """Keep a fault id and the first 48 bytes of a text over the reset."""
        mem = self._mem
        data = text.encode()
        end = len(data)
        if end > _TEXT_MAX:
            end = _TEXT_MAX
            while data[end] & 0xC0 == 0x80:  # do not cut inside a character
                end -= 1
        mem[_FAULT] = fault & 0xFF
        mem[_TEXT] = end
        for i in range(end):
            mem[_TEXT + 1 + i] = data[i]
        self._seal()

    def announce(self) -> None:
        """The next reset is intended (update, restart from the page) and no crash."""
        self._mem[_ANNOUNCED] = 1
        self._seal()

    def forgive(self) -> None:
        """Forget the crashes: a person acknowledged them, or the charger ran long enough."""
        for i in range(_RUNS, _COUNT):
            self._mem[i] = 0xFF
        self.crash_loop = False
        self._seal()

    # -- the memory -------------------------------------------------------------------

    def _get16(self, at: int) -> int:
        return self._mem[at] | self._mem[at + 1] << 8

    def _put16(self, at: int, value: int) -> None:
        self._mem[at] = value & 0xFF
        self._mem[at + 1] = value >> 8

    def _sum(self) -> int:
        """Fletcher-16 over the record."""
        a = b = 0
        for i in range(_SUM):
            a = (a + self._mem[i]) % 255
            b = (b + a) % 255
        return b << 8 | a

    def _seal(self) -> None:
        self._put16(_SUM, self._sum())

    def _valid(self) -> bool:
        mem = self._mem
        return mem[0] == _MAGIC and mem[1] == _VERSION and self._get16(_SUM) == self._sum()
