"""Chip profiles: those that ship are whole, and a bad one is refused with one line."""

import re

import pytest

from ballast_bench import boards
from ballast_bench.chip import profile
from ballast_bench.errors import UserError
from ballast_tools.shell import paths


@pytest.mark.parametrize("name", profile.names())
def test_a_profile_that_ships_is_whole_and_says_where_each_figure_comes_from(name):
    made = profile.load(name)
    assert set(made.costs) == set(profile.KINDS)
    for kind, cost in made.costs.items():
        assert cost.source, kind
        assert cost.usual() <= cost.worst(), kind
    assert made.measured == 0, "nothing has run on hardware: measured is what bringup writes"


@pytest.mark.parametrize("name", boards.names())
def test_each_board_names_a_profile_of_its_own_chip(name):
    board = boards.load(name)
    made = profile.of_board("board", board)
    assert made is None if name == "bench" else made.chip == board.CHIP


GOOD = (profile.FOLDER / "esp32s3_octal.toml").read_text()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[cost.gc]\nus = 3000", "[cost.gc]\nus = -1", "cost.gc.us: -1: expected a whole number"),
        ("us_per = 55", "us_per = -0.5", "cost.gc.us_per: -0.5: expected a number that is not negative"),
        ("[cost.gc]\n", "[cost.gx]\n", "cost.gx: is no kind of cost"),
        ("[cost.gc]\nus = 3000\n", "[cost.gc]\n", "cost.gc.us: is missing"),
        ("us_max = 5000\n", "us_max = 1\n", "cost.gc.us_max: 1: expected a whole number from 3000"),
        ('stall = "flash"', 'stall = "both"', "expected one of task, flash"),
        ("sockets = 10", "sockets = 0", "limits.sockets: 0: expected a whole number from 1 to 64"),
        ("python = 4194304", "python = 0", "heap.python: 0: expected"),
        ("tls = 40000", "tls = 40000\nwig = 1", "takes.wig: is not a known key"),
        ('psram = "octal"', 'psram = "much"', "psram: 'much': expected one of none, quad, octal"),
        ('chip = "esp32s3"', "chip = ", "chip.toml: Invalid value"),
    ],
)
def test_a_bad_profile_is_one_line(tmp_path, old, new, says):
    assert old in GOOD
    path = tmp_path / "chip.toml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(UserError) as caught:
        profile.load(str(path))
    line = str(caught.value)
    assert says in line and "\n" not in line and "chip.toml" in line


def test_a_missing_kind_is_told(tmp_path):
    path = tmp_path / "chip.toml"
    path.write_text(re.sub(r"\[cost\.gc\](\n[a-z_]+ = .*)*\n", "", GOOD))
    with pytest.raises(UserError, match=r"cost\.gc: is missing"):
        profile.load(str(path))


def test_a_profile_may_say_only_what_differs(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('like = "esp32s3_octal"\nheap.idf = 200000\n'
                    '[cost.gc]\nus = 9999\nsource = "bringup"\nmeasured = true\n')  # fmt: skip
    made, shipped = profile.load("mine", tmp_path), profile.load("esp32s3_octal")
    assert made.cost("gc").us == 9999 and made.measured == 1
    assert made.cost("step").us == shipped.cost("step").us
    assert (made.chip, made.psram, made.sockets) == (shipped.chip, shipped.psram, shipped.sockets)
    assert made.heap == {**shipped.heap, "idf": 200000} and made.takes == shipped.takes


def test_a_board_has_the_file_beside_it_and_not_one_of_the_same_name_here(tmp_path, monkeypatch):
    for folder, us in (("box", 1111), ("here", 2222)):
        (tmp_path / folder).mkdir()
        text = f'like = "esp32s3_octal"\n[cost.gc]\nus = {us}\nsource = "chosen"\n'
        (tmp_path / folder / "profile.toml").write_text(text)
    monkeypatch.chdir(tmp_path / "here")
    assert profile.load("profile.toml", tmp_path / "box").cost("gc").us == 1111
    assert profile.load("profile.toml").cost("gc").us == 2222


@pytest.mark.parametrize("name", ["esp32s9", "", None, "no/such.toml"])
def test_an_unknown_profile_tells_which_there_are(name):
    with pytest.raises(UserError, match="esp32s3_octal"):
        profile.load(name)


def test_a_board_that_names_none_is_told():
    board = boards.load("esp32s3_ref", CHIP_PROFILE=None)
    with pytest.raises(UserError, match="names no CHIP_PROFILE"):
        profile.of_board("board", board)


def test_the_readme_lists_every_kind():
    text = (paths.TOOLS / "ballast_bench/chip/README.md").read_text()
    for kind, meaning in profile.KINDS.items():
        assert f"| `{kind}` | {meaning} |" in text


# -- like ------------------------------------------------------------------------------


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text)


HEAD = 'chip = "esp32s3"\npsram = "octal"\n'


def test_a_profile_like_another_has_its_heap_and_its_limits_too(tmp_path):
    write(tmp_path, mine=f'{HEAD}like = "esp32s3_octal"\n[takes]\nble = 50001\n')
    made, base = profile.load("mine", tmp_path), profile.load("esp32s3_octal")
    assert (made.heap, made.sockets, made.takes) == (base.heap, base.sockets, {**base.takes, "ble": 50001})
    assert {kind: cost.us for kind, cost in made.costs.items()} == {k: c.us for k, c in base.costs.items()}


def test_a_profile_may_be_like_one_that_is_like_another(tmp_path):
    write(tmp_path, a=f'{HEAD}like = "b.toml"\n', b=f'{HEAD}like = "esp32s3_quad"\n[heap]\nidf = 77777\n')
    assert profile.load("a", tmp_path).heap == {**profile.load("esp32s3_quad").heap, "idf": 77777}


@pytest.mark.parametrize(
    ("like", "says"),
    [
        ("mine", "mine.toml:3: like: 'mine' leads back to this file"),
        ("mine.toml", "mine.toml:3: like: 'mine.toml' leads back to this file"),
        ("other", "other.toml:3: like: 'mine' leads back to this file"),
        ("ideal", "mine.toml:3: like: no chip profile 'ideal'; there are esp32_plain"),
        ("esp32s9", "mine.toml:3: like: no chip profile 'esp32s9'; there are esp32_plain"),
        ("", "mine.toml:3: like: '': expected a text"),
    ],
)
def test_a_profile_like_itself_or_like_none_is_one_line(tmp_path, like, says):
    write(tmp_path, mine=f'{HEAD}like = "{like}"\n', other=f'{HEAD}like = "mine"\n')
    with pytest.raises(UserError) as caught:
        profile.load(str(tmp_path / "mine.toml"))
    line = str(caught.value)
    assert says in line and "\n" not in line


@pytest.mark.parametrize("name", ["x" * 5000, "x" * 5000 + ".toml", "~nobody-has-this-name/x.toml"])
def test_a_name_that_no_file_can_have_is_an_unknown_one(name):
    with pytest.raises(UserError, match="no chip profile"):
        profile.load(name)


def test_a_file_of_brackets_is_one_line(tmp_path):
    write(tmp_path, deep="x=" + "[" * 5000 + "]" * 5000)
    with pytest.raises(UserError, match=r"deep\.toml: too many brackets"):
        profile.load(str(tmp_path / "deep.toml"))
