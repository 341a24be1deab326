"""The table of sub-commands: what each is for, and what must be installed for it.

A command NAME lives in ballast_tools/NAME.py, with `add_arguments(parser)` and
`main(args) -> exit status`. The groups are those of tools/requirements.in.
"""

from ballast_tools import paths

VM = "vm"
"""Pseudo group: Node.js and the MicroPython VM from npm."""

SIM, REPLAY, FACTORY = ("core",), ("core", "plot"), ("core", "build", "flash")
CHECK = ("core", "plot", "build", "flash", "test", "acn", VM)

TITLES = {
    "Try it": {
        "sim": ("the charger on the virtual bench, with its page in your browser", SIM),
        "run": ("replay a measured house, get a report", REPLAY),
    },
    "Check it": {
        "test": ("every test, on CPython and on the MicroPython VM", CHECK),
        "bench": ("measure one thing against the best known (bench --list)", REPLAY),
        "campaign": ("many simulated days with random faults", REPLAY),
        "mutate": ("break the control core on purpose; do the tests notice?", (*CHECK, "mutate")),
    },
    "Ship it": {
        "build": ("the application of a board and brand, with its size and bill of materials",
                  FACTORY),
        "image": ("one flash image from MicroPython and the application", FACTORY),
        "flash": ("write an image to a board", FACTORY),
        "provision": ("a batch in the factory: flash, test in the jig, label", FACTORY),
        "deploy": ("put the working tree on one board, for development", ("core", "build")),
    },
    "Maintain it": {
        "lock": ("pin and hash the dependencies anew", ("lock",)),
    },
}  # fmt: skip

COMMANDS = {name: entry for section in TITLES.values() for name, entry in section.items()}

EXTRA_GROUPS = {
    "bench_page": ("test",),
    "bench_group": ("acn", VM),
    "bench_balance": ("plot",),
    "bench_links": (VM,),
}
"""By module, where one `bench` needs more than the others."""


def module_of(argv):
    """The module that runs `argv` (its first word is in COMMANDS): 'sim', 'bench_acn' ..."""
    if argv[0] == "bench" and len(argv) > 1 and not argv[1].startswith("-"):
        return "bench_" + argv[1].replace("-", "_")
    return argv[0]


def groups_of(argv):
    """What must be installed to run `argv`."""
    return COMMANDS[argv[0]][1] + EXTRA_GROUPS.get(module_of(argv), ())


def benches():
    """Names that `ballast bench` takes: one per bench_NAME.py."""
    files = (paths.TOOLS / "ballast_tools").glob("bench_*.py")
    return sorted(f.stem[len("bench_") :].replace("_", "-") for f in files)


def is_present(module):
    return (paths.TOOLS / "ballast_tools" / (module + ".py")).exists()


def overview():
    """The text of `ballast --help`."""
    lines = ["usage: tools/ballast COMMAND [options]", ""]
    for title, section in TITLES.items():
        lines.append(title)
        lines += [f"  {name:10} {text}" for name, (text, _) in section.items()]
        lines.append("")
    lines.append("tools/ballast COMMAND --help tells the options of one. The first start of a")
    lines.append("command installs what it needs into .venv/ here, and nothing anywhere else.")
    return "\n".join(lines)
