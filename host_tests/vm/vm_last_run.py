"""Where an exception was raised, as MicroPython prints it."""

from ballast.services.memory import last_run


def _raise(text):
    raise ValueError(text)


def test_the_place_and_nothing_of_the_text():
    try:
        _raise('File "secret", line 1')
    except ValueError as error:
        kind, _, place = last_run.place(error).partition(" ")
    name, _, line = place.partition(":")
    assert kind == "ValueError" and name == "vm_last_run.py" and line == "7"
    try:
        [].pop()
    except IndexError as error:
        assert last_run.place(error).startswith("IndexError vm_last_run.py:")
    assert last_run.place(OSError(5)) == "OSError"
