"""os of the fakes: the VM's own, and uname() of a chip."""

import os as real

from world import now

urandom = real.urandom


class _Uname:
    sysname = "esp32"
    release = "1.29.0"


def uname():
    who = _Uname()
    who.machine = now.setup["uname"]
    return who
