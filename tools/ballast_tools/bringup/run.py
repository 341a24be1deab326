"""Runs the steps on the board, and on the second one beside it; keeps each result at once."""

import json
import threading

from ballast_tools.bringup import plan, portable, script, wiring
from ballast_tools.bringup.prompt import ARMED, RESETTING
from ballast_tools.factory.flash import LinkError
from ballast_tools.shell import paths

STEP_COST = {"step_cost.py": paths.TOOLS / plan.STEP_COST}
NETWORK = "ballast-bringup"  # of the second board: on_board/partner.py
CHANNEL = 6
ARM_S = 40
RESET_S = 3  # the watchdog bites after one
TEST_S = 900
"""Silence of one portable test: chosen; on a computer the longest takes some seconds."""


class Run:
    """prompt, second: Prompts, second None = there is no second board. board: constants of board.py.

    network: (name, password) to join, None = the second board's, or none. ready(step): whether the
    jumper is set that the step names; it asks the person. say(line): what the person reads.
    """

    def __init__(self, prompt, second, board, state, network, ready, say):
        self.prompt, self.second = prompt, second
        self.board, self.state = board, state
        self.network = network
        self.ready, self.say = ready, say

    def step(self, step):
        """Do one step of plan.STEPS and keep its rows. LinkError when the board fell silent."""
        if step.needs == "second" and self.second is None:
            self._leave_out(step, "no second board (--second PORT)")
            return
        if step.needs and step.needs != "second" and not self.ready(step, step.needs):
            self._leave_out(step, f"jumper {step.needs!r} is not set")
            return
        if step.helps:
            self.ready(step, step.helps)
        if step.second == "watch" and self.second is not None:
            self.ready(step, "second")
        beside = self._start_second(step)
        rows = self._main(step, beside)  # what stops it does not wait for the second board
        if beside is not None:
            beside.join()
            rows += [[kind, f"{step.key}_{name}", *rest] for kind, name, *rest in beside.rows]
            if beside.error:
                rows.append(["missing", f"{step.key}_seen", f"second board: {beside.error}"])
        elif step.second and step.needs != "second":
            rows.append(["missing", f"{step.key}_seen", "no second board (--second PORT)"])
        self.state.put(step.key, rows)

    def _leave_out(self, step, why):
        self.say(f"left out: {why}; later: --again {step.key}")
        self.state.put(step.key, [["missing", step.key, why]])

    def _main(self, step, beside):
        params = {"board": self.board, **wiring.pins(self.board), **dict(step.params)}
        params |= self._radio_params(step, beside)
        code = script.code(step.script, params, STEP_COST)
        if not step.resets:
            return self._rows(step, *self.prompt.run(code, on_line=self.say, silence_s=step.silence_s))
        rows = self._rows(step, *self.prompt.run(code, until=RESETTING))
        self.prompt.pause(RESET_S)  # keys before the bite would find the old prompt
        self.prompt.wait_for_prompt()
        return rows + self._rows(step, *self.prompt.run(script.code("after_reset", params)))

    def _radio_params(self, step, beside):
        if step.key == "radio":
            return {"partner_mac": beside.value("partner_mac"), "channel": CHANNEL}
        if step.key == "wifi":
            name, password = self.network or ((NETWORK, NETWORK) if beside else ("", ""))
            return {"ssid": name, "password": password}
        return {}

    @staticmethod
    def _rows(step, rows, error):
        return rows + ([["missing", step.key, error]] if error else [])

    def _start_second(self, step):
        if self.second is None or not step.second:
            return None
        params = {"seconds": step.second_s, "ble": step.key == "ble",
                  "coil_pin": wiring.PARTNER_COIL, "pilot_pin": wiring.PARTNER_PILOT}  # fmt: skip
        return Beside(self.second, script.code(step.second, params))

    def tests(self, files=None):
        """The portable tests, a file at a time; those that are done are not repeated."""
        rows = self.state.results.get(plan.TESTS, [])
        done = {row[2][0] for row in rows if row[0] == "value"}
        for path in files if files is not None else portable.files():
            if portable.label(path) in done:
                continue
            params, extra = plan.test_extras(path)
            code = script.code("portable_tests", params, extra)
            found, error = self.prompt.run(code, silence_s=TEST_S)
            if error:
                found = [["value", "tests", [portable.label(path), 0, [["import", error]]]]]
            rows = rows + found
            self.state.put(plan.TESTS, rows)
            for row in found:
                if row[:2] != ["value", "tests"]:
                    continue
                self.say(f"{row[2][0]}: {row[2][1]} passed, {len(row[2][2])} failed")


class Beside:
    """A script that runs on the second board meanwhile. LinkError if it does not get ready.

    rows, error: what it printed, and why there is no more of it ("" = all came); valid after join().
    """

    def __init__(self, prompt, code):
        self.rows = []
        self.error = ""
        self._armed = threading.Event()
        self._early = []
        self._thread = threading.Thread(target=self._work, args=(prompt, code), daemon=True)
        self._thread.start()
        if not self._armed.wait(ARM_S) or ARMED not in self._early:
            raise LinkError(f"second board: {self.error or 'it did not get ready'}")

    def _work(self, prompt, code):
        try:
            self.rows, self.error = prompt.run(code, on_line=self._line)
        except LinkError as error:
            self.error = str(error)
        self._armed.set()

    def _line(self, line):
        self._early.append(line)
        if line == ARMED:
            self._armed.set()

    def value(self, name):
        """What it has printed under this name before it was ready."""


        for line in self._early:
            if line.startswith(f'BRINGUP ["value", "{name}", '):
                return json.loads(line[len("BRINGUP ") :])[2]
        raise LinkError(f"second board: it said no {name}")

    def join(self):
        self._thread.join()
