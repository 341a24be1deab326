"""After a restart the charger tells why it started, and the last fault of the run before."""

import json
import sys
from types import SimpleNamespace

import pytest

from ballast.control.safety import faults
from ballast.services.memory import last_run
from ballast.services.memory.event_log import EventLog
from ballast_bench import upy
from ballast_bench.fakes.resets import HARD_RESET
from ballast_bench.plant.ev import EV
from ballast_bench.plant.house import flat
from ballast_bench.rigs.web import page
from ballast_bench.setup import Setup

SECRET = "what somebody typed"


@pytest.fixture
def bench():
    """A charger that charges, with its page; a reset chip comes back by itself."""
    setup = Setup(house=flat(seed=3), meter="none", ev=EV(max_a=16.0, delay_s=0.5),
                  http=("127.0.0.1", 0), assets=page())  # fmt: skip
    world = setup.start()
    world.reboots = True
    assert world.until(lambda: world.nodes[0].cp.amps[0] > 5.0, 60.0) is not None
    yield world, world.nodes[0]
    setup.stop()


def fail(*_):
    raise RuntimeError(SECRET)


def start(node):
    """What the status document says of the start, its JSON, and the newest event of it."""
    web = node.app.page.web
    text = json.dumps(web.document())
    events = [e for e in web.events.document() if e["kind"].startswith("start_")]
    return json.loads(text)["start"], text, events[0]


def leak(node, ma):
    node.cp.rcd.ac_ma = ma
    node.cp.touch()


def hang(world, node):
    """Nothing runs any more: the watchdog restarts the chip."""
    boots = node.boots
    node.device.timers.clear()
    assert world.until(lambda: node.boots > boots, 5.0) is not None
    world.run(1.5)


def test_power_on_has_nothing_to_tell(bench):
    said, _, event = start(bench[1])
    assert said == {"cause": "power_on", "crashes": 0, "fault": None, "fault_s": None, "text": None,
                    "detail": None}  # fmt: skip
    assert (event["kind"], event["detail"]) == ("start_power_on", "")


def test_an_exception_in_a_port_is_named_with_its_place_and_without_its_text(bench):
    world, node = bench
    node.app.io._read_rcd = fail
    assert world.until(lambda: node.boots == 2, 5.0) is not None
    said, text, event = start(node)
    assert (said["cause"], said["crashes"], said["fault"]) == ("watchdog", 1, "exception")
    assert said["text"] == faults.CATALOGUE[faults.EXCEPTION][6]
    name, _, line = said["detail"].partition(" test_last_run_host.py:")
    assert name == "RuntimeError" and line.isdigit()
    assert event["kind"] == "start_watchdog"
    assert event["detail"] == "exception " + said["detail"]
    assert SECRET not in text and SECRET not in json.dumps(node.app.page.events.document())


def test_the_event_outlives_a_crash_within_the_first_minute(bench):
    world, node = bench
    hang(world, node)
    hang(world, node)
    kinds = [(e["kind"], e["count"]) for e in node.app.page.events.document()]
    assert ("start_watchdog", 2) in kinds  # the first of the two came from storage
    assert start(node)[0]["crashes"] == 2


def test_an_exception_in_control_is_told_after_the_restart_that_comes_later(bench):
    """It stays off by itself; somebody then makes it start again."""
    world, node = bench
    node.cycle.limits.step = fail
    world.run(3.0)
    assert node.boots == 1 and node.cycle.broken
    hang(world, node)
    said, _, event = start(node)
    assert said["fault"] == "exception" and said["detail"].startswith("RuntimeError test_last_run_host.py:")
    assert event["detail"] == "exception " + said["detail"]


def test_an_ordinary_fault_is_named_and_told_once(bench):
    world, node = bench
    leak(node, 100.0)
    world.run(2.0)
    leak(node, 0.0)
    hang(world, node)
    said, _, event = start(node)
    assert (said["fault"], said["detail"]) == ("rcd_trip", None)
    assert said["text"].startswith("Current leaked to earth.")
    assert event["detail"] == "rcd_trip"
    node.charger.reset_faults()
    node.cycle.faults.first = faults.NONE  # as when all is well again
    world.run(1.5)
    hang(world, node)
    assert node.cycle.faults.active[faults.WATCHDOG]
    assert start(node)[0]["fault"] is None, "the warning about the hang before is no fault of that run"


def test_after_a_power_cut_the_fault_comes_from_flash_with_its_time(bench):
    world, node = bench
    world.run(30.0)
    leak(node, 100.0)
    assert world.until(lambda: node.cycle.faults.first == faults.RCD_TRIP, 5.0) is not None
    at_s = node.cycle.uptime_s
    leak(node, 0.0)
    world.run(5.0)
    world.power_cut(node, 3.0)
    assert world.until(lambda: node.boots == 2, 10.0) is not None
    said, _, event = start(node)
    assert (said["cause"], said["fault"], said["crashes"]) == ("power_on", "rcd_trip", 0)
    assert abs(said["fault_s"] - at_s) <= 1
    assert (event["kind"], event["detail"]) == ("start_power_on", "rcd_trip")


def test_a_restart_that_was_asked_for_is_none_to_worry_about(bench):
    world, node = bench
    node.app.env.reset_info.announce()
    node.device.hard_reset(HARD_RESET)
    node.went_down(world.now_s)
    assert world.until(lambda: node.boots == 2, 5.0) is not None
    said, _, event = start(node)
    assert (said["cause"], said["fault"], said["crashes"]) == ("restart", None, 0)
    assert event["kind"] == "start_restart"


def test_a_formatted_memory_is_a_warning_and_an_event(bench):
    """The current does not fall for it yet; it is said."""
    world, node = bench
    first = node.app
    node.storage.format()
    lines = []

    def make_app(node, inner=world._make_app):
        main = upy.firmware_main()

        class Formatted(main.App):
            def __init__(self, board, env, settings, cal):
                env.formatted, env.log = True, lines.append
                super().__init__(board, env, settings, cal)

        original, main.App = main.App, Formatted
        try:
            return inner(node)
        finally:
            main.App = original

    world._make_app = make_app
    world.power_cut(node, 1.0)
    assert world.until(lambda: node.app is not first, 10.0) is not None
    world.run(2.0)
    document = node.app.page.web.document()
    assert [f["key"] for f in document["faults"]] == ["settings"]
    assert "formatted" in [e["kind"] for e in node.app.page.events.document()]
    assert any("memory was damaged" in line for line in lines)
    kept = EventLog(node.app.store, lambda: 0, lambda: None).document()
    assert "formatted" in [e["kind"] for e in kept], "written at once"


def test_a_slow_step_shows_in_the_status_until_the_next_start(bench):
    world, node = bench
    before = node.app.page.web.document()["step_us_max"]
    read = node.app.io._read_rcd

    def slow(scan):
        node.app.io._read_rcd = read
        world.clock.advance_us(15_300)
        read(scan)

    node.app.io._read_rcd = slow
    world.run(1.2)
    slowest = node.app.page.web.document()["step_us_max"]
    assert before < 15_300 and before + 10_000 <= slowest < before + 16_000  # steps differ by 5 ms
    world.run(30.0)
    assert node.app.page.web.document()["step_us_max"] == slowest
    hang(world, node)
    assert node.app.page.web.document()["step_us_max"] == before


def test_an_error_that_ends_the_program_is_noted(monkeypatch):
    """compose/chip.py's run: at start-up, or in what no supervisor holds."""
    from ballast.compose import chip

    notes, resets, waits_ms = [], [], []
    info = SimpleNamespace(note=lambda *note: notes.append(note), crashes=0)
    env = SimpleNamespace(reset_info=info, log=print)
    monkeypatch.setitem(sys.modules, "board", SimpleNamespace(CHIP="esp32s3"))
    monkeypatch.setattr(chip, "ResetInfo", lambda name: info)
    monkeypatch.setattr(chip, "make_env", lambda permit, info: (env, {}, {}))
    monkeypatch.setattr(chip, "machine", SimpleNamespace(reset=lambda: resets.append(1)))
    monkeypatch.setattr(chip, "time", SimpleNamespace(sleep_ms=waits_ms.append))
    chip.run(fail)
    line = fail.__code__.co_firstlineno + 1
    assert notes == [(faults.EXCEPTION, f"RuntimeError test_last_run_host.py:{line}")]
    assert resets == [1]

    for crashes, error in enumerate((OSError("no radio"), MemoryError(), SystemExit(), KeyboardInterrupt())):
        info.crashes = 100 * crashes

        def broken(permit, info, error=error):
            raise error

        monkeypatch.setattr(chip, "make_env", broken)
        chip.run(fail)
        assert notes[-1][1].split()[0] == type(error).__name__
    assert len(notes) == 5 and len(resets) == 5
    assert waits_ms == [0, 0, 600000, 600000, 600000]  # a start that fails is tried more and more slowly


def test_the_outputs_are_safe_before_anything_is_printed(monkeypatch):
    from ballast.compose import chip

    done = []
    app = SimpleNamespace(
        start=fail, stop=lambda: done.append("safe"), services=SimpleNamespace(add=None)
    )
    env = SimpleNamespace(update=None, log=print)
    info = SimpleNamespace(note=lambda *note: done.append("note"), crashes=0)
    monkeypatch.setitem(sys.modules, "board", SimpleNamespace(CHIP="esp32s3"))
    monkeypatch.setattr(chip, "ResetInfo", lambda name: info)
    monkeypatch.setattr(chip, "make_env", lambda permit, info: (env, {}, {}))
    monkeypatch.setattr(chip, "machine", SimpleNamespace(reset=lambda: done.append("reset")))
    monkeypatch.setattr(chip.asyncio, "get_event_loop", lambda: SimpleNamespace(set_exception_handler=id))
    monkeypatch.setattr(chip.sys, "print_exception", lambda error, *to: None if to else done.append("print"))
    chip.run(lambda *args: app)
    assert done == ["safe", "note", "print", "safe", "reset"]


@pytest.mark.parametrize("text", ["x" * 5000, "short"])
def test_what_is_printed_while_the_step_runs_fits_the_fifo(text, capsys):
    """A traceback of 1 KB stops the step for 75 ms: asyncio's own handler prints one."""
    from ballast.compose import chip

    chip.say(text)
    try:
        fail()
    except RuntimeError as error:
        chip._lost(None, {"exception": error, "message": text, "future": None})
    chip._lost(None, {"message": text})
    lines = capsys.readouterr().out.split("\n")
    assert len(lines) == 4 and all(len(line) <= 100 for line in lines)
    assert lines[1].startswith("task ended: RuntimeError test_last_run_host.py:")


def test_the_place_is_the_innermost_line():
    def inner():
        return {}["key \"of\" somebody"]

    def outer():
        inner()

    with pytest.raises(KeyError) as caught:
        outer()
    at = inner.__code__.co_firstlineno + 1
    assert last_run.place(caught.value) == f"KeyError test_last_run_host.py:{at}"
    assert last_run.place(ValueError("never raised")) == "ValueError"
