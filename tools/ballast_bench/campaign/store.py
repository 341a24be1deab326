"""Rows of a campaign on disk while it runs: parts that are whole or not there, and what is missing.

    store = Store(folder, plan)      # plan: what makes two campaigns the same
    store.add(pairs)                 # [(row, cost)]: one more part
    store.pairs                      # {(kind, number): (row, cost)}
"""

import json
import os
from pathlib import Path

_MANY = 200  # chosen: so many parts are put together into one


class StoreError(ValueError):
    """One line: what is wrong with a folder of parts, and what to do."""


class Store:
    """folder None: only in memory. resume: go on with what is there; StoreError if that is another
    campaign, if something is there and `resume` was not said, or if it cannot be read or written.
    """

    def __init__(self, folder, plan, resume=False):
        self.folder = None if folder is None else Path(folder)
        self.pairs = {}
        self._next = 0
        self._files = []  # parts that were read or written here
        if self.folder is not None:
            self._open(plan, resume)

    def add(self, pairs):
        """Keep these, on disk first. StoreError where the disk does not take them."""
        new = [pair for pair in pairs if _name(pair[0]) not in self.pairs]
        if not new:
            return
        if self.folder is not None:
            try:
                self._write(new)
            except OSError as error:
                raise StoreError(f"{self.folder}: {error.strerror}; {len(self.pairs)} runs are kept there, "
                                 f"{len(new)} are not: make room, then use --resume") from None  # fmt: skip
        self.pairs.update((_name(pair[0]), pair) for pair in new)
        if len(self._files) >= _MANY:
            self._merge()

    def rows(self):
        return [row for row, _ in self.pairs.values()]

    def costs(self):
        return [cost for _, cost in self.pairs.values()]

    def _open(self, plan, resume):
        file = self.folder / "campaign.json"
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self._parts():
            _replace(file, json.dumps(plan, indent=1) + "\n")
        elif not resume:
            raise StoreError(f"{self.folder} holds a campaign; --resume goes on with it, or name another")
        else:
            self._same(file, plan)
        self._read()

    def _same(self, file, plan):
        try:
            kept = json.loads(file.read_text())
        except (OSError, ValueError):
            raise StoreError(f"{file} cannot be read, so nobody knows what its runs are: "
                             "name another place, or put the file back") from None  # fmt: skip
        for key, value in plan.items():
            if kept.get(key) != value:
                raise StoreError(f"{self.folder} holds a campaign with {key} {kept.get(key)}, not {value}: "
                                 "its rows do not go together with new ones; name another place")  # fmt: skip

    def _read(self):
        for file in self._parts():
            for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1):
                try:
                    row, cost = json.loads(line)
                    self.pairs[_name(row)] = row, cost
                except (ValueError, KeyError, TypeError):
                    raise StoreError(f"{file}:{number}: this is no row of a campaign; delete the file, "
                                     "and --resume does its runs again") from None  # fmt: skip
            self._next = max(self._next, int(file.stem.split("-")[1]) + 1)
            self._files.append(file)

    def _parts(self):
        return sorted(self.folder.glob("part-*.jsonl"))

    def _write(self, pairs):
        """One more part, under a name that nobody has: another process may write here too."""
        while (file := self.folder / f"part-{self._next:06}.jsonl").exists():
            self._next += 1
        _replace(file, "".join(json.dumps(pair) + "\n" for pair in pairs))
        self._next += 1
        self._files.append(file)

    def _merge(self):
        """All parts of ours become one. A crash in between leaves rows twice, which are read as one.

        On a disk that has no room for both they stay as they are.
        """
        old = list(self._files)
        try:
            self._write(list(self.pairs.values()))
        except OSError:
            return
        for file in old:
            file.unlink(missing_ok=True)
        self._files = self._files[-1:]


def _name(row):
    return row["kind"], row["number"]


def _replace(path, text):
    """Whole or not at all, also when the power goes."""
    part = path.with_name(path.name + ".new")
    try:
        with part.open("w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
