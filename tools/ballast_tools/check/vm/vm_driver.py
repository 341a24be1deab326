"""The part of the VM runner that runs on MicroPython: imports a module, runs its tests."""

import io
import json
import sys

_state = {"module": None, "results": []}


def start(name):
    """The next file of several in one process."""
    _state["module"], _state["results"] = None, []
    load(name)


def load(name):
    """Import the test module; a failure is reported as a result of its own."""
    try:
        _state["module"] = __import__(name)
    except Exception as error:  # noqa: BLE001  whatever it is, it is the result
        _note("import " + name, error)


async def run(name):
    """Run one test function, plain or async."""
    if _state["module"] is None:
        return
    try:
        outcome = getattr(_state["module"], name)()
        if hasattr(outcome, "send"):
            await outcome
        _state["results"].append([name, ""])
    except Exception as error:  # noqa: BLE001
        _note(name, error)


def results():
    return json.dumps(_state["results"])


def _note(name, error):
    text = io.StringIO()
    sys.print_exception(error, text)
    _state["results"].append([name, text.getvalue()])
