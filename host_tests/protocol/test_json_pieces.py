"""JSON in pieces gives what JSON in one piece gives."""

import json

from ballast.protocol import json_pieces
from portable import raises

DOCUMENTS = (
    {}, [], {"a": 1}, {"a": [], "b": {}}, [1, -2.5, "x", None, True, False],
    {"windows": [{"days": [0, 1], "from_min": 0}, {"days": [], "from_min": 5}], "on": True},
    {"text": 'quote " slash \\ both \\" end \\\\', "n": {"m": {"o": [[1, 2], [3]]}}},
    {"\u00e9": "\u00fc\n\t"}, "text", 5,
)  # fmt: skip
WRONG = (
    "", "{", "}", "[", "]", "{]", "[}", "{1:2}", '{"a" 1}', '{"a":}', '{"a":1,}', "[1,]", "[,1]", '{"a":1}x',
    '"', '"\\"', "[1 2]", '{"a":1 "b":2}', "nul", "[[[[[[[[1]]]]]]]]", '{,"a":1}',
)  # fmt: skip


def read(text):
    for part in json_pieces.reading(text):
        if part is not None:
            return part[0]
    return None


def test_reading_gives_what_was_written():
    for document in DOCUMENTS:
        assert read(json.dumps(document)) == document
        assert read(" \n" + json.dumps(document) + "\t") == document
        assert json.loads("".join(json_pieces.writing(document))) == document


def test_what_is_no_json_is_refused():
    for text in WRONG:
        raises(ValueError, read, text)


def test_an_object_of_a_few_plain_values_is_one_piece_and_no_longer_one():
    few = {"key%d" % n: n for n in range(12)}
    assert list(json_pieces.writing(few)) == [json.dumps(few)]
    many = {"key%d" % n: n for n in range(13)}
    parts = list(json_pieces.writing(many))
    assert max([len(part) for part in parts]) < 10
    assert "".join(parts) == json.dumps(many)
    assert "".join(json_pieces.writing({"a": few, "b": [few, few], "c": [], "d": {}})) == json.dumps(
        {"a": few, "b": [few, few], "c": [], "d": {}}
    )


def test_no_call_reads_or_writes_much():
    document = {"key%d" % n: {"x": "y" * 40, "list": [1, 2, 3]} for n in range(40)}
    parts = list(json_pieces.writing(document))
    assert max([len(part) for part in parts]) < 60
    parts = [part for part in json_pieces.reading(json.dumps(document)) if part is None]
    assert len(parts) > 40
