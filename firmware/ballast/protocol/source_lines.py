"""Where a line of a bundle comes from: the build puts modules together and replaces TABLE.

See tools/ballast_tools/ship/bundle.py. Where nothing is put together TABLE is empty, and each module has
its own lines.
"""

TABLE = ""  # "BUNDLE LINE MODULE LINE MODULE ...;BUNDLE ...": the first line of each module in a bundle


def source(module: str, line: int) -> "tuple[str, int]":
    """(module, line) of the sources for a line that a traceback names."""
    for bundle in TABLE.split(";"):
        words = bundle.split(" ")
        if words[0] != module:
            continue
        for at in range(len(words) - 2, 0, -2):
            first = int(words[at])
            if line >= first:
                return words[at + 1], line - first + 1
    return module, line
