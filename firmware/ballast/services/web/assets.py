"""The files of the page: what tools/ballast_tools/ship/web_assets.py wrote of each, read when asked for.

manifest.json has one line for each file, so that one file's entry is read without the others. All of
them in memory would take 3 KiB.
"""

import json

from micropython import const

_TYPE_CHECKING = const(0)
if _TYPE_CHECKING:
    from typing import Any


class Assets:
    """manifest: path of manifest.json. get() is that of a dict {name: entry}."""

    def __init__(self, manifest: str) -> None:
        self._manifest = manifest

    # Any: texts and a number
    def get(self, name: str) -> "dict[str, Any] | None":
        """The entry of a file; None if the page has no such file or cannot be read."""
        start = json.dumps(name) + ": "
        try:
            with open(self._manifest) as file:
                for line in file:
                    line = line.strip()
                    if line.startswith(start):
                        return json.loads(line[len(start) :].rstrip(","))
        except (OSError, ValueError):
            pass
        return None
