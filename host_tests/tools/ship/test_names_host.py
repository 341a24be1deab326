"""boards/loader/names.py: the application's names, kept in the base image's flash."""

from ballast_tools.ship import application, mpy_file, names

LACKING = 150
"""Chosen: about 2 KiB of RAM. A name that is missing works; it costs some 14 bytes."""


def test_names_py_has_nearly_all_names_of_the_application():
    lacking = sorted(set(names.wanted()) - names.frozen())
    assert len(lacking) <= LACKING, (
        f"names.py lacks {len(lacking)} names, {', '.join(lacking[:5])} ...: "
        "cd tools && ../.venv/bin/python -m ballast_tools.ship.names"
    )


def compiled(folder, text):
    source = folder / "x.py"
    source.write_text(text)
    application.compile_tree({"x.py": source}, folder)
    return (folder / "x.mpy").read_bytes()


def test_what_is_written_is_what_the_compiler_keeps(tmp_path):
    wanted = ["SOME_NAME", "a.b.c", "it's", "\r\n", "12 words", "longer than ten letters"]
    found = mpy_file.of_file(compiled(tmp_path, names.text(wanted)))
    assert set(wanted[:5]) <= set(found)  # the last one is no name for the compiler either


def test_the_tables_of_a_compiled_file(tmp_path):
    one = mpy_file.table_bytes(compiled(tmp_path, "def f():\n    return 'a text of some length'\n"))
    more = compiled(tmp_path, "def f():\n    return ('a text of some length', 1, 1 << 40)\n")
    two = mpy_file.table_bytes(more)
    assert two > one > 0
    short = compiled(tmp_path, "def f():\n    return ('some_name', 7)\n")
    assert mpy_file.table_bytes(short, {"some_name"}) < mpy_file.table_bytes(short)
