"""What the library raises when it was used wrongly, in one line."""


class BenchError(ValueError):
    """One line: what cannot be done on this bench, and what there is instead.

    A charger that does something else than a test expects is an AssertionError, never this.
    """
