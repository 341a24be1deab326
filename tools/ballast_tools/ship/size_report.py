"""The size report of a build: what takes the room, against what there is."""

from collections import defaultdict

APPLICATION = 512 * 1024
PAGE = 96 * 1024
_LARGEST = 12


def kib(count):
    return f"{count / 1024:.0f} KiB"


def text(title, files, images, page_bytes, slot_bytes):
    """files: {name: bytes} in the image; images: {file system: bytes}."""
    groups = defaultdict(int)
    for name, data in files.items():
        groups[_group(name)] += len(data)
    lines = [title, ""]
    for kind, data in images.items():
        lines.append(_row(f"application image ({kind})", len(data), APPLICATION))
    lines.append(_row("page, compressed", page_bytes, PAGE))
    lines.append(_row("slot", slot_bytes, slot_bytes) + "  one of two, header block included")
    lines += ["", "by part"]
    for name, size in sorted(groups.items(), key=lambda item: (-item[1], item[0])):
        lines.append(f"  {size:8d}  {name}")
    lines += ["", "largest files"]
    for name, data in sorted(files.items(), key=lambda item: (-len(item[1]), item[0]))[:_LARGEST]:
        lines.append(f"  {len(data):8d}  {name}")
    return "\n".join(lines) + "\n"


def _row(name, size, budget):
    return f"{name:30} {size:8d} of {budget:8d}  {100 * size / budget:5.1f} %"


def _group(name):
    parts = name.split("/")
    if parts[0] == "ballast" and len(parts) > 2:
        return "ballast/" + parts[1]
    return parts[0] if len(parts) > 1 else "(top)"


def excess(images, page_bytes):
    """One line about what is over its budget, or None."""
    for kind, data in images.items():
        if len(data) > APPLICATION:
            return (f"the {kind} application is {len(data)} bytes, "
                    f"{len(data) - APPLICATION} over its budget of {APPLICATION}")  # fmt: skip
    if page_bytes > PAGE:
        return f"the page is {page_bytes} bytes, {page_bytes - PAGE} over its budget of {PAGE}"
    return None
