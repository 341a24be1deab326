"""`python -m ballast_tools`: the same as tools/ballast."""

import sys

from ballast_tools.shell.cli import main

if __name__ == "__main__":  # a process of its own that a command starts reads this file too
    sys.exit(main(sys.argv[1:]))
