"""What all connections of a server share."""

import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edge_interpreter.calls.call_table import open_call_table
from edge_interpreter.calls.records import CallRecords
from edge_interpreter.calls.service import CallService, is_wanted
from edge_interpreter.config.server import RoomSettings
from edge_interpreter.config.tree import Config
from edge_interpreter.database.opening import begin, box_name
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.rooms.messages import Remembered, Skipped
from edge_interpreter.rooms.presets import preset_for
from edge_interpreter.rooms.refusal import Refusal
from edge_interpreter.rooms.registry import Rooms
from edge_interpreter.rooms.room import Room
from edge_interpreter.rooms.speaker import AHEAD_S, FASTEST
from edge_interpreter.server.access import Access
from edge_interpreter.server.audit import Audit
from edge_interpreter.server.capability_list import list_languages
from edge_interpreter.server.limits import Buckets, Connections
from edge_interpreter.server.room_pass import room_of
from edge_interpreter.server.schemas import LanguageList, Reloaded
from edge_interpreter.server.state import StateDirectory
from edge_interpreter.server.tokens import open_tokens
from edge_interpreter.server.watching import Watching
from edge_interpreter.transcripts.keeper import Keeper
from edge_interpreter.transcripts.line import Line, lost_line
from edge_interpreter.transcripts.opening import open_store

if TYPE_CHECKING:
    from edge_interpreter.server.session import Session

log = logging.getLogger(__name__)

JOINS_AT_ONCE = 60
LINES_PER_S, LINES_AT_ONCE = 5.0, 60
"""Typed lines from one address: each is translated and spoken like a sentence."""
REQUESTS_AT_ONCE = 200
BUSY_CLIENTS = 20
"""So many clients behind one address may send as many messages as one client may."""


@dataclass(slots=True)
class Services:
    """The rooms, who may enter them, and how often somebody may ask.

    `openers` has the addresses from which rooms were opened by joining them, `trials` counts texts
    that are being tried out.
    Counted by address: `joins`, `requests`, `texts` (WebSocket messages), `lines` (typed
    to be translated), `sound` (its seconds).
    `draining`: what runs goes on, new calls and speakers are to go to another box.
    `stuck` names the engines that have work and do not get on with it.
    `instance` names this process among several boxes.
    `port` and `secure_port` are those really listened on; `authority` is the certificate (PEM)
    of the local authority, where this server made one. `certificate_expires` and `started`
    are Unix time.
    """

    config: Config
    pipeline: Pipeline
    rooms: Rooms
    access: Access
    audit: Audit
    joins: Buckets
    requests: Buckets
    texts: Buckets
    lines: Buckets
    sound: Buckets
    connections: Connections
    languages: LanguageList
    watching: Watching
    keeper: Keeper | None = None
    calls: CallService | None = None
    trials: int = 0
    openers: dict[str, str] = field(default_factory=dict)
    ready: bool = False
    stopping: bool = False
    draining: bool = False
    stuck: tuple[str, ...] = ()
    instance: str = field(default_factory=lambda: secrets.token_hex(8))
    port: int | None = None
    secure_port: int | None = None
    authority: bytes | None = None
    certificate_expires: float | None = None
    clock: Callable[[], float] = time.monotonic
    reload: "Callable[[], Awaitable[Reloaded]] | None" = None
    started: float = field(default_factory=time.time)
    sessions: set["Session"] = field(default_factory=set)

    @property
    def serving(self) -> bool:
        """Whether new speakers can be taken."""
        leaving = self.stopping or self.draining
        return self.ready and not leaving and not self.stuck and not self.pipeline.overloaded

    def drain(self, *, on: bool) -> None:
        """Take no new call and be not ready, or be as before; what runs goes on."""
        self.draining = on
        if self.calls is not None:
            self.calls.board.draining = on or self.stopping

    def room_for(self, name: str, token: str, address: str, resume: str = "") -> Room:
        """The room of a name; opened where this client may open it. Raises Refusal."""
        known = room_of(resume, name, self.access.tokens)
        room = self.rooms.find(name)
        if room is not None and known is not None and self._is_imitation(room, known):
            # Who was in the room once and may not enter it now closes it to nobody.
            self.access.role(token, name, known.access, known.preset)
            self.rooms.close(name)
            room = None
        if room is not None:
            return room
        if known is not None:
            return self.open_room(known)
        settings = RoomSettings(name=name, preset=preset_for(name))
        if self.config.access.mode == "open" and self.config.rooms.on_demand:
            return self._open_on_demand(settings, address)
        if token and self.access.require(token, "operate", name):
            return self.open_room(settings)
        return self.rooms.get(name)

    def open_room(self, settings: RoomSettings) -> Room:
        """A room that not everybody may open. Raises Refusal."""
        room = self.rooms.open(settings)
        self.openers.pop(settings.name, None)
        return room

    def _is_imitation(self, room: Room, known: RoomSettings) -> bool:
        """Whether strangers opened this room before those came who know that it asks for tokens."""
        guarded = self.access.mode_of(known.access) == "token"
        opened_to_all = self.access.mode_of(room.settings.access) == "open"
        return guarded and opened_to_all and room.settings.name in self.openers

    def _open_on_demand(self, settings: RoomSettings, address: str) -> Room:
        self.openers = {name: by for name, by in self.openers.items() if self.rooms.find(name)}
        mine = [name for name, by in self.openers.items() if by == address]
        if len(mine) >= self.config.limits.rooms_per_address:
            # A kiosk opens a room for each of its visitors.
            left = (name for name in mine if not self.rooms.get(name).participants)
            empty = next(left, None)
            if empty is None:
                raise Refusal("server_full", "too many rooms were opened from this address", 60)
            self.rooms.close(empty)
        room = self.rooms.open(settings)
        self.openers[settings.name] = address
        return room


def line_of(room: str, wants: str, caption: Remembered) -> Line:
    """A caption, or the mark of a lost one, as a line of its room's transcript."""
    if isinstance(caption, Skipped):
        return lost_line(
            "room",
            room,
            caption.utterance,
            caption.speaker,
            caption.name,
            caption.time,
            caption.end_ms - caption.start_ms,
        )
    return Line(
        kind="room",
        place=room,
        utterance=caption.utterance,
        wants=wants,
        speaker=caption.speaker,
        name=caption.name,
        language=caption.language,
        text=caption.text,
        source_language=caption.source_language,
        original=caption.original or "",
        fidelity=caption.fidelity,
        typed=caption.typed,
        time=caption.time,
        length_ms=caption.end_ms - caption.start_ms,
    )


def _open_keeper(config: Config) -> Keeper | None:
    if not config.transcripts.enabled:
        return None
    store, key = open_store(config)
    if key.parent == config.server.state and not store.database.remote:
        log.warning("%s lies beside the transcripts it encrypts: see docs/privacy.md", key)
    begin(store.database, store.prepare)
    return Keeper(store, config.transcripts.keep_days)


def _open_records(config: Config) -> CallRecords | None:
    section = config.calls.records
    if not section.enabled:
        return None
    table = open_call_table(config.database, section.database)
    begin(table.database, table.prepare)
    return CallRecords(table, section.keep_days, box_name(config.database))


def _keep_captions(keeper: Keeper | None) -> Callable[[str, str, Remembered], None] | None:
    if keeper is None:
        return None
    return lambda room, wants, record: keeper.keep(line_of(room, wants, record))


def _open_calls(config: Config, pipeline: Pipeline, keeper: Keeper | None) -> CallService | None:
    if not is_wanted(config.calls):
        return None
    keep, notice = (keeper.keep, config.transcripts.notice) if keeper else (None, None)
    return CallService(config.calls, pipeline, keep, notice, _open_records(config))


def make_services(
    config: Config, pipeline: Pipeline, clock: Callable[[], float] = time.monotonic
) -> Services:
    """The services of a server with this configuration."""
    limits = config.limits
    keeper = _open_keeper(config)
    rooms = Rooms(config, pipeline, clock=clock, keep=_keep_captions(keeper))
    audit = Audit(StateDirectory(config.server.state))
    tokens = open_tokens(config)
    if tokens.shared:
        tokens.signing_keys()
    wrong_per_s = limits.wrong_tokens_per_min / 60
    access = Access(
        tokens,
        config.access.mode,
        Buckets(wrong_per_s, limits.wrong_tokens_per_min, clock),
        lambda address: audit.record("access.locked", "", address),
    )
    pipeline.observer = watching = Watching(pipeline.ledger)
    return Services(
        config=config,
        pipeline=pipeline,
        rooms=rooms,
        access=access,
        audit=audit,
        joins=Buckets(limits.joins_per_s, JOINS_AT_ONCE, clock),
        requests=Buckets(limits.requests_per_s, REQUESTS_AT_ONCE, clock),
        lines=Buckets(LINES_PER_S, LINES_AT_ONCE, clock),
        texts=Buckets(
            limits.messages_per_s * BUSY_CLIENTS, limits.messages_per_s * BUSY_CLIENTS * 4, clock
        ),
        sound=Buckets(
            limits.speakers_per_address * FASTEST, limits.speakers_per_address * AHEAD_S, clock
        ),
        connections=Connections(limits.connections_per_address),
        languages=list_languages(config, rooms.capabilities),
        watching=watching,
        keeper=keeper,
        calls=_open_calls(config, pipeline, keeper),
        clock=clock,
    )
