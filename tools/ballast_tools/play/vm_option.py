"""--vm: the firmware runs on the real MicroPython VM instead of this Python. --heap: how much it has.

    vm_option.check(args)                    # one line where there is no VM
    with vm_option.host(vm_option.heap(args)) as host:
        setup = make_setup(given, host)      # VmSetup with its images in a temporary folder, or Setup
"""

import contextlib
import functools
import re
import tempfile
from pathlib import Path

from ballast_tools.shell.errors import UserError
from ballast_tools.ship import product_options

HEAP = "8M"
"""As much as the PSRAM of the reference board. The words of this VM have twice the bits of a chip's."""

_LEAST_KIB = 100  # below it the VM does not reach boot.py


def add_arguments(parser):
    group = parser.add_argument_group("the real MicroPython VM")
    group.add_argument("--vm", action="store_true",
                       help="the firmware as `build` makes it, on the unix port of MicroPython")  # fmt: skip
    group.add_argument("--heap", metavar="650k", help=f"heap of the VM (default: {HEAP})")


def add_sim_arguments(parser):
    """What `sim` has beside them."""
    add_arguments(parser)
    group = parser.add_argument_group("the VM live")
    group.add_argument("--bench-port", type=int, default=8090, help="of the bench's page (default: 8090)")
    group.add_argument("--own-clock", action="store_true",
                       help="the VM has its own clock and its step cuts in between two bytecodes, as on the "
                       "chip; needs a computer with nothing else to do")  # fmt: skip


def check_sim(args):
    """The same for `sim`."""
    check(args)
    if not args.vm:
        for name in ("bench_port", "own_clock"):
            if name in args.given:
                raise UserError(f"--{name.replace('_', '-')}: it is for --vm")
    if args.own_clock and args.speed != 1.0:
        raise UserError(f"--speed {args.speed:g}: --own-clock runs in real time; leave one of them out")


def check(args):
    """UserError with one line for a heap that is none, or where there is no VM."""
    if args.heap is not None:
        if not args.vm:
            raise UserError("--heap: it is the heap of the VM; give --vm too")
        if kib(args.heap) < _LEAST_KIB:
            raise UserError(f"--heap {args.heap}: the VM needs {_LEAST_KIB}k, the charger about 650k")
    if args.vm:
        from ballast_bench.vm import package

        package.check()


def kib(text):
    """KiB of `650k` or `8M`; UserError for anything else."""
    match = re.fullmatch(r"([1-9]\d{0,6})([kM])", text)
    if not match:
        raise UserError(f"--heap {text}: expected a number with k or M, such as 650k")
    return int(match[1]) * (1024 if match[2] == "M" else 1)


def heap(args):
    """The heap of the VM, None = the firmware runs on this Python."""
    return (args.heap or HEAP) if args.vm else None


@contextlib.contextmanager
def host(heap_text, real=False):
    """What make_setup() makes: Setup, or VmSetup with a VM of that heap. real: in real time."""
    if heap_text is None:
        from ballast_bench.setup import Setup

        yield Setup
        return
    from ballast_bench.vm.setup import VmSetup

    with tempfile.TemporaryDirectory(prefix="ballast-vm-") as folder:
        yield functools.partial(VmSetup, parts=parts, folder=Path(folder), heap=heap_text, real=real)


def parts(given):
    """The images of the charger that {name: value} of a setup names."""
    from ballast_tools.ship import vm_image

    return vm_image.parts(**{name: given.get(name) for name in product_options.NAMES})
