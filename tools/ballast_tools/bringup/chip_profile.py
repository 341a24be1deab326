"""The chip profile that a board names, and one of its own with what was measured."""

from ballast_bench.chip import profile

HEAD = ("chip", "psram")
LONGEST = 200
"""Characters of a source in a profile."""


def expected_us(found, kind, amount):
    """What a Profile says that `amount` costs, us; None = it does not say."""
    if found is None or kind not in found.costs:
        return None
    return found.cost(kind).usual(amount)


def measured(found, figures, source):
    """{key: value} of a profile that is like `found`, with the costs that were measured."""
    made = {"chip": found.chip, "psram": found.psram, "like": found.name,
            "heap": {**found.heap, "source": "of the profile that this is like"},
            "takes": dict(found.takes), "limits": {"sockets": found.sockets}, "cost": {}}  # fmt: skip
    heap = figures.values.get("python_heap")
    if heap:
        said = f"python: {source}; idf: of the profile that this is like"
        made["heap"].update(python=max(1, sum(heap)), source=said[:LONGEST])
    for kind in profile.KINDS:
        if kind not in figures.costs:
            continue
        us, us_per = figures.median(kind)
        usual = round(us + us_per)
        worst = max(spread[4] - round(us + us_per * amount) for amount, spread in figures.costs[kind])
        made["cost"][kind] = {
            "us": round(us), "us_per": round(us_per, 4), "us_max": usual + max(0, worst),
            "stall": found.cost(kind).stall, "source": source[:LONGEST], "measured": True,
        }  # fmt: skip
    return made


def text(made, head):
    """TOML of a profile of plain values and tables, with comment lines before it."""
    lines = [f"# {line}" for line in head]
    lines += [f"{key} = {_value(value)}" for key, value in made.items() if not isinstance(value, dict)]
    for key, value in made.items():
        if isinstance(value, dict):
            lines += _table(key, value)
    return "\n".join(lines) + "\n"


def _table(name, table):
    plain = {key: value for key, value in table.items() if not isinstance(value, dict)}
    lines = ["", f"[{name}]"] if plain or not table else []
    lines += [f"{key} = {_value(value)}" for key, value in plain.items()]
    for key, value in table.items():
        if isinstance(value, dict):
            lines += _table(f"{name}.{key}", value)
    return lines


def _value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    quoted = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 32 else c for c in quoted) + '"'
