"""The measured loads beside the project (../shared/data), and those that a bench is given."""

from ballast_tools.shell.errors import UserError
from ballast_tools.shell.paths import ROOT

_DATA = ROOT.parent / "shared" / "data"
SHAPER = _DATA / "openevse_shaper_1ph_1s.csv"
UCI = _DATA / "uci_sceaux_1ph_1min.csv"
SWITCHING = _DATA / "tracebase_appliance_transients_1s.csv.gz"
SOLAR = _DATA / "openevse_solar_1min.csv"
SESSIONS = _DATA / "acn_caltech_2019-03_events.json.gz"


def check_limits(args, least, most, unit, what):
    """UserError unless each of --limits is `least` to `most` of `unit` and goes with --traces.

    what: it limits, as "supply of a house".
    """
    if args.limits and not args.traces:
        raise UserError("--limits goes with --traces: the usual houses have limits of their own")
    for limit in args.limits or ():
        if not least <= limit <= most:
            raise UserError(f"--limits: {limit:g} {unit} is no {what} ({least:g} to {most:g} {unit})")


def houses(files, read):
    """[read(file)] of --traces, each a file that a person named."""
    from ballast_bench.plant.trace import TraceError

    try:
        return [read(file) for file in files]
    except TraceError as error:
        raise UserError(str(error)) from None
    except OSError as error:
        raise UserError(f"--traces: {error.filename}: {error.strerror}") from None
