"""Finds the sub-command, sets up what it needs, and hands over.

The first stage runs on any Python 3.11 with its standard library alone; once the
private environment is ready, the same command is started anew by its Python.
What pip has installed makes no environment: it says which part is missing.
"""

import argparse
import importlib
import os
import sys

from ballast_tools.shell import commands, environment, figures, installed, paths, pointless
from ballast_tools.shell.errors import UserError

INTERRUPTED = 130  # 128 + SIGINT, as shells report it


class Parser(argparse.ArgumentParser):
    """One line about a mistake instead of the whole usage; texts name the command as it is called."""

    def format_help(self):
        return commands.said(super().format_help())

    def error(self, message):
        self.exit(2, f"{self.prog}: {commands.said(message)} (see: {self.prog} --help)\n")

    def given(self, argv):
        """Names of the arguments that stand in `argv`, at their default value too. The parser is used up."""
        for action in self._actions:
            action.default = argparse.SUPPRESS
        return set(vars(self.parse_args(argv)))


def main(argv=None):
    """Run `argv` (None: what this program was started with); the exit status."""
    argv = sys.argv[1:] if argv is None else argv
    try:
        try:
            status = _main(argv)
        except SystemExit:  # argparse, which has printed the help or a mistake
            sys.stdout.flush()
            raise
        sys.stdout.flush()  # here and not at the interpreter's end, where it could only be complained about
        return status
    except BrokenPipeError:  # the reader (head, less) has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _main(argv):
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(commands.overview())
        return 0 if argv else 2
    name = argv[0]
    try:
        check(argv)
        if not wants_help(argv):
            prepare(argv)
        return run(argv)
    except UserError as error:
        print(f"ballast {name}: {commands.said(str(error))}", file=sys.stderr)
        return error.status
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return INTERRUPTED


def prepare(argv):
    """What `argv`'s command needs is there, or one line says what is missing."""
    groups = commands.groups_of(argv)
    if paths.INSTALLED:
        installed.check(groups)
        return
    changed = environment.ensure(groups)
    if changed or not environment.is_ours():
        environment.restart(argv)


def check(argv):
    """Refuse a command that is not there, with one line."""
    if argv[0] not in commands.COMMANDS:
        raise UserError(f"no such command; {commands.PROGRAM} --help lists them")
    if not commands.is_here(argv[0]):
        raise UserError(installed.NO_CHECKOUT)
    module = commands.module_of(argv)
    if not commands.is_present(module):
        if commands.is_bench(module):
            known = ", ".join(commands.benches()) or "none yet"
            raise UserError(f"no bench of the name {argv[1]!r}; there are: {known}")
        raise UserError("not part of this version")


def wants_help(argv):
    """Help needs no installation, if the module can be imported without it."""
    if "-h" not in argv and "--help" not in argv:
        return False
    sys.path[:0] = paths.import_roots()
    try:
        importlib.import_module("ballast_tools." + commands.module_of(argv))
    except ImportError:
        return False
    return True


def run(argv):
    """Parse the options of `argv`'s command and run it in this process."""
    for root in paths.import_roots():
        if root not in sys.path:
            sys.path.insert(0, root)
    module_name = commands.module_of(argv)
    is_bench = commands.is_bench(module_name)
    words = 2 if is_bench else 1
    module = importlib.import_module("ballast_tools." + module_name)
    parser = Parser(
        prog=f"{commands.PROGRAM} " + " ".join(argv[:words]),
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.add_arguments(parser)
    if is_bench:
        figures.add_argument(parser)
    if getattr(module, "PASS_THROUGH", False):
        args, args.rest = parser.parse_known_args(argv[words:])
    else:
        args = parser.parse_args(argv[words:])
        args.given = parser.given(argv[words:])
        pointless.check(argv[0], args, args.given)
    if is_bench:
        figures.check(args.json)
    return module.main(args)
