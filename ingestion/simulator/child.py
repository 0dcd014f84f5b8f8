"""The server process: world, sockets, certificate, uvicorn; it ends with its parent."""

import asyncio
import os
import secrets
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from ingestion.simulator.application import Application, ExposingProtocol
from ingestion.simulator.certificate import loopback_context
from ingestion.simulator.connectwise.routes import ROOT as CONNECTWISE_ROOT
from ingestion.simulator.control import Control
from ingestion.simulator.disturbance import CANONICAL_HOST
from ingestion.simulator.encoding import encode
from ingestion.simulator.front import Front
from ingestion.simulator.pax8.routes import ROOT as PAX8_ROOT
from ingestion.simulator.pax8.routes import TOKEN_PATH as PAX8_TOKEN_PATH
from ingestion.simulator.site import Site

VENDORS = ("login", "graph", "connectwise", "pax8", "storage")
STORAGE_HOST = "localhost"
BACKLOG_CONNECTIONS = 512
KEEP_ALIVE_SECONDS = 120
PARENT_CHECK_SECONDS = 0.5
GRACE_SECONDS = 1


@dataclass(frozen=True)
class Launch:
    """What the server process is told. `world` is `module:function`, called with seed and size."""

    world: str
    size: str
    seed: int
    clock: date | None
    directory: Path
    port: int
    certificate: Path | None
    follows_parent: bool


def run(launch: Launch) -> None:
    """Serve until told to stop; print one JSON line with addresses and control token when ready."""
    import uvicorn
    import uvloop

    world = _factory(launch.world)(seed=launch.seed, size=launch.size)
    certificate = launch.certificate.read_bytes() if launch.certificate else None
    site = Site(world, launch.clock or world.observation_dates[0], certificate)
    site.snapshot()
    launch.directory.mkdir(parents=True, exist_ok=True)
    context, ca_path = loopback_context(launch.directory)
    sockets = {vendor: _listen(launch.port + index if launch.port else 0) for index, vendor in enumerate(VENDORS)}
    ports = {vendor: one.getsockname()[1] for vendor, one in sockets.items()}
    urls = _urls(ports, ca_path)
    site.storage_url = urls["storage_url"]
    token = secrets.token_urlsafe(24)
    stop: list[Callable[[], None]] = []
    control = Control(site, token, lambda: stop[0]())
    application = Application(
        Front(site, urls["graph_url"]),
        control,
        {port: vendor for vendor, port in ports.items()},
        site,
    )
    config = uvicorn.Config(
        application,
        http=ExposingProtocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        backlog=BACKLOG_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ssl_context_factory=lambda config, default: context,
    )
    server = uvicorn.Server(config)

    def shut_down() -> None:
        site.faults.clear()
        server.should_exit = True
        server.force_exit = True  # do not wait for clients that keep their connection open

    stop.append(shut_down)
    ready = {**urls, "control_token": token, "day": site.day.isoformat(), "pid": os.getpid()}
    serving = _serve(server, list(sockets.values()), ready, shut_down if launch.follows_parent else None)
    # uvicorn raises an interrupt once more after it has ended in good order.
    with suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serving)


async def _serve(
    server: Any, sockets: list[socket.socket], ready: dict[str, Any], on_orphaned: Callable[[], None] | None
) -> None:
    serving = asyncio.create_task(server.serve(sockets=sockets))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    print(encode(ready).decode(), flush=True)
    watch = asyncio.create_task(_watch_parent(on_orphaned)) if on_orphaned else None
    await serving
    if watch:
        watch.cancel()


async def _watch_parent(on_orphaned: Callable[[], None]) -> None:
    # The parent holds the other end of standard input: it closes when the parent ends, however it ends.
    # The process id is watched too, since a sibling may have inherited that end.
    parent = os.getppid()
    loop = asyncio.get_running_loop()
    closed = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), lambda: closed.set() if not os.read(sys.stdin.fileno(), 1_024) else None)
    while not closed.is_set() and os.getppid() == parent:
        with suppress(TimeoutError):
            await asyncio.wait_for(closed.wait(), PARENT_CHECK_SECONDS)
    loop.remove_reader(sys.stdin.fileno())
    on_orphaned()


def _factory(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(":")
    return getattr(import_module(module), function)


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Accepted connections inherit it; without it a response's head and body wait 40 ms for each other.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind((CANONICAL_HOST, port))
    return listener


def _urls(ports: dict[str, int], ca_path: Path) -> dict[str, str]:
    roots = {vendor: f"https://{CANONICAL_HOST}:{port}" for vendor, port in ports.items()}
    return {
        "login_url": roots["login"],
        "graph_url": roots["graph"],
        "connectwise_url": roots["connectwise"] + CONNECTWISE_ROOT,
        "pax8_url": roots["pax8"] + PAX8_ROOT,
        "pax8_token_url": roots["pax8"] + PAX8_TOKEN_PATH,
        # Another host by name: what leaks to it would show in the log.
        "storage_url": f"https://{STORAGE_HOST}:{ports['storage']}",
        "report_host": f"{STORAGE_HOST}:{ports['storage']}",
        "ca_bundle": str(ca_path.resolve()),
    }
