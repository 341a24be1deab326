"""The charger's contactor or relay: coil, main contacts, mirror contact, wear.

Times (chosen from data sheets' usual figures for 16..40 A installation contactors, for example
Schneider LC1E: closing 20..35 ms, opening 6..30 ms): closing 25 ms, opening 15 ms, bounce a few
ms. The mirror contact is positively driven (IEC 60947-4-1 annex F): it shows "open" only when
every main contact is open. A coil at mains voltage falls off in a sag: IEC 60947-4-1 lets it drop
anywhere from 75 to 20 % of its voltage, the same data sheet says 60 to 30 %, and 85 % to pull in.
"""

from math import inf


class Contactor:
    """A contactor of `poles` main contacts.

    Faults: welded: set of poles that never open. stuck_open: does not close.
    mirror_stuck: None, or the level 0/1 that the mirror contact is stuck at.
    dead_man_s: None, or the time after which a coil without pulses drops (`pulse()`).
    drop_v, pull_v: mains voltage below which the armature drops and from which it pulls in
    (0 = the coil has a supply of its own, as long as the charger has one).
    Attributes: closed [bool per pole], mirror (1 = any main contact closed),
    closed_s, opened_s: exact instants of the armature's last move (bounces left out),
    operations, worn (equivalents of one opening at rated current, squared law: chosen).
    """

    def __init__(self, poles=3, close_s=0.025, open_s=0.015, bounce_s=0.004, dead_man_s=None):
        self.poles = poles
        self.close_s = close_s
        self.open_s = open_s
        self.bounce_s = bounce_s
        self.dead_man_s = dead_man_s
        self.rated_a = 32.0
        self.welded = set()
        self.stuck_open = False
        self.drop_v = self.pull_v = 0.0
        self.mirror_stuck = None
        self.closed = [False] * poles
        self.mirror = 0
        self.closed_s = -inf
        self.opened_s = -inf
        self.operations = 0
        self.worn = 0.0
        self.energised = False
        self.next_s = inf
        self._pulse_until_s = inf if dead_man_s is None else -inf
        self._events = []  # (instant, contacts closed?, only a bounce?)
        self._armature = False
        self._seen = None

    def pulse(self, now_s):
        """A living step's edge on the dead-man input: the coil may stay on a little longer."""
        if self.dead_man_s is not None:
            self._pulse_until_s = now_s + self.dead_man_s

    def renew(self, now_s):
        """As `pulse`, where the dead-man still allows the coil; False = it has run out."""
        if now_s >= self._pulse_until_s:
            return False
        if self.dead_man_s is not None:
            self._pulse_until_s = now_s + self.dead_man_s
        return True

    def drive(self, on, now_s):
        """Coil voltage, after every hardware gate. Schedules what the armature does."""
        on = bool(on)
        if on == self.energised:
            return
        self.energised = on
        if not on:
            self._events = [(now_s + self.open_s, False, False)]
        elif self.stuck_open:
            self._events = []
        else:
            made, bounce = now_s + self.close_s, self.bounce_s
            self._events = [(made, True, False)]
            if bounce > 0.0:
                self._events += [
                    (made + share * bounce, share in (0.6, 1.0), True)
                    for share in (0.3, 0.6, 0.8, 1.0)
                ]
        self._schedule()

    def fed(self, volts):
        """True while `volts` of mains hold the coil, or pull it in."""
        return volts >= (self.drop_v if self.energised else self.pull_v)

    def gate(self, now_s):
        """True while the dead-man allows the coil (always, where none is fitted)."""
        return now_s < self._pulse_until_s

    def gate_until_s(self):
        """When the dead-man will drop the coil; inf where none is fitted."""
        return self._pulse_until_s

    def advance(self, now_s, amps=0.0):
        """Move the armature up to `now_s`; `amps` flow at an opening. True = contacts changed."""
        events = self._events
        while events and events[0][0] <= now_s:
            when, made, bounce = events.pop(0)
            if not bounce:
                self._move(made, when, amps)
            self._armature = made
        self._schedule()
        return self.settle(now_s)

    def settle(self, now_s):
        """Apply welds and the mirror's fault; True when a visible level changed."""
        armature, welded = self._armature, self.welded
        for pole in range(self.poles):
            self.closed[pole] = armature or pole in welded
        mirror = self.mirror_stuck
        if mirror is None:
            mirror = 1 if any(self.closed) else 0
        self.mirror = mirror
        seen = (armature, mirror, len(welded), *self.closed)
        changed = seen != self._seen
        self._seen = seen
        return changed

    def _move(self, made, when, amps):
        if made and not self._armature:
            self.closed_s = when
            self.operations += 1
        elif self._armature and not made:
            self.opened_s = when
            self.worn += (amps / self.rated_a) ** 2

    def _schedule(self):
        self.next_s = self._events[0][0] if self._events else inf
