"""Whose the bytes of the live heap are: modules by what they hold, objects of the App by their path.

Read from the heap itself: `charger.mjs` hands over every block, and a word in a block that is the address of
another block is taken for a reference, as MicroPython's own collection does (py/gc.c). A function belongs
to the module whose constants it uses (mp_obj_fun_bc_t.context); what only one thing reaches, it holds.
"""

import base64
import struct
import tempfile
from collections import defaultdict
from pathlib import Path

from ballast_tools.check.memory import measure

BLOCK = 16
LEAST = 256  # chosen: a line for each object that holds so many bytes
_FUNCTION, _FREE, _TAIL = "B", ".", "="


def found(one, row, known=()):
    """(bytes by module, rows of objects (path, type, bytes)) of a Configuration that has booted."""
    plan = [*measure.boot(row), *measure.pages(row.pages, row.visited), ["heap"]]
    with tempfile.TemporaryDirectory(prefix="ballast-") as folder:
        got = measure.run(one, Path(folder), plan, row.settings, measure.AMPLE, known)[0][-1]
    heap = Heap(got["from"], got["rows"], base64.b64decode(got["bytes"]), got["named"]["type"])
    named = got["named"]
    things = [row for row in named["objects"] if row[1] in heap.size]
    app = heap.reached([things[0][1]], heap.code(named["modules"]))
    return heap.by_module(named["modules"], app), heap.held(things, app)


class Heap:
    """size: {address: bytes} of each thing; to: {address: [addresses in it]}."""

    def __init__(self, start, rows, data, type_of_types=0):
        letters = {}
        for at, text in rows:
            for n, letter in enumerate(text):
                letters[at + n * BLOCK] = letter
        self.size, self.letter = {}, {}
        head = None
        for at in sorted(letters):
            if letters[at] == _TAIL:
                self.size[head] += BLOCK
            elif letters[at] != _FREE:
                head = start + at
                self.size[head], self.letter[head] = BLOCK, letters[at]
        self.words = {}
        for at, size in self.size.items():
            self.words[at] = struct.unpack_from(f"<{size // 4}I", data, at - start)
        self.classes = {at for at, words in self.words.items() if words[0] == type_of_types}
        self.to = {at: [w for w in words if w in self.size] for at, words in self.words.items()}

    def code(self, modules):
        """Addresses at which a walk over objects stops: modules, their functions, their classes."""
        stop = set(modules.values())
        stop |= {at for at, letter in self.letter.items() if letter == _FUNCTION}
        return stop | self.classes

    def reached(self, roots, stop):
        """All that can be reached from `roots` without passing through `stop`."""
        seen, todo = set(roots), list(roots)
        while todo:
            for at in self.to[todo.pop()]:
                if at not in seen and at not in stop:
                    seen.add(at)
                    todo.append(at)
        return seen

    def by_module(self, modules, app):
        """{module: {"functions": n, "bytes"}}: functions by context, then what they reach first."""
        name_of = {at: name for name, at in modules.items()}
        owner = dict(name_of)
        count = defaultdict(int)
        for at, letter in self.letter.items():
            if letter == _FUNCTION and self.words[at][1] in name_of:
                owner[at] = name_of[self.words[at][1]]
                count[owner[at]] += 1
        for at in self.classes:  # whose functions they have
            inner = [f for table in self.to[at] for d in self.to[table] for f in self.to[d] if f in owner]
            if inner:
                owner[at] = owner[inner[0]]
        todo = list(owner)
        while todo:
            following = []
            for at in todo:
                for further in self.to[at]:
                    if further not in owner and further not in app:
                        owner[further] = owner[at]
                        following.append(further)
            todo = following
        out = defaultdict(lambda: [0, 0])
        for at, name in owner.items():
            out[name][0] += self.size[at]
        for name, functions in count.items():
            out[name][1] = functions
        return dict(out)

    def held(self, things, app):
        """[(path, type, bytes)]: what would be free without each thing, largest first."""
        root = things[0][1]
        out = []
        whole = sum(self.size[at] for at in app)
        for path, at, kind in things[1:]:
            if at in app:
                left = self.reached([root], (set(self.size) - app) | {at})
                held = whole - sum(self.size[x] for x in left)
                out.append((path, kind, held))
        return [(things[0][0], things[0][2], whole), *sorted(out, key=lambda row: -row[2])]


def show(got):
    """Print both tables."""
    modules, objects = got
    total = sum(row[0] for row in modules.values())
    print(f"  modules: {total} bytes, {sum(row[1] for row in modules.values())} functions")
    for name, (size, functions) in sorted(modules.items(), key=lambda item: -item[1][0]):
        print(f"{size:8} {functions:4} {name}")
    print(f"  objects: {objects[0][2]} bytes; held by each, largest first")
    for path, kind, size in objects:
        if size >= LEAST:
            print(f"{size:8} {path} ({kind})")
