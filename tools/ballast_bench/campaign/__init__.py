"""Random runs: states, faults, evenings and days; rules, figures, and bugs planted to be found."""

from ballast_bench import upy

upy.install()  # before anything in here imports the firmware
