"""`ballast bench memory`: live heap, garbage and free blocks of the firmware as built, against their bars.

The application of `tools/ballast build` runs on the MicroPython VM from npm. Its objects have 32 bits,
as on the ESP32, so its figures are a chip's. The image lies outside the heap, as mapped flash does.
What the imitated chip takes is measured before the firmware is imported, and subtracted.
"""

from types import SimpleNamespace

from ballast_bench.chip import profile
from ballast_tools.check.memory import configurations, measure, smallest, where
from ballast_tools.shell import figures, node
from ballast_tools.shell.errors import UserError
from ballast_tools.ship import boards, size_report

KIB = 1024
HEAP_KIB = 320  # chosen: room for the largest row; it changes the free blocks alone
LEAST_KIB = 100


def add_arguments(parser):
    add = parser.add_argument
    add("--board", default="esp32s3_ref", help="whose application is built (esp32s3_ref)")
    add("--heap", type=int, default=HEAP_KIB, metavar="KIB",
        help=f"MicroPython's heap, for the largest free block ({HEAP_KIB})")  # fmt: skip
    add("--chip", default="board", help="profile whose heaps are compared, of any chip (the board's)")
    add("--where", action="store_true", help="whose the bytes are: by module, by object")
    add("--short", action="store_true",
        help="without the smallest heap and the base that lacks the names: for every change")  # fmt: skip


def main(args):
    if not LEAST_KIB <= args.heap <= 8192:
        raise UserError(f"--heap {args.heap}: from {LEAST_KIB} to 8192 KiB")
    if not node.VM.exists():
        raise UserError(f"bench memory: the MicroPython VM is not installed; {node.HOW_TO_INSTALL}")
    one = measure.made(args.board)
    if "romfs" not in one.images:
        raise UserError(f"board {args.board}: has no ROMFS, and its modules would all lie in RAM")
    chip = _chip(args.chip, one.board)
    known = measure.names_of_base(one)
    found, missed = {}, []
    _head(args, one)
    for row in configurations.ROWS:
        got = measure.of(one, row, args.heap * KIB, known)
        if not got["fits"]:
            raise UserError(f"--heap {args.heap}: too small for '{row.name}', "
                            f"which holds {got['live'] / KIB:.0f} KiB and makes garbage besides")  # fmt: skip
        if not args.short:
            got["without_names"] = measure.of(one, row, args.heap * KIB)["live"]
        got["idf_left"] = _idf_left(chip, row)
        found[row.name] = got
        _show(row, got)
        if args.where:
            where.show(where.found(one, row, known))
        missed += _misses(row, got, chip)
    python_bytes = chip.heap["python"] if chip is not None else None
    least = {} if args.short else _smallest(one, found)
    _notes(args, one, chip, found)
    for name, size in least.items():
        print(f"smallest heap, {name}: {smallest.said(size, python_bytes)}")
        if not smallest.fits(size, python_bytes):
            missed.append(f"{name}: needs a heap of some {size.on_chip // KIB} KiB, "
                          f"{chip.name} has {python_bytes // KIB}")  # fmt: skip
    print("bars: " + ("MISSED" if missed else "kept"))
    for line in missed:
        print(f"  missed: {line}")
    image = len(one.images["romfs"])
    figures.write(args.json, {
        "board": args.board, "heap_kib": args.heap, "chip": chip.name if chip else profile.IDEAL,
        "rows": found, "image_bytes": image, "image_most": size_report.APPLICATION,
        "smallest_heap": {name: size and {**vars(size), "on_chip": size.on_chip}
                          for name, size in least.items()},
        "missed": missed,
    })  # fmt: skip
    return 1 if missed else 0


def _smallest(one, found):
    """{row's name: smallest.Smallest, None = there is no unix VM}."""
    first, *others = configurations.ROWS
    size = smallest.measure(one, first, found[first.name]["without_names"])
    return {first.name: size} | {
        row.name: size and smallest.measure(one, row, factor=size.factor) for row in others
    }


def _chip(name, board):
    """The profile of that name, of any chip: objects of 32 bits are as large on another one."""
    if name != profile.OF_BOARD:
        return profile.load(name)
    constants = boards.constants(board.folder / "board.py")
    return profile.of_board(name, SimpleNamespace(**constants, FOLDER=board.folder))


def _misses(row, got, chip):
    """One line for each bar that the row does not keep, and for a chip that lacks the memory."""
    live = got["live"] / KIB
    if live > row.bar_kib:
        yield f"{row.name}: {live:.0f} KiB live, {row.bar_kib} are wanted"
    for key, most, what in (
        ("idle_per_s", configurations.IDLE_BAR_KB, "nobody looking"),
        ("page_per_s", configurations.PAGE_BAR_KB, "one page"),
    ):  # fmt: skip
        judged = key == "idle_per_s" or row is configurations.ROWS[0]
        if judged and got[key] > most * 1000:
            yield f"{row.name}: {got[key] / 1000:.1f} KB/s of garbage with {what}, {most} are wanted"
    if chip is not None and got["idf_left"] < 0:
        short = -got["idf_left"] / KIB
        yield f"{row.name}: the IDF's heap of {chip.name} is {short:.0f} KiB too small (estimate)"


def _idf_left(chip, row):
    """Bytes of the IDF's heap that the chip profile leaves; None on the ideal chip. An estimate."""
    if chip is None:
        return None
    sockets = 1 + row.pages + 1  # who listens, each live page, and one request
    return (chip.heap["idf"] - chip.takes["wifi"] - sockets * chip.takes["socket"]
            - (chip.takes["ble"] if row.bluetooth else 0))  # fmt: skip


def _head(args, one):
    print(f"application of {args.board}, MicroPython VM with 32-bit objects, heap {args.heap} KiB; KiB")
    print(f"{'':30}{'bar':>5}{'live':>7}{'no names':>10}{'frozen':>8}{'3 pages':>9}{'largest free':>14}"
          f"{'garbage KB/s':>20}{'IDF left':>10}")  # fmt: skip
    print(f"{'':52}{'(est.)':>8}{'':23}{'idle':>10}{'one page':>10}{'(est.)':>10}")


def _show(row, got):
    names = got.get("without_names")
    largest = f"{got['largest'] / KIB:.0f}"
    idf = got["idf_left"]
    print(f"{row.name:30}{row.bar_kib:5}{got['live'] / KIB:7.1f}"
          f"{'-' if names is None else f'{names / KIB:.1f}':>10}{(got['live'] - got['tables']) / KIB:8.1f}"
          f"{got['three_pages'] / KIB:9.1f}{largest:>14}"
          f"{got['idle_per_s'] / 1000:10.1f}{got['page_per_s'] / 1000:10.1f}"
          f"{'-' if idf is None else f'{idf / KIB:.0f}':>10}", flush=True)  # fmt: skip


def _notes(args, one, chip, found):
    first = found[configurations.ROWS[0].name]
    image = len(one.images["romfs"])
    print(f"live: after the boot and a collection, without the imitated chip ({first['fakes'] / KIB:.0f} KiB "
          "with the names of the base)")  # fmt: skip
    print("no names: with a base image that lacks boards/loader/names.py and has __file__ of each module")
    print("frozen: the application inside the base image: live less the tables of its modules; estimate")
    print("largest free: the longest run of free blocks in that heap after a collection")
    if chip is not None:
        print(f"IDF left: heap.idf of {chip.name} less Wi-Fi, BLE where it is on, and open sockets "
              "(bench chip counts all that may be open): estimate")  # fmt: skip
        heap = chip.heap["python"]
        over = [row.name for row in configurations.ROWS if found[row.name]["live"] > heap]
        print(f"Python's heap of {chip.name}: {heap / KIB:.0f} KiB; "
              f"less than is live with: {'; '.join(over) or 'none of these'}")  # fmt: skip
        if args.short:
            print("  what is live is not enough to boot and serve; without --short that heap is measured")
    print(f"flash: the application takes {image / KIB:.0f} of {size_report.APPLICATION // KIB} KiB, "
          f"{(size_report.APPLICATION - image) / KIB:.0f} are left")  # fmt: skip
