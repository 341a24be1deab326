"""The comparison with ACN-Sim starts, keeps every line, and counts what it says it counts.

ACN-Sim is imported by the first test: at collection each worker would pay for it (scikit-learn, pandas).
"""

import gzip
import json

import pytest

from ballast_tools.check.benches import group as bench_group

PERIODS_H = 5 / 60
FULL_KW = 32 * 0.208  # one connection between two conductors of 208 V


@pytest.fixture
def acn():
    """The module under test."""
    pytest.importorskip("acnportal", reason="tools/ballast test has it")
    from ballast_tools.check import acn

    return acn


@pytest.fixture
def write(tmp_path, acn):
    """write([(arrival, departure, kWh, place)]) -> an event queue's file; times in periods of 5 min."""

    from acnportal import acnsim
    from acnportal.acnsim.models import EV, Battery

    def make(sessions):
        names = acn.network(10, True).station_ids
        events = [
            acnsim.PluginEvent(a, EV(a, d, kwh, names[at], str(n), Battery(100, 0, FULL_KW)))
            for n, (a, d, kwh, at) in enumerate(sessions)
        ]
        file = tmp_path / "events.json.gz"
        with gzip.open(file, "wt") as out:
            json.dump(acnsim.EventQueue(events).to_json(), out)
        return file

    return make


def test_one_car_alone_gets_all_it_asks_for(write, acn):
    file = write([(0, 24, 6.0, 0)])
    row = acn.simulate((str(file), "Ballast", 140))
    assert row["energy"] == pytest.approx(100, abs=0.1) and row["met"] == 100 and row["over_ma"] <= 1


def test_a_small_transformer_is_used_to_its_limit_and_never_beyond(write, acn):
    sessions = [(0, 60, 20.0, n) for n in range(0, 54, 3)]
    row = acn.simulate((str(write(sessions)), "Ballast", 20))
    demand = sum(kwh for _, _, kwh, _ in sessions)
    most = 20 * 60 * PERIODS_H / demand * 100
    assert 0.75 * most < row["energy"] <= most and row["over_ma"] <= 1


def test_who_leaves_first_goes_first(write, acn):
    late, early = (0, 200, 8.0, 0), (0, 30, 8.0, 1)
    both = acn.simulate((str(write([late, early])), "Ballast", 10))
    assert both["met"] == 100


def test_the_command_prints_its_table_and_judges(write, tmp_path, capsys):
    class Args:
        events = write([(0, 40, 6.0, 0), (2, 50, 6.0, 1), (3, 50, 6.0, 2)])
        long, short, jobs = False, False, 1

    figures = bench_group.acn_table(Args)
    out = capsys.readouterr().out
    assert "least" not in out and "LLF" in out and "mean" in out
    assert [row["kw"] for row in figures["rows"]] == list(bench_group.USUAL_KW)
    assert figures["over_ma"] <= 1 and not figures["below_llf_kw"]
    # not the published sessions: the command says so
    assert "the set-up is not the published one: LLF at 10 kW should give 36.816" in out
