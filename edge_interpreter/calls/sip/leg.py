"""A SIP call as a leg of ours; its media runs in the SIP process."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from edge_interpreter.audio.frames import Samples
from edge_interpreter.calls.leg import Party
from edge_interpreter.calls.legs.base import OrderedLeg
from edge_interpreter.calls.legs.codec import LinearCodec
from edge_interpreter.calls.model import Cause
from edge_interpreter.calls.sip.link import encode_control

_USER = re.compile(r"sips?:([^@;>\s]+)@")
_STATUS = {
    Cause.LIMIT: (503, "Service Unavailable"),
    Cause.OVERLOADED: (503, "Service Unavailable"),
    Cause.SHUTDOWN: (503, "Service Unavailable"),
    Cause.BUSY: (486, "Busy Here"),
    Cause.NO_ANSWER: (480, "Temporarily Unavailable"),
    Cause.NO_AGENT: (480, "Temporarily Unavailable"),
    Cause.REJECTED: (603, "Decline"),
    Cause.UNREACHABLE: (404, "Not Found"),
}
_WITH_RETRY = (503, 480)
_CAUSES = {
    "404": Cause.UNREACHABLE,
    "408": Cause.NO_ANSWER,
    "480": Cause.NO_ANSWER,
    "486": Cause.BUSY,
    "487": Cause.NO_ANSWER,
    "503": Cause.BUSY,
    "600": Cause.BUSY,
    "603": Cause.REJECTED,
}
MEDIA_TIMEOUT_REASON = "rtp stream error"


class SipLeg(OrderedLeg):
    """Commands go to the SIP process through `write`, frames through `play`.

    What it tells comes in by `told`, sound by `heard`.
    """

    def __init__(
        self,
        leg: int,
        party: Party,
        write: Callable[[bytes], object],
        play: Callable[["SipLeg", Samples], object],
    ) -> None:
        super().__init__(party)
        self.number = leg
        self.receives: LinearCodec | None = None
        self.transmits: LinearCodec | None = None
        self._write = write
        self._play = play
        self._answered = False

    def dial(self, uri: str) -> None:
        """Have the SIP process call `uri`; `leg_up` or `leg_ended` follows."""
        self._answered = True
        self._command("dial", uri=uri)

    def answer(self) -> None:
        """See `MediaLeg.answer`."""
        if not self._answered:
            self._answered = True
            self._command("answer")

    def reject(self, cause: Cause, retry_after_s: int) -> None:
        """See `MediaLeg.reject`; the status says why."""
        self.over = True
        status, reason = _STATUS.get(cause, (500, "Server Internal Error"))
        retry = retry_after_s if status in _WITH_RETRY else 0
        self._command("reject", status=status, reason=reason, retry_after_s=retry)

    def send(self, frame: Samples) -> None:
        """See `MediaLeg.send`."""
        if self.transmits is not None and not self.over:
            self._play(self, frame)
            self.counters.sent += 1

    def clear(self) -> None:
        """See `MediaLeg.clear`."""
        self._command("clear")

    def send_digit(self, digit: str) -> None:
        """See `MediaLeg.send_digit`."""
        self._command("digit", digit=digit)

    def hang_up(self) -> None:
        """See `MediaLeg.hang_up`."""
        self.over = True
        self._command("hang_up")

    def told(self, message: Mapping[str, Any]) -> None:
        """What the SIP process tells about this call."""
        match message["type"]:
            case "formats":
                self.receives = _codec(message["receive"])
                self.transmits = _codec(message["transmit"])
            case "up":
                self.tell_up()
            case "digit":
                self.tell_digit(str(message["digit"]))
            case "held":
                self.tell_held(bool(message["held"]))
            case "counted":
                self._counted(message)
            case "ended":
                self._counted(message)
                self.tell_ended(_cause(message))

    def lost(self) -> None:
        """The SIP process died."""
        self.tell_ended(Cause.FAILED)

    def _counted(self, message: Mapping[str, Any]) -> None:
        self.counters.ignored_packets = int(message.get("ignored", 0))
        self.counters.underruns = int(message.get("underruns", 0))
        self.counters.lowest_reserve_ms = message.get("lowest_reserve_ms")
        self._not_sent = int(message.get("dropped", 0))

    def _command(self, kind: str, **fields: Any) -> None:
        self._write(encode_control(self.number, kind, **fields))


def party_of(caller: str, headers: Mapping[str, str]) -> Party:
    """Who calls whom, by the caller's URI and the exposed headers of the INVITE."""
    called = headers.get("P-Called-Party-ID") or headers.get("To", "")
    asserted = headers.get("P-Asserted-Identity", "")
    return Party("sip", _user(asserted) or _user(caller) or caller, _user(called), dict(headers))


def _user(uri: str) -> str:
    match = _USER.search(uri)
    return match.group(1) if match else ""


def _codec(given: Sequence[Any]) -> LinearCodec:
    rate, channels = map(int, given)
    return LinearCodec(rate, channels=channels)


def _cause(message: Mapping[str, Any]) -> Cause:
    reason = str(message.get("reason", ""))
    if reason.startswith(MEDIA_TIMEOUT_REASON):
        return Cause.MEDIA_TIMEOUT
    if message.get("up"):
        return Cause.HUNG_UP
    return _CAUSES.get(reason[:3], Cause.HUNG_UP if not reason[:3].isdigit() else Cause.FAILED)
