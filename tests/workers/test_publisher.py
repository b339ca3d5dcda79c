"""The publisher: what the broker did not take is never passed over, and nothing behind it is sent."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, TopicAuthorizationFailedError
from aiokafka.producer.message_accumulator import MessageAccumulator
from aiokafka.structs import TopicPartition

from workers import transport
from workers.delivery import Delivery
from workers.metrics import Metrics
from workers.publisher import Publisher, PublishError, Topics
from workers.records import Coordinates, Outcome, Record

TOPICS = Topics("out", "dead", withhold=False, max_bytes=1000)


class Broker:
    """A producer whose answers a test gives: None, or an error, by the number of the record."""

    def __init__(self, errors: dict[int, BaseException]) -> None:
        self.errors = errors
        self.sent: list[str] = []

    async def send(self, topic: str, key: bytes | None, value: bytes | None, headers: Any) -> Awaitable[Any]:
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        error = self.errors.get(len(self.sent))
        self.sent.append(topic)
        if error is None:
            answer.set_result(None)
        else:
            answer.set_exception(error)
        return answer


def delivery(offset: int) -> Delivery:
    place = Coordinates("in", 0, offset, 0)
    return Delivery(b"k", Record(b"{}", (), place), place, lambda: None)


def publish(broker: Broker, count: int, fenced: Callable[[], bool] = lambda: False) -> list[int]:
    """Publish events with offsets 0, 1, ...; the offsets that were told to be done. Raises what the publisher raises."""
    done: list[int] = []

    async def scenario() -> None:
        finished = asyncio.Event()

        def took(each: Delivery) -> None:
            done.append(each.place.offset)
            if len(done) == count:
                finished.set()

        publisher = Publisher(broker.send, TOPICS, Metrics(), took, fenced)
        for offset in range(count):
            publisher.publish(delivery(offset), Outcome("enriched", value=b"{}"))
        running = asyncio.create_task(publisher.run())
        waiting = asyncio.create_task(finished.wait())
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            waiting.cancel()
            await running
        running.cancel()
        await asyncio.gather(running, waiting, return_exceptions=True)

    try:
        asyncio.run(scenario())
    except* PublishError as group:
        done.append(-1)
        assert len(group.exceptions) == 1
    return done


def test_a_record_is_done_when_the_broker_has_it_in_order() -> None:
    """D-8.1."""
    assert publish(Broker({}), 5) == [0, 1, 2, 3, 4]


def test_a_record_that_fails_ends_the_publisher_and_nothing_behind_it_is_done() -> None:
    """D-8.2: the later ones were taken by the broker, and are not acknowledged all the same."""
    assert publish(Broker({2: TopicAuthorizationFailedError()}), 5) == [0, 1, -1]


def test_an_event_that_is_too_large_becomes_a_rejection_and_the_rest_goes_on() -> None:
    """D-8.3."""
    broker = Broker({1: MessageSizeTooLargeError()})
    assert publish(broker, 4) == [0, 1, 2, 3]
    assert sorted(broker.sent) == ["dead", "out", "out", "out", "out"]


def test_a_rejection_that_cannot_be_written_holds_everything_behind_it() -> None:
    """D-8.4."""
    number = 3  # two events, and the large one behind them; then its rejection, when all three are handed over
    broker = Broker({1: MessageSizeTooLargeError(), number: TopicAuthorizationFailedError()})
    assert publish(broker, number) == [0, -1]


def test_a_worker_that_stood_still_hands_nothing_over() -> None:
    """D-7.4."""
    broker = Broker({})
    assert publish(broker, 3, fenced=lambda: True) == [-1]
    assert broker.sent == []


def test_what_is_abandoned_is_not_handed_over() -> None:
    """D-2.3."""

    async def scenario() -> list[str]:
        broker = Broker({})
        publisher = Publisher(broker.send, TOPICS, Metrics(), lambda _: None, lambda: False)
        publisher.publish(delivery(0), Outcome("enriched", value=b"{}"))
        publisher.abandon()
        running = asyncio.create_task(publisher.run())
        await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return broker.sent

    assert asyncio.run(scenario()) == []


@pytest.mark.parametrize(
    ("error", "halted"), [(None, False), (MessageSizeTooLargeError(), False), (KafkaError(), True)]
)
def test_the_driver_sends_nothing_behind_a_record_that_failed_for_good(
    error: BaseException | None, halted: bool
) -> None:
    """D-8.2: it would go on with the next batch of the partition, and break the order of a key."""

    async def scenario() -> bool:
        producer = transport.Producer.__new__(transport.Producer)
        sender = asyncio.create_task(asyncio.sleep(60))
        failed: list[BaseException] = []
        parts = {
            "_sender": type("Sender", (), {"sender_task": sender}),
            "_message_accumulator": type("Accumulator", (), {"fail_all": staticmethod(failed.append)}),
        }
        producer._producer = type("Native", (), parts)
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        producer.watch(answer)
        if error is None:
            answer.set_result(None)
        else:
            answer.set_exception(error)
            answer.exception()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        stopped = sender.cancelled()
        assert bool(failed) is stopped, "those that wait are told"
        sender.cancel()
        return stopped

    assert asyncio.run(scenario()) is halted


def test_records_that_wait_behind_a_failed_one_are_told_and_nothing_is_logged() -> None:
    """The worker says once why it ends; that the records behind were not sent is no news of its own."""

    async def scenario() -> tuple[list[str], list[Any]]:
        logged: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: logged.append(context))
        accumulator = MessageAccumulator(None, 1000, 0, 60)
        partitions = [TopicPartition("out", partition) for partition in range(3)]
        answers = [await accumulator.add_message(tp, b"k", b"{}", 60) for tp in partitions]
        producer = transport.Producer.__new__(transport.Producer)
        sending = asyncio.create_task(asyncio.sleep(60))
        producer._producer = SimpleNamespace(
            _sender=SimpleNamespace(sender_task=sending), _message_accumulator=accumulator
        )
        for answer in answers:
            producer.watch(answer)
        accumulator._pop_batch(partitions[0]).failure(TopicAuthorizationFailedError())
        told = [type(error).__name__ for error in await asyncio.gather(*answers, return_exceptions=True)]
        await asyncio.gather(sending, return_exceptions=True)
        # What nobody has asked for its error is logged when it is collected.
        del accumulator, answers, answer, producer
        gc.collect()
        return told, logged

    assert asyncio.run(scenario()) == (["TopicAuthorizationFailedError", "KafkaError", "KafkaError"], [])
