"""Writes the references that are made from the code.

    cd tools
    ../.venv/bin/python -m ballast_tools.check.references           (writes, in tools/)
    ../.venv/bin/python -m ballast_tools.check.references --check   (exit status 1 when one is out of date)

Each row is described once, by a note beside it in the source (notes.py). What is not described,
and a note that describes nothing, is a line of complaint.
"""

import sys

from ballast_tools.shell import paths
from ballast_tools.shell.paths import shown


def parts():
    """The modules that make one document each. Imports the firmware."""
    from ballast_bench import upy

    upy.install()
    from ballast_tools.check.references import events, library, routes, settings, status, stories

    return settings, routes, status, events, stories, library


def check():
    """(documents {path: text}, complaints, one line each)."""
    documents, complaints = {}, []
    for part in parts():
        rows, problems = part.rows()
        complaints += problems
        documents[part.DOCUMENT] = part.document(rows)
    return documents, complaints


def main(words):
    documents, complaints = check()
    for path, text in documents.items():
        if "--check" not in words:
            path.write_text(text)
            print(f"wrote {shown(path)}")
        elif not path.exists() or path.read_text() != text:
            complaints.append(f"{shown(path)} is out of date; run it without --check")
    print("\n".join(complaints) or "up to date")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.path[:0] = paths.import_roots()
    sys.exit(main(sys.argv[1:]))
