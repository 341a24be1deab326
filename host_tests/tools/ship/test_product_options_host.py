"""--board, --brand, --market, --mains-plug: what commands hand to the bench, one line for a mistake."""

import argparse
import shutil

import pytest

from ballast_bench import boards
from ballast_tools.play import run
from ballast_tools.shell.errors import UserError
from ballast_tools.ship import product_options


def parsed(*words, add=product_options.add_arguments):
    parser = argparse.ArgumentParser()
    add(parser)
    args = parser.parse_args([str(word) for word in words])
    args.given = set()
    return args


def test_what_is_not_given_is_left_to_the_bench():
    assert product_options.given(parsed()) == {}
    assert product_options.charger(parsed()).name == "esp32s3_ref, ballast, eu, cee32-3"


def test_names_and_a_folder_outside(tmp_path, monkeypatch):
    shutil.copytree(boards.BOARDS / "esp32s3_lite", tmp_path / "esp32s3_lite")
    monkeypatch.chdir(tmp_path)
    args = parsed("--board", "./esp32s3_lite", "--brand", "acme",
                  "--market", "us", "--mains-plug", "nema6-20")  # fmt: skip
    assert product_options.given(args) == {
        "board": str(tmp_path / "esp32s3_lite"), "brand": "acme", "market": "us", "mains_plug": "nema6-20",
    }  # fmt: skip
    assert product_options.charger(args).rated_a == 13.0  # what acme is rated for


def test_a_board_outside_is_checked_as_the_build_checks_it(tmp_path):
    shutil.copytree(boards.BOARDS / "esp32s3_lite", tmp_path / "esp32s3_lite")
    path = tmp_path / "esp32s3_lite" / "board.py"
    path.write_text(path.read_text().replace("COIL_PIN = const(15)", "COIL_PIN = const(30)"))
    with pytest.raises(UserError, match=r"board\.py:\d+: COIL_PIN: GPIO30 is a flash pin"):
        product_options.given(parsed("--board", tmp_path / "esp32s3_lite"))


@pytest.mark.parametrize("option", ["--board", "--brand", "--market", "--mains-plug"])
def test_mistakes_are_one_line(option):
    with pytest.raises(UserError) as caught:
        product_options.charger(parsed(option, "x"))
    assert "'x'; there are " in str(caught.value) and "\n" not in str(caught.value)


def test_a_trace_in_another_market(tmp_path):
    trace = tmp_path / "house.csv"
    trace.write_text("time_s,house_a\n0,4\n300,4\n600,4\n")
    words = trace, "--limit", "25A", "--market", "us", "--mains-plug", "nema5-15"
    args = parsed(*words, add=run.add_arguments)
    setup = run.prepare(args, {})[0]
    assert setup.world.plant.mains.source_v == 120.0 and setup.product.rated_a == 12.0
    setup.stop()
