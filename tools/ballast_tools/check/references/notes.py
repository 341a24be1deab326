"""Notes: comments that begin with `#:` and describe the row of code beside them.

    #: Rating of the socket's circuit. It sets the limit slot `circuit` at once.
    ("circuit_ma", 32000, 6000, 32000, "mA", "site"),

A note stands above its row, or behind it on the same line. A comment costs nothing on a
device; the same words in a table would fill its memory.
"""

import io
import tokenize

from ballast_tools.shell.paths import shown

MARK = "#:"


class Note:
    """path, line: where it begins. at: line of the code that it describes, None = there is none."""

    def __init__(self, path, line, lines, at):
        self.path = path
        self.line = line
        self.at = at
        self._lines = lines

    @property
    def text(self):
        return " ".join(line.strip() for line in self._lines)

    def items(self):
        """[(line, text)]: one for each line of the note; a line that is indented goes on."""
        out = []
        for number, line in enumerate(self._lines, self.line):
            if line.startswith("  ") and out:
                out[-1] = (out[-1][0], f"{out[-1][1]} {line.strip()}")
            else:
                out.append((number, line.strip()))
        return out

    def where(self):
        return place(self.path, self.line)


def place(path, line):
    """`firmware/ballast/x.py:12`, as a message shows it."""
    return f"{shown(path)}:{line}"


def read(path, text=None):
    """All notes of a source file, in order. text: of the file, for tests."""
    text = path.read_text() if text is None else text
    comments, code = _tokens(text)
    out = []
    for line, words in comments:
        last = out[-1] if out else None
        if line in code:
            out.append(Note(path, line, [words], line))
        elif last is not None and last.at is None and last.line + len(last._lines) == line:
            last._lines.append(words)
        else:
            out.append(Note(path, line, [words], None))
    for note in out:
        if note.at is None and note.line + len(note._lines) in code:
            note.at = note.line + len(note._lines)
    return out


def _tokens(text):
    """([(line, words of a note)], lines that have code on them)."""
    comments, code = [], set()
    quiet = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT,
             tokenize.ENDMARKER, tokenize.ENCODING}  # fmt: skip
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and token.string.startswith(MARK):
            comments.append((token.start[0], token.string[len(MARK) :].removeprefix(" ")))
        elif token.type not in quiet:
            code.update(range(token.start[0], token.end[0] + 1))
    return comments, code
