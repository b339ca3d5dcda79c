"""The laws of the small parts: the done prefix, the bounded window, the key's shard."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.ledger import Ledger
from workers.router import Router
from workers.window import Window


@given(st.data())
def test_only_the_done_prefix_is_acknowledged_whatever_the_order(data: st.DataObject) -> None:
    gaps = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=30))
    offsets = [sum(gaps[: n + 1]) for n in range(len(gaps))]
    ledger: Ledger[int] = Ledger()
    for offset in offsets:
        ledger.open(offset, offset, size=1)
    acknowledged: list[int] = []
    done: set[int] = set()
    for offset in data.draw(st.permutations(offsets)):
        done.add(offset)
        acknowledged += [item for item, _ in ledger.complete(offset)]
        unfinished = [each for each in offsets if each not in done]
        assert acknowledged == [each for each in offsets if not unfinished or each < unfinished[0]]
    assert acknowledged == offsets
    assert len(ledger) == 0


def test_an_offset_comes_once_and_in_order() -> None:
    ledger: Ledger[str] = Ledger()
    ledger.open(5, "a")
    with pytest.raises(ValueError, match="offset 5 comes after 5"):
        ledger.open(5, "b")
    with pytest.raises(KeyError):
        ledger.complete(6)


def test_span_counts_done_records_behind_an_unfinished_one() -> None:
    ledger: Ledger[int] = Ledger()
    for offset in range(3):
        ledger.open(offset, offset)
    assert ledger.complete(2) == []
    assert len(ledger) == 3


async def _waits(window: Window, size: int) -> bool:
    try:
        await asyncio.wait_for(window.enter(size), 0.02)
    except TimeoutError:
        return True
    return False


def test_a_full_window_makes_readers_wait_until_there_is_room() -> None:
    """D-3.1, D-3.2."""

    async def scenario() -> None:
        window = Window(max_records=2, max_bytes=100)
        await window.enter(10)
        await window.enter(10)
        assert await _waits(window, 10)
        window.leave(1, 10)
        assert not await _waits(window, 10)
        window.leave(1, 10)
        assert await _waits(window, 95)

    asyncio.run(scenario())


def test_a_note_larger_than_the_window_enters_an_empty_one() -> None:
    async def scenario() -> None:
        window = Window(max_records=2, max_bytes=100)
        assert not await _waits(window, 1000)
        assert await _waits(window, 1)
        window.reset()
        assert not await _waits(window, 1)

    asyncio.run(scenario())


@given(st.binary(), st.integers(1, 16))
def test_a_key_has_one_shard(key: bytes, shards: int) -> None:
    router = Router(shards)
    assert router.shard_of(key) == Router(shards).shard_of(key) == router.shard_of(key) < shards


def test_notes_without_key_go_round() -> None:
    router = Router(3)
    assert [router.shard_of(None) for _ in range(6)] == [0, 1, 2, 0, 1, 2]
