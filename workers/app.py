"""The Faust application: one agent that takes records off the input topic and gives them to the flow.

`faust -A workers.app worker` finds it as `app`, with the settings of the environment.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import tempfile
import time
from collections.abc import Awaitable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import faust
import structlog
from faust.auth import SASLCredentials, SSLCredentials
from faust.types.auth import SASLMechanism

import schemas
from workers import logs, transport
from workers.delivery import Delivery
from workers.flow import Flow, FlowOptions
from workers.health import Health
from workers.journal import Journal
from workers.metrics import Assignment, Metrics
from workers.preflight import Preflight
from workers.publisher import Topics
from workers.records import Coordinates, ProcessingOptions, Record
from workers.settings import Settings, SettingsError
from workers.settings_checks import tls_context
from workers.shards import ShardLimits
from workers.transport import PassedOverError, ReadError, UnreadableError

if TYPE_CHECKING:
    from workers.tracing import Tracing

log = structlog.get_logger(__name__)

# A loop that stood for this share of the session may have lost its partitions without knowing.
_STANDSTILL_SHARE = 0.7
_WATCH_SECONDS = 1.0
_LEAVE_SECONDS = 10.0

# The driver hands over all that it fetched of one partition before the next one's: the others wait for so much. A larger
# record comes all the same.
_FETCH_BYTES = 128 * 1024


class WatchdogError(Exception):
    """Notes are in flight or unread and nothing has moved for too long."""


class Worker(faust.App):
    """The application with its flow. `failure` is set to what ended it.

    Who runs it waits for `ended`, if `watched`; Faust's own command line does not, and is told of a failure as a crash.
    """

    settings: Settings
    flow: Flow
    metrics: Metrics
    failure: BaseException | None = None
    watched = False

    def attach(self, settings: Settings) -> None:
        """Give the application its settings, its metrics and its transport."""
        self.settings = settings
        self.metrics = Metrics()
        self.tracing = _tracing(settings)
        self.preflight = Preflight(settings)
        self.health = Health(self.metrics.registry, self._loading, self._live, self._ready)
        self.ended = asyncio.Event()
        self._serving = False
        self._joined = False
        self._idle_at = 0.0
        url = self.conf.broker_consumer
        self.transport = transport.Transport(url, self)
        self.producer_transport = transport.Transport(self.conf.broker_producer, self)

    async def start(self) -> None:
        """Serve health, start shards, wait for broker and topics, then start Faust.

        Shards first: profiles that do not load are told at once, and nobody waits for both.
        """
        _ignore_debug_signals()
        # Faust's command line has set up logging of its own, which knows nothing of what may not be logged.
        logs.configure(self.settings.log_format, self.settings.log_level)
        await self.health.start(self.settings.http_host, self.settings.http_port)
        self.flow = self._make_flow()
        await self.flow.start()
        self._announce_profiles()
        await self.preflight.wait()
        self.metrics.watch_assignment(lambda: Assignment(self._lag(), len(self.consumer.assignment())))
        transport.Consumer.before_revocation = self._before_revocation
        transport.Consumer.after_assignment = self._after_assignment
        transport.Consumer.commit_failed = self.metrics.commit_failures.inc
        transport.Consumer.attempts = self.flow.attempts
        transport.Consumer.failed = self.fail
        await super().start()
        self._serving = True
        self._watch_task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Drain while Faust still runs, then stop it: its last commit holds everything that was published."""
        if self._serving:
            self._serving = False
            self._watch_task.cancel()
        if getattr(self, "flow", None) is not None:
            # Who can read no more can still finish what was read.
            can_finish = self.failure is None or isinstance(self.failure, (UnreadableError, ReadError))
            await self.flow.stop(failed=not can_finish)
            await self._leave()
        await super().stop()
        if self.tracing is not None:
            await asyncio.to_thread(self.tracing.close)
        await self.health.stop()

    def fail(self, error: BaseException) -> None:
        """End the worker because of an error; the first one counts."""
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        if self.failure is None:
            self.failure = error
            log.error("worker ends", error=type(error).__name__, reason=str(error) if _is_ours(error) else None)
        self.ended.set()
        if not self.watched and not self._crashed.is_set():
            self._crashing = asyncio.ensure_future(self.crash(error))

    async def take(self, message: Any) -> None:
        """Give one message of the input topic to the flow."""
        headers = tuple((str(name), bytes(value or b"")) for name, value in message.headers or ())
        timestamp = int((message.timestamp or 0.0) * 1000)
        place = Coordinates(message.topic, message.partition, message.offset, timestamp)
        record = Record(message.value, headers, place, received_at=time.time())
        consumer = self._consumer_of_ours()
        if message.generation_id == self.consumer_generation_id:
            try:
                consumer.took(message.tp, message.offset)
            except PassedOverError as error:
                self.fail(error)
                return
        acknowledge = partial(message.ack, consumer)
        await self.flow.accept(Delivery(message.key, record, place, acknowledge, assignment=message.generation_id))

    async def hand_over(
        self, topic: str, key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes]]
    ) -> Awaitable[Any]:
        """Hand a record to the driver's producer."""
        producer: Any = self.producer
        answer: Awaitable[Any] = await producer.send(topic, key, value, None, None, headers)
        producer.watch(answer)
        return answer

    async def _before_revocation(self) -> None:
        self._joined = False
        self.metrics.rebalances.inc()
        await self.flow.drain()

    def _after_assignment(self) -> None:
        self._joined = True
        self.flow.resume(self.consumer_generation_id)

    async def _leave(self) -> None:
        """Commit and say that we leave in order; a broker that is away must not keep us."""
        if self._joined:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LEAVE_SECONDS):
                    await self._consumer_of_ours().leave()

    def _consumer_of_ours(self) -> transport.Consumer:
        consumer = self.consumer
        if not isinstance(consumer, transport.Consumer):
            raise TypeError(f"not our consumer: {type(consumer).__name__}")
        return consumer

    def _make_flow(self) -> Flow:
        settings = self.settings
        return Flow(
            FlowOptions(
                shards=settings.shards,
                window_records=settings.window_notes,
                window_bytes=int(settings.window_bytes),
                drain_seconds=settings.drain_deadline_seconds,
                standstill_seconds=settings.session_timeout_seconds * _STANDSTILL_SHARE,
                max_attempts=settings.max_attempts,
            ),
            processing_options(settings),
            ShardLimits(
                batch_notes=settings.batch_notes,
                batch_characters=settings.batch_characters,
                batches=settings.batches_per_shard,
                note_seconds=settings.note_deadline_seconds,
                batch_seconds=settings.batch_deadline_seconds,
                memory_bytes=int(settings.shard_memory_bytes),
                recycle_bytes=int(settings.shard_recycle_bytes),
            ),
            Topics(
                output=settings.output_topic,
                deadletter=settings.deadletter_topic,
                withhold=settings.deadletter_value == "withhold",
                max_bytes=int(settings.max_event_bytes),
            ),
            Journal(settings.state_dir, settings.group_id),
            self.metrics,
            self.hand_over,
            self.fail,
            self._name,
            self.tracing,
        )

    async def _name(self) -> None:
        await self._consumer_of_ours().name()

    def _announce_profiles(self) -> None:
        for profile, version, fingerprint in self.flow.pool.profiles:
            self.metrics.info.labels(profile, version, fingerprint, self.settings.group_id).set(1)

    def _lag(self) -> dict[tuple[str, int], int]:
        return transport.lags(self.consumer)

    def _loading(self) -> str | None:
        flow = getattr(self, "flow", None)
        return None if flow is not None and flow.pool.profiles else "profiles are loading"

    def _live(self) -> str | None:
        if not self._serving:
            return None
        settings, stuck = self.settings, self._stuck_seconds()
        # The longest that a note may take with a healthy loop; a broker that is away ends the worker before (75).
        limit = settings.batch_deadline_seconds + 2 * settings.note_deadline_seconds
        limit += settings.producer_request_timeout_seconds
        return f"no progress for {stuck:.0f} s" if stuck > limit and self.flow.inflight else None

    def _ready(self) -> str | None:
        if (loading := self._loading()) is not None:
            return loading
        if self.preflight.problem is not None:
            return self.preflight.problem
        if not self._serving or not self._joined:
            return "the consumer group has not given us our partitions yet"
        return None

    def _stuck_seconds(self) -> float:
        """Seconds with work and without progress. The first note after a quiet night is not late by that night."""
        return time.monotonic() - max(self.flow.last_progress, self._idle_at)

    async def _watch(self) -> None:
        """End a worker that has work and does nothing: a restart helps, waiting does not."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            if not (self.flow.inflight or any(self._lag().values())):
                self._idle_at = time.monotonic()
                continue
            limit = self.settings.watchdog_seconds
            if self.flow.inflight and self._stuck_seconds() < limit:
                self._consumer_of_ours().keep_alive()
            if self._stuck_seconds() > limit:
                self.fail(WatchdogError(f"no progress for {limit:g} s with notes in flight or unread"))
                return


def _ignore_debug_signals() -> None:
    """Faust's and mode's handlers would dump local variables, which hold notes, and open a debugger."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGUSR1, signal.SIGUSR2):
        loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_IGN)


def _is_ours(error: BaseException) -> bool:
    """May the message be logged? Ours hold no text of a note."""
    return type(error).__module__.split(".")[0] in ("workers", "pipeline", "schemas")


def processing_options(settings: Settings) -> ProcessingOptions:
    """What shards must know, out of the settings."""
    return ProcessingOptions(
        profiles=dict(settings.profiles),
        default_language=settings.default_language,
        default_timezone=settings.default_timezone,
        text_echo=settings.text_echo,
        offset_unit=settings.offset_unit,
        limits=schemas.Limits(
            max_text_length=settings.max_text_length,
            max_value_bytes=int(settings.max_value_bytes),
            max_depth=settings.max_depth,
        ),
        group=settings.group_id,
    )


def create_app(settings: Settings) -> Worker:
    """The application for these settings; it does nothing before it is started."""
    # Faust makes its data directory at start; the state directory is the one place a worker may write to.
    datadir = settings.state_dir / "faust"
    app = Worker(
        settings.group_id,
        broker=[f"kafka://{server}" for server in settings.bootstrap_servers.split(",")],
        broker_credentials=_credentials(settings),
        datadir=str(datadir if _writable(settings.state_dir) else Path(tempfile.gettempdir()) / "anamnesis-faust"),
        broker_client_id=f"anamnesis-{socket.gethostname()}",
        broker_max_poll_records=settings.max_poll_records,
        consumer_max_fetch_size=_FETCH_BYTES,
        broker_max_poll_interval=settings.max_poll_interval_seconds,
        broker_session_timeout=settings.session_timeout_seconds,
        broker_heartbeat_interval=settings.heartbeat_interval_seconds,
        broker_rebalance_timeout=settings.rebalance_timeout_seconds,
        broker_request_timeout=max(90.0, settings.session_timeout_seconds * 2),
        broker_commit_interval=settings.commit_interval_seconds,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=settings.group_instance_id,
        consumer_metadata_max_age_ms=int(settings.metadata_max_age_seconds * 1000),
        producer_acks=-1,
        producer_compression_type=None if settings.producer_compression == "none" else settings.producer_compression,
        producer_linger=settings.producer_linger_seconds,
        producer_max_batch_size=int(settings.producer_batch_bytes),
        producer_max_request_size=int(settings.max_event_bytes),
        producer_request_timeout=settings.producer_request_timeout_seconds,
        stream_buffer_maxsize=settings.stream_buffer_records,
        # The flow drains itself; Faust would wait for notes that we have abandoned.
        stream_wait_empty=False,
        table_standby_replicas=0,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        autodiscover=False,
        loghandlers=[],
    )
    app.attach(settings)
    topic = app.topic(
        settings.input_topic,
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
        allow_empty=True,
    )

    async def take_notes(stream: Any) -> None:
        # Acknowledged by our ledger, never by the stream; nothing in this body raises for a bad note.
        async for event in stream.noack().events():
            await app.take(event.message)

    app.agent(topic, name="notes", concurrency=1)(take_notes)
    return app


def _tracing(settings: Settings) -> Tracing | None:
    """Tracing where it is asked for. Raises SettingsError where the extra that it needs is not installed."""
    if settings.tracing_endpoint is None:
        return None
    try:
        from workers.tracing import Tracing
    except ImportError as error:
        if not (error.name or "").startswith("opentelemetry"):
            raise
        raise SettingsError(
            "tracing_endpoint needs the extra of that name: install anamnesis[tracing] "
            "(requirements-tracing.lock), or leave tracing_endpoint unset"
        ) from error
    return Tracing.to_collector(settings.tracing_endpoint, settings.group_id, settings.tracing_ratio)


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # the journal says so when the worker starts, and what to do
        return False
    return os.access(folder, os.W_OK)


def _credentials(settings: Settings) -> Any:
    context = tls_context(settings) if settings.tls_enabled else None
    if settings.sasl_mechanism is not None:
        return SASLCredentials(
            username=settings.sasl_username,
            password=settings.sasl_password.get_secret_value() if settings.sasl_password else None,
            mechanism=SASLMechanism(settings.sasl_mechanism),
            ssl_context=context,
        )
    return SSLCredentials(context) if context is not None else None


def __getattr__(name: str) -> Any:
    """`app`, made when Faust's own command line asks for it: importing this module reads no settings."""
    if name != "app":
        raise AttributeError(name)
    settings = Settings()
    logs.configure(settings.log_format, settings.log_level)
    made = globals()["app"] = create_app(settings)
    return made
