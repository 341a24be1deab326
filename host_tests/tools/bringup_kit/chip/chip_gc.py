"""gc of the fakes: the VM's own, and a collection takes time by live memory."""

import gc as real

from world import COST_US, now

mem_alloc = real.mem_alloc
mem_free = real.mem_free


def collect():
    real.collect()
    now.advance(COST_US["gc"] + COST_US["gc_per_kib"] * (real.mem_alloc() >> 10), True)
