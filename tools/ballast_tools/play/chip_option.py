"""`--chip`: how long the calls of the charger's chip take, for every command that puts one on the bench.

    chip_option.add_arguments(parser)
    given = chip_option.given(args)     # {} or {"chip": ...}, a name of person/options.py
"""


from ballast_tools.shell.errors import UserError


def add_arguments(parser, default="board"):
    """--chip; what is not given is left to ballast_bench.world.World.CHIP. default: for the help."""
    parser.add_argument("--chip", metavar="NAME",
                        help="a profile of tools/ballast_bench/chip/, the path of a .toml file, `board` "
                        f"(the board's) or `ideal` (nothing takes time); default: {default}")  # fmt: skip


def given(args):
    """{"chip": name, or a whole path}; {} without the option. UserError with one line."""
    if args.chip is None:
        return {}
    from ballast_bench import home
    from ballast_bench.chip import profile

    name = args.chip
    if name.endswith(".toml"):
        path = home.path_of(name)
        if not path.is_file():
            raise UserError(f"--chip {name}: no such file; there are {profile.listed()}")
        name = str(path.resolve())
    if name != profile.OF_BOARD:
        profile.load(name)
    return {"chip": name}


def of(args):
    """The same for ballast_bench.setup.Setup: a name, or None."""
    return given(args).get("chip")
