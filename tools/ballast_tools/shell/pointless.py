"""Options that would do nothing beside others: one line instead of silence. One table for all commands.

    check("run", args, {"meter", "meter_latency"})    # the names of what was given
"""

from typing import NamedTuple

from ballast_tools.shell.errors import UserError


class Rule(NamedTuple):
    """options: None = all but `beside`. useful(args): they do something. why: they would not."""

    command: str
    options: "tuple[str, ...] | None"
    useful: object
    why: str
    beside: "tuple[str, ...]" = ()


def _has(name, *values):
    return lambda args: getattr(args, name) in values


def _lacks(name):
    return lambda args: not getattr(args, name)


RULES = (
    Rule("run", ("clamp",), _has("meter", "clamp"), "it is for --meter clamp"),
    Rule("run", ("loss",), _has("meter", "clamp"), "no radio frames without --meter clamp"),
    Rule("run", ("meter_model", "meter_answer"), _has("meter", "modbus", "rtu"),
         "it is for --meter modbus or rtu"),
    Rule("run", ("meter_interval",), _has("meter", "modbus", "rtu"),
         "a clamp keeps its own; it is for --meter modbus or rtu"),
    Rule("run", ("meter_latency",), _has("meter", "clamp", "modbus", "rtu"),
         "there is no meter with --meter none"),
    Rule("sim", ("house",), _lacks("trace"), "--trace is the house; leave one of them out"),
    Rule("sim", ("hour",), _lacks("trace"), "a measured house begins at its own time of day"),
    Rule("sim", ("ev_phases",), _lacks("story"), "with --story the cars are those of the story"),
    Rule("play", ("junit", "html", "record", "record_every"), _lacks("check"), "--check plays nothing"),
    Rule("campaign", None, _lacks("list"), "--list shows the kinds and ends", beside=("list", "chip")),
    Rule("campaign", None, _lacks("replay"), "--replay plays one run alone",
         beside=("replay", "seconds", "bug", "chip")),
    Rule("campaign", ("jobs",), _lacks("dask"), "on a cluster (--dask) its workers are the processes"),
    Rule("campaign", ("short",), lambda args: args.runs is None or args.seconds is None,
         "--runs and --seconds say how much is done"),
)  # fmt: skip
"""The first rule that is broken is told."""


def check(command, args, given):
    """UserError for the first option of `given` (names in `args`) that would do nothing."""
    for rule in RULES:
        asked = given if rule.options is None else given.intersection(rule.options)
        idle = sorted(asked.difference(rule.beside)) if rule.command == command else []
        if idle and not rule.useful(args):
            raise UserError(f"--{idle[0].replace('_', '-')}: {rule.why}")
