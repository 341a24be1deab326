"""The references are current, and whatever is not described is named with what to do."""

import pytest

from ballast_tools.check.references import __main__ as command
from ballast_tools.check.references import (
    events,
    handlers,
    notes,
    routes,
    settings,
    status,
    stories,
)
from ballast_tools.check.references.shape import Field, Shape, differs
from ballast_tools.shell import paths

HOW = "cd tools && python -m ballast_tools.check.references"


def test_every_reference_is_up_to_date():
    documents, complaints = command.check()
    assert not complaints, "\n" + "\n".join(complaints)
    assert len(documents) == 6
    for path, text in documents.items():
        assert path.exists() and path.read_text() == text, f"{path.name} is out of date: {HOW}"


def test_the_command_says_what_is_out_of_date(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(settings, "DOCUMENT", tmp_path / "SETTINGS.md")
    monkeypatch.setattr(command, "parts", lambda: [settings])
    assert command.main(["--check"]) == 1
    assert "SETTINGS.md is out of date; run it without --check" in capsys.readouterr().out
    assert command.main([]) == 0 and command.main(["--check"]) == 0
    assert "`fuse_ma`" in settings.DOCUMENT.read_text()


def changed(path, old, new):
    """The text of a source file with one place of it changed."""
    text = path.read_text()
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)


def only(problems):
    assert len(problems) == 1, "\n".join(problems)
    return problems[0]


# -- notes --------------------------------------------------------------------------------


def test_notes_stand_above_or_behind_and_lines_go_on(tmp_path):
    text = "#: one\n#:   more\n#: two\na = 1\nb = 2  #: behind\n#: lost\n\nc = '#: no note'\n"
    found = notes.read(tmp_path / "x.py", text)
    assert [(n.line, n.at) for n in found] == [(1, 4), (5, 5), (6, None)]
    assert found[0].items() == [(1, "one more"), (3, "two")]
    assert found[0].text == "one more two" and found[1].text == "behind"
    assert found[2].where().endswith("x.py:6")


# -- shapes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "good", "bad"),
    [
        ("int", [0, -5], [True, 1.0, None, "1"]),
        ("int 0..63 or null", [0, 63, None], [-1, 64, False]),
        ("int ..5", [-9, 5], [6]),
        ("number 0..", [0, 0.5], [-0.1, "x"]),
        ("bool", [True], [1, None]),
        ("text", [""], [None, 1]),
        ("int or text", [1, "x"], [None, True]),
        ("object or null", [{}, None], [[]]),
        ("[3] int or null", [[1, 2, 3], None], [[1, 2], [1, 2, None]]),
        ("list of (int or null)", [[], [1, None]], [None, ["x"]]),
        ("one of a, b c", ["a", "b c"], ["c", None]),
    ],
)
def test_a_shape_knows_what_fits(shape, good, bad):
    assert all(Shape(shape).fits(value) for value in good)
    assert not any(Shape(shape).fits(value) for value in bad)


def test_names_come_from_the_code():
    from ballast.protocol import status as module

    assert Shape("one of charge_state.NAMES", module).names[0] == "A"
    with pytest.raises(ValueError, match="no tuple of names"):
        Shape("one of charge_state.NAME", module)
    with pytest.raises(ValueError, match="is no shape"):
        Shape("integer")
    with pytest.raises(ValueError, match="must read KEY SHAPE: MEANING"):
        Field("key: what it is")


def test_a_field_carries_unit_and_meaning():
    field = Field("limits[].left_s? int 0.. or null: until it falls back")
    assert (field.key, field.optional, field.unit) == ("limits[].left_s", True, "s")
    assert field.row()[1:] == ("whole number, or null", "s", "0 ..", "until it falls back")
    assert Field("a.ma int: x").unit == "" and Field("a_ma int: x").unit == "mA"


def test_a_document_is_compared_at_every_level():
    fields = [Field("a object: x"), Field("a.b int: x"), Field("a.c? int: x"), Field("n list of object: x"),
              Field("n[].k text: x"), Field("counts object: x"), Field("counts.<word> int: x")]  # fmt: skip
    good = {"a": {"b": 1}, "n": [{"k": ""}], "counts": {"two words": 1}}
    assert differs(good, fields) == []
    bad = {"a": {"d": 1}, "n": [{"k": 1}, {}], "counts": {}}
    assert differs(bad, fields) == [
        "a.d is not described", "a.b is described, and missing",
        "n[].k is 1, but described as text", "n[].k is described, and missing",
    ]  # fmt: skip


# -- settings -----------------------------------------------------------------------------


def test_a_setting_without_a_note_is_named():
    text = settings.SOURCE.read_text()
    lines = text.splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if '("cable_ma"' in line)
    without = "".join(lines[: at - 1] + lines[at:])
    line = only(settings.rows(without)[1])
    assert 'cable_ma is not described; write "#: MEANING. EFFECT." above its row' in line
    one_sentence = "".join([*lines[: at - 1], "    #: Cable\n", *lines[at:]])
    assert "cable_ma is not described" in only(settings.rows(one_sentence)[1])


def test_a_note_without_a_setting_is_named():
    text = changed(settings.SOURCE, "GONE =", "#: Something. More.\nGONE =")
    assert "this note stands above no setting; remove it" in only(settings.rows(text)[1])


def test_settings_say_who_may_change_them():
    who = {row["key"]: row["who"] for row in settings.rows()[0]}
    assert (who["user_ma"], who["fuse_ma"], who["low_mv"]) == ("user", "installer", "brand, market")
    assert who["password_user"] == "user*"


# -- the status document ------------------------------------------------------------------


def test_a_key_without_a_note_and_a_note_without_a_key_are_named():
    text = changed(status.SOURCE, "#: car.offered_ma int", "#: car.offred_ma int")
    problems = status.rows(text)[1]
    assert len(problems) == 3
    assert "car.offered_ma is not described; correct the note, or write" in problems[0]
    assert "car.offred_ma is described, and missing" in problems[1]
    assert "no document has car.offred_ma; remove its note" in problems[2]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("car.phases int 1..3", "car.phases int 2..3", "car.phases is 1, but described as int 2..3"),
        ("car.phases int 1..3", "car.phases 1..3", "is no shape"),
        ("car.phases int 1..3", "car.power_w int", "car.power_w is described twice"),
    ],
)
def test_a_wrong_note_of_a_key_is_named(old, new, line):
    assert any(line in problem for problem in status.rows(changed(status.SOURCE, old, new))[1])


# -- events -------------------------------------------------------------------------------

WIFI = paths.FIRMWARE / "ballast" / "services" / "wifi_link.py"
DIM = paths.FIRMWARE / "ballast" / "services" / "web" / "commands.py"
SERVER = handlers.SERVER


@pytest.mark.parametrize(
    ("path", "old", "new", "line"),
    [
        (WIFI, "#: wifi `connected`", "# wifi `connected`", "an event is written and not described"),
        (WIFI, "#: wifi `connected`", "#: lan `connected`", "the event is wifi, the note says lan"),
        (WIFI, "#: wifi `connected`", "#: wifi `on`", "the detail is `connected`, the note says `on`"),
        (WIFI, "#: wifi `connected`: the", "#: wifi `connected` the", "a note of an event reads"),
        (WIFI, "    def network(self)", '    NEW = X._log("new", "x")\n\n    def network(self)',
         "an event is written and not described"),
        (WIFI, "    def network(self)", "    #: wifi gone: x\n    def network(self)", "describes no event"),
        (DIM, "#: dimmed W:", "#: dimmed:", "the note does not say what the detail is"),
        (SERVER, "#: fault_over its key", "#: fault_gone its key", "no event fault_gone is written here"),
    ],
)  # fmt: skip
def test_an_event_and_its_note_must_agree(path, old, new, line):
    problems = events.rows({path: changed(path, old, new)})[1]
    assert any(line in problem for problem in problems), problems


def test_a_line_of_the_console_is_no_event():
    path = paths.FIRMWARE / "ballast" / "services" / "supervisor.py"
    assert "self._log(" in path.read_text()
    assert events.rows({path: path.read_text()}) == ([], [])


# -- routes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("#: user: pause", "#: owner: pause", "its note must begin with one of anyone, user, installer"),
        ("#: takes current_ma int", "#: takes ma int", "the handler takes current_ma; write"),
        ("#: takes current_ma int", "#: takes ma int", "the note takes ma, and the handler refuses it"),
        ("int 0..86400", "int 0..3600", "duration_s: the handler takes 0..86400, the note says int 0..3600"),
        ("#: answers as STATUS.md\n", "#: tells STATUS.md\n", "begins with none of"),
        ("        #: answers as STATUS.md\n", "", "it does not say what it answers"),
        ('get("/api/status")', 'get("/api/state")', "GET /api/state is registered by no charger"),
        ('get("/api/status")', 'get("/api/state")', "GET /api/status is registered, not as"),
        ('get("/api/status")', 'get("/api/state")', "the page calls GET /api/status; no route has it"),
    ],
)
def test_a_route_and_its_note_must_agree(old, new, line):
    texts = routes.sources()
    texts[DIM] = changed(DIM, old, new)
    problems = routes.rows(texts)[1]
    assert any(line in problem for problem in problems), problems


def test_a_route_without_a_note_is_named():
    texts = routes.sources()
    text = changed(DIM, "        #: user: the charger's state at this moment\n", "")
    texts[DIM] = text.replace("        #: answers as STATUS.md\n", "", 1)
    line = only([p for p in routes.rows(texts)[1] if "described" in p])
    assert "GET /api/status is not described; write" in line


def test_a_computed_error_needs_a_line():
    path = DIM.with_name("group.py")
    texts = routes.sources()
    lines = path.read_text().splitlines(keepends=True)
    texts[path] = "".join(line for line in lines if "#: error 400:" not in line)
    problems = routes.rows(texts)[1]
    assert any('an error is computed; write "error CODE: WHICH"' in p for p in problems), problems


def test_what_the_page_calls_is_found(tmp_path):
    (tmp_path / "x.js").write_text(
        'await post(on ? "pause" : "resume", {}); now.send("plan"); map.get("no");\n'
        'put("settings", { a: "b" }); fetch("/api/update", { method: "POST" });\n'
        'new EventSource("/api/live"); get("history?span=" + s);\n'
    )
    assert routes.page_calls(tmp_path) == [
        ("POST", "/api/pause"), ("POST", "/api/resume"), ("POST", "/api/plan"), ("PUT", "/api/settings"),
        ("POST", "/api/update"), ("GET", "/api/live"), ("GET", "/api/history"),
    ]  # fmt: skip
    assert len(routes.page_calls()) > 25


# -- stories ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("    #: example 20 unplug\n", "", "unplug has no example; write"),
        ("#: example 20 unplug", "#: example 20 unplgu", "the example does not work: "),
        ("    #: source: plant/cars.toml, beside each car\n", "", 'plug: write "source: WHERE" or'),
        ("#: example 20 unplug", "#: example 20 breaker", "the example is none of unplug"),
        ("    #: soc -: how full its battery is, 1 = full\n", "", 'plug: write "soc UNIT: MEANING"'),
        ("#: soc -: how full its", "#: full -: how full its", "plug has no such argument"),
        ("ACTIONS = [", "#: x\nACTIONS = [", "this note describes nothing; remove it"),
    ],
)
def test_a_verb_and_its_note_must_agree(old, new, line):
    problems = stories.rows(verbs={"car": changed(stories.verbs_of("car"), old, new)})[1]
    assert any(line in problem for problem in problems), problems


def test_a_verb_without_a_note_is_named():
    text = stories.verbs_of("car").read_text()
    at = text.index("    #: the car is gone at once")
    without = text[:at] + text[text.index('    Action("unplug"') :]
    assert "unplug is not described; write a note above it" in only(stories.rows(verbs={"car": without})[1])


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("#: steady D", "#: stable D", "steady is not described; write"),
        ("#: steady D", "#: stable D", "stable is no word of a story; remove its note"),
        ("#: example 90 within 5", "#: example 90 within x", "the example does not work"),
        ("class Story:", "#: lost\nclass Story:", "this note describes nothing; remove it"),
    ],
)
def test_a_word_and_its_note_must_agree(old, new, line):
    problems = stories.rows(words=changed(stories.WORDS, old, new))[1]
    assert any(line in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("#: boots int 1..:", "#: starts int 1..:", "boots: its note is of starts; write"),
        ("    #: boots int 1..: starts of the charger\n", "", "boots: '' must read KEY SHAPE: MEANING"),
        ("#: fault_KEY int 0..1:", "#: fault_KEY text:", "its note says text, but it is a number"),
        ("class View:", "#: lost\nclass View:", "this note describes nothing; remove it"),
    ],
)
def test_what_is_seen_and_its_note_must_agree(old, new, line):
    problems = stories.rows(seen=changed(stories.SEEN, old, new))[1]
    assert any(line in problem for problem in problems), problems


def test_an_option_and_its_note_must_agree():
    text = changed(stories.OPTIONS, "#: hour h:", "#: time h:")
    assert "hour is not described; write" in only(stories.rows(given=text)[1])
