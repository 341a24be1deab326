"""Reads tools/requirements.in (names by group) and tools/requirements.txt (pins, hashes).

The pins of one group are found by following the `via` notes that pip-compile
leaves at each entry, so one lock file serves all groups.
"""

import re

from ballast_tools.shell import paths

SOURCE = paths.TOOLS / "requirements.in"
LOCK = paths.TOOLS / "requirements.txt"


def canonical(name):
    """PEP 503: case and the kind of dash do not matter."""
    return re.sub(r"[-_.]+", "-", name).lower()


def groups(text):
    """{group: [names]} of a requirements.in; a comment `[group] ...` opens a group."""
    found, names = {}, None
    for line in text.splitlines():
        head = re.match(r"#\s*\[(\w+)\]", line)
        if head:
            names = found.setdefault(head[1], [])
        elif line.strip() and not line.startswith("#"):
            if names is None:
                raise ValueError(f"requirements.in: {line!r} stands before the first [group]")
            names.append(canonical(re.split(r"[^\w.-]", line.strip())[0]))
    return found


def entries(text):
    """{name: (block of text with pin and hashes, names it is needed by)} of a lock file."""
    found = {}
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        head = re.match(r"([\w.-]+)==\S+(?: ; [^\\\n]*)? \\\n", block)
        if head:
            pin = "\n".join(line for line in block.splitlines() if not line.startswith("    #"))
            pin = pin.split("\n\n")[0] + "\n"
            notes = re.findall(r"^    #(?: via)?\s+([\w.-]+)$", block, re.MULTILINE)
            found[canonical(head[1])] = (pin, {canonical(n) for n in notes})
    return found


def select(wanted, source=None, lock=None):
    """[(name, pin and hashes)] of all that the groups `wanted` need, sorted by name."""
    by_group = groups(source if source is not None else SOURCE.read_text())
    locked = entries(lock if lock is not None else LOCK.read_text())
    names = {name for group in wanted for name in by_group[group]}
    missing = sorted(names - set(locked))
    if missing:
        raise ValueError(f"not in requirements.txt: {', '.join(missing)}; run tools/ballast lock")
    grown = True
    while grown:
        more = {name for name, (_, parents) in locked.items() if parents & names} - names
        names |= more
        grown = bool(more)
    return [(name, locked[name][0]) for name in sorted(names)]
