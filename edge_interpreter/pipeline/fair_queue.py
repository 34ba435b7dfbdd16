"""A bounded queue that serves its keys in turn, the urgent classes before the rest."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class FairQueue(Generic[T]):
    """First in, first out within a key and priority class; round robin between keys.

    Each key may hold `per_key` items; one more pushes out that key's oldest item of the least
    urgent class, or is refused where it is less urgent than all of them. `put` returns what was
    not kept, so that its loss can be counted and shown.
    """

    def __init__(self, per_key: int, classes: int = 1) -> None:
        self._per_key = per_key
        self._classes: list[OrderedDict[str, deque[T]]] = [OrderedDict() for _ in range(classes)]
        self._size = 0
        self._filled = asyncio.Event()

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[T]:
        for turns in self._classes:
            for line in turns.values():
                yield from line

    def put(self, key: str, item: T, priority: int = 0) -> T | None:
        """Append `item`; returns what was pushed out or refused, if any. 0 is the most urgent."""
        pushed_out = None
        if self.held(key) >= self._per_key:
            least = max(number for number, turns in enumerate(self._classes) if key in turns)
            if priority > least:
                return item
            pushed_out = self._pop(self._classes[least], key)
        self._classes[priority].setdefault(key, deque()).append(item)
        self._size += 1
        self._filled.set()
        return pushed_out

    def held(self, key: str) -> int:
        """How many items of `key` wait."""
        return sum(len(turns[key]) for turns in self._classes if key in turns)

    def waiting(self, priority: int) -> int:
        """How many items of one class wait."""
        return sum(len(line) for line in self._classes[priority].values())

    async def take(self, limit: int = 1) -> list[T]:
        """Up to `limit` items of the most urgent class that has any; waits for the first."""
        while not self._size:
            self._filled.clear()
            await self._filled.wait()
        turns = next(turns for turns in self._classes if turns)
        return [self._next(turns) for _ in range(min(limit, sum(map(len, turns.values()))))]

    def take_from(self, key: str, accept: Callable[[T], bool], priority: int = 0) -> T | None:
        """The next item of `key` if `accept` agrees, without waiting."""
        turns = self._classes[priority]
        if key not in turns or not accept(turns[key][0]):
            return None
        return self._pop(turns, key)

    def remove(self, unwanted: Callable[[T], bool]) -> list[T]:
        """Take out every item that `unwanted` names."""
        removed: list[T] = []
        for turns in self._classes:
            for key in list(turns):
                removed += [item for item in turns[key] if unwanted(item)]
                kept = deque(item for item in turns[key] if not unwanted(item))
                if kept:
                    turns[key] = kept
                else:
                    del turns[key]
        self._size -= len(removed)
        return removed

    def _next(self, turns: OrderedDict[str, deque[T]]) -> T:
        key = next(iter(turns))
        item = self._pop(turns, key)
        if key in turns:
            turns.move_to_end(key)
        return item

    def _pop(self, turns: OrderedDict[str, deque[T]], key: str) -> T:
        item = turns[key].popleft()
        if not turns[key]:
            del turns[key]
        self._size -= 1
        return item
