"""The steps of a bring-up in their order: `STEPS` is the whole of it. What runs them: bringup.py."""

from dataclasses import dataclass

from ballast_tools.bringup import portable


@dataclass(frozen=True)
class Step:
    """key: in the state file and for --only. script: of on_board/.

    needs: a jumper without which the step is left out. helps: one without which it shows less.
    second: script that the second board runs meanwhile, where there is one, for second_s seconds;
    with needs == "second" the step is left out without it.
    params: further parameters of the script. resets: it ends in a reset, and after_reset.py follows.
    silence_s: how long it may print nothing.
    """

    key: str
    title: str
    script: str
    needs: str = ""
    helps: str = ""
    second: str = ""
    second_s: int = 0
    params: tuple = ()
    resets: bool = False
    silence_s: int = 60


STEPS = (
    Step("chip", "which chip, its memory", "chip"),
    Step("compute", "hashes, big numbers, JSON, console", "compute"),
    Step("garbage", "garbage collections by live memory", "garbage"),
    Step("flash_stalls", "flash: erase, program, read, NVS", "flash_stalls"),
    Step("steps", "the charger's step, and how late its timer is", "steps", params=(("seconds", 60),),
         silence_s=180),
    Step("stack", "stack of a step, least free heap", "stack"),
    Step("adc", "ADC: time of a reading, pilot levels (CP open, no vehicle)", "adc"),
    Step("pwm", "pilot frequency and duty by the pulse counter", "pwm", needs="counter"),
    Step("rs485", "RS-485 loop-back", "rs485", needs="bus"),
    Step("ble", "BLE start, advertising, stop", "ble", second="partner", second_s=15,
         params=(("seconds", 5),)),
    Step("wifi", "Wi-Fi start, scan, join and join again", "wifi", second="partner", second_s=60,
         silence_s=150),
    Step("radio", "ESP-NOW to the second board and back", "espnow_trip", needs="second",
         second="partner", second_s=30),
    Step("reset", "pads through machine.reset()", "reset", helps="coil", second="watch", second_s=8,
         params=(("how", "reset"),), resets=True),
    Step("watchdog", "pads through a watchdog bite", "reset", helps="coil", second="watch", second_s=10,
         params=(("how", "watchdog"),), resets=True),
)  # fmt: skip

TESTS = "tests"
"""Key of the last step: the portable tests, one script a file."""


def keys():
    return [step.key for step in STEPS] + [TESTS]


def test_extras(path):
    """(parameters, extra modules) of portable_tests.py for a test file."""
    params = {"module": path.stem, "label": portable.label(path), "tests": portable.functions(path)}
    return params, portable.needed(path)


STEP_COST = "ballast_tools/check/step_cost.py"
"""The loads that `bench step` measures on the VM: the same on the board."""
