"""The pytest plug-in: a charger on its bench as fixtures, and a failure that explains itself.

pytest loads this module in every run, so it imports nothing of the bench: a suite that asks for
none of the fixtures is neither slower nor changed.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from ballast_bench import Bench, BenchWorld, Car, Charger, Clamp, House, Meter, StoryLog

_BENCH: pytest.StashKey[Bench] = pytest.StashKey()


class Choice(NamedTuple):
    """One thing that a test chooses. marker, option: how each is written; "" = there is none.

    option: what stands behind `--ballast-NAME`, and in the ini file behind `ballast_NAME`.
    """

    name: str
    marker: str
    option: str
    about: str


CHOICES = (
    Choice("board", '"NAME or FOLDER"', "NAME",
           "board of the charger: a name in boards/, or the folder of your own"),
    Choice("brand", '"NAME or FOLDER"', "NAME",
           "brand of the charger: a name in boards/brands/, or the folder of your own"),
    Choice("market", '"NAME"', "NAME", "market whose rules hold: eu, uk, us, ..."),
    Choice("chip", '"NAME or FILE.toml"', "NAME",
           "chip profile, a name in ballast_bench/chip/ or your own file; board, ideal"),
    Choice("seed", "NUMBER", "NUMBER", "of everything on the bench that is random"),
    Choice("bench", "NAME=VALUE, ...", "",
           'what stands on the bench, such as house="empty", limit_a=25, or a setting of the charger'),
    Choice("out", "", "DIR",
           "folder for what a failed test leaves; without it pytest's own temporary folder"),
)  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("ballast", "the virtual test bench of Ballast")
    for choice in CHOICES:
        if choice.option:
            group.addoption(f"--ballast-{choice.name}", metavar=choice.option, help=choice.about)
            parser.addini(f"ballast_{choice.name}", f"the same as --ballast-{choice.name}")


def pytest_configure(config: pytest.Config) -> None:
    for choice in CHOICES:
        if choice.marker:
            config.addinivalue_line("markers", f"{choice.name}({choice.marker}): {choice.about}")


@pytest.fixture
def ballast_bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """The whole bench of this test (ballast_bench.Bench); the other fixtures are its parts."""
    from ballast_bench.plugin import choices

    made = choices.make(request)
    request.node.stash[_BENCH] = made
    yield made
    made.close()


@pytest.fixture
def charger(ballast_bench: Bench) -> Charger:
    """The charger with its whole firmware (ballast_bench.Charger)."""
    return ballast_bench.charger


@pytest.fixture
def world(ballast_bench: Bench) -> BenchWorld:
    """The clock of the bench (ballast_bench.BenchWorld)."""
    return ballast_bench.world


@pytest.fixture
def house(ballast_bench: Bench) -> House:
    """The house and its supply (ballast_bench.House)."""
    return ballast_bench.house


@pytest.fixture
def car(ballast_bench: Bench) -> Car:
    """The car, not plugged in yet (ballast_bench.Car)."""
    return ballast_bench.car


@pytest.fixture
def meter(ballast_bench: Bench) -> Meter:
    """What measures the house (ballast_bench.Meter)."""
    return ballast_bench.meter


@pytest.fixture
def clamp(ballast_bench: Bench) -> Clamp:
    """The wireless clamp; it must be fitted (ballast_bench.Clamp)."""
    if not ballast_bench.clamp.fitted:
        pytest.fail(
            "fixture clamp: no clamp on this bench; mark it bench(meter='clamp')", pytrace=False
        )
    return ballast_bench.clamp


@pytest.fixture
def story(ballast_bench: Bench) -> StoryLog:
    """What this test has done so far, as a story (ballast_bench.StoryLog)."""
    return ballast_bench.story


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    made = item.stash.get(_BENCH, None)
    if made is not None and call.excinfo and report.failed and call.when in ("setup", "call"):
        from ballast_bench.plugin import failure

        failure.explain(item, report, call.excinfo, made)
    return report
