"""The links' bench in its short form, and its figures held against a line of reasoning."""

import json

import pytest

from ballast_tools.check.benches import links as bench_links
from ballast_tools.shell.errors import UserError


class Args:
    steps, seed, rows, no_vm, short, json = 2, 5, "clamp, 10", True, False, None


def test_the_clamp_beats_what_is_asked(capsys, tmp_path):
    args = Args()
    args.json = tmp_path / "links.json"
    assert bench_links.main(args) == 0
    row = json.loads(args.json.read_text())["rows"]["clamp, 10 % loss"]
    assert 0 < row["p50_s"] <= row["p99_s"] <= row["max_s"]
    out = capsys.readouterr().out
    assert "clamp, 10 % loss" in out and "kept" in out and "RTU" not in out


def test_a_row_without_the_question_says_so(capsys):
    args = Args()
    args.rows = "rtu 19200, every 0.25"
    assert bench_links.main(args) == 0
    assert "not measured" in capsys.readouterr().out


@pytest.mark.parametrize(("kind", "worst"), [("rtu", 0.61), ("tcp", 0.51)])
def test_a_meter_polled_four_times_a_second(kind, worst):
    """At most an interval, the line's time, and ten steps of 20 ms.

    Two carry the reading in and the duty out. In up to eight a sample is judged and worked on in
    parts: one part in a step, and none in a step that reads the own meter or the temperatures.
    """
    from ballast_bench.sims import link_latency

    got = link_latency.latencies(link_latency.make(kind, interval_s=0.25, seed=2), 4, 2)
    assert 0.0 < got[0] and got[-1] <= worst


def test_percentiles():
    from ballast_bench.sims.link_latency import percentile

    values = list(range(1, 101))
    assert [percentile(values, s) for s in (0.0, 0.5, 0.99, 1.0)] == [1, 50, 99, 100]
    assert percentile([7], 0.99) == 7


def test_bad_arguments():
    args = Args()
    args.steps = 0
    with pytest.raises(UserError, match="at least 1"):
        bench_links.main(args)
    args = Args()
    args.rows = "carrier pigeon"
    with pytest.raises(UserError, match="no row contains"):
        bench_links.main(args)
