"""What a run leaves behind: one row a second for the plots, counters for the summary."""

from array import array

COLUMNS = ("house_a", "ev_a", "mains_a", "offered_a", "limit_a", "thermal")


class Recorder:
    """An actor of a World for its first charger.

    rows: {column: array("f")}, one value a second: house, EV and mains on the phase that
    carries most [A], what the pilot offers, the charger's limit, breaker 0..1 (1 = trip).
    pilot_changes: changes of a running duty, starts and stops left out. states: [(s, name)].
    """

    def __init__(self, world, node, states):
        self.rows = {name: array("f") for name in COLUMNS}
        self.pilot_changes = 0
        self.states = []
        self._world, self._node, self._names = world, node, states
        self._duty = 0
        self._next_s = 1.0
        self._state = -1

    def __call__(self, now_s):
        duty = self._node.app.out.duty_u16
        if duty != self._duty:
            if duty and self._duty:
                self.pilot_changes += 1
            self._duty = duty
        if now_s + 1e-9 >= self._next_s:
            self._next_s += 1.0
            self._row(now_s)

    def _row(self, now_s):
        plant, cycle = self._world.plant, self._node.cycle
        mains = plant.mains_a
        phase = max(range(3), key=lambda p: mains[p])
        thermal = plant.breaker.thermal_state(now_s)
        values = (
            plant.house_a[phase],
            plant.ev_a[phase],
            mains[phase],
            cycle.offered_ma / 1000.0,
            min(cycle.limits.ma, 99000) / 1000.0,
            thermal,
        )
        for name, value in zip(COLUMNS, values, strict=True):
            self.rows[name].append(value)
        state = cycle.charge.state
        if state != self._state:
            self._state = state
            self.states.append((now_s, self._names[state]))
