"""`ballast mutate`: break control/ on purpose, one small change at a time; do the tests notice?

The changes are cosmic-ray's operators. Each mutant runs in a forked process of its own:
only the tests of its module first, then those of the whole control. Survivors are held
against host_tests/mutation_survivors.txt, where each known one has its explanation, by what
they change and not by their line (changes.py).

The exit status is 1 while less than 95 % are killed or a survivor has no explanation: the bar
is what is asked of the tests, not what they reach today.
"""

import functools
import importlib
import os
import re
import signal
import sys
import time
import types
from dataclasses import dataclass

from ballast_tools.check import survivors, workers
from ballast_tools.check.changes import Change, Module, numbered
from ballast_tools.shell import paths
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.progress import Bar

CONTROL = paths.TOOLS.parent / "firmware" / "ballast" / "control"
TESTS = paths.HOST_TESTS / "control"
KNOWN = paths.HOST_TESTS / "mutation_survivors.txt"
WANTED_PCT = 95
CPU_S = 60  # of the tests of one module, unchanged
SLOWER = 3  # a mutant that takes so many times longer loops for ever

SAFETY = (
    "pilot/pilot", "limits/limits", "safety/faults", "safety/interlocks", "safety/contactor",
    "pilot/charge_state", "safety/rcd_test", "safety/derating", "safety/ntc", "scan_cycle",
    "charger", "settings", "session", "meter/ev_meter", "balance/supply", "ticks",
)  # fmt: skip
"""Modules are named by room and file: "meter/agreement", or "charger" where there is no room."""

# whose tests see a safety module from further away, tried when its own do not kill
WIDER = ("scan_cycle", "limits/modes", "button", "safety/interlocks", "charger",
         "pilot/everest_vectors")  # fmt: skip

OPERATORS = (
    "ReplaceComparisonOperator_Eq_NotEq", "ReplaceComparisonOperator_NotEq_Eq",
    "ReplaceComparisonOperator_Lt_LtE", "ReplaceComparisonOperator_LtE_Lt",
    "ReplaceComparisonOperator_Gt_GtE", "ReplaceComparisonOperator_GtE_Gt",
    "ReplaceComparisonOperator_Lt_Gt", "ReplaceComparisonOperator_GtE_Lt",
    "ReplaceComparisonOperator_Gt_Lt", "ReplaceComparisonOperator_LtE_Gt",
    "ReplaceComparisonOperator_Is_IsNot", "ReplaceComparisonOperator_IsNot_Is",
    "ReplaceBinaryOperator_Add_Sub", "ReplaceBinaryOperator_Sub_Add",
    "ReplaceBinaryOperator_Mul_FloorDiv", "ReplaceBinaryOperator_FloorDiv_Mul",
    "ReplaceBinaryOperator_Mod_Mul", "ReplaceBinaryOperator_RShift_LShift",
    "ReplaceBinaryOperator_LShift_RShift", "ReplaceBinaryOperator_BitAnd_BitOr",
    "ReplaceBinaryOperator_BitOr_BitAnd", "ReplaceBinaryOperator_BitXor_BitAnd",
    "ReplaceUnaryOperator_Delete_USub", "ReplaceUnaryOperator_Delete_Not",
    "ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue",
    "ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "NumberReplacer",
    "AddNot", "ExceptionReplacer", "ZeroIterationForLoop",
)  # fmt: skip


def add_arguments(parser):
    parser.add_argument(
        "--module", metavar="ROOM/FILE", action="append",
        help="only this one, as in safety/ntc or charger; may repeat",
    )
    parser.add_argument("--safety", action="store_true", help="only the safety modules")
    parser.add_argument("--every", type=int, default=1, help="only each n-th mutant (1 = all)")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--prune", action="store_true",
                        help="only take out of the file of survivors what no mutant of today is")  # fmt: skip


def modules():
    """All of control/, the safety modules first."""
    files = sorted(CONTROL.rglob("[!_]*.py"))
    rest = [f.relative_to(CONTROL).with_suffix("").as_posix() for f in files]
    return [*SAFETY, *(name for name in rest if name not in SAFETY)]


@dataclass(frozen=True)
class Mutant:
    """A module with one change. line: of its source."""

    code: str
    change: Change
    line: int


def mutants(name, every=1):
    """[Mutant] of a module of control/, in the order of the text."""
    from ballast_tools.check import mutants as made

    source = (CONTROL / f"{name}.py").read_text()
    module = Module(source)
    found = made.of(source, OPERATORS)
    changes = numbered(module.change(operator, code) for operator, code in found)
    out = [Mutant(code, change, module.line(code))
           for (_, code), change in zip(found, changes, strict=True)]  # fmt: skip
    return out[:: max(1, every)]


# -- one mutant ------------------------------------------------------------------------


def _tests_of(name):
    """Its own, and those that see it from further away."""
    wider = WIDER if name in SAFETY else users(name)
    return list(dict.fromkeys(t for module in (name, *wider) for t in own(module)))


@functools.cache
def own(name):
    """The portable test files of a module: test_NAME.py, and test_NAME_*.py of no other module."""
    room, _, stem = name.rpartition("/")
    folder = f"{room}/" if room else ""
    found = []
    for file in sorted((TESTS / room).glob(f"test_{stem}*.py")):
        about = folder + file.stem.removeprefix("test_")
        if not about.endswith("_host") and name == max(
            (m for m in (*modules(), name) if f"{about}_".startswith(f"{m}_")), key=len
        ):
            found.append(folder + file.stem)
    return found


@functools.cache
def users(name):
    """The modules of control/ that import this one or one of those; the nearest first.

    The search ends at safety modules: everything hangs together through the scan cycle.
    """
    found = [name]
    for module in found:  # grows
        if module in SAFETY:
            continue
        room, _, stem = ("ballast/control/" + module).rpartition("/")
        room = re.escape(room.replace("/", "."))
        wanted = re.compile(rf"^from {room}(\.{stem} import| import .*\b{stem}\b)", re.M)
        for user in modules():
            if user not in found and wanted.search((CONTROL / f"{user}.py").read_text()):
                found.append(user)
    return found[1:]


_bases = {}


def survives(name, code, cpu_s=CPU_S):
    """Run the tests against the mutant in a forked process. True = nothing noticed."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            status = _child(name, code, cpu_s)
        except BaseException:  # noqa: BLE001 - whatever it raises, it was noticed
            status = 1
        finally:
            os._exit(status)
    _, status = os.waitpid(pid, 0)
    return status == 0


def _child(name, code, cpu_s):
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    signal.setitimer(signal.ITIMER_VIRTUAL, cpu_s)  # its signal ends the process
    full = "ballast.control." + name.replace("/", ".")
    parent, _, stem = full.rpartition(".")
    package = importlib.import_module(parent)
    module = types.ModuleType(full)
    module.__file__ = str(CONTROL / f"{name}.py")
    sys.modules[full] = module
    setattr(package, stem, module)
    exec(compile(code, module.__file__, "exec"), module.__dict__)
    for test in _tests_of(name):
        tests = importlib.import_module("control_tests." + test.replace("/", "."))
        for key, function in vars(tests).items():
            if key.startswith("test_") and callable(function):
                function()
    return 0


def _prepare():
    """What every child shares; nothing of control/ may be imported before the fork."""
    from ballast_bench import calm

    calm.ON = False  # a mutant must be met by whole steps
    from ballast_bench import upy

    upy.install()
    if str(paths.HOST_TESTS) not in sys.path:
        sys.path.append(str(paths.HOST_TESTS))  # for the kits that the tests share
    package = types.ModuleType("control_tests")
    package.__path__ = [str(TESTS)]
    sys.modules["control_tests"] = package
    for key in [k for k in sys.modules if k.startswith("ballast.control")]:
        del sys.modules[key]


def alone(name, code, cpu_s=CPU_S):
    """survives() for a process that may have imported control/ already."""
    with workers.pool(1, prepare=_prepare) as pool:
        return pool.apply(survives, (name, code, cpu_s))


def _work(job):
    name, items = job
    _prepare()
    cpu_s = SLOWER * _base_s(name) + 2
    alive = [(at, change) for code, change, at in items if survives(name, code, cpu_s)]
    return name, alive, len(items)


def _base_s(name):
    """CPU seconds of the tests with nothing changed; UserError when they fail."""
    if name not in _bases:
        before = os.times().children_user
        if not survives(name, (CONTROL / f"{name}.py").read_text()):
            raise UserError(
                f"the tests of {name} fail with nothing changed: run tools/ballast test"
            )
        _bases[name] = os.times().children_user - before
    return _bases[name]


# -- all of them -----------------------------------------------------------------------


def run(names, every, jobs, bar=None):
    """{module: (number of mutants, [(line, Change)] of those alive)}."""
    todo, total, done = [], 0, 0
    for n, name in enumerate(names):
        if bar is not None:
            bar.show(n, len(names), f"mutants of {name}")
        items = [(m.code, m.change, m.line) for m in mutants(name, every)]
        total += len(items)
        todo += [(name, items[at : at + 20]) for at in range(0, len(items), 20)]
    got = {name: (0, []) for name in names}
    with workers.pool(jobs) as pool:
        for name, survivors, count in pool.imap(_work, todo):
            done += count
            before = got[name]
            got[name] = (before[0] + count, before[1] + survivors)
            if bar is not None:
                bar.show(done, total, f"{name} {done} of {total}")
    return got


def report(got, explained):
    """Print; the exit status. explained: keys of the known survivors."""
    new, total, alive = [], 0, 0
    print(f"{'module':22}{'mutants':>8}{'killed':>8}{'alive':>7}{'explained':>11}")
    for name, (count, found) in got.items():
        unknown = [(name, line, change) for line, change in found if (name, change) not in explained]
        new += unknown
        total, alive = total + count, alive + len(found)
        pct = 100.0 * (count - len(found)) / count if count else 100.0
        print(f"{name:22}{count:8}{pct:7.1f}%{len(found):7}{len(found) - len(unknown):11}")
    pct = 100.0 * (total - alive) / total if total else 100.0
    print(f"{'all':22}{total:8}{pct:7.1f}%{alive:7}{alive - len(new):11}")
    for name, line, change in new:
        print(f"NOT EXPLAINED  {name}.py:{line} {change}")
    if pct < WANTED_PCT:
        print(f"MISSED: {WANTED_PCT} % killed are asked")
    return 1 if pct < WANTED_PCT or new else 0


def prune():
    """Take out of the file of survivors what no mutant of today is; say which. The exit status."""
    found = survivors.prune(known(), changes_of)
    for old, new in found.renamed:
        print(f"RENAMED  [{old.module}] {old.change}\n  now {new.change}")
    for survivor in found.gone:
        print(f"GONE  line {survivor.line} [{survivor.module}] {survivor.change}\nwhy: {survivor.why}")
    survivors.write(KNOWN, found.kept)
    print(f"{len(found.kept)} kept, {len(found.renamed)} of them renamed, {len(found.gone)} gone")
    return 0


def changes_of(name):
    """[Change] of all mutants of a module; [] where there is no such module."""
    if not (CONTROL / f"{name}.py").exists():
        return []
    return [mutant.change for mutant in mutants(name)]


def known():
    """[Survivor] of the file; UserError for a bad one."""
    try:
        return survivors.read(KNOWN) if KNOWN.exists() else []
    except ValueError as error:
        raise UserError(str(error)) from None


def main(args):
    names = args.module or (list(SAFETY) if args.safety else modules())
    for name in names:
        if not (CONTROL / f"{name}.py").exists():
            near = [known for known in modules() if known.rpartition("/")[2] == name]
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UserError(f"--module {name}: there is no firmware/ballast/control/{name}.py{hint}")
    if args.every < 1 or args.jobs < 1:
        raise UserError("--every and --jobs: at least 1")
    if args.prune:
        return prune()
    explained = {survivor.key for survivor in known()}
    bar = Bar("Mutating")
    start = time.perf_counter()
    got = run(names, args.every, args.jobs, bar)
    bar.end()
    status = report(got, explained)
    print(f"in {time.perf_counter() - start:.0f} s")
    return status
