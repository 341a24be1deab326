"""The result of the commissioning test (control/meter/commissioning.py) in English sentences."""

from micropython import const

from ballast.control.meter import commissioning as c

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from ballast.protocol.shapes import Commissioning

_WORDS = {
    c.NOT_FITTED: "This charger has no power meter of its own, so there is nothing to compare with."
    " Switch a kettle on and off instead, and watch the page.",
    c.NO_EV: "The car did not follow. It may be full, or the house leaves too little current now.",
    c.SILENT: "The meter said nothing for 8 seconds. Check its power, its address, the distance.",
    c.NO_ANSWER: "No phase moved with the car: the clamp or meter is on another cable.",
    c.RESTLESS: "The house was too restless to be sure. Try again in a quiet moment.",
    c.ABORTED: "The test was stopped.",
}


def sentences(test: "Commissioning") -> list[str]:
    """The sentences about a finished test, the most important first; [] before its end."""
    if test.state != c.DONE:
        return []
    if test.verdict in _WORDS:
        return [_WORDS[test.verdict]]
    out = [_phase(i, test.ratio_pm[i]) for i in range(3) if test.ratio_pm[i]]
    if test.first >= 0:
        out.append(
            "The car charges on one phase: only L%d was tested, the others were not."
            % (test.first + 1)
        )
    if test.delay_ms:
        out.append("The meter shows a change after %d.%d s." % divmod_tenths(test.delay_ms))
    head = "The meter is right." if test.verdict == c.OK else "The meter is not right yet."
    return [head] + out


def divmod_tenths(ms: int) -> tuple[int, int]:
    """(whole seconds, tenths) of `ms`, rounded."""
    tenths = (ms + 50) // 100
    return tenths // 10, tenths % 10


def _phase(i: int, pm: int) -> str:
    name = "L%d" % (i + 1)
    size = abs(pm)
    times = "%d.%02d" % (size // 1000, size % 1000 // 10)
    if pm < 0:
        return "%s falls when the car rises (%s times): turn its clamp round." % (name, times)
    if not c.LOW_PM <= pm <= c.HIGH_PM:
        return "%s shows %s times the car's current: set the transformer's ratio." % (name, times)
    return "%s follows the car, %s times." % (name, times)
