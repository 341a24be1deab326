"""Settings: checked at the door, nothing half-written, secrets kept."""

from ballast.control.settings import NUMBERS, TEXTS, Settings
from portable import raises


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


def test_load_keeps_what_is_good():
    s = Settings()
    problems = s.load({"user_ma": 12000, "fuse_ma": 1, "gone": 3, "name": "Garage"})
    assert s["user_ma"] == 12000 and s["name"] == "Garage" and s["fuse_ma"] == 25000
    assert len(problems) == 2
    assert s.load({}) == []


def test_secrets_do_not_leave():
    s = Settings()
    s.set("wifi_password", "hunter22")
    s.set("clamp_key", "00ff")
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
    assert s.group("clamp_key") == "site"
    raises(KeyError, s.group, "nonsense")
