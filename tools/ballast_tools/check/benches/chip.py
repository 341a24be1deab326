"""`ballast bench chip`: late steps, bursts and stops for nothing on each chip that a board names.

The whole firmware charges for N simulated seconds, two chargers in a group with clamp, open page and
people who save settings, scan for Wi-Fi, hold the button and drive away. Every blocking call takes
what the chip profile says. Bar: no stop for nothing in 1 000 000 s. Exit 1 when it is missed.
"""

import os

from ballast_tools.check import workers
from ballast_tools.shell import figures
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.progress import Bar

LONG_S, SHORT_S = 1_000_000, 600
PIECE_S = 2_000  # of one run, chosen: each begins with cars and people of its own seed
CHARGERS = 2


def add_arguments(parser):
    add = parser.add_argument
    add("--seconds", type=float, metavar="N", default=LONG_S, help=f"of charging, on each chip ({LONG_S})")
    add("--short", action="store_true", help=f"{SHORT_S} s on each chip, for CI")
    add("--chip", metavar="NAME", help="only this profile, or the path of one (each that a board names)")
    add("--board", metavar="NAME", help="only the chip of this board, or of the board in this folder")
    add("--seed", type=int, default=1)
    add("--jobs", type=int, default=os.cpu_count() or 1, help="processes (all cores)")


def main(args):
    seconds = SHORT_S if args.short else args.seconds
    if not 1 <= seconds <= 1e9:
        raise UserError(f"--seconds {seconds:g}: from 1 to 1000000000")
    if args.jobs < 1:
        raise UserError("--jobs: at least 1")
    from ballast_bench import upy

    upy.install()
    found = [_chip(*one, seconds, args) for one in chosen(args)]
    for row in found:
        _print(row)
    missed = [line for row in found for line in row["missed"]]
    for line in missed:
        print(f"MISSED: {line}")
    figures.write(args.json, {"seed": args.seed, "chips": found, "missed": missed})
    return 1 if missed else 0


def chosen(args):
    """[(board, profile's name)] to look at: each profile that a board names, once."""
    from ballast_bench import boards
    from ballast_bench.chip import profile

    names = [args.board] if args.board else boards.names()
    there = {}
    for name in names:
        made = boards.load(name)
        there.setdefault(_named(made), name)
    if args.board is None:
        there.pop(profile.IDEAL, None)
    if args.chip is not None:
        wanted = profile.load(args.chip)
        if wanted is None:
            raise UserError(f"--chip {args.chip}: nothing takes time on it; there are {profile.listed()}")
        fitting = [name for name in names if boards.load(name).CHIP == wanted.chip]
        if not fitting:
            raise UserError(f"--chip {args.chip}: no such board has a chip {wanted.chip}")
        return [(there.get(args.chip, fitting[-1]), args.chip)]
    if profile.IDEAL in there:
        raise UserError(f"--board {args.board}: nothing takes time on its chip; name one with --chip")
    return [(board, name) for name, board in there.items()]


def _named(board):
    """The profile that a board names; of a file beside board.py the path. None: it names none."""
    name = getattr(board, "CHIP_PROFILE", None)
    beside = board.FOLDER / str(name)
    return str(beside) if beside.is_file() else name


def _work(job):
    from ballast_bench.sims import chip_life

    board, chip, seconds, seed = job
    return chip_life.life(board, chip, seconds, seed, CHARGERS)


def _chip(board, chip, seconds, args):
    """All figures of one profile; "missed": its lines."""
    from ballast_bench import boards
    from ballast_bench.chip import budget, closed, profile
    from ballast_bench.chip.garbage import program

    row = {"chip": chip, "board": board, "missed": []}
    try:
        made = profile.of_board(chip, boards.load(board), program().needs)
    except UserError as error:
        return {**row, "missed": [str(error)]}
    row["budget"] = budget.rows(made)
    row["missed"] += [f"{chip}: {one['name']}: {budget_line(one)}" for one in row["budget"]
                      if not budget.fits(one)]  # fmt: skip
    each = min(PIECE_S, seconds / CHARGERS)
    count = max(1, round(seconds / CHARGERS / each))
    jobs = [(board, chip, each, args.seed * 1_000_000 + n) for n in range(count)]
    bar, pieces = Bar(f"Charging on {chip}"), []
    with workers.pool(min(args.jobs, len(jobs))) as pool:
        for piece in pool.imap(_work, jobs):
            pieces.append(piece)
            bar.show(len(pieces), len(jobs), f"{sum(len(p['stops']) for p in pieces)} stops")
    bar.end()
    row.update(summed(pieces))
    row["missed"] += [f"{chip}: {line}" for line in closed.refused(made, row["closed_longest_us"])]
    stops = row["stops"]
    if stops:
        first = ", ".join(f"{fault} (seed {seed}, {at} s)" for seed, at, _, fault in stops[:3])
        row["missed"].append(f"{chip}: {len(stops)} stops for nothing in {row['closed_s']:.0f} s "
                             f"of charging: {first}")  # fmt: skip
    return row


_LARGEST = ("worst_gap_ms", "worst_closed_gap_ms", "burst_most")
_ADDED = ("seconds", "closed_s", "collections", "bursts", "lost_ticks")


def summed(pieces):
    """The figures of many runs as of one; stops: [(seed, second, charger, fault)]."""
    out = {key: sum(piece[key] for piece in pieces) for key in _ADDED}
    out.update({key: max(piece[key] for piece in pieces) for key in _LARGEST})
    for key in ("histogram", "closed_histogram", "acts", "calls"):
        out[key] = {}
        for piece in pieces:
            for name, count in piece[key].items():
                out[key][name] = out[key].get(name, 0) + count
    for key in ("longest_us", "closed_longest_us"):
        out[key] = {}
        for piece in pieces:
            for name, us in piece[key].items():
                out[key][name] = max(us, out[key].get(name, 0))
    out["stops"] = [(piece["seed"], *stop) for piece in pieces for stop in piece["stops"]]
    return out


def most_in_a_million(stops, seconds):
    """Stops in 1 000 000 s that 95 % of such runs would not exceed; None with stops (the count says it).

    None seen: -ln(0.05) = 3.0 of them in as many seconds (the rule of three).
    """
    return None if stops or not seconds else 3.0 * 1e6 / seconds


def budget_line(one):
    holders = ", ".join(f"{who} {count}" for who, count in one["holders"].items())
    return (f"{one['sockets']} of {one['sockets_limit']} sockets ({holders}); IDF heap left "
            f"{one['idf_left'] // 1024} of {one['idf_heap'] // 1024} KiB (estimate)")  # fmt: skip


def histogram_lines(counts, closed):
    """The table of both; each # of a bar is a factor of ten. Classes above the longest are left out."""
    lines = [f"{'ms to the next step':22}{'steps':>10}{'share':>12}{'contactor closed':>20}{'share':>12}"]
    total, total_closed = max(1, sum(counts.values())), max(1, sum(closed.values()))
    lower, rows = "0", []
    for edge, count in counts.items():
        name = f"more than {lower}" if edge == "more" else f"{lower} to {edge}"
        lower = edge
        shares = f"{100 * count / total:10.4f} %", f"{100 * closed[edge] / total_closed:10.4f} %"
        bar = "#" * len(str(count)) if count else ""
        line = f"{name:22}{count:>10}{shares[0]}{closed[edge]:>20}{shares[1]}  {bar}"
        rows.append((count, line.rstrip()))
    while len(rows) > 1 and not rows[-1][0]:
        rows.pop()
    return lines + [line for _, line in rows]


def _print(row):
    print(f"\n{row['chip']}, board {row['board']}")
    if "histogram" not in row:
        print("  " + row["missed"][0])
        return
    print(f"  {row['seconds']:.0f} s of two chargers' time, {row['closed_s']:.0f} s contactor closed")
    for line in histogram_lines(row["histogram"], row["closed_histogram"]):
        print("  " + line)
    print(f"  longest {row['worst_gap_ms']} ms, with the contactor closed {row['worst_closed_gap_ms']} ms;"
          f" {row['collections']} collections, {row['bursts']} bursts (of {row['burst_most']} steps at most),"
          f" {row['lost_ticks']} ticks lost")  # fmt: skip
    for title, key in (("longest stall", "longest_us"), ("with the contactor closed", "closed_longest_us")):
        ordered = sorted(row[key].items(), key=lambda item: -item[1])
        print(f"  {title}: " + (", ".join(f"{kind} {us / 1000:.1f} ms" for kind, us in ordered) or "none"))
    print("  somebody: " + ", ".join(f"{name} {count}" for name, count in row["acts"].items()))
    for one in row["budget"]:
        print(f"  {one['name']}: {budget_line(one)}")
    most = most_in_a_million(row["stops"], row["closed_s"])
    print(f"  stops for nothing: {len(row['stops'])}" + (
        "" if most is None else f" (at most {most:.1f} in 1 000 000 s of charging, 95 %)"))  # fmt: skip
