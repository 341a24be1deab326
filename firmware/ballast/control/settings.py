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

TYPE_CHECKING = const(0)
if TYPE_CHECKING:
    from typing import Any, Callable

# key, default, min, max, unit, group. Groups: user (the person), site (installer),
# profile (brand and market).
NUMBERS = (
    ("user_ma", 32000, 6000, 32000, "mA", "user"),
    ("user_paused", 0, 0, 1, "bool", "user"),
    ("mode", 0, 0, 2, "0 normal, 1 solar only, 2 solar + minimum", "user"),
    ("installed", 0, 0, 1, "bool", "site"),
    ("fuse_ma", 25000, 6000, 125000, "mA", "site"),
    ("circuit_ma", 32000, 6000, 32000, "mA", "site"),
    ("supply_phases", 1, 1, 3, "phases", "site"),
    ("phase_of_l1", 1, 1, 3, "supply phase", "site"),
    ("phase_proven", 0, 0, 1, "bool", "site"),
    ("meter_kind", 0, 0, 3, "0 none, 1 clamp, 2 Modbus TCP, 3 Modbus RTU", "site"),
    ("meter_unit", 1, 1, 247, "Modbus address", "site"),
    ("meter_baud", 9600, 1200, 115200, "Bd", "site"),
    ("meter_parity", 0, 0, 1, "0 none, 1 even", "site"),
    ("meter_interval_ms", 1000, 100, 60000, "ms", "site"),
    ("export", 0, 0, 1, "bool", "site"),
    ("fallback_ma", 0, 0, 32000, "mA", "site"),
    ("panel_ma", 0, 0, 125000, "mA", "site"),
    ("demand_w", 0, 0, 100000, "W", "site"),
    ("margin_ma", 0, 0, 5000, "mA", "site"),
    ("dip_mas", 0, 0, 5000, "mA s", "site"),
    ("group_id", 0, 0, 65535, "0 = alone", "site"),
    ("group_seat", 0, 0, 63, "seat, from 0", "site"),
    ("group_seats", 2, 1, 64, "chargers", "site"),
    ("group_share_ma", 0, 0, 32000, "mA", "site"),
    ("group_mode", 0, 0, 2, "0 equal, 1 priority, 2 departure", "site"),
    ("group_rank", 128, 0, 255, "0 = first", "site"),
    ("group_radio", 0, 0, 1, "0 ESP-NOW, 1 network", "site"),
    ("group_line", 0, 0, 3, "0 to neutral, 1 L1-L2, 2 L2-L3, 3 L3-L1", "site"),
    ("rated_ma", 32000, 6000, 32000, "mA", "profile"),
    ("plug_ma", 32000, 6000, 32000, "mA", "profile"),
    ("cable_ma", 32000, 6000, 32000, "mA", "profile"),
    ("min_ma", 6000, 6000, 16000, "mA", "profile"),
    ("low_mv", 195000, 80000, 250000, "mV", "profile"),
    ("high_mv", 264000, 110000, 300000, "mV", "profile"),
    ("ventilation", 0, 0, 1, "bool", "profile"),
    ("wake", 1, 0, 2, "0 none, 1 F, 2 E", "profile"),
    ("rcd_retries", 0, 0, 4, "times", "profile"),
    ("rcd_retry_ms", 900000, 60000, 3600000, "ms", "profile"),
    ("start_delay_s", 0, 0, 1800, "s", "profile"),
    ("plug_t1", 600, 300, 1000, "0.1 degC", "profile"),
    ("plug_t2", 800, 400, 1100, "0.1 degC", "profile"),
    ("plug_t3", 550, 200, 900, "0.1 degC", "profile"),
    ("plug_rise", 150, 30, 500, "0.1 K/min", "profile"),
    ("connector_t1", 700, 300, 1000, "0.1 degC", "profile"),
    ("connector_t2", 900, 400, 1100, "0.1 degC", "profile"),
    ("connector_t3", 650, 200, 900, "0.1 degC", "profile"),
    ("box_t1", 700, 300, 1000, "0.1 degC", "profile"),
    ("box_t2", 850, 400, 1100, "0.1 degC", "profile"),
    ("box_t3", 650, 200, 900, "0.1 degC", "profile"),
    ("box_stop", 0, 0, 1, "bool", "profile"),
)

# key, default, longest, secret, group
TEXTS = (
    ("name", "Ballast", 32, False, "user"),
    ("language", "en", 5, False, "user"),
    ("wifi_ssid", "", 32, False, "site"),
    ("wifi_password", "", 63, True, "site"),
    ("meter_host", "", 64, False, "site"),
    ("meter_model", "sdm630", 24, False, "site"),
    ("meter_line", "", 300, False, "site"),
    ("clamp_id", "", 12, False, "site"),
    ("clamp_key", "", 64, True, "site"),
    ("group_key", "", 64, True, "site"),
    ("group_panels", "", 200, False, "site"),
    ("password_user", "", 120, True, "user"),
    ("password_installer", "", 120, True, "site"),
)


# The first of two settings must be below the second
BELOW = (
    ("low_mv", "high_mv"),
    ("plug_t1", "plug_t2"),
    ("plug_t3", "plug_t2"),
    ("connector_t1", "connector_t2"),
    ("connector_t3", "connector_t2"),
    ("box_t1", "box_t2"),
    ("box_t3", "box_t2"),
)


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
        """A Watch of these keys; without keys: of every setting."""
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
        """(key, line) of each mistake that writing `values` at once would be; [] = none.

        First each value by itself; when those are good, what must go together.
        """
        out = []
        for key in values:
            line = self.check(key, values[key])
            if line is not None:
                out.append((key, line))
        return out or self._apart(values)

    def _apart(self, values: "dict[str, Any]") -> "list[tuple[str, str]]":
        """(a key of `values`, line) of each rule that is broken once `values` are in."""
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
        if wrong is None:
            for keys, _ in self._rules:
                if key in keys:
                    self.set_all({key: value})
                    return
        else:
            raise ValueError(wrong)
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
        """Take a stored dict. Returns the problems, one line each; bad ones keep the default."""
        good = {}
        problems = []
        for key in values:
            line = self.check(key, values[key])
            if line is None:
                good[key] = values[key]
            else:
                problems.append(line)
        apart = self._apart(good)
        while apart:  # what goes may have been right beside another that goes too: look again
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
