"""The module `_thread` (modthread.c, ports/esp32/mpthreadport.c), for code that is given it.

It is not put into sys.modules: Python's own library needs the real one. A thread runs at once and
to its end; while its function blocks in C, whichever thread holds the interpreter's lock runs the
scheduled callbacks (py/scheduler.c:244-253), which is this one whenever it calls Device.run_due().
"""

import sys
from contextlib import contextmanager

import ballast_bench.fakes as _fakes

_DEFAULT = 4096 + 1024  # mpthreadport.c:40-41
_LEAST = 4096
_MARGIN = 1024  # of each stack, that Python code may not use: cstack.h:43
_FRAME_BYTES = 450  # of a Python call on Xtensa: the step is 10 deep and needs 4.3 to 4.6 KiB, estimate

_size = [0]


def stack_size(size=0, /):
    """Of the threads to come; 0 = the default. Returns the value before."""
    before = _size[0] or _DEFAULT
    _size[0] = max(size, _LEAST) if size else 0
    return before


def start_new_thread(function, args, kwargs=None, /):
    device = _fakes.device()
    if device.threads_refused:
        device.threads_refused -= 1
        raise OSError("can't create thread")  # mpthreadport.c:141-160: the text is the errno
    device.spend("thread_start")
    usable = (_size[0] or _DEFAULT) - _MARGIN
    device.threads.append(usable)
    try:
        function(*args, **(kwargs or {}))
    except SystemExit:
        pass
    except Exception as error:  # noqa: BLE001 - printed, and the thread ends: modthread.c:180-200
        device.console.write("Unhandled exception in thread: %r" % error)
    finally:
        device.threads.remove(usable)


@contextmanager
def stack_of(usable):
    """Code that runs on a stack of so many bytes: RecursionError when its calls are too deep.

    It counts calls itself: what sys.setrecursionlimit() counts differs with C calls and greenlets.
    """
    most, depth = usable // _FRAME_BYTES, 2  # this generator and its __enter__ return first

    def count(_frame, event, _arg):
        nonlocal depth
        if event == "return":
            depth -= 1
        elif event == "call":
            depth += 1
            if depth > most:
                raise RecursionError("maximum recursion depth exceeded")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(before)
