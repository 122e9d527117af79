"""Run `python -m acr_emulator`: start, say where, serve."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import json
import shutil
import signal
import sys
from pathlib import Path

import uvloop
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from . import cr, gateway, ram, side_door, sts
from .cloud import Cloud
from .oss import gateway as oss
from .oss.store import Store
from .registries import Registries
from .schema import WorldError
from .server import Listener
from .visitors import Visitors
from .world import build_state, plain_state, read_world

PRODUCTS = (cr, ram, sts)


def build_app(cloud: Cloud, world: object) -> Starlette:
    app = Starlette(
        routes=[
            Route("/", gateway.serve, methods=["GET", "POST"]),
            Mount("/_emulator", routes=side_door.ROUTES),
            # Last, since a bucket may have any name: the routes above win.
            Route("/{bucket}", oss.serve, methods=oss.METHODS),
            Route("/{bucket}/{key:path}", oss.serve, methods=oss.METHODS),
        ],
        exception_handlers=dict.fromkeys((side_door.SideDoorError, WorldError, RecursionError), side_door.refuse),
    )
    app.state.cloud = cloud
    app.state.world = world
    return app


def parse_listen(text: str) -> tuple[str, int]:
    # From the right, since an IPv6 address has colons of its own.
    host, _colon, port = text.rpartition(":")
    host = host.strip("[]")
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
        number = int(port)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not address:port") from error
    # Anybody who reaches the emulator could use the keys of its world.
    if not loopback:
        raise argparse.ArgumentTypeError(f"{host} is not a loopback address; the emulator serves this machine only")
    if not 0 <= number < 65536:
        raise argparse.ArgumentTypeError(f"{port} is not a port")
    return "127.0.0.1" if host == "localhost" else host, number


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="acr_emulator", description="A local Alibaba Cloud for rehearsals and tests.")
    parser.add_argument("--world", type=Path, required=True, metavar="WORLD.yml", help="the world to serve")
    parser.add_argument("--listen", type=parse_listen, default=("127.0.0.1", 8650), metavar="ADDRESS:PORT")
    parser.add_argument("--state", type=Path, metavar="FILE", help="resume from this file and save into it on exit")
    return parser.parse_args(arguments)


async def run(options: argparse.Namespace) -> None:
    world = read_world(options.world)
    cloud = open_cloud(world, options.state)
    listener = Listener(Visitors(build_app(cloud, world)), *options.listen)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    try:
        await cloud.start()
        await listener.open()
        # One line of JSON, so that a test can wait for it and read the ports that were chosen.
        print(json.dumps({"endpoint": listener.address, "registries": cloud.registries.addresses}), flush=True)
        await stopped.wait()
    finally:
        await listener.close()
        await cloud.stop()
    # After everything has stopped, so that no task changes what is being saved.
    if options.state:
        save(options.state, cloud)


def open_cloud(world: object, file: Path | None) -> Cloud:
    """Return a cloud with the state in `file`, if any.

    The content of registries and buckets is in folders beside it.
    """
    if file is None:
        return Cloud(build_state(world), Registries())
    content, objects = (file.with_name(f"{file.name}.{kind}") for kind in ("registries", "buckets"))
    if file.exists():
        return Cloud(build_state(read_world(file)), Registries(content), store=Store(objects))
    # Folders without a state file are left of another world, whose images this one does not have.
    for folder in (content, objects):
        shutil.rmtree(folder, ignore_errors=True)
    return Cloud(build_state(world), Registries(content), store=Store(objects))


def save(path: Path, cloud: Cloud) -> None:
    """Write to another file, then rename it, so that a crash never leaves half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # In the same folder, since a rename between file systems is not atomic.
    beside = path.with_suffix(".tmp")
    beside.write_text(json.dumps(plain_state(cloud.state)), encoding="utf-8")
    beside.replace(path)


def main() -> int:
    options = parse_arguments(sys.argv[1:])
    try:
        with contextlib.suppress(KeyboardInterrupt):
            uvloop.run(run(options))
    except (WorldError, OSError) as error:
        print(f"acr_emulator: {error}", file=sys.stderr)
        # As argparse does for a wrong argument: the world file is one.
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
