"""_thread of the fakes: runs at once; a stack below 5 KiB ends a step as the chip does."""

_size = [0]


def stack_size(size=0):
    old = _size[0]
    _size[0] = size
    return old


def start_new_thread(function, args):
    if 0 < _size[0] < 5120:
        raise_in(function)
    else:
        function(*args)


def raise_in(function):
    """The function's own except clause sees the error, as in a thread of its own."""
    step_cost = __import__("step_cost")

    kept = step_cost.Ideal.feed

    def deep(self):
        raise RuntimeError("maximum recursion depth exceeded")

    step_cost.Ideal.feed = deep
    try:
        function()
    finally:
        step_cost.Ideal.feed = kept
