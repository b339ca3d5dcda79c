"""The flow: from a record that was read to its acknowledgement.

read -> window -> ledger -> router -> shard -> publisher -> ledger -> acknowledgement of the done prefix.
A rebalance or a stop drains it: what is finished within the deadline is published and acknowledged, the rest is
abandoned unacknowledged and comes again. Each assignment has a generation; results of an older one are dropped.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from schemas.rejected import RejectedError
from workers.attempts import GROUP, Attempts
from workers.delivery import Delivery
from workers.journal import Journal
from workers.ledger import Ledger
from workers.metrics import Metrics, ShardSample
from workers.publisher import Publisher, Send, Topics
from workers.records import Outcome, ProcessingOptions, rejection
from workers.router import Router
from workers.shards import Job, ShardLimits, ShardPool
from workers.window import Window

if TYPE_CHECKING:
    from workers.tracing import Tracing

log = structlog.get_logger(__name__)

_TICK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class FlowOptions:
    """Sizes and times (seconds) of the flow; `standstill_seconds`: a loop that stood so long publishes nothing more."""

    shards: int
    window_records: int
    window_bytes: int
    drain_seconds: float
    standstill_seconds: float
    max_attempts: int


class Flow:
    """One worker's flow. `failed` gets the error that ends the worker; `name` tells the group what is read next."""

    def __init__(
        self,
        options: FlowOptions,
        processing: ProcessingOptions,
        limits: ShardLimits,
        topics: Topics,
        journal: Journal,
        metrics: Metrics,
        send: Send,
        failed: Callable[[BaseException], None],
        name: Callable[[], Awaitable[None]],
        tracing: Tracing | None = None,
    ) -> None:
        self.options = options
        self.metrics = metrics
        self.window = Window(options.window_records, options.window_bytes)
        self.pool = ShardPool(options.shards, processing, limits, self._sent, self._read, failed)
        self.generation = 0
        self._assignment = 0
        self.last_progress = time.monotonic()
        # Twice: what a death leaves behind the committed offset is a window, and what was acknowledged since the commit.
        self.attempts = Attempts(2 * options.window_records)
        self._journal = journal
        self._name = name
        self._failed = failed
        self._router = Router(options.shards)
        self._publisher = Publisher(send, topics, metrics, self._published, self._stood_still, tracing)
        self._ledgers: dict[tuple[str, int], Ledger[Delivery]] = {}
        self._open = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._moved = asyncio.Event()
        self._ticked = time.monotonic()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start shards and publisher; returns when all shards have their profiles. Raises ShardError."""
        await self.pool.start()
        for work in (self._publisher.run(), self._tick()):
            task = asyncio.create_task(work)
            task.add_done_callback(self._ended)
            self._tasks.append(task)

    async def stop(self, *, failed: bool = False) -> None:
        """Drain, then end everything; a flow that has failed can finish nothing and abandons it at once (D-7.3)."""
        if failed:
            self.abandon()
        else:
            await self.drain()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.pool.stop()
        self._journal.close()

    async def accept(self, delivery: Delivery) -> None:
        """Take a record in; waits while the window is full or the flow drains.

        A record of an assignment that ends meanwhile is dropped: it comes again. A note that was at work when a worker
        died is named to the group before it is read, and run alone or rejected after enough deaths (D-6).
        """
        waited = time.monotonic()
        await self._open.wait()
        if delivery.assignment != self._assignment:
            return
        delivery.generation = self.generation
        deaths = self._deaths(delivery)
        alone = deaths >= self.options.max_attempts - 1
        if alone:
            await self._empty.wait()
        await self.window.enter(delivery.size)
        if delivery.generation != self.generation:
            self.window.leave(1, delivery.size)
            return
        if deaths:
            await self._name_suspect(delivery, alone=alone)
            if delivery.generation != self.generation:
                return  # its place in the window was given back with all others
        delivery.entered = time.monotonic()
        self.metrics.consumed.inc()
        self.metrics.note_bytes.observe(delivery.size)
        self.metrics.stage.labels("window").observe(delivery.entered - waited)
        place = delivery.place
        ledger = self._ledgers.setdefault((place.topic, place.partition), Ledger())
        ledger.open(place.offset, delivery, delivery.size)
        self._empty.clear()
        if deaths >= self.options.max_attempts:
            detail = f"the worker died {deaths} times while it was read"
            self._publisher.publish(delivery, rejection(RejectedError("crash", "pipeline", detail)))
        else:
            self.pool.submit(self._router.shard_of(delivery.key), delivery)
        if alone:
            await self._empty.wait()

    def _deaths(self, delivery: Delivery) -> int:
        """How many workers have died with this note at work, as far as our journal or the group knows."""
        place = delivery.place
        ours = self._journal.attempts((place.topic, place.partition, place.offset))
        return max(ours, self.attempts.deaths((place.topic, place.partition), place.offset))

    async def _name_suspect(self, delivery: Delivery, *, alone: bool) -> None:
        """Tell the group which suspects are at work next: this one alone, or a group of which it is the first."""
        place = delivery.place
        partition = (place.topic, place.partition)
        if not alone and self.attempts.is_running(partition, place.offset):
            return
        ledger = self._ledgers.get(partition)
        while ledger is not None and len(ledger) and delivery.generation == self.generation:
            self._moved.clear()
            await self._moved.wait()
        self.attempts.run(partition, place.offset, place.offset + (1 if alone else GROUP))
        await self._name()

    async def drain(self) -> None:
        """Finish what is in flight within the deadline and abandon the rest; nothing enters until `resume` (D-7.1)."""
        self._open.clear()
        try:
            async with asyncio.timeout(self.options.drain_seconds):
                await self._empty.wait()
        except TimeoutError:
            log.warning("drain deadline passed", notes_abandoned=self.window.records)
        self.abandon()

    def abandon(self) -> None:
        """Forget what is in flight, unacknowledged: it comes again. Nothing enters until `resume`."""
        self._open.clear()
        self.metrics.abandoned.inc(self.window.records)
        self.generation += 1
        self._ledgers.clear()
        self.pool.abandon()
        self._publisher.abandon()
        self.window.reset()
        self._journal.abandon()
        self._empty.set()
        self._moved.set()

    def resume(self, assignment: int = 0) -> None:
        """A new assignment begins, in this generation of the group; what waits from an older one is dropped.

        What waits from the new one is not: Faust hands over its first records before it says that they are ours.
        """
        for (topic, partition), committed in self.attempts.owned():
            self._journal.forget(topic, partition, committed)
        self._assignment = assignment
        self.last_progress = time.monotonic()
        self._open.set()

    @property
    def inflight(self) -> int:
        """Notes read and not yet acknowledged."""
        return self.window.records

    def _sent(self, job: Job) -> None:
        delivery = _delivery(job)
        delivery.sent = time.monotonic()
        self.metrics.stage.labels("shard").observe(delivery.sent - delivery.entered)
        if delivery.generation == self.generation:
            place = delivery.place
            self._journal.begin((place.topic, place.partition, place.offset))

    def _read(self, job: Job, outcome: Outcome) -> None:
        delivery = _delivery(job)
        if delivery.generation != self.generation:
            return
        delivery.read = time.monotonic()
        self.metrics.stage.labels("pipeline").observe(outcome.nlp_seconds)
        self._publisher.publish(delivery, outcome)

    def _published(self, delivery: Delivery) -> None:
        if delivery.generation != self.generation:
            return
        place = delivery.place
        self._journal.end((place.topic, place.partition, place.offset))
        for done, size in self._ledgers[place.topic, place.partition].complete(place.offset):
            done.acknowledge()
            self.window.leave(1, size)
        self._moved.set()
        self.last_progress = time.monotonic()
        self.metrics.progress.set_to_current_time()
        if not self.window.records:
            self._empty.set()

    def _stood_still(self) -> bool:
        return time.monotonic() - self._ticked > self.options.standstill_seconds

    async def _tick(self) -> None:
        """Show that the loop runs, and the figures that are sampled."""
        self._ticked = time.monotonic()  # loading the profiles took longer than a session, and no session runs yet
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            if self._stood_still():
                raise StandstillError(f"the worker stood still for {time.monotonic() - self._ticked:.0f} s")
            self._ticked = time.monotonic()
            self.metrics.inflight.set(self.window.records)
            self.metrics.sample_shards(
                [
                    ShardSample(
                        shard.busy_seconds(), shard.state.resident_bytes, shard.state.restarts, shard.state.notes
                    )
                    for shard in self.pool.shards
                ]
            )

    def _ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._failed(error)


class StandstillError(Exception):
    """The process was frozen beyond its session: others may own its partitions, so it must not publish."""


def _delivery(job: Job) -> Delivery:
    if not isinstance(job, Delivery):
        raise TypeError(f"not a delivery: {type(job).__name__}")
    return job
