"""What pip has installed: which extras are there, and what a command says where one is not."""

import importlib.metadata
import re

from ballast_tools.shell.errors import UserError

NO_CHECKOUT = (
    "needs a checkout of the sources, this is an installed package; "
    "run it there"
)

_REQUIREMENT = re.compile(r"""(?P<name>[\w.-]+)[^;]*(?:;.*extra == ['"](?P<extra>[\w-]+)['"])?""")


def needed(requirements):
    """{extra: [packages]} of a distribution's metadata; what is always needed is `core`."""
    found = {}
    for line in requirements:
        match = _REQUIREMENT.match(line)
        found.setdefault(match["extra"] or "core", []).append(match["name"])
    return found


def is_there(package):
    """Whether a package of this name is installed in this Python."""
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def check(groups, requirements=None):
    """UserError with one line, unless the packages of all `groups` are installed."""
    known = needed(importlib.metadata.requires("ballast") if requirements is None else requirements)
    lacking = {group: [p for p in known.get(group, ()) if not is_there(p)] for group in groups}
    extras = [group for group, packages in lacking.items() if packages]
    if extras:
        missing = ", ".join(package for packages in lacking.values() for package in packages)
        raise UserError(f"{missing} not installed; pip install 'ballast[{','.join(extras)}]'")
