"""Settings: checked at the door, nothing half-written, secrets kept."""

from ballast.control.setting_rows import BELOW, GONE, NUMBERS, TEXTS
from ballast.control.settings import Settings
from portable import raises

BELOW_KEYS = [key for keys in BELOW for key in keys]


def test_every_default_is_good():
    s = Settings()
    for row in NUMBERS + TEXTS:
        assert s.check(row[0], row[1]) is None, row
        assert s[row[0]] == row[1]


def test_every_bound_is_exact():
    s = Settings()
    for key, _, low, high, unit, _ in NUMBERS:
        assert s.check(key, low) is None and s.check(key, high) is None
        for bad in (low - 1, high + 1):
            line = s.check(key, bad)
            assert line.startswith(key + ": ") and str(bad) in line and unit in line
    for key, _, longest, _, _ in TEXTS:
        assert s.check(key, "x" * longest) is None
        assert s.check(key, "x" * (longest + 1)) == "%s: longer than %d bytes" % (key, longest)


def test_length_counts_bytes():
    s = Settings()
    assert s.check("name", "\u00e4" * 16) is None
    assert s.check("name", "\u00e4" * 17) is not None


def test_kinds_are_refused():
    s = Settings()
    for bad in ("6000", 6.5, None, True, [1]):
        assert s.check("user_ma", bad) == "user_ma: a whole number is needed (mA)"
    for bad in (5, None, b"x", ["a"]):
        assert s.check("name", bad) == "name: a text is needed"
    assert s.check("nonsense", 1) == "nonsense: no such setting"
    assert s.check("supply_phases", 2) == "supply_phases: 1 or 3 phases"


def test_set_changes_and_counts():
    s = Settings()
    assert s.version == 0
    s.set("user_ma", 10000)
    assert s["user_ma"] == 10000 and s.version == 1
    s.set("user_ma", 10000)
    assert s.version == 1
    error = raises(ValueError, s.set, "user_ma", 5999)
    assert str(error) == "user_ma: 5999 is out of range 6000..32000 (mA)"
    assert s["user_ma"] == 10000 and s.version == 1


def test_version_wraps():
    s = Settings()
    s.version = 0xFFFF
    s.set("user_ma", 7000)
    assert s.version == 0


def test_a_watch_is_true_once_and_then_for_its_keys_alone():
    s = Settings()
    watch = s.watch(("user_ma", "name"))
    assert watch.changed() and not watch.changed()
    s.set("fuse_ma", 40000)
    assert not watch.changed()
    s.set("user_ma", 10000)
    assert watch.changed() and not watch.changed()
    s.set("name", "Garage")
    s.set("user_ma", 32000)
    assert watch.changed() and not watch.changed()
    s.set("user_ma", 32000)
    assert not watch.changed()
    s.set("user_ma", 10000)
    s.set("user_ma", 32000)
    assert not watch.changed(), "it is as it was at the last look"


def test_a_watch_without_keys_sees_every_setting():
    s = Settings()
    every = s.watch()
    assert every.changed() and not every.changed()
    for row in NUMBERS:
        if row[0] not in BELOW_KEYS and row[0] != "supply_phases":
            s.set(row[0], row[3] if row[1] != row[3] else row[2])
            assert every.changed() and not every.changed(), row
    for row in TEXTS:
        s.set(row[0], "x")
        assert every.changed() and not every.changed(), row


def test_watches_do_not_disturb_each_other():
    s = Settings()
    one, two = s.watch(("user_ma",)), s.watch(("user_ma",))
    assert one.changed()
    s.set("user_ma", 7000)
    assert one.changed() and not one.changed()
    assert two.changed() and not two.changed()


def test_a_watch_follows_a_version_that_wraps():
    s = Settings()
    s.version = 0xFFFF
    watch = s.watch(("user_ma",))
    assert watch.changed() and not watch.changed()
    s.set("user_ma", 7000)
    assert s.version == 0 and watch.changed() and not watch.changed()


def test_several_at_once_are_one_change():
    s = Settings()
    s.set_all({"user_ma": 10000, "fuse_ma": 35000, "name": "Garage"})
    assert (s["user_ma"], s["fuse_ma"], s["name"], s.version) == (10000, 35000, "Garage", 1)
    s.set_all({"user_ma": 10000, "fuse_ma": 35000})
    s.set_all({})
    assert s.version == 1
    s.set_all({"user_ma": 10000, "fuse_ma": 36000})
    assert s["fuse_ma"] == 36000 and s.version == 2


def test_several_at_once_are_all_or_none():
    s = Settings()
    before = s.dump()
    values = {"user_ma": 10000, "fuse_ma": 1, "gone": 3, "name": 7}
    wrong = s.wrong(values)
    assert sorted(wrong) == [
        ("fuse_ma", "fuse_ma: 1 is out of range 6000..125000 (mA)"),
        ("gone", "gone: no such setting"),
        ("name", "name: a text is needed"),
    ]
    error = raises(ValueError, s.set_all, values)
    assert str(error) == "\n".join([line for _, line in wrong])
    assert s.dump() == before and s.version == 0
    assert s.wrong({"user_ma": 10000}) == [] and s.wrong({}) == []


def _any_value(below, row):
    """A value for a row of the schema; every fourth is not good."""
    bad = below(4) == 0
    if len(row) == 5:
        return below(1000) if bad else "x" * below(row[2] + 1)
    if bad:
        return (row[2] - 1 - below(1000), row[3] + 1 + below(1000), "7", None, True)[below(5)]
    return row[2] + below(row[3] - row[2] + 1)


def test_whatever_is_written_at_once_is_all_or_none():
    seed = [20240607]

    def below(n):
        seed[0] = (seed[0] * 1103515245 + 12345) & 0x7FFFFFFF
        return (seed[0] >> 12) % n

    s = Settings()
    rows = NUMBERS + TEXTS
    written = refused = apart = 0
    for _ in range(1000):
        values = {}
        for _ in range(1 + below(4)):
            row = rows[below(len(rows))]
            values[row[0]] = _any_value(below, row)
        before, version = s.dump(), s.version
        lines = [s.check(key, values[key]) for key in values]
        good = lines == [None] * len(lines)
        try:
            s.set_all(values)
        except ValueError as error:
            assert s.dump() == before and s.version == version
            assert str(error)
            apart += good
            refused += 1
            continue
        assert good
        written += 1
        after = dict(before)
        after.update(values)
        assert s.dump() == after
        assert s.version == ((version + 1) & 0xFFFF if after != before else version)
        for low, high in BELOW:
            assert s[low] < s[high], (values, low, high)
    assert written > 200 and refused > 200 and apart > 3, (written, refused, apart)


def test_what_must_go_together_is_judged_with_what_is_there():
    s = Settings()
    for low, high in BELOW:
        line = "%s: must be below %s" % (low, high)
        assert s[low] < s[high]
        if s.check(high, s[low]) is None:
            assert (high, line) in s.wrong({high: s[low]})
        if s.check(low, s[high]) is None:
            assert s.wrong({low: s[high]}) == [(low, line)]
            assert str(raises(ValueError, s.set, low, s[high])) == line
    s.set_all({"low_mv": 240000, "high_mv": 280000})
    assert s["low_mv"] == 240000 and s.version == 1
    s.set_all({"low_mv": 100000, "high_mv": 240000})  # one before the other would not go
    assert s["high_mv"] == 240000 and s.version == 2
    s.set("low_mv", 239999)
    assert s["low_mv"] == 239999 and s.version == 3


def test_others_may_add_rules():
    s = Settings()
    s.add_rule(("group_seat", "group_seats"), lambda a, b: "" if a < b else "seat %d of %d" % (a, b))
    assert s.wrong({"group_seat": 2}) == [("group_seat", "seat 2 of 2")]
    assert s.wrong({"group_seats": 1}) == []
    assert s.wrong({"group_seats": 3, "group_seat": 3}) == [("group_seat", "seat 3 of 3")]
    s.set_all({"group_seats": 4, "group_seat": 3})
    assert str(raises(ValueError, s.set, "group_seats", 3)) == "seat 3 of 3"
    assert s["group_seats"] == 4


def test_a_file_of_an_earlier_version_loads_without_a_complaint():
    s = Settings()
    assert s.load({"clamp_id": "7", "clamp_key": "00ff", "user_ma": 9000}) == []
    assert s["user_ma"] == 9000
    for key in GONE:
        assert key not in s.dump() and s.check(key, "") == key + ": no such setting"


def test_load_drops_what_does_not_go_together():
    s = Settings()
    problems = s.load({"low_mv": 250000, "high_mv": 200000, "user_ma": 8000})
    assert problems == ["low_mv: must be below high_mv"]
    assert (s["low_mv"], s["high_mv"], s["user_ma"]) == (195000, 200000, 8000)
    s = Settings()
    problems = s.load({"plug_t1": 850, "plug_t2": 900, "plug_t3": 900})
    assert problems == ["plug_t3: must be below plug_t2"]
    assert (s["plug_t1"], s["plug_t2"], s["plug_t3"]) == (850, 900, 550)
    s = Settings()  # without the first the second does not fit to the default
    problems = s.load({"plug_t1": 700, "plug_t2": 560, "user_ma": 8000})
    assert problems == ["plug_t1: must be below plug_t2"]
    assert (s["plug_t1"], s["plug_t2"], s["user_ma"]) == (600, 800, 8000)


def test_load_keeps_what_is_good():
    s = Settings()
    problems = s.load({"user_ma": 12000, "fuse_ma": 1, "gone": 3, "name": "Garage"})
    assert s["user_ma"] == 12000 and s["name"] == "Garage" and s["fuse_ma"] == 25000
    assert len(problems) == 2
    assert s.load({}) == []


def test_secrets_do_not_leave():
    s = Settings()
    s.set("wifi_password", "hunter22")
    s.set("group_key", "00ff")
    assert s.dump()["wifi_password"] == "hunter22"
    out = s.dump(False)
    for key, _, _, secret, _ in TEXTS:
        assert s.secret(key) == secret
        assert (key in out) == (not secret)
    for row in NUMBERS:
        assert not s.secret(row[0]) and row[0] in out
    assert "hunter22" not in str(out)
    assert "hunter22" not in str(s.describe())


def test_dump_is_a_copy_and_loads_again():
    s = Settings()
    s.set("fuse_ma", 40000)
    values = s.dump()
    values["fuse_ma"] = 1
    assert s["fuse_ma"] == 40000
    t = Settings()
    assert t.load(s.dump()) == [] and t.dump() == s.dump()


def test_schema_for_the_page():
    rows = Settings().describe()
    keys = [row["key"] for row in rows]
    for row in NUMBERS:
        assert (row[0] in keys) == (row[5] != "profile")
    for row in rows:
        if row["key"] == "fuse_ma":
            assert row == {
                "key": "fuse_ma", "default": 25000, "min": 6000, "max": 125000,
                "unit": "mA", "group": "site",
            }  # fmt: skip
        if row["key"] == "wifi_password":
            assert row == {
                "key": "wifi_password", "default": "", "max": 63, "secret": True, "group": "site",
            }  # fmt: skip
    for row in TEXTS:
        assert row[0] in keys


def test_groups():
    s = Settings()
    assert s.group("user_ma") == "user" and s.group("fuse_ma") == "site"
    assert s.group("low_mv") == "profile" and s.group("name") == "user"
    assert s.group("group_key") == "site"
    raises(KeyError, s.group, "nonsense")
