"""Random runs: states, faults, rules, and bugs planted to be found."""
