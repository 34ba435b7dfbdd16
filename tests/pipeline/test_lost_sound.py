"""Sound that was lost before it could be heard is told once."""

from edge_interpreter.audio.frames import FRAME_SAMPLES, Frame, samples_to_ms
from edge_interpreter.config.tree import Config
from edge_interpreter.evaluation.virtual_time import run_virtually
from edge_interpreter.pipeline.events import SoundLost, Transcribed
from edge_interpreter.pipeline.role import Role
from edge_interpreter.pipeline.stream import Stream
from tests.pipeline.box import PAUSE, Box, speak
from tests.pipeline.fakes import Listener, frames, silence, speech


def told_ms(listener: Listener) -> dict[str, int]:
    """Milliseconds that were told as lost, by reason."""
    told: dict[str, int] = {}
    for event in listener.of(SoundLost):
        told[event.reason] = told.get(event.reason, 0) + event.lost_ms
    return told


async def overrun(box: Box, stream: Stream, fed: list[Frame], costs: dict[Role, float]) -> int:
    """Feed sound that nobody reads, until only `inbox_ms` of it are kept; milliseconds lost."""
    costs[Role.VOICE_ACTIVITY] = 60.0
    await speak(stream, silence(200))
    for frame in fed:
        stream.feed(frame)
    costs[Role.VOICE_ACTIVITY] = 0.0
    return len(fed) * samples_to_ms(FRAME_SAMPLES) - box.pipeline.config.pipeline.inbox_ms


def test_sound_that_was_too_much_is_not_told_again_as_a_gap() -> None:
    async def main() -> None:
        costs: dict[Role, float] = {}
        async with Box(costs) as box:
            stream, listener = box.open()
            fed = frames(silence(8_000), position=3_200)
            lost = await overrun(box, stream, fed, costs)
            await stream.close()
        assert set(told_ms(listener)) == {"overrun"}
        assert lost - 200 <= told_ms(listener)["overrun"] <= lost + 200
        assert set(box.pipeline.ledger.skipped) == {"sound_overrun"}

    run_virtually(main)


def test_a_gap_on_the_way_inside_what_was_too_much_is_told_as_a_gap() -> None:
    async def main() -> None:
        costs: dict[Role, float] = {}
        async with Box(costs) as box:
            stream, listener = box.open()
            before = frames(silence(1_000), position=3_200)
            after = frames(silence(5_000), position=3_200 + 16_000 * 3)
            await overrun(box, stream, before + after, costs)
            await stream.close()
        assert told_ms(listener)["gap"] == 2_000
        kept_ms = Config().pipeline.inbox_ms
        assert 3_000 - 200 <= told_ms(listener)["overrun"] <= 6_000 - kept_ms + 200

    run_virtually(main)


def test_a_gap_after_what_was_too_much_is_told_in_full() -> None:
    async def main() -> None:
        costs: dict[Role, float] = {}
        async with Box(costs) as box:
            stream, listener = box.open()
            await overrun(box, stream, frames(silence(8_000), position=3_200), costs)
            await stream.idle()
            for frame in frames(speech("plum"), PAUSE, position=3_200 + 16_000 * 9):
                stream.feed(frame)
            await stream.close()
        assert told_ms(listener)["gap"] == 1_000
        assert [said.text for said in listener.of(Transcribed)] == ["plum"]

    run_virtually(main)
