"""What is measured so far, in a file: a bring-up goes on where it stopped."""

import json
import os

from ballast_tools.bringup import rows
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.paths import shown

VERSION = 1


class State:
    """results: {step: rows}; flashed: SHA-256 of the image that was written, "" = none; uid: the chip."""

    def __init__(self, folder, board):
        self.path = folder / "state.json"
        self.board = board
        self.uid = ""
        self.flashed = ""
        self.results = {}
        if self.path.exists():
            self._read()

    def _read(self):
        try:
            data = json.loads(self.path.read_text())
            version, board = data["version"], data["board"]
            self.uid, self.flashed = data["uid"], data["flashed"]
            self.results = {str(key): list(found) for key, found in data["results"].items()}
            if not all(rows.good(row) for found in self.results.values() for row in found):
                raise ValueError
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(f"{shown(self.path)}: not a bring-up's state ({type(error).__name__}); "
                            "take the file away to begin anew") from error  # fmt: skip
        if version != VERSION or board != self.board:
            raise UserError(f"{shown(self.path)}: of board {board}; --out names another folder")

    def belongs_to(self, uid):
        """Bind the state to this chip. UserError when it is another one's."""
        if self.uid and self.uid != uid:
            raise UserError(f"{shown(self.path)}: measured on chip {self.uid}, this is {uid}; "
                            "--out names another folder")  # fmt: skip
        self.uid = uid

    def put(self, step, found):
        self.results[step] = found
        self.save()

    def save(self):
        """All of it, or what was there before. UserError where the folder cannot be written."""
        data = {"version": VERSION, "board": self.board, "uid": self.uid, "flashed": self.flashed,
                "results": self.results}  # fmt: skip
        beside = self.path.with_suffix(".new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(data, indent=1) + "\n")
            os.replace(beside, self.path)
        except OSError as error:
            raise UserError(f"{shown(self.path.parent)}: {error.strerror}; --out names a folder") from error
