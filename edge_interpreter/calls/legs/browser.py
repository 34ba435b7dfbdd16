"""The agent's headset in a browser as a leg."""

from collections.abc import Callable

from edge_interpreter.audio.frames import Samples
from edge_interpreter.audio.pcm import pcm16_from_bytes, pcm16_to_bytes, to_float, to_pcm16
from edge_interpreter.calls.leg import Party
from edge_interpreter.calls.legs.base import OrderedLeg
from edge_interpreter.calls.model import Cause


class BrowserLeg(OrderedLeg):
    """`write` queues sound for the page, `discard` forgets what is queued."""

    def __init__(
        self, name: str, write: Callable[[bytes], None], discard: Callable[[], None]
    ) -> None:
        super().__init__(Party("browser", name))
        self._write = write
        self._discard = discard

    def take_block(self, data: bytes) -> None:
        """Sound from the microphone; half a sample at the end is left out."""
        self.heard(to_float(pcm16_from_bytes(data[: len(data) // 2 * 2])))

    def answer(self) -> None:
        """See `MediaLeg.answer`."""
        self.tell_up()

    def reject(self, cause: Cause, retry_after_s: int) -> None:
        """See `MediaLeg.reject`: pages only take calls that wait."""
        del cause, retry_after_s
        self.over = True

    def send(self, frame: Samples) -> None:
        """See `MediaLeg.send`."""
        if not self.over:
            self._write(pcm16_to_bytes(to_pcm16(frame)))
            self.counters.sent += 1

    def clear(self) -> None:
        """See `MediaLeg.clear`."""
        self._discard()

    def send_digit(self, digit: str) -> None:
        """See `MediaLeg.send_digit`: a headset has no use for keys."""

    def hang_up(self) -> None:
        """See `MediaLeg.hang_up`: the page stays, the call is over."""
        self.over = True
