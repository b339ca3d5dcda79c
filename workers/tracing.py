"""Traces of notes, for whoever asks for them: the extra `anamnesis[tracing]` and the setting `tracing_endpoint`.

The trace of a note goes on from its `traceparent` header to that of its event or rejection:

    process TOPIC      from the moment the record was read until its outcome is on the broker
      queue            until a shard has it: the window, then the shard's queue
      shard            until the shard has answered
      publish TOPIC    until the broker has answered; the parent of whatever reads the outcome

Spans are made when there is an outcome, so a note that was abandoned at a rebalance leaves none. Attributes are those
of OpenTelemetry's conventions for messaging, without the key of the record (it is a patient's pseudonym), and never
hold text, a note id or a message of an exception. Baggage is not read and not sent on.

This module imports OpenTelemetry: import it only where tracing is wanted.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from schemas.version import VERSION
from workers.delivery import Delivery
from workers.records import Outcome

Headers = list[tuple[str, bytes]]

# A collector that does not answer must hold up neither a batch of spans for long nor the end of a worker.
_EXPORT_SECONDS = 5
_CONTEXT_HEADERS = frozenset({"traceparent", "tracestate"})
_NANOSECONDS = 1_000_000_000


@dataclass(slots=True)
class NoteSpans:
    """The spans of a note that are not ended yet."""

    process: Span
    publish: Span


class Tracing:
    """Makes the spans of notes. `begin` for each record that is handed over, then `end` when the broker has answered.

    `ratio` is the share of traces that are recorded where the producer of a note has not decided.
    """

    def __init__(self, exporter: SpanExporter, group: str, ratio: float) -> None:
        resource = Resource.create(
            {
                SERVICE_NAME: os.environ.get("OTEL_SERVICE_NAME") or "anamnesis",
                SERVICE_VERSION: VERSION,
                SERVICE_INSTANCE_ID: socket.gethostname(),
            }
        )
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(ratio)), resource=resource, shutdown_on_exit=False
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("anamnesis", VERSION)
        self._propagator = TraceContextTextMapPropagator()
        self._group = group

    @classmethod
    def to_collector(cls, endpoint: str, group: str, ratio: float) -> Tracing:
        """Tracing to an OTLP collector at `endpoint` (http://host:4318); `OTEL_EXPORTER_OTLP_HEADERS` and the other
        variables of OpenTelemetry's exporter count.
        """
        return cls(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=_EXPORT_SECONDS), group, ratio)

    def begin(self, delivery: Delivery, outcome: Outcome, topic: str, headers: Headers) -> Headers:
        """Start publishing to `topic`: the headers with the context of this span in place of the producer's.

        A second call (a rejection in place of an event that was too large) ends the publishing that failed.
        """
        spans = delivery.spans
        if spans is None:
            spans = delivery.spans = self._made(delivery, outcome, topic)
        else:
            spans.publish.set_status(Status(StatusCode.ERROR))
            spans.publish.end()
            spans.publish = self._publishing(spans.process, topic)
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier, trace.set_span_in_context(spans.publish))
        kept = [(name, value) for name, value in headers if name.lower() not in _CONTEXT_HEADERS]
        return [*kept, *((name, value.encode()) for name, value in carrier.items())]

    def end(self, delivery: Delivery, outcome: Outcome) -> None:
        """The broker has the outcome."""
        spans = delivery.spans
        if spans is None:
            return
        delivery.spans = None
        spans.process.set_attribute("anamnesis.outcome", outcome.kind)
        if outcome.reason is not None:
            spans.process.set_attribute("error.type", outcome.reason)
            spans.process.set_status(Status(StatusCode.ERROR))
        spans.publish.end()
        spans.process.end()

    def close(self) -> None:
        """Send what is left, for a few seconds at most."""
        self._provider.shutdown()

    def _made(self, delivery: Delivery, outcome: Outcome, topic: str) -> NoteSpans:
        place = delivery.place
        now, clock = time.time_ns(), time.monotonic()

        def at(moment: float) -> int:
            return now - round((clock - moment) * _NANOSECONDS)

        received = round(delivery.record.received_at * _NANOSECONDS)
        sent = at(delivery.sent) if delivery.sent else now
        process = self._tracer.start_span(
            f"process {place.topic}",
            self._parent(delivery.record.headers),
            SpanKind.CONSUMER,
            {
                "messaging.system": "kafka",
                "messaging.operation.type": "process",
                "messaging.operation.name": "process",
                "messaging.consumer.group.name": self._group,
                "messaging.destination.name": place.topic,
                "messaging.destination.partition.id": str(place.partition),
                "messaging.kafka.offset": place.offset,
                "messaging.message.body.size": delivery.size,
            },
            start_time=min(received, sent),
        )
        inside = trace.set_span_in_context(process)
        self._tracer.start_span("queue", inside, start_time=min(received, sent)).end(sent)
        if delivery.sent:
            read = at(delivery.read) if delivery.read else now
            attributes = {"anamnesis.nlp.seconds": round(outcome.nlp_seconds, 6)}
            self._tracer.start_span("shard", inside, attributes=attributes, start_time=sent).end(max(sent, read))
        return NoteSpans(process, self._publishing(process, topic))

    def _publishing(self, process: Span, topic: str) -> Span:
        return self._tracer.start_span(
            f"publish {topic}",
            trace.set_span_in_context(process),
            SpanKind.PRODUCER,
            {
                "messaging.system": "kafka",
                "messaging.operation.type": "send",
                "messaging.operation.name": "publish",
                "messaging.destination.name": topic,
            },
        )

    def _parent(self, headers: Iterable[tuple[str, bytes]]) -> Context:
        carrier = {
            name.lower(): value.decode("ascii", "replace")
            for name, value in headers
            if name.lower() in _CONTEXT_HEADERS
        }
        return self._propagator.extract(carrier, Context())
