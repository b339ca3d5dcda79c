"""What we override of Faust still exists in the pinned version, and each override does what it is for."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections import defaultdict, deque
from types import SimpleNamespace
from typing import Any, NamedTuple

import aiokafka
import pytest
from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.errors import CommitFailedError, CorruptRecordException, IllegalStateError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from workers import transport
from workers.app import create_app
from workers.attempts import Attempts
from workers.settings import Settings


@pytest.mark.parametrize(("owner", "name"), transport.OVERRIDDEN)
def test_the_pinned_faust_still_has_what_we_override(owner: type, name: str) -> None:
    assert callable(getattr(owner, name))


_LEFT_RUNNING = """
import asyncio
from mode.threads import ServiceThread
from workers.transport import ConsumerThread

class Left(ServiceThread):
    Worker = ConsumerThread.Worker

async def main():
    await Left().start()

loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
raise SystemExit(76)
"""


def test_a_process_ends_though_faust_has_left_the_thread_of_its_consumer() -> None:
    assert subprocess.run([sys.executable, "-c", _LEFT_RUNNING], timeout=60, check=False).returncode == 76


@pytest.fixture
def app(tmp_path: Any) -> Any:
    return create_app(Settings(state_dir=tmp_path))


def consumer(**state: Any) -> Any:
    made = object.__new__(transport.Consumer)
    made._acked = defaultdict(list, state.get("acked", {}))
    made._acked_index = defaultdict(set, {tp: set(offsets) for tp, offsets in state.get("acked", {}).items()})
    made._gap = {}
    made._waiting = {}
    made._expected = {}
    return made


def test_offset_to_commit_is_behind_the_last_acknowledged_also_over_gaps() -> None:
    one = consumer(acked={"tp": [3, 4, 9, 30]})
    assert one._new_offset("tp") == 31
    assert one._new_offset("tp") == 31, "a failed commit is tried again"
    assert one._new_offset("other") is None


def test_gaps_are_not_kept() -> None:
    one = consumer()
    asyncio.run(one._add_gap("tp", 1, 1_000_000_000))
    assert one._gap == {}


def test_worker_reads_committed_and_produces_idempotently(app: Any) -> None:
    async def scenario() -> None:
        thread = transport.ConsumerThread.__new__(transport.ConsumerThread)
        thread.app, thread.consumer = app, type("Consumer", (), {"in_transaction": False})()
        native = thread._create_worker_consumer(app.transport)
        assert native._isolation_level == "read_committed"
        await native.stop()
        producer = app.producer_transport.create_producer()
        assert producer._settings_default()["enable_idempotence"] is True
        assert producer._settings_default()["acks"] == -1

    asyncio.run(scenario())


def test_faust_runs_with_the_settings_that_hold(app: Any) -> None:
    conf = app.conf
    assert (conf.table_standby_replicas, conf.topic_allow_declare, conf.topic_disable_leader) == (0, False, True)
    assert (conf.web_enabled, conf.consumer_auto_offset_reset) == (False, "earliest")


class Tp(NamedTuple):
    topic: str
    partition: int


def poll(one: Any, monkeypatch: pytest.MonkeyPatch, tp: Tp, *offsets: int) -> None:
    async def polled(*_: Any) -> tuple[Any, None]:
        return {tp: [SimpleNamespace(offset=offset) for offset in offsets]}, None

    monkeypatch.setattr(transport.driver.Consumer, "_wait_next_records", polled)
    asyncio.run(one._wait_next_records(1.0))


def test_polled_records_count_until_they_are_acknowledged(monkeypatch: pytest.MonkeyPatch) -> None:
    one, tp = consumer(), Tp("notes", 0)
    assert one.unacknowledged(tp) == 0
    poll(one, monkeypatch, tp, 5, 6, 9)  # 7 and 8 are control records, or compacted away
    poll(one, monkeypatch, tp, 10, 11)
    assert one.unacknowledged(tp) == 5
    one._acked[tp] = [5, 6, 9]
    assert one.unacknowledged(tp) == 2
    assert one._new_offset(tp) == 10
    assert one.unacknowledged(tp) == 2, "a commit changes nothing"
    assert one.unacknowledged(Tp("notes", 1)) == 0


def test_records_that_are_polled_again_count_once(monkeypatch: pytest.MonkeyPatch) -> None:
    one, tp = consumer(), Tp("notes", 0)
    poll(one, monkeypatch, tp, 5, 6, 7)
    poll(one, monkeypatch, tp, 6, 7, 8)
    assert one.unacknowledged(tp) == 4


def test_a_record_that_never_comes_is_noticed_before_a_commit_passes_it() -> None:
    """D-2.4: gaps in the offsets as they were polled are right; a record that is left out is not."""
    one, tp = consumer(), TP("t", 0)
    one._expected = {("t", 0): deque([0, 1, 5, 9])}
    one.took(tp, 0)
    one.took(tp, 1)
    one.took(tp, 5)
    with pytest.raises(transport.PassedOverError, match="t 0: a record before 12 never came"):
        one.took(tp, 12)


def test_waiting_for_room_is_no_idleness() -> None:
    """D-3.3: the driver leaves the group when nobody fetched for the poll interval; a full window must not count."""

    async def made() -> SubscriptionState:
        return SubscriptionState()

    subscription = asyncio.run(made())
    subscription._last_fetch_ended = time.monotonic() - 3600
    assert subscription.fetcher_idle_time > 3000
    thread = transport.ConsumerThread.__new__(transport.ConsumerThread)
    thread._consumer = type("Native", (), {"_subscription": subscription})
    thread.keep_alive()
    assert subscription.fetcher_idle_time < 60


@pytest.mark.parametrize("error", [CommitFailedError("already rebalanced"), IllegalStateError("not ours any more")])
def test_a_commit_that_comes_too_late_is_no_crash(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """D-2.1: its notes come again to the new owner; Faust ends the worker for some of these."""
    thread = transport.ConsumerThread.__new__(transport.ConsumerThread)
    tp = TP("t", 0)

    async def commit(_: Any) -> None:
        raise error

    thread._consumer = type("Native", (), {"commit": staticmethod(commit)})
    monkeypatch.setattr(thread, "assignment", lambda: {tp})
    assert asyncio.run(thread._commit({tp: 5})) is False


def test_metadata_goes_with_each_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """D-6.1, D-6.3."""
    written: list[dict[Any, Any]] = []
    thread = transport.ConsumerThread.__new__(transport.ConsumerThread)
    tp = TP("t", 0)

    async def commit(entries: dict[Any, Any]) -> None:
        written.append(entries)

    thread._consumer = type("Native", (), {"commit": staticmethod(commit)})
    monkeypatch.setattr(thread, "assignment", lambda: {tp})
    attempts = Attempts(100)
    monkeypatch.setattr(transport.Consumer, "attempts", attempts)
    attempts.take_over(("t", 0), 7, None)
    asyncio.run(thread._commit({tp: 8}))
    attempts.give_up()
    asyncio.run(thread._commit({tp: 9, TP("other", 0): 1}))
    assert written == [{tp: (8, "open")}, {tp: (9, "closed")}]


def test_an_unreadable_batch_costs_no_record_that_was_read_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """D-1.4: the driver's error takes along what it had drained of other partitions. So positions go back, records come
    one by one, and only an error that comes alone ends the worker. It tells where each partition stood: a batch may be
    met before the worker knows what is committed.
    """
    first, bad = aiokafka.TopicPartition("t", 0), aiokafka.TopicPartition("t", 1)
    positions = {first: 10, bad: 4}
    batch = {first: 13}

    async def fetch(*arguments: Any) -> dict[Any, list[int]]:
        drained: dict[Any, list[int]] = {}
        limit = arguments[-1]
        while positions[first] < batch[first] and limit > 0:
            drained.setdefault(first, []).append(positions[first])
            positions[first] += 1
            limit -= 1
        if limit > 0:
            raise CorruptRecordException
        return drained

    monkeypatch.setattr(driver.AIOKafkaConsumerThread, "_fetch_records", fetch)
    monkeypatch.setattr(transport, "_positions", lambda _: positions.items())
    native = type("Native", (), {"seek": staticmethod(positions.__setitem__)})
    thread = transport.ConsumerThread.__new__(transport.ConsumerThread)

    async def read() -> list[int]:
        found: list[int] = []
        try:
            while True:
                records = await thread._fetch_records(native, set(), 1.0, 100)
                found += records.get(first, [])
        except transport.UnreadableError as error:
            assert error.positions == (("t", 0, 13), ("t", 1, 4))
            return found

    assert asyncio.run(read()) == [10, 11, 12]
