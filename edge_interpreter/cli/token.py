"""`edge-interpreter token …`: invitations to rooms, and keys for devices."""

import argparse
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from edge_interpreter.errors import UserError

if TYPE_CHECKING:
    from edge_interpreter.config import Config
    from edge_interpreter.server.audit import Audit
    from edge_interpreter.server.tokens import Tokens

ROLES = ("listen", "speak", "operate")
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser("token", help="make and withdraw join tokens and API keys")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    create = _add(actions, "create", "a join token for a room, valid for a time", _create)
    _scope(create)
    create.add_argument("--ttl", default="8h", metavar="TIME", help="30m, 8h (default), 7d")
    create.add_argument("--url", default="", metavar="URL", help="address people use for the box")
    key = _add(actions, "create-key", "an API key, shown once, valid until revoked", _create_key)
    key.add_argument("--name", required=True, help="who or what has it: to revoke it by")
    _scope(key)
    key.add_argument("--ttl", metavar="TIME", help="valid for so long only, such as 90d")
    key.add_argument(
        "--if-none",
        action="store_true",
        help="only where there is no API key yet",
    )
    _add(actions, "keys", "list the API keys", _keys)
    revoke = _add(actions, "revoke-key", "withdraw an API key", _revoke_key)
    revoke.add_argument("name")
    rotate = _add(actions, "rotate", "sign with a new key; tokens given out stay valid", _rotate)
    rotate.add_argument(
        "--after",
        default="0s",
        metavar="TIME",
        help="sign with it only then: time to copy the keys to every box that shares them",
    )
    _add(actions, "withdraw", "make all join tokens given out so far invalid", _withdraw)


def _add(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    text: str,
    run: object,
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=text, description=text.capitalize() + ".")
    parser.add_argument("--config", type=Path, metavar="FILE")
    parser.set_defaults(run=run)
    return parser


def _scope(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--room", default="", metavar="NAME", help="* for every room")
    parser.add_argument("--role", choices=ROLES, default="speak")


def seconds(text: str) -> int:
    """A time such as `90s`, `30m`, `8h` or `7d` in seconds. Raises UserError."""
    match = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if not match:
        raise UserError(f"{text} is no time: write a number and s, m, h or d, such as 8h")
    return int(match[1]) * _UNITS[match[2]]


def _open(args: argparse.Namespace) -> "tuple[Tokens, Config, Audit]":
    from edge_interpreter.config import load_config
    from edge_interpreter.server.audit import Audit
    from edge_interpreter.server.state import StateDirectory
    from edge_interpreter.server.tokens import open_tokens

    config = load_config(args.config)
    return open_tokens(config), config, Audit(StateDirectory(config.server.state))


def _room(args: argparse.Namespace, config: "Config") -> str:
    from edge_interpreter.server.tokens import ANY_ROOM

    room: str = args.room or (config.rooms.open[0].name if config.rooms.open else "")
    if room != ANY_ROOM and not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}", room):
        raise UserError(f"--room {room}: use small letters, digits and hyphens")
    return room


def _create(args: argparse.Namespace) -> int:
    from edge_interpreter.server.links import base_url, join_url

    tokens, config, audit = _open(args)
    room = _room(args, config)
    token, expires = tokens.create(room, args.role, seconds(args.ttl))
    who = tokens.read(token).who
    audit.record_now("token.create", made=who, room=room, role=args.role, expires=expires)
    base = args.url.rstrip("/") or base_url(config.server.host, config.server.port, secure=False)
    print(token)
    print(join_url(base, "" if room == "*" else room, token))
    return 0


def _create_key(args: argparse.Namespace) -> int:
    tokens, config, audit = _open(args)
    if args.if_none and tokens.api_keys():
        return 0
    room, ttl_s = _room(args, config), seconds(args.ttl) if args.ttl else None
    key = tokens.create_api_key(args.name, room, args.role, ttl_s)
    audit.record_now("key.create", name=args.name, room=room, role=args.role)
    print(key)
    return 0


def _keys(args: argparse.Namespace) -> int:
    tokens, _, _ = _open(args)
    for name, grant in tokens.api_keys():
        until = "" if grant.expires is None else f"\t{datetime.fromtimestamp(grant.expires, UTC)}"
        print(f"{name}\t{grant.room}\t{grant.role}{until}")
    return 0


def _revoke_key(args: argparse.Namespace) -> int:
    tokens, _, audit = _open(args)
    tokens.revoke_api_key(args.name)
    audit.record_now("key.revoke", name=args.name)
    return 0


def _rotate(args: argparse.Namespace) -> int:
    tokens, _, audit = _open(args)
    tokens.rotate(seconds(args.after))
    audit.record_now("token.rotate", after=args.after)
    return 0


def _withdraw(args: argparse.Namespace) -> int:
    tokens, _, audit = _open(args)
    tokens.withdraw()
    audit.record_now("token.withdraw")
    return 0
