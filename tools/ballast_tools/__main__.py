"""`python -m ballast_tools`: the same as tools/ballast."""

import sys

from ballast_tools.shell.cli import main

sys.exit(main(sys.argv[1:]))
