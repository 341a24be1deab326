"""`--with`: each verb of a story as an option of run and sim."""

import argparse

import pytest

from ballast_bench.person.options import make_setup
from ballast_bench.setup import default_ev
from ballast_tools.play import with_option
from ballast_tools.shell import cli
from ballast_tools.shell.errors import UserError


def parsed(*items):
    parser = argparse.ArgumentParser()
    with_option.add_arguments(parser)
    return parser.parse_args([word for item in items for word in ("--with", item)])


def test_verbs_happen_at_their_second_and_at_0_without_one(capsys):
    args = parsed("20 unplug", 'appliance name="oven"', "30 @2 plug", "25 unplug")
    run = with_option.read(args, chargers=2)
    setup = make_setup({"house": "empty", "chargers": 2, "meter": "none"})
    world = setup.start()
    world.plant.chargers[0].plug_in(default_ev())
    with_option.play(run, setup)
    assert [a.name for a in world.plant.house.appliances if a.hand] == ["oven"]
    cars = []
    for second in (19, 21, 26, 31):
        world.run(second - world.now_s)
        cars.append([cp.ev is not None for cp in world.plant.chargers])
    setup.stop()
    assert cars == [[True, False], [False, False], [False, False], [False, True]]
    assert capsys.readouterr().err == "--with: unplug: no car is plugged in\n"


@pytest.mark.parametrize(
    ("item", "line"),
    [
        ("jump", "--with 'jump': no action 'jump'; there are"),
        ("5 plug max_a=1", "--with '5 plug max_a=1': plug: max_a must be from 6 to 80"),
        ("@2 plug", "--with '@2 plug': @2: chargers of this story are @1 to @1"),
        ("5 expect closed==1", "only verbs can be done here"),
        ("-5 plug", "seconds from 0 on"),
    ],
)
def test_a_mistake_names_the_option(item, line):
    with pytest.raises(UserError) as caught:
        with_option.read(parsed(item))
    assert line in str(caught.value) and "\n" not in str(caught.value)


def test_run_does_them(tmp_path, capsys):
    trace, record = tmp_path / "house.csv", tmp_path / "run.json"
    trace.write_text("time_s,house_a\n" + "".join(f"{t},2\n" for t in range(0, 301, 60)))
    argv = ["run", str(trace), "--limit", "25A", "--record", str(record), "--record-every", "1"]
    verbs = ("60 pe_lost", '100 clock time="10:00"', "200 unplug")
    assert cli.run(argv + [word for verb in verbs for word in ("--with", verb)]) == 0
    assert "--with" not in capsys.readouterr().err
    assert "pe_lost" in record.read_text()
    record.unlink()
    for verb, line in (("201 soc", "--with: soc: no car is plugged in"),
                       ("5 phase phase=2", "--with: phase: this supply has one phase")):  # fmt: skip
        with pytest.raises(UserError, match=line):
            cli.run([*argv, "--with", "200 unplug", "--with", verb])
        assert not record.exists()
