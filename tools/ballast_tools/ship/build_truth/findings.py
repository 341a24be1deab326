"""What the checks of one board found: lines of four kinds."""

OK, NOTE, SKIPPED, WRONG = "ok", "note", "skipped", "WRONG"


class Findings:
    """rows: [(kind, line)] in the order in which they were found."""

    def __init__(self):
        self.rows = []

    def ok(self, line):
        self.rows.append((OK, line))

    def note(self, line):
        """Something to know that is no mistake of the board."""
        self.rows.append((NOTE, line))

    def skipped(self, line):
        """What could not be checked, and why."""
        self.rows.append((SKIPPED, line))

    def wrong(self, line):
        self.rows.append((WRONG, line))

    def count(self, kind):
        return sum(1 for found, _ in self.rows if found == kind)

    def verdict(self, good, before):
        """`good` as an ok line if nothing went wrong since the count of mistakes was `before`."""
        if self.count(WRONG) == before:
            self.ok(good)
