"""`ballast sim`: the charger on the virtual bench, live, with its page in a browser."""

import asyncio
import logging
import shutil
import signal
import socket
import sys
import tempfile
from pathlib import Path

from ballast_tools.play import record_option
from ballast_tools.shell.errors import UserError

HOUSES = ("flat", "semi", "detached")

LIMITED = {
    "rating": "the charger's rating",
    "plug": "the mains plug",
    "cable": "the car's cable",
    "circuit": "this socket's breaker",
    "temp": "the temperature",
    "site": "the main fuse (site)",
    "panel": "the sub-panel",
    "solar": "the solar mode",
    "demand": "the quarter-hour demand",
    "grid": "the grid operator",
    "group": "the group",
    "schedule": "the schedule",
    "ocpp": "OCPP",
    "api": "the local API",
    "user": "the person",
    "commissioning": "the commissioning test",
}
WHY = {
    "none": "charging",
    "unplugged": "no car",
    "fault": "fault",
    "pause_fault": "waiting for the mains",
    "user": "paused by the person",
    "limit": "paused, too little left",
    "hold": "waiting",
    "test": "testing its RCD",
    "car": "the car is not ready",
    "car_idle": "the car takes nothing",
}


def add_arguments(parser):
    add = parser.add_argument
    add("--house", choices=HOUSES, default="semi", help="synthetic house (default: semi)")
    add("--trace", metavar="CSV", help="a measured house instead")
    add("--seed", type=int, default=7, help="of the house and everything random (default: 7)")
    add("--limit", type=_amps, default=25.0, metavar="25A", help="main fuse (default: 25A)")
    add("--ev-phases", type=int, choices=(1, 3), default=1)
    add("--meter", choices=("clamp", "modbus", "none"), default="clamp",
        help="what the charger listens to (the meter is served in any case)")
    add("--chargers", type=int, default=1, metavar="N", help="several chargers on one supply")
    add("--port", type=int, default=8080, help="of the page (default: 8080)")
    add("--meter-port", type=int, default=1502, help="of the Modbus meter (default: 1502)")
    add("--hour", type=float, default=17.5, metavar="H", help="time of day at the start (17.5)")
    add("--speed", type=float, default=1.0, help="1 = real time, up to 100")
    add("--for", dest="seconds", type=float, metavar="S", help="end by itself after so long")
    record_option.add_arguments(parser)


def _amps(text):
    from ballast_tools.play.run import amps

    return amps(text)


def main(args):
    logging.disable(logging.CRITICAL)
    if not 0.1 <= args.speed <= 100:
        raise UserError(f"--speed {args.speed:g}: from 0.1 to 100")
    if not 1 <= args.chargers <= 16:
        raise UserError(f"--chargers {args.chargers}: from 1 to 16")
    for index in range(args.chargers):
        check_port(args.port + index, "--port")
    check_port(args.meter_port, "--meter-port")
    record_option.check(args)
    with tempfile.TemporaryDirectory(prefix="ballast-sim-") as folder:
        setup = prepare(args, Path(folder))
        try:
            world = setup.start()
            greet(args, setup)
            with record_option.recorded(args, world):
                live(args, world, setup)
        finally:
            setup.stop()
    return 0


def check_port(port, option):
    """One line for a port that another program has."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or error
            raise UserError(f"port {port} cannot be opened ({why}); choose another with {option}") from None


def prepare(args, folder):
    """The Setup: house, car, page assets."""
    from ballast_bench import upy
    from ballast_bench.person import bench_page

    upy.install()
    from ballast_bench.plant import house as houses
    from ballast_bench.plant.plant import Config
    from ballast_bench.plant.trace import TraceError, load_trace
    from ballast_bench.setup import Setup, default_ev
    from ballast_tools.ship import web_assets

    if args.trace:
        try:
            trace = load_trace(args.trace)
        except (TraceError, OSError) as error:
            raise UserError(str(error)) from None
        house = houses.House(trace=trace)
    else:
        house = getattr(houses, args.house)(args.seed, start_of_day_s=args.hour * 3600)
    if args.ev_phases == 3 and house.phases != 3:
        raise UserError("--ev-phases 3 needs a three-phase house: --house detached")
    web_assets.build(folder)
    web_assets.add_page(folder, bench_page.PAGE, "bench")
    config = Config(house=house, limit_a=args.limit, chargers=args.chargers)
    phases = tuple(range(args.ev_phases))
    return Setup(
        config=config, limit_a=args.limit, ev=default_ev(phases=phases),
        evs=[None] + [default_ev(phases=phases) for _ in range(args.chargers - 1)],
        meter=args.meter, seed=args.seed, http=("127.0.0.1", args.port),
        assets=web_assets.load(folder), meter_port=args.meter_port, serve_meter=True,
        bench_page=bench_page.BenchPage,
    )  # fmt: skip


def greet(args, setup):
    """What was started and where to look."""
    from ballast_bench.setup import PASSWORD

    plant = setup.world.plant
    name = plant.house.name or "house"
    print(
        f'Ballast on the virtual bench: house "{name}" (seed {args.seed}), '
        f"{args.limit:g} A main fuse, EV {setup.ev.max_a:g} A {len(setup.ev.phases)}-phase"
    )
    for node in setup.world.nodes:
        number = f" {node.index + 1}" if args.chargers > 1 else ""
        address = f"http://localhost:{args.port + node.index}"
        print(f"  charger page{number:3}  {address}      password: {PASSWORD}")
    print(f"  test bench       http://localhost:{args.port}/bench")
    clamp = " · clamp: ESP-NOW, 1 s" if args.meter == "clamp" else ""
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
        text = line(world, args.hour)
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
