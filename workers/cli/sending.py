"""A producer for commands: keeps the order, and gives up at the first record that the broker refuses."""

from __future__ import annotations

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from workers.cli.console import CommandError, Exit
from workers.cli.kafka import BROKER_SECONDS, Headers, client_config, unreachable
from workers.settings import Settings

_BACK_PRESSURE_SECONDS = 1.0


class Sender:
    """Sends records. Use it as a context manager; leaving it waits until the broker has all. Raises CommandError."""

    def __init__(self, settings: Settings, topic: str) -> None:
        self._settings = settings
        self._error: KafkaError | None = None
        self.delivered = 0
        self._producer = Producer(
            client_config(settings)
            | {
                "enable.idempotence": True,
                "partitioner": "murmur2_random",  # as Java clients do, so that a key keeps its partition
                "compression.type": settings.producer_compression,
                "linger.ms": settings.producer_linger_seconds * 1000,
                "message.max.bytes": max(settings.max_event_bytes, settings.max_value_bytes),
                "delivery.timeout.ms": int(settings.producer_request_timeout_seconds * 1000),
            }
        )
        self.check(topic)

    def __enter__(self) -> Sender:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._producer.purge()
            return
        left = self._producer.flush(self._settings.producer_request_timeout_seconds + 1)
        self._raise_failed()
        if left:
            raise CommandError(f"{left} records were not delivered in time", Exit.PUBLISH)

    def check(self, topic: str) -> None:
        """See that the topic is there. Raises CommandError (69)."""
        try:
            metadata = self._producer.list_topics(topic, timeout=BROKER_SECONDS).topics[topic]
        except KafkaException as error:
            raise unreachable(self._settings, error) from None
        if metadata.error is not None:
            raise CommandError(f"the topic {topic} cannot be written: {metadata.error.str()}", Exit.PREFLIGHT)

    def send(self, topic: str, key: bytes | None, value: bytes | None, headers: Headers) -> None:
        """Queue one record; waits while the queue is full. Raises CommandError (75) if an earlier one was refused."""
        self._raise_failed()
        while True:
            try:
                self._producer.produce(
                    topic,
                    key=key,
                    value=value,
                    headers=list[tuple[str, str | bytes | None]](headers),
                    on_delivery=self._delivered,
                )
            except BufferError:
                self._producer.poll(_BACK_PRESSURE_SECONDS)
                self._raise_failed()
                continue
            except KafkaException as error:
                raise CommandError(f"cannot send to {topic}: {error.args[0].str()}", Exit.PUBLISH) from None
            self._producer.poll(0)
            return

    def _delivered(self, error: KafkaError | None, _: Message) -> None:
        if error is None:
            self.delivered += 1
        else:
            self._error = self._error or error

    def _raise_failed(self) -> None:
        if self._error is not None:
            raise CommandError(f"the broker refused a record: {self._error.str()}", Exit.PUBLISH)
