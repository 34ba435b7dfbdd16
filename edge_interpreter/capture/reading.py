"""Sound that is read by blocking calls, brought to the event loop by a thread of its own."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator

from edge_interpreter.audio.frames import Samples

BLOCKS_AHEAD = 4
_LOOK_AGAIN_S = 0.5

_Item = Samples | BaseException | None


class _Reader:
    """Reads at most `BLOCKS_AHEAD` blocks further than they are taken.

    The thread alone touches what it reads, and closes it: a decoder must not be closed under its
    feet. It is a daemon because nobody can end a read from a pipe that nobody writes to.
    """

    def __init__(self, blocks: Callable[[], Iterator[Samples]], close: Callable[[], None]) -> None:
        self._blocks = blocks
        self._close = close
        self._loop = asyncio.get_running_loop()
        self._read: asyncio.Queue[_Item] = asyncio.Queue()
        self._room = threading.Semaphore(BLOCKS_AHEAD)
        self._stopped = threading.Event()
        threading.Thread(target=self._run, name="sound reader", daemon=True).start()

    async def take(self) -> Samples | None:
        """The next block, None at the end; raises what reading raised."""
        item = await self._read.get()
        self._room.release()
        if isinstance(item, BaseException):
            raise item
        return item

    def stop(self) -> None:
        """Nothing more is wanted."""
        self._stopped.set()
        self._room.release()

    def _run(self) -> None:
        try:
            for block in self._blocks():
                if not self._hand_over(block):
                    return
            self._hand_over(None)
        except Exception as error:
            self._hand_over(error)
        finally:
            self._close()

    def _hand_over(self, item: _Item) -> bool:
        while not self._room.acquire(timeout=_LOOK_AGAIN_S):
            if self._loop.is_closed():
                return False
        if self._stopped.is_set():
            return False
        try:
            self._loop.call_soon_threadsafe(self._read.put_nowait, item)
        except RuntimeError:  # the loop has been closed
            return False
        return True


async def read_blocks(
    blocks: Callable[[], Iterator[Samples]], close: Callable[[], None]
) -> AsyncGenerator[Samples, None]:
    """The blocks of an iterator that is made, used and closed on a thread."""
    reader = _Reader(blocks, close)
    try:
        while (block := await reader.take()) is not None:
            yield block
    finally:
        reader.stop()
