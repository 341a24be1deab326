"""The names and constants of the strict fakes, as a module for the VM."""

import inspect

from ballast_bench.fakes import fake_bluetooth, fake_esp32, fake_espnow, fake_machine, fake_network

MODULES = {"machine": fake_machine, "network": fake_network, "espnow": fake_espnow, "esp32": fake_esp32,
           "bluetooth": fake_bluetooth}  # fmt: skip
BY_HAND = ("mem32", "mem_backup")
"""Names of `machine` that chip/vm_hardware.py has itself."""


def public(module):
    """The names that a module of the chip has."""
    return [name for name in module.__all__ if name not in BY_HAND]


def source():
    """Text of the module `fakes_table`: MODULES = ((name, (constants, functions, classes)), ...)."""
    return "MODULES = (\n" + "".join(f"    ({name!r}, {_row(m)!r}),\n" for name, m in MODULES.items()) + ")\n"


def _row(module):
    constants, functions, classes = {}, [], []
    for name in public(module):
        value = getattr(module, name)
        if inspect.isclass(value):
            classes.append((name, _constants(value), _shared(value), methods(value)))
        elif callable(value):
            functions.append(name)
        else:
            constants[name] = value
    return constants, tuple(functions), tuple(classes)


def methods(kind):
    """Public methods of a fake's object. The VM asks an object what it has: vfs.mount() looks for `mount`."""
    return tuple(sorted({name for base in kind.__mro__[:-1] for name, value in vars(base).items()
                         if name[0] != "_" and inspect.isfunction(value)}))  # fmt: skip


def _constants(kind):
    found = {}
    for base in reversed(kind.__mro__[:-1]):
        found.update((n, v) for n, v in vars(base).items() if n[0] != "_" and isinstance(v, int))
    return found


def _shared(kind):
    return tuple(name for name, value in vars(kind).items()
                 if name[0] != "_" and isinstance(value, (classmethod, staticmethod)))  # fmt: skip
