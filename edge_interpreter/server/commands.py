"""What each message of a client does, and the commands that can be typed."""

import json
import time
from typing import TYPE_CHECKING

from edge_interpreter.rooms.presets import includes
from edge_interpreter.rooms.wishes import WISH_NAMES
from edge_interpreter.server.messages import (
    Bye,
    Chat,
    ClientMessage,
    Hello,
    Mute,
    OperatorMute,
    OperatorPause,
    OperatorRemove,
    OperatorWatch,
    Ping,
    Pong,
    ProtocolError,
    Settings,
    Talk,
    parse,
)

if TYPE_CHECKING:
    from edge_interpreter.server.session import Session

OperatorMessage = OperatorMute | OperatorRemove | OperatorPause | OperatorWatch


def handle(session: "Session", message: ClientMessage) -> None:
    """Carry out one message. Raises Refusal."""
    room, participant = session.room, session.participant
    match message:
        case Settings():
            _settings(session, message)
        case Talk():
            room.talk(participant, on=message.on)
        case Mute():
            room.mute(participant, on=message.on)
        case Chat() if message.text.startswith("/"):
            _command(session, message.text)
        case Chat() if not session.services.lines.take(session.address):
            raise ProtocolError("rate_limited", "too many lines from this address", 1)
        case Chat():
            room.say(participant, message.text, message.language)
        case Ping():
            session.reply(Pong(id=message.id, time=round(time.time() * 1000)))
        case Bye():
            room.leave(participant)
        case Hello():
            raise ProtocolError("hello_repeated", "this connection has joined already")
        case _:
            _operate(session, message)


def _settings(session: "Session", message: Settings) -> None:
    given = {name: getattr(message, name) for name in WISH_NAMES}
    changed = {name: value for name, value in given.items() if value is not None}
    session.room.change(session.participant, **changed)


def _operate(session: "Session", message: OperatorMessage) -> None:
    if not includes(session.participant.role, "operate"):
        raise ProtocolError("forbidden", "this is for operators")
    match message:
        case OperatorMute():
            session.room.operator_mute(message.participant, on=message.on)
            session.note("participant.mute", participant=message.participant, on=message.on)
        case OperatorRemove():
            session.room.remove(message.participant)
            session.note("participant.remove", participant=message.participant)
        case OperatorPause():
            session.room.pause(on=message.on)
            session.note("room.pause", on=message.on)
        case OperatorWatch():
            session.participant.watching = message.on


def _command(session: "Session", line: str) -> None:
    word, _, argument = line.partition(" ")
    argument = argument.strip()
    if word == "/join":
        hello = parse(json.dumps({"type": "hello", "protocol": 1, "room": argument.lower()}))
        if isinstance(hello, Hello):
            session.move(hello.room)
    elif word == "/username":
        _change(session, name=argument)
    elif word == "/language":
        spoken = session.participant.wishes.spoken_language
        _change(session, wants=argument, **({"speaks": argument} if spoken else {}))
    else:
        raise ProtocolError("unknown_command", "known are /join, /username and /language")


def _change(session: "Session", **wishes: str) -> None:
    message = parse(json.dumps({"type": "settings", **wishes}))
    if isinstance(message, Settings):
        _settings(session, message)
