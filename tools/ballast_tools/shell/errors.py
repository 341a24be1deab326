"""What a command raises to end with one line and an exit status, not a traceback."""

from ballast_bench.errors import UserError


class SetupError(UserError):
    """The environment could not be set up (network, disk): trying again may help."""

    status = 1
