"""The campaign's sample on the whole bench: firmware, ports, fakes and plant, driven by a story.

A run is {"seed", "story": [line, ...]} with lines of actions.py; it replays as it is, and
as a file of host_tests/scenarios/.
"""

from random import Random

from ballast_bench.person import actions, options, story

# (verb and arguments, how it ends again)
FAULTS = (
    ("unplug", "plug max_a=16"),
    ("pilot state=\"short\"", "pilot state=\"good\""),
    ("pilot state=\"open\"", "pilot state=\"good\""),
    ("leak ac_ma=40", "leak"),
    ("leak dc_ma=8", "leak"),
    ("rcd state=\"cable_open\"", "rcd"),
    ("rcd state=\"test_dead\"", "rcd"),
    ("pe_lost", "pe_lost on=false"),
    ("no_diode", "no_diode on=false"),
    ("ventilation", "ventilation on=false"),
    ("weld", "weld on=false"),
    ("no_close", "no_close on=false"),
    ("greedy amps=20", "greedy amps=0"),
    ("mains percent=80", "mains percent=100"),
    ("mains percent=120", "mains percent=100"),
    ("sensor state=\"open\"", "sensor"),
    ("sensor place=\"box\" state=\"short\"", "sensor place=\"box\""),
    ("heat degc=95", "heat degc=25"),
    ("want on=false", "want"),
    ("stubborn", "stubborn on=false"),
)
_EV_VERBS = ("no_diode", "ventilation", "greedy", "want", "stubborn", "unplug")
SETUP = "setup house=empty limit_a=25 meter=none"


def runs(seed, count):
    """`count` stories of one or two faults at random instants of a charge's first 25 s."""
    rng = Random(f"campaign world/{seed}")
    for n in range(count):
        lines = [(0.0, "plug max_a=16")]
        for bad, good in rng.sample(FAULTS, rng.choice((1, 1, 2))):
            at = round(rng.uniform(0.5, 20.0), 2)
            lines.append((at, bad))
            lines.append((round(at + rng.uniform(0.05, 9.0), 2), good))
        lines.sort(key=lambda line: line[0])
        yield {"seed": seed * 100000 + n, "story": [f"{at:g} {text}" for at, text in lines]}


def play(run, seconds=32.0):
    """None, or the first rule that was broken. Actions that do not apply are passed over."""
    text = "\n".join([f"{SETUP} seed={run['seed']}", *run["story"]])
    tale = story.Story(text, "campaign")
    setup = options.make_setup(tale.options)
    world = setup.start()
    bench = story._Bench(setup, 0)
    judge = _Judge(world)
    world.actors.append(judge)
    try:
        for second, verb, content, _ in tale.lines:
            world.run(max(0.0, second - world.now_s))
            try:
                actions.do(bench, verb, content)
            except actions.ActionError:
                if verb not in _EV_VERBS and verb != "plug":
                    raise
            if judge.broken:
                break
        if not judge.broken:
            world.run(max(0.0, seconds - world.now_s))
    finally:
        setup.stop()
    return judge.broken


class _Judge:
    """An actor that watches the pads and the plant's truth."""

    def __init__(self, world):
        self.world, self.node = world, world.nodes[0]
        self.broken = None
        self._bad_s = None
        self._leak_s = None
        self._no_pwm_s = None

    def __call__(self, now_s):
        if self.broken:
            return
        node = self.node
        cp, out, cycle = node.cp, node.app.out, node.cycle
        asks = cp.ev is not None and cp.ev.s2 and not cp.ev.ventilation
        bad = not asks or cp.pilot.short_ohm is not None or cp.pilot.open_cable
        self._bad_s = (now_s if self._bad_s is None else self._bad_s) if bad else None
        leak = cp.rcd.trip
        self._leak_s = (now_s if self._leak_s is None else self._leak_s) if leak else None
        if out.pilot == 1:
            self._no_pwm_s = None
        elif self._no_pwm_s is None:
            self._no_pwm_s = now_s
        closed = any(cp.contactor.closed) and not cp.contactor.welded
        if closed:
            self._contacts(now_s)
        if out.coil and cycle.faults.stop:
            self._fail(now_s, "coil on with a STOP fault")
        if out.coil and not asks and now_s - self._bad_s > 0.1:
            self._fail(now_s, "coil on though the vehicle does not ask")
        if cycle.broken:
            self._fail(now_s, "the step raised")
        if node.app.timer.error is not None:
            self._fail(now_s, "a port raised")

    def _contacts(self, now_s):
        if self._bad_s is not None and now_s - self._bad_s > 0.1:
            self._fail(now_s, f"contacts closed {now_s - self._bad_s:.2f} s after the vehicle's end")
        if self._leak_s is not None and now_s - self._leak_s > 0.08:
            self._fail(now_s, "contacts closed 80 ms after a residual current")
        if self._no_pwm_s is not None and now_s - self._no_pwm_s > 6.2:
            self._fail(now_s, "contacts closed 6.2 s after the end of PWM")

    def _fail(self, now_s, text):
        self.broken = self.broken or f"{text} at {now_s:.2f} s"


def shrink(run):
    """Leave out lines while a rule is still broken."""
    best, text = run, play(run)
    n = 1
    while n < len(best["story"]):
        lines = best["story"]
        smaller = {**best, "story": lines[:n] + lines[n + 1 :]}
        told = play(smaller)
        if told:
            best, text = smaller, told
        else:
            n += 1
    return best, text
