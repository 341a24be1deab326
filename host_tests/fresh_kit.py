"""What the tests of fresh parts share. Portable: runs on CPython and on MicroPython."""


def all_are(part, value, keys):
    """Each attribute named in `keys` (with blanks between) is `value`, lists as tuples."""
    for key in keys.split():
        have = getattr(part, key)
        if isinstance(value, tuple):
            have = tuple([tuple(v) if isinstance(v, list) else v for v in have])
        assert have == value and isinstance(have, bool) == isinstance(value, bool), (key, have)
