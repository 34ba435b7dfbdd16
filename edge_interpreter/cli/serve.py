"""`edge-interpreter serve`: the server, and on wish the box's own microphone or a sample."""

import argparse
import asyncio
import faulthandler
import importlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edge_interpreter.config import Config
    from edge_interpreter.engines.loading import Engines
    from edge_interpreter.server.run import Server

log = logging.getLogger(__name__)

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what --lan asks for
OPERATOR_TTL_S = 12 * 3_600
STOP_S = 4
"""How long stopping may take after what was said is delivered."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "serve",
        help="the server: rooms, pages, WebSocket, REST",
        description="Start the server. It listens on this machine alone unless --lan or --host"
        " says otherwise.",
    )
    parser.add_argument("--config", type=Path, metavar="FILE")
    parser.add_argument("--host", metavar="ADDRESS", help="address to listen on")
    parser.add_argument("--port", type=int, metavar="N", help="port to listen on; 0: any")
    parser.add_argument("--lan", action="store_true", help="serve the local network, with HTTPS")
    parser.add_argument("--room", metavar="NAME", help="the room shown first; opened if need be")
    parser.add_argument(
        "--demo",
        action="store_true",
        help="show captions here; speak with the microphone, or a sample where there is none",
    )
    parser.add_argument("--sample", action="store_true", help="the sample even with a microphone")
    parser.add_argument(
        "--microphone",
        nargs="?",
        const="",
        metavar="DEVICE",
        help="this box's microphone speaks too: by name or index, else the default",
    )
    parser.add_argument("--speaks", default="auto", metavar="TAG", help="language at it")
    parser.add_argument("--to", metavar="TAG", help="show captions here in this language")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out."""
    from edge_interpreter import crash_reports
    from edge_interpreter.server.listening import open_listeners
    from edge_interpreter.supervision.notify import ServiceManager

    manager = ServiceManager.take()
    config, notices = _configured(args)
    crash_reports.keep_quiet()
    crash_reports.leave_no_core()
    # The watchdog ends a stuck process with SIGABRT: where each thread stood, and nothing else.
    faulthandler.enable()
    _set_up_logs(config, args)
    _tell(notices)
    _choose_microphone(args)
    listeners = open_listeners(config)
    with manager.starting("loading the models"):
        engines = _load_engines(config)
    try:
        from edge_interpreter.pipeline.pipeline import Pipeline
        from edge_interpreter.server.run import Server

        async def serve() -> None:
            crash_reports.keep_loop_quiet(asyncio.get_running_loop())
            await _serve(
                Server(
                    config,
                    Pipeline(engines, config),
                    listeners,
                    manager,
                    lambda: _configured_again(args),
                ),
                args,
            )

        asyncio.run(serve())
    finally:
        engines.close()
    return 0


def _set_up_logs(config: "Config", args: argparse.Namespace) -> None:
    from edge_interpreter.telemetry import logs

    section = config.logging
    # Where captions are shown in this terminal, lines between them would only disturb.
    shown_here = args.demo or args.sample or args.to
    utterances = section.utterances and (section.format == "json" or not shown_here)
    logs.set_up(section.level, section.format, utterances=utterances, requests=section.requests)


def _choose_microphone(args: argparse.Namespace) -> None:
    """Take the microphone asked for, or the default one for a demonstration if there is any."""
    from edge_interpreter.errors import UserError

    if args.microphone is None and (not args.demo or args.sample):
        return
    from edge_interpreter.cli.foreground import microphone_fault

    fault = microphone_fault(args.microphone or "")
    if fault and args.microphone is not None:
        raise UserError(fault)
    if not fault:
        args.microphone = args.microphone or ""


def _load_engines(config: "Config") -> "Engines":
    """Read the models while the web framework is imported: each takes seconds."""
    from edge_interpreter.engines.loading import load_engines

    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(load_engines, config, verify=True)
        importlib.import_module("edge_interpreter.server.run")
        return loading.result()


def _configured_again(args: argparse.Namespace) -> "Config":
    config, notices = _configured(args)
    _tell(notices)
    return config


def _tell(notices: Sequence[str]) -> None:
    for notice in notices:
        log.warning("%s", notice)


def _configured(args: argparse.Namespace) -> "tuple[Config, Sequence[str]]":
    """The configuration with the options of the command, and what should be known about it."""
    from edge_interpreter.config.load import read_config
    from edge_interpreter.config.server import RoomSettings

    reading = read_config(args.config)
    config = reading.config
    server: dict[str, Any] = {}
    if args.lan or args.host:
        server["host"] = args.host or EVERYWHERE
    if args.port is not None:
        server["port"] = args.port
    rooms = config.rooms
    if args.room and args.room not in (room.name for room in rooms.open):
        first = RoomSettings(name=args.room)
        rooms = rooms.model_copy(update={"open": (first, *rooms.open)})
    changed = {"server": config.server.model_copy(update=server), "rooms": rooms}
    return config.model_copy(update=changed), reading.notices


async def _serve(server: "Server", args: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        # A second signal ends the process at once.
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        server.stop()
        _end_at_last(server.config.server.drain_s + STOP_S)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    if not sys.stdin.isatty():
        # In a terminal, this signal says that the terminal has gone.
        loop.add_signal_handler(signal.SIGHUP, server.reload)
    async with server.running():
        if not args.quiet:
            _announce(server, args)
        tasks = [asyncio.create_task(work) for work in _foreground(server, args)]
        await server.stopped()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _end_at_last(seconds: float) -> None:
    """End the process after so long, whatever an engine's thread is still busy with."""

    def end() -> None:
        log.error("stopping took longer than %.0f s: ended at once", seconds)
        os._exit(1)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


def _announce(server: "Server", args: argparse.Namespace) -> None:
    from edge_interpreter.server.addresses import is_loopback, lan_addresses
    from edge_interpreter.server.links import base_url, join_url

    services, room = server.services, _room_name(server, args)
    port = services.port or 80
    here = base_url("localhost", port, secure=False)
    print(f"Open     {join_url(here, room)}")
    if not is_loopback(server.config.server.host):
        for address in lan_addresses()[:1]:
            plain = join_url(base_url(address, port, secure=False), room)
            print(f"Phones   {plain}  (to read and listen)")
            if services.secure_port:
                secure = join_url(base_url(address, services.secure_port, secure=True), room)
                print(f"         {secure}  (to speak)")
    if "JOURNAL_STREAM" in os.environ:
        # What is printed is kept there and read by many.
        print("Operate  edge-interpreter token create --room '*' --role operate")
    else:
        token, _ = services.access.tokens.create("*", "operate", OPERATOR_TTL_S)
        print(f"Operate  {join_url(here, room, token, page='/operator')}")
    for notice in services.languages.notices:
        if notice.non_commercial:
            print(f"Licence  {notice.text}")
    print("Stop     Ctrl-C", flush=True)


def _room_name(server: "Server", args: argparse.Namespace) -> str:
    rooms = server.config.rooms.open
    return str(args.room or (rooms[0].name if rooms else "main"))


def _foreground(server: "Server", args: argparse.Namespace) -> list[Coroutine[Any, Any, None]]:
    """What else runs while the server does."""
    from edge_interpreter.cli import foreground
    from edge_interpreter.config.server import RoomSettings
    from edge_interpreter.languages import normalise

    if not (args.demo or args.sample or args.to or args.microphone is not None):
        return []
    name, rooms = _room_name(server, args), server.services.rooms
    room = rooms.find(name) or rooms.open(RoomSettings(name=name))
    target = _target(server, args)
    work = [foreground.show_captions(room, target)] if target else []
    if args.microphone is not None:
        speaks = args.speaks if args.speaks == "auto" else normalise(args.speaks)
        report = _ignore if args.quiet else _report
        work.append(foreground.speak_microphone(room, args.microphone, speaks, report))
    elif args.demo or args.sample:
        work.append(foreground.play_samples(room))
    return work


def _target(server: "Server", args: argparse.Namespace) -> str | None:
    """The language of the captions shown here."""
    from edge_interpreter.languages import normalise

    if args.to:
        return normalise(args.to)
    if not (args.demo or args.sample):
        return None
    pairs = server.services.rooms.capabilities.pairs
    targets = sorted(target for source, target in pairs if source == "en")
    return "fr" if "fr" in targets else next(iter(targets), "original")


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _ignore(_line: str) -> None:
    """Nobody wants to know."""
