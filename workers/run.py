"""Run a worker until it is stopped or fails, with the exit code that tells which."""

from __future__ import annotations

import asyncio
import os
import signal

import structlog
from confluent_kafka import KafkaException

from workers import logs, unreadable
from workers.app import WatchdogError, Worker, create_app
from workers.flow import StandstillError
from workers.journal import JournalError
from workers.preflight import client_config
from workers.publisher import PublishError
from workers.settings import Settings
from workers.shards import ShardError
from workers.transport import PassedOverError, ReadError, UnreadableError

log = structlog.get_logger(__name__)

OK = 0
UNEXPECTED = 1
USAGE = 2
NOT_READY = 69
UNREADABLE_BATCH = 74
PUBLISHING_FAILED = 75
WATCHDOG = 76

# Beyond the drain deadline, for commits and connections.
STOP_SECONDS = 30.0

_CODES: tuple[tuple[type[BaseException], int], ...] = (
    (ShardError, USAGE),
    (JournalError, USAGE),
    (PublishError, PUBLISHING_FAILED),
    (StandstillError, WATCHDOG),
    (UnreadableError, UNREADABLE_BATCH),
    (ReadError, NOT_READY),
    (WatchdogError, WATCHDOG),
    (PassedOverError, WATCHDOG),
)


def run_worker(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT, or until something fails; returns the exit code of spec'd meaning (see README)."""
    logs.configure(settings.log_format, settings.log_level)
    return asyncio.run(_run(settings))


async def _run(settings: Settings) -> int:
    app = create_app(settings)
    app.watched = True
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    log.info("worker starts", bootstrap_servers=settings.bootstrap_servers, group=settings.group_id)
    starting = asyncio.create_task(app.start())
    waits = {asyncio.create_task(event.wait()) for event in (stop, app.ended, app._crashed)}
    try:
        await asyncio.wait({starting, *waits}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done() and starting.exception() is None and not (stop.is_set() or app.ended.is_set()):
            log.info("worker serves", http_port=settings.http_port, shards=settings.shards)
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        return await _end(app, starting, stopped=stop.is_set())
    finally:
        for wait in waits:
            wait.cancel()


def _code(error: BaseException | None) -> int:
    if error is None:
        return OK
    return next((code for kind, code in _CODES if isinstance(error, kind)), UNEXPECTED)


async def _name_unreadable(settings: Settings, error: UnreadableError) -> None:
    """Say which records cannot be read, and what to do (D-1.4)."""
    for topic, partition, offset in error.positions:
        try:
            found = await asyncio.to_thread(unreadable.find, client_config(settings), topic, partition, offset)
        except KafkaException as trouble:
            log.warning("partition cannot be looked at", topic=topic, partition=partition, reason=trouble.args[0].str())
            continue
        for bad in found:
            log.error(
                "records cannot be read",
                topic=topic,
                partition=partition,
                first=bad.first,
                last=bad.last,
                todo=f"stop the workers, then: anamnesis offsets skip {partition}:{bad.last + 1}",
            )


async def _end(app: Worker, starting: asyncio.Task[None], *, stopped: bool) -> int:
    if not starting.done():
        starting.cancel()
    error = app.failure or (starting.exception() if starting.done() and not starting.cancelled() else None)
    if error is None and not stopped and app._crashed.is_set():
        error = app._crash_reason
    log.info("worker stops")
    if isinstance(error, UnreadableError):
        await _name_unreadable(app.settings, error)
    try:
        async with asyncio.timeout(app.settings.drain_deadline_seconds + STOP_SECONDS):
            await app.stop()
    except TimeoutError:
        # What is not committed comes again; a broker that is away must not keep the process, nor must its threads.
        log.warning("stopped without the broker", after_seconds=app.settings.drain_deadline_seconds + STOP_SECONDS)
        os._exit(_code(error))
    except Exception as trouble:  # noqa: BLE001 (Faust's services may be in any state after a crash; why we end counts)
        log.warning("stopped with an error", error=type(trouble).__name__)
        os._exit(_code(error) or UNEXPECTED)
    code = _code(error)
    if code == UNEXPECTED:
        log.error("worker failed", exc_info=error)
    elif isinstance(error, (ShardError, JournalError)):
        log.error("worker cannot start", problem=str(error))
    return code
