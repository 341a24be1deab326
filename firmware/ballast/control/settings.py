"""Settings: one schema, every value checked before it is written. Numbers for control/, texts too.

A market profile is nothing but values of the group "profile", loaded by compose/chip.py from
the brand's data; a person never sees those.

**Writing.** `set(key, value)` for one, `set_all(values)` for several that belong together: all
or none. The scan step interrupts a service between any two bytecodes, so several calls of `set`
would let a step run with the first new value beside the second old one. `set_all` writes with
one call into C (dict.update), which nothing interrupts.

**Following.** Whoever must act when a setting changes asks for a watch, and calls it in a loop:

    watch = settings.watch(("meter_kind", "meter_host"))    # without keys: any setting
    while True:
        if watch.changed():       # True at the first call
            ...                   # take the settings over

A call of `changed()` compares one number and allocates nothing while no setting was written.
"""

from micropython import const

from ballast.control.setting_rows import BELOW, GONE, NUMBERS, TEXTS

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any, Callable


class Watch:
    """Whether settings were changed since the last call; made by Settings.watch()."""

    def __init__(self, settings: "Settings", keys: "tuple[str, ...]") -> None:
        self._settings = settings
        self._keys = keys
        self._version = -1
        self._seen: "list[Any]" = [None] * len(keys)  # a number or a text each

    def changed(self) -> bool:
        """True at the first call, and when a watched value differs from that of the last call."""
        settings = self._settings
        if settings.version == self._version:
            return False
        self._version = settings.version
        changed = not self._keys
        for i in range(len(self._keys)):
            value = settings[self._keys[i]]
            if value != self._seen[i]:
                self._seen[i] = value
                changed = True
        return changed


class Settings:
    """Values by key. `version` counts changes (16 bit, wrapping); see watch().

    Reading: `settings["fuse_ma"]`. Writing: `set(key, value)` or `set_all(values)`, which raise
    ValueError with one plain line for each mistake and then leave everything as it was.
    """

    def __init__(self) -> None:
        self.version = 0
        self._value: "dict[str, Any]" = {}  # a number or a text: the key alone says which
        self._number: "dict[str, tuple]" = {}
        self._text: "dict[str, tuple]" = {}
        self._rules: "list[tuple]" = []
        for number in NUMBERS:
            self._number[number[0]] = number
            self._value[number[0]] = number[1]
        for text in TEXTS:
            self._text[text[0]] = text
            self._value[text[0]] = text[1]
        for keys in BELOW:
            self.add_rule(keys, lambda a, b, names=keys: "" if a < b else _below(names))

    def __getitem__(self, key: str) -> "Any":
        return self._value[key]

    def watch(self, keys: "tuple[str, ...]" = ()) -> Watch:
        """A Watch of these keys, of every setting without keys. See the top of this file."""
        return Watch(self, keys)

    def add_rule(self, keys: "tuple[str, ...]", test: "Callable[..., str]") -> None:
        """From now on the values of `keys` must go together.

        test(value of each key): "" when they do, else one line that says why not.
        """
        self._rules.append((keys, test))

    def group(self, key: str) -> str:
        """The group of `key`: user, site or profile. KeyError when there is none."""
        number = self._number.get(key)
        return self._text[key][4] if number is None else number[5]

    def secret(self, key: str) -> bool:
        """Whether the value of `key` must never leave the charger."""
        return key in self._text and self._text[key][3]

    def check(self, key: str, value: object) -> "str | None":
        """None when `value` is good for `key`, else one line that says what is wrong."""
        if key in self._number:
            return self._check_number(key, value)
        if key not in self._text:
            return "%s: no such setting" % key
        longest = self._text[key][2]
        if not isinstance(value, str):
            return "%s: a text is needed" % key
        if len(value.encode()) > longest:
            return "%s: longer than %d bytes" % (key, longest)
        return None

    def _check_number(self, key: str, value: object) -> "str | None":
        _, _, low, high, unit, _ = self._number[key]
        if not isinstance(value, int) or isinstance(value, bool):
            return "%s: a whole number is needed (%s)" % (key, unit)
        if value < low or value > high:
            return "%s: %d is out of range %d..%d (%s)" % (key, value, low, high, unit)
        if key == "supply_phases" and value == 2:
            return "supply_phases: 1 or 3 phases"
        return None

    def wrong(self, values: "dict[str, Any]") -> "list[tuple[str, str]]":
        """(key, line) for each mistake in `values`; [] = they may be written.

        First each value by itself; if those are good, the rules for values that go together.
        """
        out = []
        for key in values:
            line = self.check(key, values[key])
            if line is not None:
                out.append((key, line))
        return out or self._apart(values)

    def _apart(self, values: "dict[str, Any]") -> "list[tuple[str, str]]":
        """(a key of `values`, line) for each rule that would be broken after writing them."""
        out = []
        for keys, test in self._rules:
            mine = [key for key in keys if key in values]
            if mine:
                line = test(*[values.get(key, self._value[key]) for key in keys])
                if line:
                    out.append((mine[0], line))
        return out

    def set(self, key: str, value: object) -> None:
        """Write one value. Raises ValueError(line) when it is not good."""
        wrong = self.check(key, value)
        if wrong is not None:
            raise ValueError(wrong)
        for keys, _ in self._rules:
            if key in keys:
                self.set_all({key: value})
                return
        if self._value[key] != value:  # the scan step writes here too: nothing may be allocated
            self._value[key] = value
            self._count()

    def set_all(self, values: "dict[str, Any]") -> None:
        """Write several values in one step, all or none.

        Raises ValueError with one line for each mistake, and writes nothing then.
        """
        wrong = self.wrong(values)
        if wrong:
            raise ValueError("\n".join([line for _, line in wrong]))
        for key in values:
            if self._value[key] != values[key]:
                self._value.update(values)  # one call into C: the scan step sees all or none
                self._count()  # only now: whoever sees the new version finds the new values
                return

    def _count(self) -> None:
        self.version = (self.version + 1) & 0xFFFF

    def load(self, values: "dict[str, Any]") -> "list[str]":
        """Take over a stored dict, for the start. Returns the problems, one line each.

        A value with a problem is left out; of values that do not go together one is left out.
        Keys of GONE are left out without a line: there is nothing for anybody to do.
        """
        good = {}
        problems = []
        for key in values:
            if key in GONE:
                continue
            line = self.check(key, values[key])
            if line is None:
                good[key] = values[key]
            else:
                problems.append(line)
        apart = self._apart(good)
        while apart:  # without the value that is left out, another rule may be broken
            for key, line in apart:
                good.pop(key, None)
                if line not in problems:
                    problems.append(line)
            apart = self._apart(good)
        self.set_all(good)
        return problems

    def dump(self, secrets: bool = True) -> "dict[str, Any]":
        """A fresh dict of all values; without secrets for anything that leaves the charger."""
        out = {}
        for key in self._value:
            if secrets or not self.secret(key):
                out[key] = self._value[key]
        return out

    def describe(self) -> "list[dict[str, Any]]":
        """The schema for a page: list of dicts, profile left out."""
        rows = []
        for row in NUMBERS:
            if row[5] != "profile":
                rows.append(
                    {
                        "key": row[0], "default": row[1], "min": row[2],
                        "max": row[3], "unit": row[4], "group": row[5],
                    }
                )  # fmt: skip
        for key, default, longest, secret, group in TEXTS:
            rows.append(
                {"key": key, "default": default, "max": longest, "secret": secret, "group": group}
            )
        return rows


def _below(keys: "tuple[str, str]") -> str:
    return "%s: must be below %s" % keys
