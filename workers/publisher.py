"""The publisher: outcomes to the broker, in order, each acknowledged by it before it counts.

One task hands records to the driver's idempotent producer, another waits for the broker's answers in the same order.
Retries happen inside the producer only: sending a record again by hand would break the order of a key. So a failed
record ends the worker, with everything unacknowledged; only an event that is too large is rejected instead.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from aiokafka.errors import KafkaError
from faust.exceptions import ProducerSendError

from schemas.rejected import RejectedError
from workers.deadletter import dead_letter
from workers.delivery import Delivery
from workers.metrics import Metrics
from workers.records import Outcome, rejection
from workers.transport import TOO_LARGE

if TYPE_CHECKING:
    from workers.tracing import Tracing

# Records with the producer and not yet answered; beyond it handing over waits.
_UNANSWERED = 2048


class PublishError(Exception):
    """The broker did not take a record: nothing behind it may be acknowledged."""


class Send(Protocol):
    """How a record is handed to the producer; the inner awaitable is the broker's answer."""

    async def __call__(
        self, topic: str, key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes]]
    ) -> Awaitable[Any]:
        """Hand a record over."""
        ...


@dataclass(frozen=True, slots=True)
class Topics:
    """Where outcomes go; `max_bytes` is the largest record the producer takes."""

    output: str
    deadletter: str
    withhold: bool
    max_bytes: int


class Publisher:
    """`done` is called for each delivery when its outcome is on the broker, in the order of `publish`."""

    def __init__(
        self,
        send: Send,
        topics: Topics,
        metrics: Metrics,
        done: Callable[[Delivery], None],
        fenced: Callable[[], bool],
        tracing: Tracing | None = None,
    ) -> None:
        self._send = send
        self._topics = topics
        self._metrics = metrics
        self._done = done
        self._fenced = fenced
        self._tracing = tracing
        self._outcomes: asyncio.Queue[tuple[Delivery, Outcome]] = asyncio.Queue()
        self._answers: asyncio.Queue[tuple[Delivery, Outcome, Awaitable[Any] | None]] = asyncio.Queue(_UNANSWERED)

    def publish(self, delivery: Delivery, outcome: Outcome) -> None:
        """Queue an outcome; the window bounds how many there are."""
        self._outcomes.put_nowait((delivery, outcome))

    def abandon(self) -> None:
        """Forget what is not yet with the producer (D-2.3)."""
        while not self._outcomes.empty():
            self._outcomes.get_nowait()

    async def run(self) -> None:
        """Publish until cancelled. Raises PublishError."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hand_over())
            tasks.create_task(self._await_answers())

    async def _hand_over(self) -> None:
        while True:
            delivery, outcome = await self._outcomes.get()
            if self._fenced():
                raise PublishError("the worker stood still for longer than its session allows")
            await self._answers.put((delivery, outcome, await self._sent(delivery, outcome)))

    async def _sent(self, delivery: Delivery, outcome: Outcome) -> Awaitable[Any] | None:
        """The broker's answer to come; None where the event is too large to be sent."""
        try:
            if outcome.kind == "rejected":
                letter = dead_letter(
                    delivery, outcome, withhold=self._topics.withhold, max_bytes=self._topics.max_bytes
                )
                value: bytes | None = letter.value
                topic, headers = self._topics.deadletter, letter.headers
            else:
                value = outcome.value
                topic, headers = self._topics.output, list(outcome.headers)
            if self._tracing is not None:
                headers = self._tracing.begin(delivery, outcome, topic, headers)
            return await self._send(topic, delivery.key, value, headers)
        except TOO_LARGE:
            return None
        except ProducerSendError as error:
            if isinstance(error.__cause__, TOO_LARGE):
                return None
            raise PublishError(type(error.__cause__ or error).__name__) from error
        except KafkaError as error:
            raise PublishError(type(error).__name__) from error

    async def _await_answers(self) -> None:
        while True:
            delivery, outcome, answer = await self._answers.get()
            try:
                if answer is not None:
                    await answer
                else:
                    outcome = await self._reject_too_large(delivery, outcome)
            except TOO_LARGE:
                outcome = await self._reject_too_large(delivery, outcome)
            except KafkaError as error:
                raise PublishError(type(error).__name__) from error
            self._measure(delivery, outcome)
            self._done(delivery)

    async def _reject_too_large(self, delivery: Delivery, outcome: Outcome) -> Outcome:
        if outcome.kind == "rejected":
            raise PublishError("a rejection without its value is too large for the dead letter topic")
        size = len(outcome.value or b"")
        too_large = RejectedError("produce_too_large", "publish", f"the event has {size} bytes", outcome.note_id)
        rejected = rejection(too_large)
        answer = await self._sent(delivery, rejected)
        if answer is None:
            raise PublishError("a rejection without its value is too large for the dead letter topic")
        try:
            await answer
        except KafkaError as error:
            raise PublishError(type(error).__name__) from error
        return rejected

    def _measure(self, delivery: Delivery, outcome: Outcome) -> None:
        metrics = self._metrics
        if outcome.kind == "rejected":
            metrics.rejected.labels(outcome.reason).inc()
        else:
            metrics.published.labels(outcome.kind).inc()
            metrics.count(outcome.counts)
        if self._tracing is not None:
            self._tracing.end(delivery, outcome)
        now = time.monotonic()
        metrics.stage.labels("publish").observe(now - delivery.read)
        metrics.end_to_end.observe(max(0.0, time.time() - delivery.place.timestamp / 1000))
