"""What every command stands on: the table of commands, the environment, errors, progress."""
