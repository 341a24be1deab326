"""What a person can put right, told in one line: raised here and by the tools, shown by the command."""


class UserError(Exception):
    """Something the user can put right: one line with what, where and what to do."""

    status = 2
