"""Tracing: the trace of a note goes on, its spans say where the time went, and nothing of the note is in them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka.errors import MessageSizeTooLargeError
from confluent_kafka import Producer
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from schemas.rejected import RejectedError
from workers.cli.kafka import Reader
from workers.delivery import Delivery
from workers.embedded import EmbeddedBroker
from workers.metrics import Metrics
from workers.publisher import Publisher, Topics
from workers.records import Coordinates, Outcome, Record, rejection
from workers.settings import Settings, SettingsError
from workers.tracing import Tracing

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CANARY = "canary-swordfish-4711"
TOPICS = Topics("enriched", "rejected", withhold=False, max_bytes=10_000)
ENRICHED = Outcome("enriched", value=b"{}", headers=(("ce_id", b"1"), ("traceparent", b"as read")), nlp_seconds=0.25)


def traceparent(flags: str = "01") -> bytes:
    return f"00-{TRACE}-{PARENT}-{flags}".encode()


def delivery(*headers: tuple[str, bytes], sent: bool = True) -> Delivery:
    """A note that was read a second ago and was in a shard for half a second."""
    now = time.monotonic()
    record = Record(CANARY.encode(), headers, received_at=time.time() - 1.0)
    made = Delivery(CANARY.encode(), record, Coordinates("notes", 3, 41, 0), lambda: None)
    if sent:
        made.sent, made.read = now - 0.7, now - 0.2
    return made


def publish(
    *items: tuple[Delivery, Outcome], ratio: float = 1.0, limit: int = 10**6
) -> tuple[list[tuple[str, dict[str, bytes]]], tuple[ReadableSpan, ...]]:
    """What a publisher sends (topic, headers) and the spans it leaves; records of over `limit` bytes are refused."""
    exporter = InMemorySpanExporter()
    tracing = Tracing(exporter, "group", ratio)
    sent: list[tuple[str, dict[str, bytes]]] = []

    async def send(
        topic: str, key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes]]
    ) -> Awaitable[Any]:
        if len(value or b"") > limit:
            raise MessageSizeTooLargeError
        assert len(headers) == len(dict(headers)), "a header twice"
        sent.append((topic, dict(headers)))
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        answer.set_result(None)
        return answer

    async def run() -> None:
        done = asyncio.Semaphore(0)
        publisher = Publisher(send, TOPICS, Metrics(), lambda _: done.release(), lambda: False, tracing)
        task = asyncio.create_task(publisher.run())
        for item in items:
            publisher.publish(*item)
        for _ in items:
            await done.acquire()
        task.cancel()

    asyncio.run(run())
    tracing.close()
    return sent, exporter.get_finished_spans()


def by_name(spans: tuple[ReadableSpan, ...]) -> dict[str, ReadableSpan]:
    assert len({span.name for span in spans}) == len(spans)
    return {span.name: span for span in spans}


def seconds(span: ReadableSpan) -> float:
    return (span.end_time - span.start_time) / 1e9


def test_trace_of_the_note_goes_on_to_its_event() -> None:
    sent, spans = publish((delivery(("traceparent", traceparent()), ("tracestate", b"vendor=1")), ENRICHED))
    named = by_name(spans)
    assert set(named) == {"process notes", "queue", "shard", "publish enriched"}
    assert {f"{span.context.trace_id:032x}" for span in spans} == {TRACE}
    process = named["process notes"]
    assert f"{process.parent.span_id:016x}" == PARENT
    assert {named[name].parent.span_id for name in ("queue", "shard", "publish enriched")} == {process.context.span_id}
    [(topic, headers)] = sent
    assert topic == "enriched"
    assert headers["traceparent"].decode() == f"00-{TRACE}-{named['publish enriched'].context.span_id:016x}-01"
    assert headers["tracestate"] == b"vendor=1"
    assert headers["ce_id"] == b"1"


def test_spans_say_where_the_time_went() -> None:
    _, spans = publish((delivery(), ENRICHED))
    named = by_name(spans)
    assert seconds(named["queue"]) == pytest.approx(0.3, abs=0.05)
    assert seconds(named["shard"]) == pytest.approx(0.5, abs=0.05)
    process = named["process notes"]
    for span in spans:
        assert process.start_time <= span.start_time <= span.end_time <= process.end_time
    assert named["queue"].end_time == named["shard"].start_time
    assert named["shard"].end_time <= named["publish enriched"].start_time
    assert named["shard"].attributes["anamnesis.nlp.seconds"] == 0.25
    assert dict(process.attributes) == {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.operation.name": "process",
        "messaging.consumer.group.name": "group",
        "messaging.destination.name": "notes",
        "messaging.destination.partition.id": "3",
        "messaging.kafka.offset": 41,
        "messaging.message.body.size": len(CANARY),
        "anamnesis.outcome": "enriched",
    }


def test_a_rejection_is_an_error_in_the_trace_of_its_note() -> None:
    refused = rejection(RejectedError("json", "decode", CANARY))
    sent, spans = publish((delivery(("traceparent", traceparent()), ("other", b"kept")), refused))
    named = by_name(spans)
    process = named["process notes"]
    assert process.status.status_code is StatusCode.ERROR
    assert process.status.description is None
    assert (process.attributes["error.type"], process.attributes["anamnesis.outcome"]) == ("json", "rejected")
    [(topic, headers)] = sent
    assert topic == "rejected"
    assert headers["traceparent"].decode().split("-")[1:3] == [
        TRACE,
        f"{named['publish rejected'].context.span_id:016x}",
    ]
    assert headers["other"] == b"kept"


def test_a_note_that_no_shard_saw_has_no_span_of_one() -> None:
    refused = rejection(RejectedError("crash", "pipeline", "it died 3 times"))
    _, spans = publish((delivery(sent=False), refused))
    assert set(by_name(spans)) == {"process notes", "queue", "publish rejected"}


def test_an_event_that_is_too_large_fails_to_be_published_and_its_rejection_succeeds() -> None:
    large = Outcome("enriched", value=b"x" * 5000)
    _, spans = publish((delivery(), large), limit=1000)
    named = by_name(spans)
    assert named["publish enriched"].status.status_code is StatusCode.ERROR
    assert named["publish rejected"].status.status_code is StatusCode.UNSET
    assert named["process notes"].attributes["error.type"] == "produce_too_large"


def test_what_the_producer_decided_holds_over_our_ratio() -> None:
    for flags, ratio, expected in (("00", 1.0, 0), ("01", 0.0, 4)):
        sent, spans = publish((delivery(("Traceparent", traceparent(flags))), ENRICHED), ratio=ratio)
        assert len(spans) == expected
        assert sent[0][1]["traceparent"].decode().split("-")[1::2] == [TRACE, flags]
    assert publish((delivery(), ENRICHED), ratio=0.0)[1] == ()


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_any_header_is_survived_and_a_bad_one_begins_a_trace(parent: bytes, state: bytes) -> None:
    sent, spans = publish((delivery(("traceparent", parent), ("tracestate", state)), ENRICHED))
    assert len(spans) in (0, 4)
    version, trace, span, _ = sent[0][1]["traceparent"].decode().split("-")
    assert (version, len(trace), len(span)) == ("00", 32, 16)


# ---- A worker as its user runs it, and a collector that speaks OTLP


class Collector(ThreadingHTTPServer):
    """Takes spans over HTTP, as an OpenTelemetry collector does."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: list[bytes] = []
        self.paths: set[str] = set()
        self.logged_in: set[str | None] = set()

    @property
    def spans(self) -> list[Any]:
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        scopes = [scope for each in requests for resource in each.resource_spans for scope in resource.scope_spans]
        return [span for scope in scopes for span in scope.spans]


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        self.server.paths.add(self.path)
        self.server.logged_in.add(self.headers.get("authorization"))
        body = self.rfile.read(int(self.headers["content-length"]))
        assert self.headers.get("content-encoding") is None
        self.server.bodies.append(body)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@contextmanager
def worker(folder: Path, **settings: object) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process; its log is in `folder`."""
    chosen = {"state_dir": folder / "state", "http_host": "127.0.0.1", "http_port": 0, "shards": 1, "profiles": "fr=fr"}
    arguments = [part for name, value in (chosen | settings).items() for part in ("--set", f"{name}={value}")]
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "workers", "worker", *arguments], stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def exchange(settings: Settings, folder: Path, process: subprocess.Popen[bytes], notes: list[bytes]) -> list[Any]:
    """Send notes and return the messages that come out, then stop the worker in good order."""
    producer = Producer({"bootstrap.servers": settings.bootstrap_servers, "log_level": 0})
    for value in notes:
        producer.produce(settings.input_topic, value, CANARY, headers={"traceparent": traceparent(), CANARY: CANARY})
    assert producer.flush(10) == 0
    found: list[Any] = []
    deadline = time.monotonic() + 90
    with Reader(settings, settings.output_topic) as events, Reader(settings, settings.deadletter_topic) as rejections:
        for message in events.follow(from_beginning=True):
            if message is not None:
                found.append(message)
            if len(found) == len(notes) - 1:
                break
            assert process.poll() is None, (folder / "worker.log").read_text()
            assert time.monotonic() < deadline, (folder / "worker.log").read_text()
        for message in rejections.follow(from_beginning=True):
            if message is not None:
                found.append(message)
                break
            assert time.monotonic() < deadline
    process.terminate()
    assert process.wait(30) == 0, (folder / "worker.log").read_text()
    return found


NOTES = [
    orjson.dumps({"note_id": CANARY, "patient_id": CANARY, "language": "fr", "text": f"Doliprane 1 g x 3/j. {CANARY}"}),
    orjson.dumps({"note_id": f"2{CANARY}", "language": "fr", "text": f"ATCD : asthme. {CANARY}"}),
    f'{{"note_id": "{CANARY}", "text": '.encode(),  # no JSON: a rejection
]


def test_a_worker_sends_its_spans_and_nothing_of_a_note(collector: Collector, tmp_path: Path) -> None:
    usual = Settings()
    with EmbeddedBroker(usual.input_topic, usual.output_topic, usual.deadletter_topic) as broker:
        settings = Settings(bootstrap_servers=broker.bootstrap_servers)
        endpoint = f"http://127.0.0.1:{collector.server_port}"
        with worker(
            tmp_path, bootstrap_servers=broker.bootstrap_servers, tracing_endpoint=endpoint, tracing_ratio=0
        ) as process:
            messages = exchange(settings, tmp_path, process, NOTES)
    assert collector.paths == {"/v1/traces"}
    spans = collector.spans
    assert {span.trace_id.hex() for span in spans} == {TRACE}
    names = sorted(span.name for span in spans)
    assert names == sorted(
        ["process health.notes", "queue", "shard"] * 3
        + ["publish health.notes.enriched"] * 2
        + ["publish health.notes.rejected"]
    )
    published = {span.span_id.hex() for span in spans if span.name.startswith("publish")}
    assert {dict(message.headers())["traceparent"].decode().split("-")[2] for message in messages} == published
    for body in collector.bodies:
        for forbidden in (CANARY, "Doliprane", "asthme"):
            assert forbidden.encode() not in body


def test_a_collector_that_is_not_there_holds_up_no_note_and_no_end(tmp_path: Path) -> None:
    usual = Settings()
    with EmbeddedBroker(usual.input_topic, usual.output_topic, usual.deadletter_topic) as broker:
        settings = Settings(bootstrap_servers=broker.bootstrap_servers)
        with worker(
            tmp_path,
            bootstrap_servers=broker.bootstrap_servers,
            tracing_endpoint="http://127.0.0.1:9",
            tracing_ratio=1,
        ) as process:
            assert len(exchange(settings, tmp_path, process, NOTES)) == len(NOTES)
    log = (tmp_path / "worker.log").read_text()
    assert CANARY not in log
    assert "Traceback" not in log


def test_without_the_extra_one_line_says_what_to_install(tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['opentelemetry'] = None; from workers.cli import run; sys.exit(run(sys.argv[1:]))"
    command = [sys.executable, "-c", hidden, "worker", "--set", f"state_dir={tmp_path}", "--set", "http_port=0"]
    asked = subprocess.run(
        [*command, "--set", "tracing_endpoint=http://collector:4318"], capture_output=True, text=True
    )
    assert asked.returncode == 2
    lines = [line for line in asked.stderr.splitlines() if "error:" in line]
    assert len(lines) == 1
    assert "anamnesis[tracing]" in lines[0]
    assert "Traceback" not in asked.stderr


def test_nothing_of_opentelemetry_is_imported_unless_asked_for() -> None:
    code = (
        "import sys, workers.run, workers.cli; sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize(
    "value", ["collector:4318", "grpc://collector:4317", "http://", f"http://user:{CANARY}@collector", "http://c:x"]
)
def test_an_endpoint_that_cannot_work_is_named(value: str) -> None:
    with pytest.raises(SettingsError, match="tracing_endpoint") as caught:
        Settings(tracing_endpoint=value)
    assert CANARY not in str(caught.value)
