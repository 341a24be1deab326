"""The module `micropython` on CPython: the same names, without the VM behind them."""


def const(value):
    return value


def native(fn):
    return fn


viper = native


def opt_level(level=None):
    return 0


def alloc_emergency_exception_buf(size):
    pass


def heap_lock():
    """No effect: allocation is judged on the real VM (host_tests/vm)."""


def heap_unlock():
    return 0


def kbd_intr(char):
    pass


def mem_info(verbose=None):
    pass


def schedule(fn, arg):
    """Run at once: on CPython no interrupt is ever pending, so `soon` is `now`."""
    fn(arg)
