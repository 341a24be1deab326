"""Tables of a generated document."""


def made(what, command="../.venv/bin/python -m ballast_tools.check.references"):
    """The line that says where a document comes from."""
    return f"Made by `{command}` (in tools/) from {what}; do not edit."


def table(heads, rows):
    """Lines of a table. rows: cells as texts."""
    lines = [_row(heads), "|" + "---|" * len(heads)]
    return lines + [_row(row) for row in rows]


def _row(cells):
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
