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
    """One line: what is wrong with a folder of parts."""


class Store:
    """folder None: only in memory. resume: go on with what is there; StoreError if that is another
    campaign, or if something is there and `resume` was not said.
    """

    def __init__(self, folder, plan, resume=False):
        self.folder = None if folder is None else Path(folder)
        self.pairs = {}
        self._next = 0
        if self.folder is not None:
            self._open(plan, resume)

    def add(self, pairs):
        """Keep these, on disk first."""
        new = [pair for pair in pairs if _name(pair[0]) not in self.pairs]
        if not new:
            return
        if self.folder is not None:
            self._write(new)
        self.pairs.update((_name(pair[0]), pair) for pair in new)
        if self._next >= _MANY:
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
            self._same(json.loads(file.read_text()), plan)
        self._read()

    def _same(self, kept, plan):
        for key, value in plan.items():
            if kept.get(key) != value:
                raise StoreError(f"{self.folder} holds a campaign with {key} {kept.get(key)}, not {value}: "
                                 "its rows do not go together with new ones")  # fmt: skip

    def _read(self):
        for file in self._parts():
            for line in file.read_text().splitlines():
                row, cost = json.loads(line)
                self.pairs[_name(row)] = row, cost
            self._next = max(self._next, int(file.stem.split("-")[1]) + 1)

    def _parts(self):
        return sorted(self.folder.glob("part-*.jsonl"))

    def _write(self, pairs):
        text = "".join(json.dumps(pair) + "\n" for pair in pairs)
        _replace(self.folder / f"part-{self._next:06}.jsonl", text)
        self._next += 1

    def _merge(self):
        """All parts become one. A crash in between leaves rows twice, which are read as one."""
        old = self._parts()
        self._write(list(self.pairs.values()))
        for file in old:
            file.unlink()
        last = self.folder / f"part-{self._next - 1:06}.jsonl"
        os.replace(last, self.folder / "part-000000.jsonl")
        self._next = 1


def _name(row):
    return row["kind"], row["number"]


def _replace(path, text):
    part = path.with_name(path.name + ".new")
    part.write_text(text)
    os.replace(part, path)
