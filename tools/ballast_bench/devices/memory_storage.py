"""Flash without its bytes, for runs that lose no power."""


class MemoryStorage:
    """The flash of a charger that nobody unplugs, as ports/storage.py offers it."""

    def __init__(self):
        self.files = {}

    def load(self, name):
        """(payload or None, 0 = whole, 2 = missing)."""
        return (self.files[name], 0) if name in self.files else (None, 2)

    def save(self, name, payload):
        self.files[name] = bytes(payload)

    def erase(self, name):
        self.files.pop(name, None)
