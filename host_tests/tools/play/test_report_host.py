"""The report in words: every figure explained, trips with time and phase, phone and dark."""

import json
import re

import pytest

from ballast_tools.play import report_page, report_plot
from ballast_tools.shell import cli

# the house alone warms a B16 past its trip on L2 (22 A for 90 s), the car draws on L1
HOUSE = "time_s,l1_a,l2_a,l3_a\n" + "".join(
    f"{i},2,{22 if 60 <= i < 400 else 1},0\n" for i in range(600)
)


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """{name: (dict, page)} of a house that trips its breaker alone, and of one that does not."""
    folder = tmp_path_factory.mktemp("reports")
    found = {}
    for name, text, limit in (
        ("trips", HOUSE.replace("time_s", "timestamp").replace(",2,", ",2,"), "16A"),
        ("holds", "time_s,house_a\n" + "".join(f"{i},{4 + i % 7}\n" for i in range(300)), "25A"),
    ):
        if name == "trips":
            rows = text.splitlines()
            rows[1:] = [
                re.sub(r"^\d+", f"2026-03-01T18:{i // 60:02}:{i % 60:02}", row)
                for i, row in enumerate(rows[1:])
            ]
            text = "\n".join(rows) + "\n"
        trace = folder / f"{name}.csv"
        trace.write_text(text)
        assert cli.run(["run", str(trace), "--limit", limit, "--out", str(folder / name)]) == 0
        found[name] = (
            json.loads((folder / name / "report.json").read_text()),
            (folder / name / "report.html").read_text(),
        )
    return found


def test_the_trip_of_the_house_alone_has_time_phase_and_cause(reports):
    report, page = reports["trips"]
    trip = report["house_breaker_trip"]
    assert report["breaker_tripped_by_house"] and trip["phase"] == "L2" and trip["cause"] == "thermal"
    # IEC 60898-1: 1.375 In trips the fast edge of the band, tau 45 s: 45 ln((1.89-0.004)/(1.89-1.30))
    assert trip["second"] == pytest.approx(60 + 52, abs=4)
    minute, second = divmod(int(trip["second"]), 60)
    assert trip["time_of_day"] == f"18:{minute:02}:{second:02}"
    words = f"first at 18:{minute:02}:{second:02} (second {trip['second']:.0f}), on L2, by heat"
    assert "The house alone would have tripped this breaker" in page and words in page


def test_no_trip_is_said_too(reports):
    report, page = reports["holds"]
    assert report["breaker_trip"] is None and report["house_breaker_trip"] is None
    assert "The breaker holds" in page and "The house alone does not trip this breaker" in page


def test_every_figure_has_words(reports):
    for report, page in reports.values():
        known = {key for rows in report_page.WORDS.values() for key in rows}
        assert set(report) <= known
        for key in report:
            assert f">{key}<" not in page, "a raw key"
        text = re.sub(r"<(style|svg).*?</\1>", "", page, flags=re.DOTALL)
        assert "_" not in re.sub(r"<[^>]*>", " ", text).replace("house_a", "").replace("_a", "")


def test_the_speed_is_stated(reports):
    report, page = reports["holds"]
    assert report["simulated_s_per_s"] == pytest.approx(300 / report["wall_s"], rel=0.2)
    assert "Simulated seconds per second" in page


def test_the_plots_take_the_colours_of_the_page(reports):
    _, page = reports["trips"]
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(drawings) == 2, "wide and narrow"
    for svg in drawings:
        colours = set(re.findall(r"#[0-9a-f]{6}", re.sub(r'(href|id|url\()[="#(]*[^" )]*', "", svg)))
        assert colours <= {"#000000"}, colours
        for role in report_plot.ROLES:
            assert f"var(--{role})" in svg
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)) > 4


def test_the_busiest_ten_minutes():
    class Rows:
        def pick(self, *names):
            for i in range(4000):
                yield (i, 0.0, (i % 2) * 5.0 if 2000 <= i < 2600 else 1.0, 0, 0, 6.0, 0, 0)

    series = report_plot.Series(Rows())
    first, last = series.busiest()
    assert last - first == 600 and abs(first - 2000) <= 2


def contrast(page, one, other):
    """Ratio by WCAG 2.1 of two CSS colours as the browser resolved them."""
    values = []
    for colour in (one, other):
        channels = [int(v) / 255 for v in re.findall(r"\d+", colour)[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        values.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    return (max(values) + 0.05) / (min(values) + 0.05)


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_legible_on_a_phone_and_in_the_dark(reports, chromium, width, scheme):
    page = chromium(width=width, height=800, color_scheme=scheme)
    page.set_content(reports["trips"][1])
    seen = page.evaluate("""() => {
        const ground = getComputedStyle(document.body).backgroundColor
        const pick = s => [...document.querySelectorAll(s)].filter(e => e.getClientRects().length)
        return {ground, wide: document.documentElement.scrollWidth,
            texts: pick('h1,h2,p,strong,th,td,figcaption').map(e => getComputedStyle(e).color),
            labels: pick('svg text').map(e => [getComputedStyle(e).fill, e.getBoundingClientRect().height])}
    }""")
    assert seen["wide"] <= width, "nothing sticks out at the side"
    assert len(seen["labels"]) > 8
    for colour in seen["texts"]:
        assert contrast(page, colour, seen["ground"]) >= 4.5
    for colour, height in seen["labels"]:
        assert contrast(page, colour, seen["ground"]) >= 4.5
        assert height >= 10, "text of a plot too small to read"
