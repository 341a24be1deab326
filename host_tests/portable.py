"""Helpers for tests that run under pytest and on the MicroPython VM alike."""


def raises(exc, fn, *args):
    """Call `fn(*args)`; return the exception it raised, fail if it was not `exc`."""
    try:
        fn(*args)
    except exc as error:
        return error
    raise AssertionError("%s not raised" % exc.__name__)


def last(pieces):
    """The last thing that `pieces` yields: the result of work that is done in pieces."""
    found = None
    for piece in pieces:
        found = piece
    return found
