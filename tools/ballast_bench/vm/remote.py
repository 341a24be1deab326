"""The firmware of a VM as a judge sees it: an attribute path that is read there when it is needed."""

_BUILTIN = {e.__name__: e for e in (ValueError, OSError, TypeError, KeyError, IndexError, AttributeError)}
OBJECT = object()


class Remote:
    """What `path` names on the VM. Plain values come back as they are, objects as further Remotes."""

    __slots__ = ("_charger", "_path")

    def __init__(self, charger, path):
        self._charger, self._path = charger, path

    def __getattr__(self, name):
        return self._charger.look(f"{self._path}.{name}")

    def __getitem__(self, key):
        return self._charger.look(f"{self._path}[{key!r}]")

    def __len__(self):
        return self._charger.look(f"len({self._path})")

    def __call__(self, *args, **kwargs):
        given = [repr(a) for a in args] + [f"{k}={v!r}" for k, v in kwargs.items()]
        return self._charger.do(f"{self._path}({', '.join(given)})")

    def __repr__(self):
        return f"<on the VM: {self._path}>"


def value_of(found):
    """What the VM's JSON stands for; OBJECT for what is no plain value. Raises the VM's exception."""
    if isinstance(found, list):
        return [value_of(one) for one in found]
    if not isinstance(found, dict):
        return found
    if "x" in found:
        kind, text = found["x"]
        raise _BUILTIN.get(kind, RuntimeError)(text)
    if "b" in found:
        return bytes.fromhex(found["b"])
    if "d" in found:
        return {key: value_of(one) for key, one in found["d"].items()}
    return OBJECT
