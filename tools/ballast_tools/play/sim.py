"""`ballast sim`: the charger on the virtual bench, live, with its page in a browser."""

import asyncio
import logging
import shutil
import signal
import socket
import sys
import tempfile
from functools import partial
from pathlib import Path

from ballast_bench.person.said import LIMITED, WHY
from ballast_tools.play import chip_option, record_option, vm_option, with_option
from ballast_tools.shell.errors import UserError
from ballast_tools.ship import product_options

HOUSES = ("flat", "semi", "detached")
_STORY_NAMES = {"limit": "limit_a"}  # where an option and a setup line say the same by two names


def add_arguments(parser):
    add = parser.add_argument
    add("--house", choices=HOUSES, default="semi", help="synthetic house (default: semi)")
    add("--trace", metavar="FILE", help="a measured house instead (formats: trace --help)")
    add("--seed", type=int, default=7, help="of the house and everything random (default: 7)")
    add("--limit", type=_amps, default=25.0, metavar="25A", help="main fuse (default: 25A)")
    add("--ev-phases", type=int, choices=(1, 3), default=1)
    add("--meter", choices=("clamp", "modbus", "rtu", "none"), default="clamp",
        help="what the charger listens to (the meter is served in any case)")
    add("--chargers", type=int, default=1, metavar="N", help="several chargers on one supply")
    add("--port", type=int, default=8080, help="of the page (default: 8080)")
    add("--meter-port", type=int, default=1502, help="of the Modbus meter (default: 1502)")
    add("--hour", type=float, default=17.5, metavar="H", help="time of day at the start (17.5)")
    add("--speed", type=float, default=1.0, help="1 = real time, up to 100")
    add("--save", type=Path, metavar="FILE.story", help="write down what is done, for `ballast play`")
    add("--story", type=Path, metavar="FILE.story", help="play a story live; its setup lines win")
    add("--for", dest="seconds", type=float, metavar="S", help="end by itself after so long")
    record_option.add_arguments(parser)
    with_option.add_arguments(parser)
    vm_option.add_sim_arguments(parser)
    product_options.add_arguments(parser)
    chip_option.add_arguments(parser)


def _amps(text):
    from ballast_tools.play.run import amps

    return amps(text)


def main(args):
    logging.disable(logging.CRITICAL)
    if not 0.1 <= args.speed <= 100:
        raise UserError(f"--speed {args.speed:g}: from 0.1 to 100")
    if args.seconds is not None and not args.seconds > 0:
        raise UserError(f"--for {args.seconds:g}: it must be above 0")
    if not 1 <= args.chargers <= 16:
        raise UserError(f"--chargers {args.chargers}: from 1 to 16")
    for index in range(args.chargers):
        check_port(args.port + index, "--port")
    check_port(args.meter_port, "--meter-port")
    record_option.check(args)
    vm_option.check_sim(args)
    if args.vm:
        check_port(args.bench_port, "--bench-port")
    told = story(args)
    given = wishes(args, told)
    verbs = with_option.read(args, given["chargers"])
    with (
        tempfile.TemporaryDirectory(prefix="ballast-sim-") as folder,
        vm_option.host(vm_option.heap(args), args.own_clock) as host,
    ):
        setup = prepare(args, given, Path(folder), host)
        try:
            world = setup.start()
            begin(args, setup, told)
            with_option.play(verbs, setup)
            greet(args, given, setup)
            with record_option.recorded(args, world):
                live(args, world, setup)
            setup.bench.save()
        finally:
            setup.stop()
    return 0


def story(args):
    """The Run of --story, None without it."""
    if args.story is None:
        return None
    from ballast_tools.play import play

    found = play.read([args.story])[0]
    if len(found.runs) > 1:
        raise UserError(f"{args.story}: a story with `vary` is for `ballast play`")
    return found.runs[0]


def begin(args, setup, told):
    """Second 0: a car at each charger, or the story's own beginning; the file of --save."""
    world = setup.world
    world.reboots = True
    page = setup.bench
    page.save_to = args.save
    try:
        page.save()
    except OSError as error:
        raise UserError(f"--save {args.save}: {error.strerror}; name a file in another folder") from None
    if told is not None:
        from ballast_bench.person.story import Player

        player = Player(told, setup, said=_say, bench=page)
        world.actors.append(player)
        player(0.0)
        return
    for index in range(len(world.nodes)):
        page.charger_index = index
        page.do("plug", {"phases": args.ev_phases})
    page.charger_index = 0


def _say(failure):
    print("\n" + failure.text, file=sys.stderr)


def check_port(port, option):
    """One line for a port that another program has."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or error
            raise UserError(f"port {port} cannot be opened ({why}); choose another with {option}") from None


def wishes(args, told):
    """{name of person/options.py: value}: the command's options, then the story's setup lines."""
    given = {"house": args.house, "limit_a": args.limit, "meter": args.meter, "seed": args.seed,
             "hour": args.hour, "chargers": args.chargers, **product_options.given(args),
             **chip_option.given(args)}  # fmt: skip
    if args.trace:
        given["trace"] = str(Path(args.trace).resolve())
    if told is None:
        return given
    twice = [name for name in args.given if _STORY_NAMES.get(name, name) in told.options]
    if twice:
        raise UserError(f"--{twice[0].replace('_', '-')}: {args.story} has it in a setup line; "
                        "leave one of them out")  # fmt: skip
    return {**given, **told.options}


def prepare(args, given, folder, host):
    """The Setup that `host` makes: house, page assets. The cars come at second 0."""
    from ballast_bench import upy

    upy.install()
    from ballast_bench.person import bench_page, options
    from ballast_bench.person.verbs.action import ActionError
    from ballast_tools.ship import web_assets

    try:
        web_assets.build(folder, options.make_product(options.check(given)[0]).brand)
        web_assets.add_page(folder, bench_page.PAGE, "bench")
        assets = web_assets.load(folder)
        setup = options.make_setup(
            given, host, http=("127.0.0.1", args.port), assets=assets,
            meter_port=args.meter_port, serve_meter=True, bench_page=_bench(args, assets),
        )  # fmt: skip
    except ActionError as error:
        raise UserError(str(error).removeprefix("setup: ")) from None
    if args.ev_phases == 3 and setup.world.plant.config.phases != 3:
        setup.stop()
        raise UserError("--ev-phases 3 needs a three-phase house: --house detached")
    if args.ev_phases == 3 and setup.world.plant.chargers[0].phases != 3:
        setup.stop()
        raise UserError("--ev-phases 3: this charger has one phase; choose another --board or --mains-plug")
    return setup


def _bench(args, assets):
    """What makes the bench page: on the charger's own page, or on a server of its own."""
    if args.vm:
        from ballast_bench.vm import bench_server

        return partial(bench_server.BenchServer, port=args.bench_port, html=bench_server.page_of(assets),
                       charger_port=args.port)  # fmt: skip
    from ballast_bench.person.bench_page import BenchPage

    return BenchPage


def greet(args, given, setup):
    """What was started and where to look."""
    from ballast_bench.setup import PASSWORD

    plant = setup.world.plant
    name = (plant.house.name or "house").removesuffix(f" (seed {given['seed']})")
    ev = plant.chargers[0].ev
    car = f"EV {ev.max_a:g} A {len(ev.phases)}-phase" if ev is not None else "no EV"
    print(
        f'Ballast on the virtual bench: house "{name}" (seed {given["seed"]}), '
        f"{given['limit_a']:g} A main fuse, {car}"
    )
    where = f", on the MicroPython VM, heap {vm_option.heap(args)}" if args.vm else ""
    print(f"  charger          {setup.product.name}{where}")
    for node in setup.world.nodes:
        number = f" {node.index + 1}" if given["chargers"] > 1 else ""
        address = f"http://localhost:{args.port + node.index}"
        print(f"  charger page{number:3}  {address}      password: {PASSWORD}")
    print(f"  test bench       http://localhost:{args.bench_port if args.vm else args.port}/bench")
    clamp = " · clamp: ESP-NOW, 1 s" if given["meter"] == "clamp" else ""
    print(f"  meter            Modbus TCP SDM630 on 127.0.0.1:{setup.meter_port}{clamp}")
    print("  Ctrl-C ends it. Nothing here has run on hardware.", flush=True)


def live(args, world, setup):
    """Run in real time until Ctrl-C (or --for), with one living line."""
    tick = asyncio.ensure_future(_line(args, world), loop=world.loop)
    stop = world.loop.create_future()

    def end(*_):
        if not stop.done():
            stop.set_result(None)

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, end)
    if args.seconds is not None:
        world.loop.call_later(args.seconds, end)
    world.set_pace(args.speed)
    world.loop.run_until_complete(_first(stop, tick))
    tick.cancel()
    if sys.stdout.isatty():
        print()


async def _first(*futures):
    done, _ = await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
    for future in done:
        future.result()


async def _line(args, world):
    """Rewrite the status line every second; in a log, a line a minute.

    The first one comes after a second. At power-on the charger has not made a step yet, and every
    motor of the synthetic house that runs all day is just starting, with its start current.
    """
    tty = sys.stdout.isatty()
    count = 0
    await asyncio.sleep(1.0)
    while True:
        text = line(world, world.plant.house.start_of_day_s / 3600)
        if tty:
            width = shutil.get_terminal_size().columns - 1
            sys.stdout.write("\r" + text[:width].ljust(width))
        elif count % 60 == 0:
            sys.stdout.write(text + "\n")
        sys.stdout.flush()
        count += 1
        await asyncio.sleep(max(1.0, world.pace or 1.0))


def line(world, hour):
    """One sentence of numbers: time of day, house, car, what limits, state."""
    from ballast.control.limits.limits import NAMES as SLOTS
    from ballast.control.pilot.charge_state import NAMES, WHY_NAMES

    plant = world.plant
    day = int(hour * 3600 + world.now_s) % 86400
    text = f" {day // 3600:02}:{day // 60 % 60:02}:{day % 60:02}  house {max(plant.house_a):5.1f} A"
    for node in world.nodes:
        cycle = node.cycle
        ma = max(cycle.ev.ma)
        text += f" | EV {ma / 1000:4.1f} A of {cycle.offered_ma / 1000:4.1f}"
        text += f" | limited by {LIMITED[SLOTS[cycle.limits.winner]]}"
        text += f" | {NAMES[cycle.charge.state]} {WHY[WHY_NAMES[cycle.why]]}"
    return text
