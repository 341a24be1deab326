"""What each kind of reset does to a chip.

A restart of the CPU alone (machine.reset(), a panic, the first stage of a watchdog) leaves pads,
LEDC and RTC as they are: esp_system/port/soc/esp32s3/system_internal.c:51-60 lists what is reset,
and LEDC is not among it; clk.c:230-245 keeps its clock. A restart of the core or the system lets
the pads float. Causes: MicroPython ports/esp32/modmachine.c:233-260; codes: ESP-IDF
soc/reset_reasons.h, esp_system/port/soc/*/reset_reason.c. ESP-IDF is v5.5.2. None of it was seen
on a chip. Not modelled: LEDC at half its frequency while the CPU runs from the crystal (inferred
from clk.c), because a pilot that goes on unchanged lets the car draw its current for longer.
"""

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5


class Kind:
    """cause: machine.reset_cause(). code: RESET_STATE of the CPU.

    memory: RTC memory and the RTC's time stay. pads: outputs keep their level, PWM goes on.
    prints: the panic handler writes 2 to 3 KB at 115200 Bd before the restart.
    """

    __slots__ = ("cause", "code", "memory", "pads", "prints")

    def __init__(self, cause, code, memory, pads, prints=False):
        self.cause = cause
        self.code = code
        self.memory = memory
        self.pads = pads
        self.prints = prints


KINDS = {
    "power_on": Kind(PWRON_RESET, 0x01, memory=False, pads=False),  # also the EN button
    # spi_flash/Kconfig:6-24 selects the interrupt, brownout.c:44-83 restarts by software; that
    # RTC memory stays is inferred from the hint, which lives in an RTC register (esp-idf #17718)
    "brown_out": Kind(PWRON_RESET, 0x03, memory=True, pads=False),
    "collapse": Kind(PWRON_RESET, 0x01, memory=False, pads=False),  # faster than that interrupt
    "software": Kind(HARD_RESET, 0x0C, memory=True, pads=True),  # machine.reset(): modmachine.c:250
    "panic": Kind(HARD_RESET, 0x0C, memory=True, pads=True, prints=True),  # system_internal.c:146-162
    "watchdog": Kind(WDT_RESET, 0x0C, memory=True, pads=True, prints=True),  # task_wdt.c:374-446
    "watchdog_late": Kind(WDT_RESET, 0x07, memory=True, pads=False),  # nobody served the interrupt
    "interrupt_watchdog": Kind(WDT_RESET, 0x0C, memory=True, pads=True, prints=True),
    "rtc_watchdog": Kind(WDT_RESET, 0x10, memory=False, pads=False),  # the boot took longer than 9 s
    "deep_sleep": Kind(DEEPSLEEP_RESET, 0x05, memory=True, pads=False),
    "usb": Kind(0, 0x15, memory=True, pads=False),  # a host on the S3's USB: modmachine.c:259
}

OF_CAUSE = {
    PWRON_RESET: "power_on",
    HARD_RESET: "software",
    WDT_RESET: "watchdog",
    DEEPSLEEP_RESET: "deep_sleep",
}
"""The usual kind of each machine.*_RESET."""

_PRINT_S = 0.25  # estimate: 2 to 3 KB at 115200 Bd


def printing_s(kind):
    """Seconds that the panic handler prints before the restart, which then boots as any other."""
    return _PRINT_S if KINDS[kind].prints else 0.0
