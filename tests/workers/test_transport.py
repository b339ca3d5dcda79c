"""What we override of Faust still exists in the pinned version, and each override does what it is for."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from workers import transport
from workers.app import create_app
from workers.settings import Settings


@pytest.mark.parametrize(("owner", "name"), transport.OVERRIDDEN)
def test_the_pinned_faust_still_has_what_we_override(owner: type, name: str) -> None:
    assert callable(getattr(owner, name))


@pytest.fixture
def app(tmp_path: Any) -> Any:
    return create_app(Settings(state_dir=tmp_path))


def consumer(**state: Any) -> Any:
    made = object.__new__(transport.Consumer)
    made._acked = defaultdict(list, state.get("acked", {}))
    made._acked_index = defaultdict(set, {tp: set(offsets) for tp, offsets in state.get("acked", {}).items()})
    made._gap = {}
    made._waiting = {}
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
