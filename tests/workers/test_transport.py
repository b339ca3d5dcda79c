"""What we override of Faust still exists in the pinned version, and each override does what it is for."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

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
