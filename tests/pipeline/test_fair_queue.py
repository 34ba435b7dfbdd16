import asyncio

from edge_interpreter.pipeline.fair_queue import FairQueue


async def test_keys_are_served_in_turn() -> None:
    queue: FairQueue[str] = FairQueue(8)
    for item in ("a1", "a2", "a3", "b1", "c1"):
        queue.put(item[0], item)
    assert [(await queue.take())[0] for _ in range(5)] == ["a1", "b1", "c1", "a2", "a3"]


async def test_the_urgent_class_comes_first_and_is_not_mixed_with_others() -> None:
    queue: FairQueue[str] = FairQueue(8, classes=2)
    queue.put("a", "later", 1)
    queue.put("a", "first", 0)
    queue.put("b", "second", 0)
    assert await queue.take(8) == ["first", "second"]
    assert await queue.take(8) == ["later"]


async def test_a_full_key_gives_up_its_oldest_least_urgent_item() -> None:
    queue: FairQueue[str] = FairQueue(2, classes=2)
    assert queue.put("a", "urgent", 0) is None
    assert queue.put("a", "idle", 1) is None
    assert queue.put("a", "more", 0) == "idle"
    assert queue.put("a", "most", 0) == "urgent"
    assert queue.put("b", "other", 0) is None
    assert len(queue) == 3


async def test_a_full_key_refuses_what_is_less_urgent_than_all_it_holds() -> None:
    queue: FairQueue[str] = FairQueue(2, classes=3)
    queue.put("a", "first", 0)
    queue.put("a", "second", 0)
    assert queue.put("a", "idle", 1) == "idle"
    assert await queue.take(8) == ["first", "second"]
    assert len(queue) == 0


async def test_take_waits_for_an_item() -> None:
    queue: FairQueue[int] = FairQueue(2)
    taking = asyncio.create_task(queue.take())
    await asyncio.sleep(0)
    queue.put("a", 1)
    assert await taking == [1]


async def test_removed_items_are_not_served() -> None:
    queue: FairQueue[int] = FairQueue(9)
    for i in range(6):
        queue.put("a", i)
    assert queue.remove(lambda i: i % 2 == 0) == [0, 2, 4]
    assert await queue.take(9) == [1, 3, 5]
    assert len(queue) == 0
