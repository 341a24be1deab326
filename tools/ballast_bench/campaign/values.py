"""Values that are drawn: a range of numbers, or one of several. What the tables of the campaign hold."""

from math import exp, log


class Range:
    """A number from `low` to `high`, with so many digits; `stretched`: each power of ten is as likely."""

    def __init__(self, low, high, digits=2, stretched=False):
        self.low, self.high, self.digits, self.stretched = low, high, digits, stretched

    def draw(self, rng):
        if self.stretched:
            value = exp(rng.uniform(log(self.low), log(self.high)))
        else:
            value = rng.uniform(self.low, self.high)
        value = round(value, self.digits)
        return int(value) if self.digits == 0 else value

    def __str__(self):
        return f"{self.low:g}..{self.high:g}"


class Pick:
    """One of `values`, each as likely."""

    def __init__(self, *values):
        self.values = values

    def draw(self, rng):
        return rng.choice(self.values)

    def __str__(self):
        return "|".join(str(value) for value in self.values)


def drawn(values, rng):
    """{name: value} with every Range and Pick replaced by what it gives."""
    return {
        name: value.draw(rng) if isinstance(value, (Range, Pick)) else value
        for name, value in values.items()
    }


def weighted(rng, things):
    """One of `things` by its `share`."""
    return rng.choices(things, [thing.share for thing in things])[0]
