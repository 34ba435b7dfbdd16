"""Transcripts of rooms and calls, for those who operate them: list, download, delete."""

import asyncio
import dataclasses
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, StringConstraints

from edge_interpreter import languages
from edge_interpreter.config.server import RoomName
from edge_interpreter.server.messages import ProtocolError
from edge_interpreter.server.rest import Noted, Shared, Token
from edge_interpreter.server.services import Services
from edge_interpreter.server.tokens import ANY_ROOM
from edge_interpreter.transcripts.export import MEDIA_TYPES, Format, export
from edge_interpreter.transcripts.keeper import Keeper
from edge_interpreter.transcripts.line import ORIGINAL, PlaceKind, in_language

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Language = Annotated[str, Query(max_length=40)]
router = APIRouter(tags=["transcripts"])


class TranscriptPlace(BaseModel):
    """A room or call with a transcript; times are Unix milliseconds."""

    kind: PlaceKind
    name: str
    lines: int
    first: int
    last: int


class Deleted(BaseModel):
    """How many lines were deleted."""

    lines: int


@router.get("/api/transcripts")
async def transcripts(services: Shared, token: Token) -> list[TranscriptPlace]:
    """What there are transcripts of, the latest first."""
    services.access.require(token, "operate", ANY_ROOM)
    places = await _keeper(services).places()
    return [TranscriptPlace(**dataclasses.asdict(place)) for place in places]


@router.get("/api/rooms/{name}/transcript", response_class=Response)
async def room_transcript(
    services: Shared,
    token: Token,
    clerk: Noted,
    name: RoomName,
    language: Language = ORIGINAL,
    format: Format = "txt",  # noqa: A002 - the name in the address
    bilingual: bool = False,
) -> Response:
    """What was said in a room."""
    services.access.require(token, "operate", name)
    answer = await _download(services, "room", name, language, format, bilingual)
    clerk.note("transcript.read", room=name)
    return answer


@router.delete("/api/rooms/{name}/transcript")
async def delete_room_transcript(
    services: Shared, token: Token, clerk: Noted, name: RoomName
) -> Deleted:
    """Delete what was said in a room, also what it remembers for those who come back."""
    services.access.require(token, "operate", name)
    lines = await _keeper(services).delete("room", name)
    room = services.rooms.find(name)
    if room is not None:
        room.history.forget(lambda _caption: True)
    clerk.note("transcript.delete", room=name, lines=lines)
    return Deleted(lines=lines)


@router.get("/api/transcripts/calls/{call_id}", response_class=Response)
async def call_transcript(
    services: Shared,
    token: Token,
    clerk: Noted,
    call_id: Name,
    language: Language = ORIGINAL,
    format: Format = "txt",  # noqa: A002 - the name in the address
    bilingual: bool = False,
) -> Response:
    """What was said on a call."""
    services.access.require(token, "operate", ANY_ROOM)
    answer = await _download(services, "call", call_id, language, format, bilingual)
    clerk.note("transcript.read", call=call_id)
    return answer


@router.delete("/api/transcripts/calls/{call_id}")
async def delete_call_transcript(
    services: Shared, token: Token, clerk: Noted, call_id: Name
) -> Deleted:
    """Delete what was said on a call, and its record."""
    services.access.require(token, "operate", ANY_ROOM)
    lines = await services.keeper.delete("call", call_id) if services.keeper else 0
    records = services.calls.board.records if services.calls else None
    forgotten = await records.forget(call_id) if records else 0
    clerk.note("transcript.delete", call=call_id, lines=lines, records=forgotten)
    return Deleted(lines=lines)


@router.delete("/api/transcripts")
async def delete_person(
    services: Shared,
    token: Token,
    clerk: Noted,
    person: Annotated[str, Query(min_length=1, max_length=200)],
) -> Deleted:
    """Delete all that somebody said, by name, number or identifier, and records of their calls.

    Who it is stands in the query, which no log has.
    """
    services.access.require(token, "operate", ANY_ROOM)
    lines = await services.keeper.delete_person(person) if services.keeper else 0
    for room in services.rooms.all():
        room.history.forget(
            lambda caption: person.casefold() in (caption.name.casefold(), caption.speaker)
        )
    records = services.calls.board.records if services.calls else None
    forgotten = await records.forget_number(person) if records else 0
    clerk.note("person.delete", lines=lines, records=forgotten)
    return Deleted(lines=lines)


def _keeper(services: Services) -> Keeper:
    if services.keeper is None:
        raise ProtocolError("forbidden", "transcripts are off: see [transcripts] enabled")
    return services.keeper


async def _download(
    services: Services, kind: PlaceKind, name: str, language: str, form: Format, bilingual: bool
) -> Response:
    tag = language if language == ORIGINAL else _tag(language)
    kept = await _keeper(services).lines(kind, name)

    def written() -> tuple[int, str]:
        lines = list(in_language(kept, tag))
        return len(lines), export(lines, form, bilingual=bilingual)

    count, content = await asyncio.to_thread(written)
    if not count and kind == "call":
        raise ProtocolError("no_such_call", "there is no transcript of this call")
    file = f"{name}.{tag}.{form}" if kind == "room" else f"call.{tag}.{form}"
    return Response(
        content,
        media_type=MEDIA_TYPES[form],
        headers={
            "content-disposition": f'attachment; filename="{file}"',
            "cache-control": "no-store",
        },
    )


def _tag(text: str) -> str:
    try:
        return languages.normalise(text)
    except languages.UnknownLanguageError as error:
        raise ProtocolError("unknown_language", str(error)) from None
