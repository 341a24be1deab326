"""The rows that the scripts printed, sorted: costs by kind, values by name, what is missing."""

from dataclasses import dataclass, field


@dataclass
class Figures:
    """costs: {kind: [(amount, [count, smallest, median, 99 of 100, largest] in us)]}."""

    costs: dict = field(default_factory=dict)
    values: dict = field(default_factory=dict)
    histograms: dict = field(default_factory=dict)
    missing: list = field(default_factory=list)
    tests: list = field(default_factory=list)

    def median(self, kind):
        """(us, us per unit of the amount) through the medians: a line through two amounts, or a constant."""
        rows = self.costs[kind]
        points = [(amount, spread[2]) for amount, spread in rows]
        if len({amount for amount, _ in points}) < 2:
            return sum(us for _, us in points) / len(points), 0.0
        n = len(points)
        x, y = sum(p[0] for p in points) / n, sum(p[1] for p in points) / n
        slope = sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)
        slope = max(0.0, slope)
        return max(0.0, y - slope * x), slope

    def worst(self, kind):
        """The longest that one call of `kind` took, us."""
        return max(spread[4] for _, spread in self.costs[kind])


COMPOSED = {"step": "decide", "step_reading": "decide_reading", "step_sample": "decide_sample"}
"""The bench's step is the deciding and all inputs but the pilot's burst, which has its own pauses."""


def collect(results):
    """The Figures of a state's {step: rows}."""
    found = Figures()
    for step, rows in results.items():
        for row in rows:
            _take(found, step, row)
    _compose(found)
    return found


def _compose(found):
    if "step_inputs" not in found.costs or "pilot_burst" not in found.costs:
        return
    (_, inputs), (_, burst) = found.costs["step_inputs"][0], found.costs["pilot_burst"][0]
    for kind, part in COMPOSED.items():
        for amount, deciding in found.costs.get(part, ()):
            # the usual with the usual, the worst with what 99 of 100 inputs stay below
            rest = [max(0, inputs[at] - burst[2]) for at in (1, 2, 3, 3)]
            spread = [a + b for a, b in zip(deciding[1:], rest, strict=True)]
            found.costs.setdefault(kind, []).append((amount, [deciding[0], *spread]))


def _take(found, step, row):
    kind, *rest = row
    if kind == "cost":
        found.costs.setdefault(rest[0], []).append((rest[1], rest[2]))
    elif kind == "value" and rest[0] == "tests":
        found.tests.append(rest[1])
    elif kind == "value":
        found.values[rest[0]] = rest[1]
    elif kind == "histogram":
        found.histograms[rest[0]] = (rest[1], rest[2])
    elif kind == "missing":
        found.missing.append((step, rest[0], rest[1]))
