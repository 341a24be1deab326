"""`--with 'SECONDS VERB NAME=VALUE ...'`: every verb of a story as an option of what runs the bench.

    with_option.add_arguments(parser)
    run = with_option.read(args, chargers=2)    # before the work: one line for what cannot be read
    with_option.rehearse(run, make_setup)       # and one for what this bench cannot do
    with_option.play(run, setup)                # after setup.start(): an actor does them at their second
"""

import sys

from ballast_tools.shell.errors import UserError


def add_arguments(parser):
    parser.add_argument(
        "--with", dest="verbs", action="append", default=[], metavar="'[S] VERB NAME=VALUE ...'",
        help="do what a line of a story does, at second S (default: 0); may be given several times",
    )  # fmt: skip


def read(args, chargers=1):
    """The Run of all --with options, None without any. UserError names the option that is wrong."""
    from ballast_bench.person.story import Story
    from ballast_bench.person.story.text import Expectation
    from ballast_bench.person.verbs.action import ActionError

    found = []
    for item in args.verbs:
        word = item.split(" ", 1)[0]
        text = item if _is_number(word) else f"0 {item}"
        try:
            run = Story(f"setup chargers={chargers}\n{text}", "--with").runs[0]
        except ActionError as error:
            told = str(error).removeprefix("--with:2: ").removeprefix("--with: ")
            raise UserError(f"--with '{item}': {told}") from None
        if any(isinstance(line.content, Expectation) for line in run.lines):
            raise UserError(f"--with '{item}': only verbs can be done here; `play` takes `expect`")
        found.append((run.lines[0].second, text))
    if not found:
        return None
    found.sort(key=lambda one: one[0])
    lines = "\n".join(text for _, text in found)
    return Story(f"setup chargers={chargers}\n{lines}", "--with").runs[0]


def page(run):
    """Setup's arguments that a Run needs: a page where a verb goes through it."""
    from ballast_bench.person.story.player import PAGE

    return dict(PAGE) if run is not None and run.page else {}


def rehearse(run, make):
    """Refuse what cannot be done, before the work: `make()` gives a Setup like the one of the run.

    UserError with one line. What only running shows is told then (ballast_bench.person.story.ONLY_RUNNING).
    """
    if run is None:
        return
    from ballast_bench.person.story import Player

    setup = make()
    try:
        setup.start().reboots = True
        player = Player(run, setup)
        player.rehearse()
    finally:
        setup.stop()
    if player.failures:
        raise UserError(f"--with: {player.failures[0].text.partition(': ')[2]}")


def play(run, setup):
    """Do the lines of a Run on a world that has started. What cannot be done is told on stderr."""
    if run is None:
        return
    from ballast_bench.person.story import Player

    setup.world.reboots = True
    player = Player(run, setup, said=_say, bench=setup.bench)
    setup.world.actors.append(player)
    player(0.0)


def _say(failure):
    print("--with: " + failure.text.partition(": ")[2], file=sys.stderr)


def _is_number(word):
    try:
        float(word)
    except ValueError:
        return False
    return True
