"""Shards: processes that read notes, each with its queue, its pipe and its supervision.

A shard is forked from a forkserver that has the profiles in memory. Batches go out, outcomes come back note by note and
in order. When a shard dies or is silent beyond the deadline it is replaced. Only the guilty note is rejected (D-5.2):
the one that was at work beyond its deadline, or the one with which alone the shard dies twice. Where the pipeline
gathers notes nobody knows which was at work, and those of the batch without an outcome run one by one.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import ModuleType
from typing import Protocol

import structlog

from schemas.rejected import RejectedError
from workers import shard_process
from workers.frames import HEADER, frame, ready_decoder, result_decoder
from workers.records import Outcome, ProcessingOptions, Record, rejection

log = structlog.get_logger(__name__)

# The first shard waits for the forkserver to load every profile; a transformer may take a minute.
START_SECONDS = 180.0
# A shard that dies this often before it is ready will not become so. One that was ready before may be tried for longer:
# what kills it now, such as a machine short of memory, may pass.
START_ATTEMPTS = 3
RESTART_ATTEMPTS = 10
_RESTART_PAUSES = (0.0, 0.1, 0.5, 1.0, 2.0)
# What the forkserver imports before it forks shards.
PRELOAD = ["workers.shard_preload"]

# A note is guilty of a shard's death when the shard dies so often with this note alone in it: once may be anybody's
# doing, such as the kernel's when memory is short.
_DEATHS_ALONE = 2

# Deadlines are looked at this often.
_WATCH_SECONDS = 0.25


class Job(Protocol):
    """A note on its way: what a shard must know of it."""

    @property
    def record(self) -> Record:
        """The record to read."""
        ...


@dataclass(frozen=True, slots=True)
class ShardLimits:
    """Sizes in notes, characters (taken as bytes) and bytes; times in seconds."""

    batch_notes: int = 32
    batch_characters: int = 64_000
    batches: int = 3
    note_seconds: float = 20.0
    batch_seconds: float = 30.0
    memory_bytes: int = 0
    recycle_bytes: int = 0


class ShardError(Exception):
    """A shard cannot be started: its profiles do not load, or it dies before it is ready."""


class _RecycleError(Exception):
    """The shard has grown beyond its limit and has nothing to do: time for a new one."""


@dataclass(slots=True)
class _Batch:
    """`jobs` are those without an outcome, of `notes` that were sent; behind a batch `alone` none is sent."""

    jobs: deque[Job]
    notes: int
    alone: bool


@dataclass(slots=True)
class ShardState:
    """What telemetry shows of a shard."""

    notes: int = 0
    restarts: int = 0
    resident_bytes: int = 0
    busy_seconds: float = 0.0
    ready: bool = False
    streams: bool = False
    profiles: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Shard:
    """One shard. `sent` is called when a job goes to the process (again after a death), `done` with its outcome, in the
    order of `submit`; neither may raise.
    """

    number: int
    options: ProcessingOptions
    limits: ShardLimits
    sent: Callable[[Job], None]
    done: Callable[[Job, Outcome], None]
    state: ShardState = field(default_factory=ShardState)
    _queue: deque[Job] = field(default_factory=deque)
    _suspects: deque[Job] = field(default_factory=deque)
    _sent: deque[_Batch] = field(default_factory=deque)
    _head_since: float = 0.0
    _silent_seconds: float = 0.0
    _heard_at: float = 0.0
    _deaths_alone: int = 0
    _recycle: bool = False
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _process: ForkServerProcess | None = None
    _writer: asyncio.StreamWriter | None = None

    def submit(self, job: Job) -> None:
        """Queue a job; returns at once."""
        self._queue.append(job)
        self._wake.set()

    def busy_seconds(self) -> float:
        """Seconds that the process has worked so far, the batch at the head included."""
        running = time.monotonic() - self._head_since if self._sent else 0.0
        return self.state.busy_seconds + running

    def abandon(self) -> None:
        """Forget what is queued; what is in the process comes back and is for the caller to ignore."""
        self._queue.clear()
        self._suspects.clear()

    async def run(self) -> None:
        """Serve until cancelled. Raises ShardError."""
        failures = 0
        try:
            while True:
                try:
                    reader, writer = await self._start()
                except (OSError, EOFError, asyncio.IncompleteReadError, TimeoutError) as error:
                    failures += 1
                    if failures >= (RESTART_ATTEMPTS if self.state.profiles else START_ATTEMPTS):
                        raise ShardError(f"shard {self.number} died {failures} times before it was ready") from error
                    await self._end()
                    await asyncio.sleep(_RESTART_PAUSES[min(failures, len(_RESTART_PAUSES)) - 1])
                    continue
                failures = 0
                await self._serve_until_it_ends(reader, writer)
        finally:
            self.state.ready = False
            self.kill()
            await self._close_pipe()

    def kill(self) -> None:
        """End the process at once."""
        process, self._process = self._process, None
        if process is not None and process.pid is not None:  # without one it was stopped before it was started
            process.kill()
            process.join()

    @property
    def pid(self) -> int | None:
        """The process id, None while there is none."""
        return self._process.pid if self._process is not None else None

    async def _start(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        ours, theirs = socket.socketpair()
        context = multiprocessing.get_context("forkserver")
        self._process = context.Process(
            target=shard_process.main,
            args=(theirs, self.options, self.limits.memory_bytes),
            name=f"anamnesis-shard-{self.number}",
            daemon=True,
        )
        with theirs:
            await asyncio.to_thread(_start_bare, self._process)
        ours.setblocking(False)
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        self._writer = writer
        ready = ready_decoder.decode(await asyncio.wait_for(_read_frame(reader), START_SECONDS))
        if ready.error is not None:
            raise ShardError(ready.error)
        self.state.profiles = ready.profiles
        self.state.streams = ready.streams
        self.state.ready = True
        return reader, writer

    async def _serve_until_it_ends(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The receiver first: where several have ended it knows best why.
        tasks = [asyncio.create_task(work) for work in (self._receive(reader), self._send(writer), self._watch())]
        try:
            finished, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            error = next((task.exception() for task in tasks if task in finished), None)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.state.ready = False
            await self._close_pipe()
        frozen = await asyncio.to_thread(self._is_stopped)
        await self._end()
        if isinstance(error, _RecycleError):
            self.state.restarts += 1
            log.info("shard recycled", shard=self.number, resident_bytes=self.state.resident_bytes)
        elif isinstance(error, (OSError, EOFError, TimeoutError)):
            self.state.restarts += 1
            self._sort_out(timed_out=isinstance(error, TimeoutError), frozen=frozen)
        elif error is not None:
            raise error
        self._recycle = False

    async def _end(self) -> None:
        await asyncio.to_thread(self.kill)
        await self._close_pipe()

    async def _close_pipe(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()
            with suppress(OSError):  # the process is dead, and its pipe broken
                await writer.wait_closed()

    def _is_stopped(self) -> bool:
        """Was the process stopped from outside (SIGSTOP, a debugger)? Then its silence is no note's doing."""
        try:
            state = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2]
        except OSError:  # it is gone, or there is no /proc
            return False
        return state.split()[0] in "Tt"

    def _sort_out(self, *, timed_out: bool, frozen: bool) -> None:
        """After a death: who is guilty is rejected, who may be is run alone, the rest goes back to the queue, in order.

        Of a batch that streams only the first note without an outcome was at work.
        """
        cause = "frozen" if frozen else "timeout" if timed_out else "crash"
        head, *others = self._sent or [_Batch(deque(), 0, alone=False)]
        log.warning("shard replaced", shard=self.number, cause=cause, notes=len(head.jobs), alone=head.alone)
        self._queue.extendleft(job for batch in reversed(others) for job in reversed(batch.jobs))
        self._sent.clear()
        if frozen:
            self._queue.extendleft(reversed(head.jobs))
        elif head.notes == 1 or self.state.streams:
            self._judge(head, timed_out=timed_out)
            self._queue.extendleft(reversed(head.jobs))
        else:
            self._suspects.extendleft(reversed(head.jobs))

    def _judge(self, head: _Batch, *, timed_out: bool) -> None:
        """Take the note that was at work out of its batch: rejected, or to be run alone."""
        if not head.jobs:
            return
        if not timed_out:
            self._deaths_alone += head.notes == 1
            if self._deaths_alone < _DEATHS_ALONE:
                self._suspects.appendleft(head.jobs.popleft())
                return
        self._deaths_alone = 0
        self._reject(head.jobs.popleft(), timed_out=timed_out)

    def _reject(self, job: Job, *, timed_out: bool) -> None:
        if timed_out:
            detail = f"not read within {self.limits.note_seconds:g} s"
            self.done(job, rejection(RejectedError("timeout", "pipeline", detail)))
        else:
            self.done(job, rejection(RejectedError("crash", "pipeline", "the process that read it died")))

    async def _send(self, writer: asyncio.StreamWriter) -> None:
        while True:
            batch = self._next_batch()
            if batch is None:
                if self._recycle and not self._sent:
                    raise _RecycleError
                self._wake.clear()
                await self._wake.wait()
                continue
            if not self._sent:
                self._head_since = time.monotonic()
                self._hear()
            self._sent.append(batch)
            for job in batch.jobs:
                self.sent(job)
            writer.write(frame([job.record for job in batch.jobs]))
            await writer.drain()

    def _next_batch(self) -> _Batch | None:
        """What to send now: a suspect alone, or a batch, or nothing."""
        if self._recycle:
            return None
        if self._suspects:
            return _Batch(deque([self._suspects.popleft()]), 1, alone=True) if not self._sent else None
        if not self._queue or len(self._sent) >= self.limits.batches or any(batch.alone for batch in self._sent):
            return None
        jobs: deque[Job] = deque()
        size = 0
        while self._queue and len(jobs) < self.limits.batch_notes and size < self.limits.batch_characters:
            job = self._queue.popleft()
            size += len(job.record.value or b"")
            jobs.append(job)
        return _Batch(jobs, len(jobs), alone=False)

    async def _receive(self, reader: asyncio.StreamReader) -> None:
        while True:
            result = result_decoder.decode(await _read_frame(reader))
            head = self._sent[0]
            job = head.jobs.popleft()
            if self.state.streams:
                self._hear()
            if not head.jobs:
                self._finish_batch(result.resident_bytes)
            self.state.notes += 1
            self.done(job, result.outcome)

    async def _watch(self) -> None:
        """Raise TimeoutError when a note, or a batch whose notes are gathered, is beyond its deadline (D-5.1).

        Silence is counted in steps: while this process itself stands still it proves nothing.
        """
        last = time.monotonic()
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            now = time.monotonic()
            step = min(now - max(last, self._heard_at), 2 * _WATCH_SECONDS)
            self._silent_seconds = self._silent_seconds + step if self._sent else 0.0
            last = now
            by_note = self._sent and (self.state.streams or self._sent[0].notes == 1)
            if self._silent_seconds > (self.limits.note_seconds if by_note else self.limits.batch_seconds):
                raise TimeoutError

    def _hear(self) -> None:
        """Something has come from the shard, or it has just been given work: silence begins anew."""
        self._silent_seconds = 0.0
        self._heard_at = time.monotonic()

    def _finish_batch(self, resident_bytes: int) -> None:
        now = time.monotonic()
        self.state.busy_seconds += now - self._head_since
        self._head_since = now
        self._hear()
        self._deaths_alone = 0
        self._sent.popleft()
        self.state.resident_bytes = resident_bytes or self.state.resident_bytes
        if self.limits.recycle_bytes and resident_bytes > self.limits.recycle_bytes:
            self._recycle = True
        self._wake.set()


class ShardPool:
    """All shards of a worker.

    `sent` and `done` as in Shard; `failed` gets the error of a shard that cannot be kept up.
    """

    def __init__(
        self,
        count: int,
        options: ProcessingOptions,
        limits: ShardLimits,
        sent: Callable[[Job], None],
        done: Callable[[Job, Outcome], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        self.shards = [Shard(number, options, limits, sent, done) for number in range(count)]
        self._options = options
        self._failed = failed
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start the forkserver and every shard; returns when all are ready. Raises ShardError."""
        shard_process.announce(self._options)
        multiprocessing.get_context("forkserver").set_forkserver_preload(PRELOAD)
        for shard in self.shards:
            task = asyncio.create_task(shard.run(), name=f"shard-{shard.number}")
            task.add_done_callback(self._ended)
            self._tasks.append(task)
        while not self.ready:
            for task in self._tasks:
                if task.done():
                    await task
            await asyncio.sleep(_WATCH_SECONDS / 5)

    @property
    def ready(self) -> bool:
        """Has every shard its profiles?"""
        return all(shard.state.ready for shard in self.shards)

    @property
    def profiles(self) -> set[tuple[str, str, str]]:
        """Name, version and fingerprint of the profiles in use."""
        return {profile for shard in self.shards for profile in shard.state.profiles}

    def submit(self, shard: int, job: Job) -> None:
        """Queue a job at a shard."""
        self.shards[shard].submit(job)

    def abandon(self) -> None:
        """Forget what is queued everywhere."""
        for shard in self.shards:
            shard.abandon()

    async def stop(self) -> None:
        """End all shards."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._failed(error)


def _start_bare(process: ForkServerProcess) -> None:
    """Start a process that knows nothing of the program that started the worker.

    Else each shard would import that program again, the whole command line, before it reads a note: Python's forkserver
    forgets to preload it (https://github.com/python/cpython/issues/126631).
    """
    with _starting:
        program = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            process.start()
        finally:
            sys.modules["__main__"] = program


_starting = threading.Lock()


async def _read_frame(reader: asyncio.StreamReader) -> bytes:
    (length,) = HEADER.unpack(await reader.readexactly(HEADER.size))
    return await reader.readexactly(length)
