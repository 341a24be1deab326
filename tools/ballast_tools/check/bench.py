"""`ballast bench`: lists what can be measured; each is benches/NAME.py."""

import ast
from pathlib import Path

from ballast_tools.shell.commands import benches

FOLDER = Path(__file__).with_name("benches")


def add_arguments(parser):
    parser.add_argument("--list", action="store_true", help="list the benches (the default)")


def about(name):
    """What a bench measures: the first line of its docstring, without importing it."""
    text = (FOLDER / (name.replace("-", "_") + ".py")).read_text()
    first = (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
    return first.partition(": ")[2].rstrip(".")


def main(args):
    print("tools/ballast bench NAME, where NAME is one of:")
    for name in benches():
        print(f"  {name:10} {about(name)}")
    return 0 if args.list else 2
