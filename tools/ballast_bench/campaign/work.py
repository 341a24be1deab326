"""A piece of a campaign: what one process does, on this machine or on another.

    work(("evenings", 1, (3, 4), None, None))    # [(row, cost), ...] of runs 3 and 4
"""

import threading
import time

_ONE_AT_A_TIME = threading.Lock()
"""The bench has one clock and one current chip for each process, so two threads take turns."""

COST_COLUMNS = {
    "kind": ("text", "", "kind of run"),
    "number": ("whole number", "", "number of the run within its kind"),
    "cpu_s": ("number", "s", "processor time of the run"),
    "wall_s": ("number", "s", "time by the clock"),
    "simulated_s": ("number", "s", "how long the run was"),
}


def work(job):
    """[(row, cost)] of a job: (kind, seed, numbers, seconds or None, name of a planted bug or None)."""
    with _ONE_AT_A_TIME:
        return _work(*job)


def _work(kind, seed, numbers, seconds, bug):
    from ballast_bench.campaign import bugs, run, world

    undo = bugs.BUGS[bug]() if bug else None
    if bug:
        run.forget()
    try:
        return [_one(kind, seed, number, seconds, run, world) for number in numbers]
    finally:
        if undo is not None:
            undo()
            run.forget()


def _one(kind, seed, number, seconds, run, world):
    wall, cpu = time.perf_counter(), time.thread_time()
    if kind == "faults":
        row = run.row(seed, number)
    else:
        row = world.row(kind, seed, number, seconds)
    cost = {
        "kind": kind, "number": number, "cpu_s": round(time.thread_time() - cpu, 4),
        "wall_s": round(time.perf_counter() - wall, 4), "simulated_s": row["simulated_s"],
    }  # fmt: skip
    return row, cost


PIECE = {"faults": 100, "minutes": 10}
"""Runs of one job: some seconds of work; 1 for the long kinds."""


def jobs(counts, seed, seconds=None, bug=None, done=()):
    """Jobs for {kind: number of runs}, without the (kind, number) in `done`.

    All kinds go on side by side, so that a campaign that is broken off has some of each.
    """
    out = []
    for kind, count in counts.items():
        numbers = [n for n in range(count) if (kind, n) not in done]
        piece = PIECE.get(kind, 1)
        for at in range(0, len(numbers), piece):
            part = tuple(numbers[at : at + piece])
            out.append((part[0] / count, (kind, seed, part, seconds, bug)))
    return [job for _, job in sorted(out, key=lambda one: one[0])]


def share_out(runs, kinds, shares):
    """{kind: runs} of `runs` in all, by the shares of the kinds: the largest remainders get the rest."""
    whole = sum(shares[kind] for kind in kinds)
    exact = {kind: runs * shares[kind] / whole for kind in kinds}
    counts = {kind: int(exact[kind]) for kind in kinds}
    rest = sorted(kinds, key=lambda kind: counts[kind] - exact[kind])
    for kind in rest[: runs - sum(counts.values())]:
        counts[kind] += 1
    return {kind: count for kind, count in counts.items() if count}


def version():
    """Check sum of the sources that decide a run: bench, firmware and boards."""
    import hashlib

    from ballast_bench import home

    digest = hashlib.sha256()
    for folder in (home.PACKAGES / "ballast_bench", home.FIRMWARE, home.BOARDS):
        for file in sorted(folder.rglob("*")):
            name = file.relative_to(folder).as_posix()
            if file.suffix in (".py", ".toml") and not name.startswith("_home/"):
                digest.update(name.encode() + b"\n" + file.read_bytes())
    return digest.hexdigest()[:16]
