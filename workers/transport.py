"""Faust behind a narrow face: what we change of its Kafka transport, and why.

1. `on_partitions_revoked` drains the flow and commits before Faust forgets what was acknowledged.
2. `_new_offset` is the highest acknowledged offset + 1: our ledger acknowledges in order, so Faust's own arithmetic
   over gaps and unordered acknowledgements (its issue 606) is not needed.
3. `_add_gap` does nothing: Faust counts each gap of a transactional topic twice and then commits one gap a tick.
4. `_create_worker_consumer` reads committed records only; Faust has read_uncommitted hard-coded.
5. `_settings_default` makes the producer idempotent, for which Faust has no setting.
6. `_commit` writes what the group must know of dead workers beside each offset (D-6), and a commit that comes too late
   is no crash.
7. `_fetch_records` says which records cannot be read (D-1.4) instead of ending with a checksum error.
8. `_wait_next_records` notes which offsets were polled: lag counts them until they are acknowledged.
9. `SendProduceReqHandler.handle_response` of the driver takes the sequence number of a batch back that the broker
   refused as too large: it would otherwise expect that number for ever, and refuse every batch behind it (the error of
   aiokafka's issue 1017, which has other causes too).
10. `ConsumerThread.Worker` is a daemon: after a crash Faust may leave its thread running (a cancelled agent ends its
    stop early), and Python would wait for it for ever, so that a worker that has failed is never started again.
11. `MessageBatch.failure` of the driver looks at the error of a batch that nobody waits for room in: the loop would
   log it as never retrieved, beside the line that says why the worker ends.
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

import aiokafka
import structlog
from aiokafka.errors import (
    CommitFailedError,
    CorruptRecordException,
    IllegalStateError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordTooLargeError,
    UnsupportedCodecError,
)
from aiokafka.producer import message_accumulator, sender
from aiokafka.producer.message_accumulator import MessageBatch
from aiokafka.producer.sender import SendProduceReqHandler
from aiokafka.structs import OffsetAndMetadata
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from mode.threads import ServiceThread, WorkerThread

from workers.attempts import Attempts

log = structlog.get_logger(__name__)

Hook = Callable[[], Awaitable[None]]


# What the driver raises for a batch that it cannot take apart: its checksum is wrong, or its inside makes no sense.
_UNREADABLE = (CorruptRecordException, UnsupportedCodecError, struct.error, ValueError, EOFError, IndexError)

TOO_LARGE = (MessageSizeTooLargeError, RecordTooLargeError)
"""What a producer says of a record that no retry makes smaller."""

# So many records are read one by one after such an error, at most: it may be passing, as a bit that flips on the way is.
_ONE_BY_ONE_RECORDS = 10_000

# A takeover that waits longer for what the group knows goes on without it.
_TAKE_OVER_SECONDS = 10.0


_PAUSE_SECONDS = 0.5


class UnreadableError(Exception):
    """A batch of records cannot be read. `positions`: topic, partition and offset that each of our partitions was to be
    read from next; the batch lies at one of them.
    """

    def __init__(self, reason: str, positions: Sequence[tuple[str, int, int]]) -> None:
        super().__init__(reason)
        self.positions = tuple(positions)


class ReadError(Exception):
    """The broker does not let us read, or commit: a right is missing, or a topic."""


class PassedOverError(Exception):
    """A record was read from the broker and never came to the flow."""


class _EndsWithTheProcess(WorkerThread):
    """The thread of a consumer, for which a process that ends does not wait."""

    def __init__(self, service: ServiceThread, **options: Any) -> None:
        super().__init__(service, **options)
        self.daemon = True


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """The thread that polls: its consumer sees no aborted or unfinished transaction."""

    Worker = _EndsWithTheProcess

    _one_by_one: int = 0
    _gave_up: bool = False

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        consumer._isolation_level = "read_committed"
        return consumer

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        attempts = Consumer.attempts
        owned = self.assignment()
        entries = {
            aiokafka.TopicPartition(*tp): OffsetAndMetadata(
                offset, attempts.metadata((tp.topic, tp.partition), offset) if attempts else ""
            )
            for tp, offset in offsets.items()
            if tp in owned
        }
        try:
            await self._ensure_consumer().commit(entries)
        except (CommitFailedError, IllegalStateError):
            # The group has given the partitions to others meanwhile: their notes come again to those.
            return False
        except KafkaError as error:
            await self._give_up(ReadError(type(error).__name__))
            return False
        return True

    async def _fetch_records(
        self,
        consumer: aiokafka.AIOKafkaConsumer,
        active_partitions: set[TP],
        timeout: float | None = None,  # noqa: ASYNC109
        max_records: int | None = None,
    ) -> Any:
        positions = dict(_positions(consumer))
        try:
            records = await super()._fetch_records(
                consumer, active_partitions, timeout, 1 if self._one_by_one else max_records
            )
        except _UNREADABLE as error:
            if self._one_by_one:
                places = [(tp.topic, tp.partition, position) for tp, position in positions.items()]
                return await self._give_up(UnreadableError(type(error).__name__, places))
            # The error took with it what had been read before it, of this partition and of others: read that again, and
            # one by one, so that the error comes alone.
            for tp, position in positions.items():
                consumer.seek(tp, position)
            self._one_by_one = _ONE_BY_ONE_RECORDS
            return {}
        except KafkaError as error:
            return await self._give_up(ReadError(type(error).__name__))
        self._one_by_one = max(0, self._one_by_one - 1)
        return records

    async def _give_up(self, error: Exception) -> dict[Any, Any]:
        """Tell the worker that nothing more can be read. An error that Faust sees would bring it down before what is in
        flight is published.
        """
        failed = Consumer.failed
        if failed is None:
            raise error
        if not self._gave_up:
            self._gave_up = True
            self.parent_loop.call_soon_threadsafe(failed, error)
        await asyncio.sleep(_PAUSE_SECONDS)
        return {}

    async def known_of(self, tps: Iterable[TP]) -> dict[TP, tuple[int, str | None]]:
        """The committed offset of each partition with its metadata; its beginning where there is none."""
        return dict(await self.call_thread(self._known_of, list(tps)))

    async def _known_of(self, tps: list[TP]) -> dict[TP, tuple[int, str | None]]:
        consumer = self._ensure_consumer()
        wanted = [aiokafka.TopicPartition(*tp) for tp in tps]
        found = await consumer._coordinator.fetch_committed_offsets(wanted)
        known = {TP(*tp): (each.offset, each.metadata) for tp, each in found.items() if each.offset >= 0}
        fresh = [tp for tp in wanted if tp not in known]
        starts = await consumer.beginning_offsets(fresh) if fresh else {}
        return known | {TP(*tp): (offset, None) for tp, offset in starts.items()}

    def keep_alive(self) -> None:
        """Waiting for room in the window is no idleness: whether work goes on is for our watchdog to say (D-3.3)."""
        if self._consumer is not None:
            self._consumer._subscription._last_fetch_ended = time.monotonic()


class Consumer(driver.Consumer):
    """Commits what our ledger acknowledges; the hooks are set by the worker before it starts."""

    before_revocation: ClassVar[Hook | None] = None
    after_assignment: ClassVar[Callable[[], None] | None] = None
    commit_failed: ClassVar[Callable[[], None] | None] = None
    failed: ClassVar[Callable[[BaseException], None] | None] = None
    attempts: ClassVar[Attempts | None] = None

    _thread: ConsumerThread

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._waiting: dict[tuple[str, int], deque[int]] = {}
        self._expected: dict[tuple[str, int], deque[int]] = {}

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Finish and commit, then let Faust forget the partitions."""
        drain = type(self).before_revocation
        if drain is not None:
            await drain()
        await self.leave()
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Let the flow begin once Faust has placed itself at the committed offsets."""
        self._expected.clear()
        self._waiting.clear()
        await super().on_partitions_assigned(assigned, generation_id)
        await self._take_over(assigned)
        resume = type(self).after_assignment
        if resume is not None:
            resume()

    def keep_alive(self) -> None:
        """The flow is full and works: the group must not take us for idle (D-3.3)."""
        self._thread.keep_alive()

    async def leave(self) -> None:
        """Commit what is acknowledged, and that everything was left in order."""
        attempts = type(self).attempts
        left = (
            {TP(*partition): offset for partition, offset in attempts.give_up().items()} if attempts is not None else {}
        )
        for tp in left:
            left[tp] = self._new_offset(tp) or left[tp]
        if left:
            await self._commit(left)
        else:
            await self.commit()

    async def name(self) -> None:
        """Commit what the group must know before a suspect is read; returns when the broker has it.

        Of all partitions at once: a suspect of another one that is done must not be taken for one at work.
        """
        attempts = type(self).attempts
        if attempts is not None:
            owned = [(TP(*partition), committed) for partition, committed in attempts.owned()]
            await self._commit({tp: self._new_offset(tp) or committed for tp, committed in owned})

    async def _take_over(self, assigned: set[TP]) -> None:
        attempts = type(self).attempts
        if attempts is None or not assigned:
            return
        try:
            async with asyncio.timeout(_TAKE_OVER_SECONDS):
                known = await self._thread.known_of(assigned)
                for tp, (offset, metadata) in known.items():
                    attempts.take_over((tp.topic, tp.partition), offset, metadata)
                await self._commit({tp: offset for tp, (offset, _) in known.items()})
        except (TimeoutError, KafkaError) as error:
            log.warning("deaths of other workers are not known", reason=type(error).__name__)

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
            partition = tp.topic, tp.partition
            waiting = self._waiting.setdefault(partition, deque())
            for offsets in (waiting, self._expected.setdefault(partition, deque())):
                # After a seek to the committed offset records come again.
                while offsets and polled and offsets[-1] >= polled[0].offset:
                    offsets.pop()
                offsets.extend(record.offset for record in polled)
            self._forget_acknowledged(tp, waiting)
        return records, active

    def took(self, tp: TP, offset: int) -> None:
        """A record of this assignment has come to the flow. Raises PassedOverError where it is not the one that was
        polled next: Faust drops records in silence, and a commit would pass over them (D-2.4).
        """
        expected = self._expected.get((tp.topic, tp.partition))
        if not expected or expected.popleft() != offset:
            raise PassedOverError(f"{tp.topic} {tp.partition}: a record before {offset} never came")

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


# The driver has no types.
class ProduceHandler(SendProduceReqHandler):  # type: ignore[misc]
    """The driver's, for which a batch that the broker refused for good has used up its sequence numbers (D-8.3).

    A partition has one batch on its way at a time, so no later one can have the numbers behind it.
    """

    def handle_response(self, response: Any) -> None:
        """Tell the batches what became of them."""
        super().handle_response(response)
        numbers = self._sender._txn_manager
        for tp, batch in self._batches.items():
            if numbers is not None and batch.future.done() and isinstance(batch.future.exception(), TOO_LARGE):
                numbers.increment_sequence_number(tp, -batch.record_count)


# The driver has no setting for it: `Sender._send_produce_req` names the class.
sender.SendProduceReqHandler = ProduceHandler


class Batch(MessageBatch):  # type: ignore[misc]
    """The driver's. Each of its records has the error too, and whoever handed one over asks for it there."""

    def failure(self, exception: BaseException) -> None:
        """Tell the records, and who waits for room in the batch."""
        super().failure(exception)
        if not self._drain_waiter.cancelled():
            self._drain_waiter.exception()


# The driver has no setting for it: `MessageAccumulator._append_batch` names the class.
message_accumulator.MessageBatch = Batch


class Producer(driver.Producer):
    """An idempotent producer: a retry after a broker's death writes nothing twice and keeps the order."""

    def _settings_default(self) -> Mapping[str, Any]:
        return {**super()._settings_default(), "enable_idempotence": True}

    def watch(self, answer: Any) -> None:
        """Send nothing more once this record has failed for good (D-8.2)."""
        if isinstance(answer, asyncio.Future):
            answer.add_done_callback(self._halt_on_failure)

    def _halt_on_failure(self, answer: asyncio.Future[Any]) -> None:
        if answer.cancelled() or answer.exception() is None or isinstance(answer.exception(), TOO_LARGE):
            return
        # The driver goes on with the next batch of the partition. It would be written before the failed one comes
        # again, behind it: the order of a key would be broken.
        native = self._producer
        if native is not None and not native._sender.sender_task.done():
            native._sender.sender_task.cancel()
            # Else whoever waits for them waits for ever.
            native._message_accumulator.fail_all(KafkaError("not sent: a record before it has failed"))


class Transport(driver.Transport):
    """Faust's Kafka transport with our consumer and producer."""

    Consumer: ClassVar[type[driver.Consumer]] = Consumer
    Producer: ClassVar[type[driver.Producer]] = Producer


OVERRIDDEN: tuple[tuple[type, str], ...] = (
    (driver.Consumer, "on_partitions_revoked"),
    (driver.Consumer, "_new_offset"),
    (driver.Consumer, "_add_gap"),
    (driver.Consumer, "_wait_next_records"),
    (driver.AIOKafkaConsumerThread, "Worker"),
    (driver.AIOKafkaConsumerThread, "_create_worker_consumer"),
    (driver.AIOKafkaConsumerThread, "_commit"),
    (driver.AIOKafkaConsumerThread, "_fetch_records"),
    (driver.Producer, "_settings_default"),
    (SendProduceReqHandler, "handle_response"),
    (MessageBatch, "failure"),
)
"""What of Faust and its driver we override: a test asks whether the pinned version still has it."""


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


def _positions(native: aiokafka.AIOKafkaConsumer) -> Iterable[tuple[Any, int]]:
    for tp in _assigned(native):
        state = native._subscription.subscription.assignment.state_value(tp)
        if state is not None and state.has_valid_position:
            yield tp, state.position


def _assigned(native: aiokafka.AIOKafkaConsumer) -> Iterable[Any]:
    return native.assignment() if native._subscription.subscription is not None else ()
