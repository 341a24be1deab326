"""One verb of the bench: its arguments, their ranges, and what it does."""

BOOL, NUMBER, WHOLE, TEXT, MAYBE = "bool", "number", "whole", "text", "bool or null"
MAYBE_NUMBER, MAYBE_WHOLE = "number or null", "whole or null"
ON = (BOOL, True, None, None)


class ActionError(ValueError):
    """One line: what is wrong with an action, and what there is instead."""


class ChargerOff(ActionError):
    """The charger that the action needs is off or starting: nothing is wrong with the action itself."""


class Action:
    """One verb. args: {name: (kind, default, least, most)}; run(bench, **args); group, about: for people.

    Of a text, `least` are its choices and `most` a function that says what is wrong with one.
    page: it needs the charger's page, so a story with it has one. restarts: the charger starts anew.
    free: its arguments are settings.
    """

    free = False

    def __init__(self, verb, group, about, run, page=False, restarts=False, **args):
        self.verb, self.group, self.about, self.run, self.args = verb, group, about, run, args
        self.page, self.restarts = page, restarts

    def check(self, given):
        """Complete arguments for `run`; ActionError with one line."""
        unknown = sorted(set(given) - set(self.args))
        if unknown:
            known = ", ".join(self.args) or "none"
            raise ActionError(f"{self.verb}: no argument {unknown[0]!r}; there are: {known}")
        return {
            name: self._value(name, given.get(name, rule[1])) for name, rule in self.args.items()
        }

    def _value(self, name, value):
        kind, _, least, most = self.args[name]
        where = f"{self.verb}: {name}"
        if kind in (MAYBE_NUMBER, MAYBE_WHOLE):
            if value is None:
                return None
            kind = NUMBER if kind == MAYBE_NUMBER else WHOLE
        if kind == BOOL and not isinstance(value, bool):
            raise ActionError(f"{where} must be true or false")
        if kind == MAYBE and value is not None and not isinstance(value, bool):
            raise ActionError(f"{where} must be true, false or null")
        if kind == TEXT:
            if not isinstance(value, str):
                raise ActionError(f"{where} must be a text")
            if least is not None and value not in least:
                raise ActionError(f"{where}: no {value!r}; there are: {', '.join(least)}")
            wrong = most(value) if most is not None else ""
            if wrong:
                raise ActionError(f"{where}: {wrong}, not {value!r}")
        if kind in (NUMBER, WHOLE):
            whole = kind == WHOLE
            if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
                raise ActionError(f"{where} must be a {'whole ' if whole else ''}number")
            if not least <= value <= most:
                raise ActionError(f"{where} must be from {least:g} to {most:g}")
        return value


def charger(bench):
    """The charge point that car and fault verbs act on."""
    return bench.plant.chargers[bench.charger_index]


def node_of(bench, verb):
    """The chosen charger with its firmware, which runs; ActionError where there is none, or it is off."""
    world = getattr(bench, "world", None)
    if world is None:
        raise ActionError(f"{verb}: no charger's program runs on this bench")
    node = world.nodes[bench.charger_index]
    if node.boot_s is not None:
        raise ChargerOff(f"{verb}: the charger is off or starting")
    return node


def page_of(bench, verb):
    """The parts behind the page of the chosen charger: its clock, its schedule."""
    page = node_of(bench, verb).app.page
    if page is None:
        raise ActionError(f"{verb}: this charger has no page; `sim`, stories and "
                          "`bench(page=True)` give it one")  # fmt: skip
    return page


def restarting(bench, verb):
    """The bench's world, when it can start a charger again."""
    world = getattr(bench, "world", None)
    if world is None or not world.reboots:
        raise ActionError(f"{verb}: this bench does not restart a charger")
    return world


def setter(part, name, scale=1.0):
    """A `run` that sets attribute `name` of part(bench) to its argument `value`."""

    def run(bench, value):
        setattr(part(bench), name, value * scale)

    return run
