"""`ballast bench`: lists what can be measured; each is benches/NAME.py."""

from ballast_tools.shell.commands import benches


def add_arguments(parser):
    parser.add_argument("--list", action="store_true", help="list the benches (the default)")


def main(args):
    names = benches()
    print("tools/ballast bench NAME, where NAME is one of: " + (", ".join(names) or "(none yet)"))
    return 0 if args.list else 2
