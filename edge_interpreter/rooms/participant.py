"""Somebody in a room."""

from dataclasses import dataclass, field

from edge_interpreter.rooms.messages import Role, RosterEntry, You
from edge_interpreter.rooms.outbox import Outbox
from edge_interpreter.rooms.parcel import Parcel
from edge_interpreter.rooms.speaker import Speaker
from edge_interpreter.rooms.wishes import Wishes


@dataclass(slots=True, eq=False)
class Participant:
    """A person, page or microphone; `since` is the room's caption number when they first came.

    `away_since` (room clock, seconds) is set while the connection is lost and they may return.
    `hearing` is the (utterance, language) being sent as speech; `generation` counts the streams
    they had in the pipeline. `near_loudspeaker`: their microphone hears translated speech.
    """

    id: str
    role: Role
    wishes: Wishes
    since: int
    outbox: Outbox = field(default_factory=Outbox)
    speaker: Speaker | None = None
    muted: bool = False
    muted_by_operator: bool = False
    watching: bool = False
    near_loudspeaker: bool = False
    away_since: float | None = None
    hearing: tuple[str, str] | None = None
    generation: int = -1

    @property
    def present(self) -> bool:
        """Whether there is a connection to send to."""
        return self.away_since is None

    @property
    def silenced(self) -> bool:
        """Whether their sound is thrown away."""
        return self.muted or self.muted_by_operator

    def send(self, parcel: Parcel) -> None:
        """Queue a message, if they are there."""
        if self.away_since is None:
            self.outbox.put(parcel)

    def reconnect(self, farewell: Parcel) -> None:
        """Go on with a new connection; the old one, if any, is sent `farewell`."""
        self.outbox.close("replaced", [farewell])
        self.outbox = Outbox()
        self.away_since = self.hearing = None
        self.watching = False

    def entry(self) -> RosterEntry:
        """How the others see them."""
        return RosterEntry(
            participant=self.id,
            name=self.wishes.name,
            role=self.role,
            speaks=self.wishes.speaks,
            wants=self.wishes.wants,
            muted=self.silenced,
            away=not self.present,
        )

    def you(self, voices: frozenset[str]) -> You:
        """How they see themselves."""
        wishes = self.wishes
        return You(
            participant=self.id,
            name=wishes.name,
            role=self.role,
            speaks=wishes.speaks,
            wants=wishes.wants,
            captions=wishes.captions,
            audio=wishes.audio,
            voice=wishes.wants in voices,
            partials=wishes.partials,
            with_original=wishes.with_original,
            hear_self=wishes.hear_self,
            timings=wishes.timings,
            muted=self.silenced,
        )
