"""What goes in: numbered notes at a steady pace, some of them made hostile, by a client of its own in a thread."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from tests.stream.verifier import numbered_notes

_QUEUE_SECONDS = 0.5


@dataclass(slots=True)
class Feed:
    """Sends `count` notes to `topic`. `hostile`: number of a note to its text; `ledger`: file for what the broker took."""

    client: dict[str, Any]
    topic: str
    count: int
    rate: float
    seed: int
    hostile: Mapping[int, str] = field(default_factory=dict)
    keys: int = 400
    transactions: int = 0
    compressions: tuple[str, ...] = ("none",)
    ledger: Path | None = None
    sent: int = 0
    aborted: int = 0
    _failures: list[KafkaError] = field(default_factory=list)
    _error: BaseException | None = None
    _thread: threading.Thread | None = None
    _stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin to send."""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def finished(self) -> bool:
        """Has everything been sent? Raises what went wrong."""
        if self._error is not None:
            raise self._error
        return self._thread is not None and not self._thread.is_alive()

    @property
    def share(self) -> float:
        """Share of the notes that has been sent, 0 to 1."""
        return self.sent / self.count

    def stop(self) -> None:
        """Send no more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(60)

    def _notes(self) -> Iterator[dict[str, Any]]:
        for number, note in enumerate(numbered_notes(self.count, self.keys, self.seed)):
            yield note | {"text": self.hostile[number]} if number in self.hostile else note

    def _run(self) -> None:
        try:
            if self.transactions:
                self._send_in_transactions()
            else:
                self._send()
        except (KafkaException, BufferError) as error:
            self._error = error

    def _producer(self, compression: str, **more: Any) -> Producer:
        idempotent = {"enable.idempotence": True, "linger.ms": 20, "log_level": 0, "compression.type": compression}
        return Producer(self.client | idempotent | more)

    def _send(self) -> None:
        producers = [self._producer(name) for name in self.compressions]
        started = time.monotonic()
        for number, note in enumerate(self._notes()):
            # By key, so that one client alone keeps the order of a key.
            producer = producers[hash_of(note["patient_id"]) % len(producers)]
            self._put(producer, number, note)
            producer.poll(0)
            self._keep_pace(started, number)
            if self._stop.is_set():
                break
        for producer in producers:
            if producer.flush(120):
                raise KafkaException(KafkaError(KafkaError._TIMED_OUT))
        if self._failures:
            raise KafkaException(self._failures[0])

    def _send_in_transactions(self) -> None:
        """A transaction is aborted with probability 1/4; its notes are sent again in the next one."""
        chosen = random.Random(self.seed)  # noqa: S311 (test data)
        producer = self._producer(self.compressions[0], **{"transactional.id": self.topic})
        producer.init_transactions(60)
        started = time.monotonic()
        held: list[tuple[int, dict[str, Any]]] = []
        for number, note in enumerate(self._notes()):
            held.append((number, note))
            if len(held) < self.transactions and number + 1 < self.count:
                continue
            while chosen.random() < 0.25:
                self._transaction(producer, held, commit=False)
            self._transaction(producer, held, commit=True)
            self.sent += len(held)
            held.clear()
            time.sleep(max(0.0, started + self.sent / self.rate - time.monotonic()))

    def _transaction(self, producer: Producer, held: list[tuple[int, dict[str, Any]]], *, commit: bool) -> None:
        producer.begin_transaction()
        for number, note in held:
            self._put(producer, number, note, count=False)
        if commit:
            producer.commit_transaction(60)
        else:
            producer.flush(60)
            producer.abort_transaction(60)
            self.aborted += len(held)

    def _put(self, producer: Producer, number: int, note: dict[str, Any], *, count: bool = True) -> None:
        key = note["patient_id"]
        told = self._counted if count else self._noticed
        while True:
            try:
                producer.produce(self.topic, json.dumps(note).encode(), key, on_delivery=told)
            except BufferError:
                producer.poll(_QUEUE_SECONDS)
            else:
                return

    def _keep_pace(self, started: float, number: int) -> None:
        if self.rate:
            time.sleep(max(0.0, started + number / self.rate - time.monotonic()))

    def _counted(self, error: KafkaError | None, message: Message) -> None:
        self._noticed(error, message)
        if error is None:
            self.sent += 1
            if self.ledger is not None:
                place = (message.topic(), message.partition(), message.offset())
                line = {"place": place, "key": _text(message.key()), "value": _text(message.value())}
                with self.ledger.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")

    def _noticed(self, error: KafkaError | None, _: Message) -> None:
        if error is not None and error.code() not in (KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT):
            self._failures.append(error)


def _text(content: bytes | str | None) -> str | None:
    return content.decode() if isinstance(content, bytes) else content


def hash_of(key: str) -> int:
    """A hash that is the same in every process."""
    return sum(key.encode())
