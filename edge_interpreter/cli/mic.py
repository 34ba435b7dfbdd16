"""`edge-interpreter mic`: a microphone elsewhere in the building speaks in a room."""

import argparse
import asyncio
import os
import signal
import ssl
import sys
from contextlib import suppress
from pathlib import Path

from edge_interpreter.errors import UserError

TOKEN_VARIABLE = "EDGE_INTERPRETER_TOKEN"  # noqa: S105 - the name of it


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "mic",
        help="a microphone elsewhere in the building",
        description="Send this machine's microphone to a room of a server. The token or API key is"
        f" read from {TOKEN_VARIABLE} or from --token-file.",
    )
    parser.add_argument("--server", required=True, metavar="URL")
    parser.add_argument("--room", required=True, metavar="NAME")
    parser.add_argument("--device", metavar="NAME", help="name or index; see: devices")
    parser.add_argument("--speaks", default="auto", metavar="TAG", help="language, or auto")
    parser.add_argument("--name", default="Microphone", help="shown to the others")
    parser.add_argument("--token-file", type=Path, metavar="FILE")
    parser.add_argument("--ca", type=Path, metavar="FILE", help="the box's authority (its /ca.crt)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out."""
    from edge_interpreter.capture.microphone import Microphone
    from edge_interpreter.cli.foreground import microphone_fault
    from edge_interpreter.server.messages import Hello, ProtocolError, encode, parse
    from edge_interpreter.server.remote_speaker import RemoteSpeaker, websocket_url

    hello = Hello(
        protocol=1, room=args.room, name=args.name, token=_token(args), speaks=args.speaks
    )
    try:
        parse(encode(hello))
    except ProtocolError as error:
        raise UserError(error.text) from None
    url = websocket_url(args.server, args.room)
    trust = _trust(args.ca) if url.startswith("wss") else None
    fault = microphone_fault(args.device or "")
    if fault:
        raise UserError(fault)
    microphone = Microphone(args.device, on_event=lambda event: _report(event.text))

    async def speak() -> None:
        task = asyncio.current_task()
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        await RemoteSpeaker(url, hello, _report, trust).run(microphone.frames())

    with suppress(asyncio.CancelledError):
        asyncio.run(speak())
    return 0


def _token(args: argparse.Namespace) -> str:
    if args.token_file:
        try:
            return str(args.token_file.read_text("utf-8")).strip()
        except OSError as error:
            raise UserError(f"{args.token_file}: {error.strerror}") from None
    return os.environ.get(TOKEN_VARIABLE, "")


def _trust(authority: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=authority)
    except (OSError, ssl.SSLError):
        raise UserError(f"{authority}: no certificate authority can be read from it") from None


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
