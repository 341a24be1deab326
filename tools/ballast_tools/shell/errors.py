"""What a command raises to end with one line and an exit status, not a traceback."""


class UserError(Exception):
    """Something the user can put right: one line with what, where and what to do."""

    status = 2


class SetupError(UserError):
    """The environment could not be set up (network, disk): trying again may help."""

    status = 1
