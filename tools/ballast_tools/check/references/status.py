"""STATUS.md: every key of the status document, from the notes where protocol/ makes it."""

from ballast_tools.check.references import markdown, notes
from ballast_tools.check.references.shape import Field, differs, objects
from ballast_tools.shell.paths import FIRMWARE, shown

SOURCE = FIRMWARE / "ballast" / "protocol" / "status.py"
SENTENCE = SOURCE.with_name("status_sentence.py")
DOCUMENT = SOURCE.with_name("STATUS.md")

_HEADS = ("key", "type", "unit", "range or values", "meaning")

_HEAD = """# The status document

{made}

GET /api/status answers it, /api/live sends it each second, and the Bluetooth command `status` answers
it. `key.inner` is a key of an object, `key[].inner` one of each object of a list. The
column "unit" holds the unit; most keys end in it. Lists of three are L1, L2, L3. Where a value may be
null, the row says what null means, mostly "not known". A 0 is a number, unless the row gives it another
meaning. A name that the firmware does not know is `unknown`. New keys may come at any time.
"""


def rows(text=None):
    """([Field], problems), in the order of a document. text: of status.py, for tests."""
    from ballast.protocol import status

    fields, problems = {}, []
    for note in notes.read(SOURCE, text) + notes.read(SENTENCE):
        for line, words in _for_each_place(note):
            where = notes.place(note.path, line)
            try:
                field = Field(words, status)
            except ValueError as error:
                problems.append(f"{where}: {error}")
                continue
            if field.key in fields:
                problems.append(f"{where}: {field.key} is described twice; remove one note")
            field.where = where
            fields[field.key] = field
    made = sample()
    problems += wrong(made, fields.values())
    order = {}
    for path, found in objects(made):
        for key in found:
            order.setdefault(f"{path}.{key}" if path else key, len(order))
    for key, field in fields.items():
        if key not in order:
            problems.append(f"{field.where}: no document has {key}; remove its note")
    return sorted(fields.values(), key=lambda f: order.get(f.key, len(order))), problems


def _for_each_place(note):
    """(line, text): a line with NAME_ in its key is one line for each place of a thermistor."""
    from ballast.control.places import NAMES

    for line, words in note.items():
        if ".NAME_" in words.split(" ")[0]:
            for name in NAMES:
                yield line, words.replace("NAME", name)
        else:
            yield line, words


def document(fields):
    """The text of STATUS.md."""
    rows = [field.row() for field in fields]
    head = _HEAD.format(made=markdown.made("the notes of status.py and status_sentence.py"))
    return "\n".join([head, *markdown.table(_HEADS, rows), ""])


def wrong(made, fields):
    """Complaints about a document: keys that no note describes, values that are not as described."""
    how = f'correct the note, or write "#: KEY TYPE RANGE: MEANING" beside the key in {shown(SOURCE)}'
    return [f"status document: {line}; {how}" for line in differs(made, fields)]


def sample():
    """A document with everything in it: a group, a plan, a start, limits and every fault."""
    from ballast.control.limits import limits
    from ballast.control.places import NAMES
    from ballast.control.records import Status
    from ballast.control.safety import faults
    from ballast.protocol import status

    st = Status(limits.COUNT, faults.COUNT)
    st.fault_active = bytearray(b"\1" * faults.COUNT)
    st.slot_ma = [16000] * limits.COUNT
    st.fuse_ma = 25000
    info = status.Info(ntc=(True,) * len(NAMES))
    group = {"seat": 0, "seats": 2, "mode": "equal", "role": "member", "leader": 1,
             "share_ma": 8000, "lease_s": 9, "waiting": False, "short": None, "problem": None}  # fmt: skip
    info.group = {key: group.get(key) for key in status._GROUP}
    info.plan = dict.fromkeys(status._PLAN)
    start = {"cause": "crash", "crashes": 1, "fault": "exception", "fault_s": 60}
    info.start = {key: start.get(key) for key in status._START}
    return status.build(st, info)
