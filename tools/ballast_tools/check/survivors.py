"""host_tests/mutation_survivors.txt: the mutants that no test can or should kill, each with its reason.

    [safety/ntc]
    in ddegc: ReplaceComparisonOperator_GtE_Gt
    - _OHM[mid] >= ohm
    + _OHM[mid] > ohm
    why: at a value of the table both neighbours interpolate to it

Of several equal changes in one function the second has ` #2` behind its operator.
"""

import keyword
import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache

from ballast_tools.check.changes import Change

_IN = re.compile(r"in (the module|[\w.]+): (\w+)(?: #(\d+))?")


@dataclass(frozen=True)
class Survivor:
    """module: as in mutate.modules(). line: where it stands in the file."""

    module: str
    change: Change
    why: str
    line: int = 0

    @property
    def key(self):
        return self.module, self.change


def read(path):
    """[Survivor]; ValueError with the line where the file is not as above."""
    out, module, head, pair = [], "", None, []
    for number, raw in enumerate(path.read_text().splitlines(), 1):
        line = raw.strip()
        found = _IN.fullmatch(line)
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]") and head is None:
            module = line[1:-1]
        elif found and module and head is None:
            head = found
        elif head and line[:2] == ("- ", "+ ", "")[len(pair)]:
            pair.append(line[2:])
        elif line.startswith("why: ") and len(pair) == 2:
            where = "" if head[1] == "the module" else head[1]
            change = Change(where, head[2], *pair, int(head[3] or 1))
            out.append(Survivor(module, change, line[5:], number))
            head, pair = None, []
        else:
            raise ValueError(
                f"{path.name}, line {number}: `[module]`, `in FUNCTION: OPERATOR`, `- `, `+ ` or `why: `"
            )
    return out


def write(path, survivors):
    """Write them, by module in their order; the comment at the head of the file stays."""
    lines = []
    for raw in path.read_text().splitlines() if path.exists() else ():
        if not raw.startswith("#"):
            break
        lines.append(raw)
    for module in dict.fromkeys(s.module for s in survivors):
        lines.append(f"[{module}]")
        for survivor in survivors:
            if survivor.module == module:
                lines += [str(survivor.change), "why: " + survivor.why]
    path.write_text("\n".join(lines) + "\n")


@dataclass(frozen=True)
class Pruned:
    """kept: as they were, or renamed. renamed: [(old, new)] of them. gone: no mutant of today is them."""

    kept: list
    renamed: list
    gone: list


def prune(survivors, mutants_of):
    """Hold the survivors against today's mutants -> Pruned. mutants_of(module): [Change], [] if none.

    A survivor follows a renaming: when exactly one mutant of its function, or else of its module,
    is the same change with other names, and no other survivor could be that one.
    """
    today = {module: mutants_of(module) for module in {s.module for s in survivors}}
    there = {s.key for s in survivors if s.change in today[s.module]}
    heirs = {s.key: _heir(s, today[s.module], there) for s in survivors if s.key not in there}
    wanted = Counter((module, heir) for (module, _), heir in heirs.items() if heir)
    kept, renamed, gone = [], [], []
    for survivor in survivors:
        heir = heirs.get(survivor.key)
        if survivor.key in there:
            kept.append(survivor)
        elif heir and wanted[(survivor.module, heir)] == 1:
            kept.append(replace(survivor, change=heir))
            renamed.append((survivor, kept[-1]))
        else:
            gone.append(survivor)
    return Pruned(kept, renamed, gone)


def _heir(survivor, changes, there):
    """The one change that differs from the survivor's by names alone; None if there is no such one."""
    form = _form(survivor.change)
    alike = [c for c in changes if _form(c) == form and (survivor.module, c) not in there]
    near = [c for c in alike if c.where == survivor.change.where] or alike
    return near[0] if len(near) == 1 else None


@cache
def _form(change):
    """A change without its function and with its names numbered: what a renaming leaves."""
    names = {}

    def number(match):
        name = match[0]
        return name if keyword.iskeyword(name) else f"_{names.setdefault(name, len(names))}"

    text = f"{change.before}\n{change.after}"
    return change.operator, change.number, re.sub(r"\b[A-Za-z_]\w*", number, text)
