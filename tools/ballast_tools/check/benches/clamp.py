"""`ballast bench clamp`: the clamp's own chip: lost samples, event to frame, life of its battery.

The clamp's firmware runs on its chip profile (chip/clamp/esp32c3.toml): window, sums, collections,
ADC readings at their slowest. Bars: no window lost, each event in a frame within 150 ms. Exit 1
when one is missed. The battery's life is an estimate of the same profile.
"""

from ballast_tools.shell import figures
from ballast_tools.shell.errors import UserError

BAR_MS = 150  # from a step of the current to the frame that tells it


def add_arguments(parser):
    parser.add_argument("--events", type=int, default=1000, metavar="N", help="steps of the current (1000)")
    parser.add_argument("--minutes", type=int, default=60, metavar="N", help="on batteries (60)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="60 events, 10 minutes, for CI")


def main(args):
    count, minutes = (60, 10) if args.short else (args.events, args.minutes)
    if count < 2 or minutes < 1:
        raise UserError("--events: at least 2; --minutes: at least 1")
    from ballast_bench import upy

    upy.install()
    from ballast_bench.sims import clamp_life

    found = clamp_life.figures(count, minutes, args.seed)
    missed = bars(found)
    print(f"{found['chip']}, seed {args.seed}")
    print(f"  windows lost: {found['windows_lost']}; slowest ADC: a sample each {found['pace_us']:.1f} us")
    print(f"  event to frame: median {found['median_ms']} ms, worst {found['worst_ms']} ms of {count};"
          f" {found['collections']} collections of {found['collect_ms']} ms between them")  # fmt: skip
    print(f"  while it pairs with another charger: worst {found['pairing_ms']} ms")
    cell = found["battery"]
    shares = ", ".join(f"{state} {100 * share:.2f} %" for state, share in cell["shares"].items())
    print(f"  on batteries: {shares}; {cell['mean_ua']} uA in the mean,"
          f" {cell['days']} days of {clamp_life.BATTERY_MAH} mAh (estimate)")  # fmt: skip
    for line in missed:
        print(f"MISSED: {line}")
    figures.write(args.json, {"seed": args.seed, **found, "missed": missed})
    return 1 if missed else 0


def bars(found):
    """[line] for each bar that is missed."""
    missed = []
    if found["windows_lost"]:
        missed.append(f"{found['windows_lost']} windows lost, none may be")
    if found["unseen"]:
        missed.append(f"{found['unseen']} events in no frame")
    worst_ms = max(found["worst_ms"], found["pairing_ms"])
    if worst_ms > BAR_MS:
        missed.append(f"event to frame {worst_ms} ms, {BAR_MS} at most")
    return missed
