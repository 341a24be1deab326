"""A story on the whole charger: each word finds what it should, and says so when it does not."""

import re
from pathlib import Path

import pytest

from ballast_bench.person import story
from ballast_bench.person.story import seen

STORIES = Path(story.__file__).parents[1] / "STORIES.md"
HEAD = "setup house=empty meter=none\n0 plug max_a=16\n"


def play(text, **more):
    return story.play(story.Story(text, "s"), **more)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("20 expect closed==1 for 5 s", ""),
        ("20 expect closed==0 for 5 s", "s:3: at 20.02 s expected closed==0, found 1"),
        ("1 expect closed==1 within 10 s", ""),
        ("1 expect closed==1 within 0.1 s", "s:3: by 1.10 s expected closed==1, still found 0"),
        ("1 expect ev_a>17 never for 20 s", ""),
        ("20 expect ev_a>15 never for 5 s",
         "s:3: at 20.02 s expected ev_a>15 never to hold, found ev_a 16"),
        ("1 expect tripped==0 until end\n30 end", ""),
        ("1 expect ev_a<1 until end\n30 end", r"s:3: at \d.\d\d s expected ev_a<1, found \d"),
        ("1 expect ev_a>1 never\n30 end", r"s:3: at \d.\d\d s expected ev_a>1 never to hold, found ev_a \d"),
        ("1 expect mains_a>25 never\n30 end", ""),
        ("10 plug", "s:3: plug: a car is plugged in already"),
        ("10 speed factor=2", "s:3: speed: this bench does not run in real time"),
    ],
)  # fmt: skip
def test_a_line_and_what_is_told(line, told):
    failures = play(HEAD + line)
    assert len(failures) == (1 if told else 0)
    assert re.match(told, "".join(failures)), failures


def test_a_story_goes_on_after_a_failure_and_to_its_end():
    result = play(HEAD + "5 plug\n6 unplug\n7 expect s2==1\n8 expect s2==0\n30 end")
    assert [line[:4] for line in result] == ["s:3:", "s:5:"]
    assert result.runs[0].seconds == pytest.approx(30, abs=0.03) and result.runs[0].cpu_s > 0


def test_each_row_of_a_table_is_a_run_and_a_round_is_named():
    text = (
        "vary AMPS in 8 16\nsetup house=empty meter=none\n0 plug max_a=$AMPS\n"
        "20 repeat 2 every 5\n1 expect ev_a>10\nend repeat"
    )
    result = play(text)
    assert result == [f"s:5: round {n}: expected ev_a>10, found 8 (AMPS=8)" for n in (1, 2)]
    assert [(run.title, len(run.failures)) for run in result.runs] == [("AMPS=8", 2), ("AMPS=16", 0)]


def test_two_chargers_share_and_each_is_looked_at():
    text = (
        "setup house=empty phases=3 meter=clamp chargers=2 limit_a=25\n0 plug\n0 @2 plug\n"
        "120 expect closed==1 ev_a>=6\n120 @2 expect closed==1 ev_a>=6\n"
        "120 @2 unplug\n125 @2 expect s2==0 limited==\"plug\"\n125 expect s2==1\n"
        "125 expect mains_a>25.5 never\n180 end"
    )
    failures = play(text)
    assert len(failures) == 1
    assert re.match('s:7: charger 2: expected limited=="plug", found "', failures[0])


@pytest.mark.parametrize("meter", ["modbus", "rtu", "none"])
def test_a_group_needs_no_clamp_for_its_radio(meter):
    text = (
        f"setup house=empty phases=3 meter={meter} chargers=2 limit_a=25\n0 plug\n0 @2 plug\n"
        "60 expect closed==1 ev_a>=5.5\n60 @2 expect closed==1 ev_a>=5.5"
    )
    assert play(text) == []


def test_the_setting_the_clock_and_the_schedule_of_a_person():
    text = (
        HEAD + '20 set user_ma=8000\n25 expect offered_a<=8\n26 clock_jump\n'
        '30 clock time="21:59:50" date="2026-03-02"\n31 schedule begin="22:00" end="06:00" outside_ma=6000\n'
        '33 expect limited=="schedule" offered_a<=6\n34 clock_jump seconds=60\n45 expect limited=="user"\n'
        '46 restart\n47 within 5 boots==2\n'
        '47 expect offered_a>7 offered_a<=8 closed==1 within 100 s'  # the market's wait: up to 60 s
    )  # fmt: skip
    assert play(text) == ["s:5: clock_jump: this charger's clock is not set; write a `clock` line first"]


def test_options_of_the_command_win_over_the_story():
    text = "setup house=empty meter=none seed=3 user_ma=8000\n0 plug\n20 expect offered_a>9"
    assert play(text) != [] and play(text, over={"user_ma": 10000}) == []
    with pytest.raises(story.seen.ActionError, match="s:1: setup: user_ma: 1 is out of range"):
        play(text, over={"user_ma": 1})


def test_what_a_board_lacks_skips_with_the_reason():
    result = play("needs three_phase\n0 plug", over={"board": "esp32s3_ref"})
    single = result.skipped
    assert result == [] and (single == "" or re.match("s:1: .* lacks three_phase: charges on three", single))
    result = play("needs three_phase amps_32\nneeds rs485 pe\n0 plug\n1 end", over={"board": "bench"})
    assert result.skipped or result.runs[0].seconds == pytest.approx(1, abs=0.03)


def test_every_name_can_be_seen_and_costs_nothing_unasked(monkeypatch):
    asked = []
    for name, (kind, read, values) in seen.NAMES.items():
        def counted(view, name=name, read=read):
            asked.append(name)
            return read(view)
        monkeypatch.setitem(seen.NAMES, name, (kind, counted, values))  # fmt: skip
    assert play(HEAD + "1 expect closed==1 for 1 s") != [] and set(asked) == {"closed"}
    kinds = {seen.TEXT: str, seen.NUMBER: (int, float), seen.LIST: list}

    def started(world, setup, run):
        values = story.observe(world)
        assert set(values) == set(seen.NAMES)
        assert all(isinstance(values[name], kinds[seen.NAMES[name][0]]) for name in values)

    assert play(HEAD, started=started) == []


def test_what_is_seen_is_the_truth():
    text = HEAD + (
        "30 expect level==\"C\" duty_pct>53 duty_pct<54 pilot_high_v>5.5 pilot_high_v<6.5 pilot_low_v<-11\n"
        "30 expect s2==1 breaker_heat_pct>0 breaker_heat_pct<100\n"
        "30 expect ev_w>3500 ev_w<3800 mains_v>220 mains_v<=230 limit_user_a>=16 fault_rcd_trip==0 soc>=0.3\n"
        "31 leak ac_ma=40\n32 expect fault_rcd_trip==1 faults==[\"rcd_trip\"] pauses==1\n33 heat degc=60\n"
        "35 expect plug_degc==60 overload_s==0 limit_plug_a<=32"
    )
    assert play(text) == []


# -- the examples of STORIES.md ------------------------------------------------------------

BENCHES = {"clamp_off": "house=empty meter=clamp", "appliance": "house=semi",
           "phase": "house=detached", "meter_reversed": "house=detached"}  # fmt: skip
MODBUS = ("meter_held", "meter_mean", "meter_steps", "meter_gateway", "meter_answer", "meter_lost",
          "meter_late", "meter_exceptions", "meter_nan", "meter_zero_answers")  # fmt: skip
BENCHES.update(dict.fromkeys(MODBUS, "house=semi meter=modbus"), meter_crc="house=semi meter=rtu")


def examples():
    """(verb, [lines]) of each verb of STORIES.md."""
    verb = ""
    for line in STORIES.read_text().splitlines():
        if line.startswith("### "):
            verb = line[4:]
        elif verb and "Example: " in line:
            yield verb, re.findall(r"`([^`]+)`", line.split("Example: ")[1].split(". Source")[0])
            verb = ""


PLAYED = [row for row in examples() if row[0] != "speed"]  # on the live bench alone


@pytest.mark.parametrize(("verb", "lines"), PLAYED, ids=[verb for verb, _ in PLAYED])
def test_each_example_can_be_played_as_it_stands(verb, lines):
    before = "" if verb == "plug" else "0 plug\n"
    if verb == "clock_jump":
        before += "1 clock\n"
    last = float(lines[-1].split()[0])
    body = sorted([*before.splitlines(), *lines], key=lambda line: float(line.split()[0]))
    text = "\n".join([f"setup {BENCHES.get(verb, 'house=semi')}", *body, f"{last + 1:g} end"])
    assert play(text) == [], text


def test_the_first_example_of_the_document_is_played():
    text = STORIES.read_text()
    block = re.search(r"\n\n((?:    .*\n)+)", text)[1]
    assert "vary AMPS" in block and "end repeat" in block
    result = play("\n".join(line[4:] for line in block.splitlines()))
    assert result == [] and len(result.runs) == 3


def test_an_old_name_means_what_it_meant():
    """Stories outside this tree have `wh` and `first`; what can be seen lists the new names alone."""
    for old, new in seen.OLD_NAMES.items():
        assert seen.entry(old) is seen.entry(new)
        assert old not in seen.NAMES
