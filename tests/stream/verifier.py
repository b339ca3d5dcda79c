"""The verifier: does each note of the input topic have its one outcome, in order? It knows nothing of the worker.

    python -m tests.stream.verifier produce --bootstrap HOST:PORT --input T --notes 5000 --keys 400 --seed 1
    python -m tests.stream.verifier check --bootstrap HOST:PORT --input T --output T --deadletter T --wait 60

`check` prints lost, duplicated, out of order and unexplained with a verdict; it exits with 0 where the promise holds,
1 where it does not, 2 for wrong use and 3 where a topic cannot be read.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

from tests.stream.judgement import Judge, Read, Verdict

T = TypeVar("T")

HOLDS, BROKEN, USAGE, UNREADABLE = range(4)

_POLL_SECONDS = 0.5
_METADATA_SECONDS = 30.0
_PATIENCE_SECONDS = 60.0
_LINES = (
    "Patient seen in clinic today, feels well.",
    "History of hypertension and type 2 diabetes.",
    "Metformin 500 mg PO BID with meals.",
    "Lisinopril 10 mg tablet once daily for 30 days.",
    "No chest pain. Denies fever.",
    "Patient vu ce jour, pas de plainte.",
    "Antécédents d'asthme, traité par salbutamol au besoin.",
    "Amlodipine 5 mg 1 cp le matin.",
    "Paracétamol 1 g x 3/j pendant 5 jours, emoji 👩‍⚕️ et dose 𝟓 mg.",
)


def patiently(call: Callable[[], T]) -> T:
    """The call's result. A client asks the brokers that it knows; behind a fault one of them may be gone or lead no more,
    which it says by one of a dozen codes, so that every KafkaException is tried again for a minute before it is raised.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return call()
        except KafkaException:
            if time.monotonic() > deadline:
                raise
            time.sleep(_POLL_SECONDS)


class Topic:
    """One topic, read from its beginning, again and again to its present end."""

    def __init__(self, client: dict[str, Any], name: str) -> None:
        self.name = name
        self._consumer = Consumer(
            client
            | {
                "group.id": "verifier",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "enable.partition.eof": True,
                "auto.offset.reset": "earliest",
                "log_level": 0,
            }
        )
        found = patiently(lambda: self._consumer.list_topics(name, timeout=_METADATA_SECONDS)).topics[name]
        if found.error is not None:
            raise KafkaException(found.error)
        self._next = dict.fromkeys(sorted(found.partitions), 0)

    def news(self) -> Iterator[Read]:
        """Records since the last call."""
        places = [TopicPartition(self.name, partition, offset) for partition, offset in self._next.items()]
        self._consumer.assign(places)
        unfinished = set(self._next)
        while unfinished:
            message = self._consumer.poll(_METADATA_SECONDS)
            if message is None:
                raise KafkaException(KafkaError(KafkaError._TIMED_OUT))
            error = message.error()
            if error is not None:
                if error.code() != KafkaError._PARTITION_EOF:
                    if not error.retriable() and error.code() != KafkaError._ALL_BROKERS_DOWN:
                        raise KafkaException(error)
                    continue
                unfinished.discard(message.partition())
                continue
            read = _read(message)
            self._next[read.place[1]] = read.place[2] + 1
            yield read
        self._consumer.unassign()

    def close(self) -> None:
        """Leave."""
        self._consumer.close()


def check(
    client: dict[str, Any],
    topics: tuple[str, str, str],
    *,
    wait: float = 0.0,
    spans: bool = True,
    ledger: Path | None = None,
) -> Verdict:
    """Read input, output and dead letter topic, for `wait` seconds at most while outcomes are missing.

    Raises KafkaException where a topic cannot be read.
    """
    judge = Judge(spans=spans)
    for read in _ledger(ledger):
        judge.take_input(read, held=False)
    source, output, letters = (Topic(client, name) for name in topics)
    deadline = time.monotonic() + wait
    try:
        while True:
            for topic, take in ((source, judge.take_input), (output, judge.take_output), (letters, judge.take_letter)):
                for read in topic.news():
                    take(read)
            # Duplicates make up the number without the notes being there: only the verdict itself knows.
            if not judge.waiting and not judge.verdict().lost:
                break
            if time.monotonic() >= deadline:
                break
            time.sleep(_POLL_SECONDS)
    finally:
        for topic in (source, output, letters):
            topic.close()
    return judge.verdict()


def produce(
    client: dict[str, Any], topic: str, notes: Iterator[dict[str, Any]], ledger: Path | None, rate: float
) -> int:
    """Send notes with their patients as keys; returns how many the broker has acknowledged. Raises KafkaException."""
    failures: list[KafkaError] = []
    acknowledged = 0
    file = ledger.open("a", encoding="utf-8") if ledger is not None else None

    def delivered(error: KafkaError | None, message: Message) -> None:
        nonlocal acknowledged
        if error is not None:
            failures.append(error)
            return
        acknowledged += 1
        if file is not None:
            key, value = message.key(), message.value()
            line = {"place": _read(message).place, "key": _text(key), "value": _text(value)}
            file.write(json.dumps(line) + "\n")

    producer = Producer(client | {"enable.idempotence": True, "linger.ms": 20, "log_level": 0})
    started = time.monotonic()
    for number, note in enumerate(notes):
        while True:
            try:
                producer.produce(topic, json.dumps(note).encode(), note.get("patient_id"), on_delivery=delivered)
                break
            except BufferError:
                producer.poll(_POLL_SECONDS)
        producer.poll(0)
        if rate:
            time.sleep(max(0.0, started + (number + 1) / rate - time.monotonic()))
    producer.flush()
    if file is not None:
        file.close()
    if failures:
        raise KafkaException(failures[0])
    return acknowledged


def numbered_notes(count: int, keys: int, seed: int) -> Iterator[dict[str, Any]]:
    """Notes of the verifier's own, numbered in their ids; the same for the same arguments."""
    chosen = random.Random(seed)  # noqa: S311 (test data)
    for number in range(count):
        lines = [f"Note {number}."] + [chosen.choice(_LINES) for _ in range(chosen.randint(3, 25))]
        yield {
            "note_id": f"v{seed}-{number:07}",
            "patient_id": f"patient-{chosen.randrange(keys)}",
            "language": chosen.choice(("en", "fr")),
            "note_datetime": "2024-03-12T09:40:00+00:00",
            "text": "\n".join(lines),
        }


def _ledger(path: Path | None) -> Iterator[Read]:
    if path is None:
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        topic, partition, offset = entry["place"]
        key, value = (None if entry[name] is None else entry[name].encode() for name in ("key", "value"))
        yield Read((topic, partition, offset), key, value, headers=None)


def _read(message: Message) -> Read:
    headers = tuple((name, value or b"") for name, value in message.headers() or ())
    place = (message.topic() or "", message.partition() or 0, message.offset() or 0)
    key = message.key()
    return Read(
        place, key.encode() if isinstance(key, str) else key, message.value(), headers, message.timestamp()[1] / 1000
    )


def _text(content: bytes | str | None) -> str | None:
    return content.decode() if isinstance(content, bytes) else content


def main(arguments: list[str]) -> int:
    """Run the program; returns its exit code."""
    parser = argparse.ArgumentParser(prog="verifier", description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    makes, checks = commands.add_parser("produce"), commands.add_parser("check")
    for each in (makes, checks):
        each.add_argument("--bootstrap", required=True)
        each.add_argument("--client", type=Path, help="JSON with further settings of librdkafka, for TLS and SASL")
        each.add_argument("--input", required=True)
        each.add_argument("--ledger", type=Path, help="JSONL of what the broker has acknowledged")
    makes.add_argument("--notes", type=int, default=1000)
    makes.add_argument("--keys", type=int, default=100)
    makes.add_argument("--seed", type=int, default=1)
    makes.add_argument("--rate", type=float, default=0.0, help="notes a second; 0: as fast as it goes")
    checks.add_argument("--output", required=True)
    checks.add_argument("--deadletter", required=True)
    checks.add_argument("--wait", type=float, default=0.0, help="seconds, at most, for outcomes that are missing")
    checks.add_argument("--no-spans", action="store_true", help="keep no texts in memory")
    checks.add_argument("--max-rejected", type=int, help="more rejections break the promise")
    checks.add_argument("--max-duplicated", type=int, help="more duplicates break the promise")
    checks.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    client: dict[str, Any] = {"bootstrap.servers": options.bootstrap}
    if options.client is not None:
        client |= json.loads(options.client.read_text(encoding="utf-8"))
    try:
        if options.command == "produce":
            notes = numbered_notes(options.notes, options.keys, options.seed)
            sent = produce(client, options.input, notes, options.ledger, options.rate)
            sys.stdout.write(f"{sent} notes acknowledged\n")
            return HOLDS
        topics = (options.input, options.output, options.deadletter)
        verdict = check(client, topics, wait=options.wait, spans=not options.no_spans, ledger=options.ledger)
    except KafkaException as error:
        sys.stderr.write(f"verifier: {error.args[0].str()}\n")
        return UNREADABLE
    holds = (
        verdict.holds
        and (options.max_rejected is None or verdict.outcomes.get("rejected", 0) <= options.max_rejected)
        and (options.max_duplicated is None or verdict.duplicated <= options.max_duplicated)
    )
    sys.stdout.write(_shown(verdict, holds=holds, as_json=options.json))
    return HOLDS if holds else BROKEN


def _shown(verdict: Verdict, *, holds: bool, as_json: bool) -> str:
    figures = asdict(verdict)
    word = "holds" if holds else "broken"
    if as_json:
        return json.dumps({"verdict": word, **figures}) + "\n"
    examples = figures.pop("examples")
    lines = [f"{name.replace('_', ' '):>13}  {value}" for name, value in figures.items()]
    lines += [f"{name:>13}: {line}" for name, shown in examples.items() for line in shown]
    return "\n".join([*lines, f"      verdict  {word}"]) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
