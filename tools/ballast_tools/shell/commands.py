"""The table of sub-commands: what each is for, and what must be installed for it.

A command NAME of room ROOM lives in ballast_tools/ROOM/NAME.py, with `add_arguments(parser)` and
`main(args) -> exit status`. The groups are those of tools/requirements.in.
"""

from ballast_bench import home
from ballast_tools.shell import paths

VM = "vm"
"""Pseudo group: Node.js and the MicroPython VM from npm."""

SIM, REPLAY, FACTORY = ("core",), ("core", "plot"), ("core", "build", "flash")
P1 = () if paths.INSTALLED else ("p1",)
"""For files of P1 telegrams alone: what pip has installed asks for it when it meets one."""

CHECK = ("core", "plot", "build", "flash", "p1", "data", "statistics", "cluster", "test", "unix", "mutate",
         "acn", VM)

TITLES = {
    "Try it": {
        "sim": ("play", "the charger on the virtual bench, with its page in your browser", SIM),
        "play": ("play", "play stories: what is done to a charger, and what must be seen", SIM),
        "run": ("play", "replay a measured house, get a report", REPLAY + P1),
        "trace": ("play", "what is in a measured house; convert it", SIM + P1),
    },
    "Check it": {
        "test": ("check", "every test, on CPython and on the MicroPython VM", CHECK),
        "bench": ("check", "measure one thing against the best known (bench --list)", REPLAY),
        "campaign": ("check", "random evenings, days and faults, on all cores or on a cluster",
                     ("core", "statistics")),
        "mutate": ("check", "break the control core on purpose; do the tests notice?", CHECK),
    },
    "Ship it": {
        "build": ("ship", "the application of a board and brand, with its size and bill of materials",
                  FACTORY),
        "image": ("ship", "one flash image from MicroPython and the application", FACTORY),
        "bringup": ("bringup", "the first board: flash it, measure it, write its chip profile", FACTORY),
        "flash": ("factory", "write an image to a board", FACTORY),
        "provision": ("factory", "a batch in the factory: flash, test in the jig, label", FACTORY),
        "check-board": ("ship", "a board's files against MicroPython's and ESP-IDF's sources", FACTORY),
        "deploy": ("ship", "put the working tree on one board, for development", ("core", "build")),
    },
    "Maintain it": {
        "lock": ("shell", "pin and hash the dependencies anew", ("lock",)),
    },
}  # fmt: skip

COMMANDS = {name: entry for section in TITLES.values() for name, entry in section.items()}

NEED_CHECKOUT = ("test", "bench", "mutate", "bringup", "deploy", "lock")
"""Those that read the tests, the sources or the lock files: not for what pip has installed."""

PROGRAM = home.PROGRAM


def said(text):
    """A text for people that has `tools/ballast`, with the command as it is called here."""
    return home.said(text, PROGRAM)


BENCHES = "check.benches."
EXTRA_GROUPS = {
    BENCHES + "page": ("test",),
    BENCHES + "group": ("acn", VM),
    BENCHES + "balance": ("plot",),
    BENCHES + "links": (VM,),
    BENCHES + "memory": ("build", VM),
    BENCHES + "chip": ("test",),  # bumble, for Bluetooth
}
"""By module, where one `bench` needs more than the others."""


def module_of(argv):
    """The module that runs `argv` (its first word is in COMMANDS): 'play.sim', 'check.benches.acn'."""
    name = argv[0]
    if name == "bench" and len(argv) > 1 and not argv[1].startswith("-"):
        return BENCHES + argv[1].replace("-", "_")
    return f"{COMMANDS[name][0]}.{name.replace('-', '_')}"


def groups_of(argv):
    """What must be installed to run `argv`: its command's groups, and those of what it names."""
    named = ("data",) if any(word.endswith(".parquet") for word in argv[1:]) else ()
    named += P1 if "--trace" in argv else ()
    named += ("cluster",) if any(word.split("=")[0] == "--dask" for word in argv[1:]) else ()
    if argv[0] in ("play", "sim") and "--vm" in argv:
        named += ("build", "unix")  # the application is made first
    if argv[0] == "play" and any(word.startswith("--html") for word in argv):
        named += ("plot",)  # a report with pictures
    return COMMANDS[argv[0]][2] + EXTRA_GROUPS.get(module_of(argv), ()) + named


def benches():
    """Names that `ballast bench` takes: one per check/benches/NAME.py."""
    files = _file(BENCHES + "x").parent.glob("[!_]*.py")
    return sorted(f.stem.replace("_", "-") for f in files)


def is_here(name):
    """Whether the command `name` works here: in a checkout all do."""
    return not (paths.INSTALLED and name in NEED_CHECKOUT)


def is_bench(module):
    return module.startswith(BENCHES)


def is_present(module):
    return _file(module).exists()


def _file(module):
    return paths.TOOLS / "ballast_tools" / (module.replace(".", "/") + ".py")


def overview():
    """The text of `ballast --help`."""
    lines = [f"usage: {PROGRAM} COMMAND [options]", ""]
    for title, section in TITLES.items():
        rows = [f"  {name:11} {text}" for name, (_, text, _) in section.items() if is_here(name)]
        lines += [title, *rows, ""] if rows else []
    if paths.INSTALLED:
        away = ", ".join(name for name in COMMANDS if not is_here(name))
        lines.append("ballast COMMAND --help tells the options of one. With a checkout of the sources")
        lines.append(f"tools/ballast has more: {away}.")
    else:
        lines.append(f"{PROGRAM} COMMAND --help tells the options of one. The first start of a")
        lines.append("command installs what it needs into .venv/ here, and nothing anywhere else.")
    return "\n".join(lines)
