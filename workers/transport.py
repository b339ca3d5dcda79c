"""Faust behind a narrow face: what we change of its Kafka transport, and why.

1. `on_partitions_revoked` drains the flow and commits before Faust forgets what was acknowledged.
2. `_new_offset` is the highest acknowledged offset + 1: our ledger acknowledges in order, so Faust's own arithmetic
   over gaps and unordered acknowledgements (its issue 606) is not needed.
3. `_add_gap` does nothing: Faust counts each gap of a transactional topic twice and then commits one gap a tick.
4. `_create_worker_consumer` reads committed records only; Faust has read_uncommitted hard-coded.
5. `_settings_default` makes the producer idempotent, for which Faust has no setting.
6. `_wait_next_records` notes which offsets were polled: lag counts them until they are acknowledged.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, ClassVar

import aiokafka
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

Hook = Callable[[], Awaitable[None]]


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """The thread that polls: its consumer sees no aborted or unfinished transaction."""

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        consumer._isolation_level = "read_committed"
        return consumer


class Consumer(driver.Consumer):
    """Commits what our ledger acknowledges; the hooks are set by the worker before it starts."""

    before_revocation: ClassVar[Hook | None] = None
    after_assignment: ClassVar[Callable[[], None] | None] = None
    commit_failed: ClassVar[Callable[[], None] | None] = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._waiting: dict[tuple[str, int], deque[int]] = {}

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Finish and commit, then let Faust forget the partitions."""
        drain = type(self).before_revocation
        if drain is not None:
            await drain()
        await self.commit()
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Let the flow begin once Faust has placed itself at the committed offsets."""
        self._waiting.clear()
        await super().on_partitions_assigned(assigned, generation_id)
        resume = type(self).after_assignment
        if resume is not None:
            resume()

    def _new_offset(self, tp: TP) -> int | None:
        acked = self._acked[tp]
        if not acked:
            return None
        highest = acked[-1]
        # The last one stays: a commit that fails is tried again with the next one.
        self._acked_index[tp].difference_update(acked[:-1])
        del acked[:-1]
        return int(highest) + 1

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        return

    async def _wait_next_records(self, timeout: float) -> tuple[Any, set[TP] | None]:  # noqa: ASYNC109
        records, active = await super()._wait_next_records(timeout)
        for tp, polled in (records or {}).items():
            waiting = self._waiting.setdefault((tp.topic, tp.partition), deque())
            # After a seek to the committed offset records come again.
            while waiting and polled and waiting[-1] >= polled[0].offset:
                waiting.pop()
            waiting.extend(record.offset for record in polled)
            self._forget_acknowledged(tp, waiting)
        return records, active

    def unacknowledged(self, tp: TP) -> int:
        """Records of a partition that were polled and are not acknowledged: in Faust's buffers or in the flow."""
        waiting = self._waiting.get((tp.topic, tp.partition))
        if waiting is None:
            return 0
        self._forget_acknowledged(tp, waiting)
        return len(waiting)

    def _forget_acknowledged(self, tp: TP, waiting: deque[int]) -> None:
        acked = self._acked[tp]  # in offset order, and the last one stays after its commit
        while acked and waiting and waiting[0] <= acked[-1]:
            waiting.popleft()

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        committed = bool(await super()._commit(offsets))
        failed = type(self).commit_failed
        if not committed and failed is not None:
            failed()
        return committed


class Producer(driver.Producer):
    """An idempotent producer: a retry after a broker's death writes nothing twice and keeps the order."""

    def _settings_default(self) -> Mapping[str, Any]:
        return {**super()._settings_default(), "enable_idempotence": True}


class Transport(driver.Transport):
    """Faust's Kafka transport with our consumer and producer."""

    Consumer: ClassVar[type[driver.Consumer]] = Consumer
    Producer: ClassVar[type[driver.Producer]] = Producer


OVERRIDDEN: tuple[tuple[type, str], ...] = (
    (driver.Consumer, "on_partitions_revoked"),
    (driver.Consumer, "_new_offset"),
    (driver.Consumer, "_add_gap"),
    (driver.Consumer, "_wait_next_records"),
    (driver.AIOKafkaConsumerThread, "_create_worker_consumer"),
    (driver.Producer, "_settings_default"),
)
"""What of Faust we override: a test asks whether the pinned version still has it."""


def lags(consumer: Any) -> dict[tuple[str, int], int]:
    """Records without an outcome by topic and partition.

    Last stable offset less (position less records that were read and are not acknowledged): those polled and waiting,
    and those in the flow. Offsets alone would not do: on a transactional topic control records have offsets too, and
    lag would never reach 0. Partitions of which nothing is known yet are left out.
    """
    native = consumer._thread._consumer
    if native is None:
        return {}
    found = {}
    for tp in _assigned(native):
        state = native._subscription.subscription.assignment.state_value(tp)
        end = None if state is None else state.lso if state.lso is not None else state.highwater
        if state is None or end is None or not state.has_valid_position:
            continue
        found[tp.topic, tp.partition] = max(0, end - state.position) + consumer.unacknowledged(tp)
    return found


def _assigned(native: aiokafka.AIOKafkaConsumer) -> Iterable[Any]:
    return native.assignment() if native._subscription.subscription is not None else ()
