"""How fast this machine reads notes: one pipeline by itself, and shards with their pipes and all of them at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice

import numpy as np
import orjson

from workers.processing import Processor
from workers.records import Outcome, ProcessingOptions, Record
from workers.shards import Job, ShardLimits, ShardPool

_BATCH = 32
_WARM_SECONDS = 1.0
# Between the samples that a long note is made of.
_JOINT = "\n\n"


class SpeedError(Exception):
    """Nothing was measured; the message says why."""


@dataclass(frozen=True, slots=True)
class ProfileSpeed:
    """One profile in one process. Percentiles (50, 95, 99) of the pipeline's own time for a note, in milliseconds."""

    profile: str
    language: str
    notes: int
    characters: int
    seconds: float
    milliseconds: tuple[float, float, float]

    @property
    def notes_per_second(self) -> float:
        """Notes read, decoded and encoded in a second."""
        return self.notes / self.seconds


@dataclass(frozen=True, slots=True)
class _Work:
    record: Record
    shard: int


def profile_speed(options: ProcessingOptions, language: str, lines: Sequence[bytes], seconds: float) -> ProfileSpeed:
    """Read these notes over and over for so many seconds, in batches as a shard does.

    Raises SpeedError where a note is rejected, and pipeline.ProfileError.
    """
    profile = options.profiles[language]
    processor = Processor(replace(options, profiles={language: profile}, default_language=language))
    processor.warm_up()
    # Once through before the clock starts: caches fill, and a note that is rejected is found.
    outcomes = processor.process([Record(line) for line in lines])
    for number, outcome in enumerate(outcomes, 1):
        if outcome.kind != "enriched":
            raise SpeedError(f"note {number} for the profile {profile} is no note to read: {outcome.detail}")
    endless = cycle(lines)
    times: list[float] = []
    characters = 0
    started = time.perf_counter()
    while (spent := time.perf_counter() - started) < seconds or not times:
        batch = [Record(line) for line in islice(endless, _BATCH)]
        characters += sum(len(record.value or b"") for record in batch)
        times += [outcome.nlp_seconds for outcome in processor.process(batch)]
    low, high, highest = (float(value) * 1000 for value in np.percentile(times, (50, 95, 99)))
    return ProfileSpeed(profile, language, len(times), characters, spent, (low, high, highest))


def shard_rate(options: ProcessingOptions, shards: int, lines: Sequence[bytes], seconds: float) -> float:
    """Notes a second that so many shards read together, each always with a full queue. Raises SpeedError."""
    return asyncio.run(_shard_rate(options, shards, lines, seconds))


async def _shard_rate(options: ProcessingOptions, shards: int, lines: Sequence[bytes], seconds: float) -> float:
    records = cycle([Record(line) for line in lines])
    done = 0
    failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def fail(error: BaseException) -> None:
        if not failed.done():
            failed.set_exception(SpeedError(f"a shard failed: {error}"))

    def finished(job: Job, outcome: Outcome) -> None:
        nonlocal done
        if outcome.kind != "enriched":
            fail(SpeedError(f"a note was {outcome.kind}: {outcome.detail}"))
        done += 1
        if isinstance(job, _Work):
            pool.submit(job.shard, _Work(next(records), job.shard))

    limits = ShardLimits()
    pool = ShardPool(shards, options, limits, lambda _: None, finished, fail)
    await pool.start()
    try:
        for shard in range(shards):
            for _ in range(limits.batch_notes * (limits.batches + 1)):
                pool.submit(shard, _Work(next(records), shard))
        await _sleep(_WARM_SECONDS, failed)
        begun, started = done, time.perf_counter()
        await _sleep(seconds, failed)
        while done == begun:  # a busy machine, or notes that take longer than all the time given
            await _sleep(seconds, failed)
        return (done - begun) / (time.perf_counter() - started)
    finally:
        await pool.stop()


async def _sleep(seconds: float, failed: asyncio.Future[None]) -> None:
    """Sleep, or raise what failed meanwhile."""
    done, _ = await asyncio.wait([failed], timeout=seconds)
    if done:
        failed.result()


def notes_of_length(lines: Sequence[bytes], length: int, count: int) -> list[bytes]:
    """Notes of about so many characters, made of these: joined where they are too short, cut where too long."""
    notes = [orjson.loads(line) for line in lines]
    return [orjson.dumps({**notes[n % len(notes)], "text": _text(notes, n, length)}) for n in range(count)]


def _text(notes: Sequence[dict[str, str]], first: int, length: int) -> str:
    parts: list[str] = []
    size = 0
    for note in _from(notes, first):
        parts.append(note["text"])
        size += len(note["text"]) + len(_JOINT)
        if size >= length:
            break
    return _JOINT.join(parts)[:length]


def _from(notes: Sequence[dict[str, str]], first: int) -> Iterator[dict[str, str]]:
    return islice(cycle(notes), first % len(notes), None)


def fit(lengths: Sequence[float], seconds: Sequence[float]) -> tuple[float, float]:
    """A line through times of notes by their length: seconds for a note, and for a character; neither below 0."""
    slope, at_zero = (float(value) for value in np.polyfit(lengths, seconds, 1))
    if slope < 0:
        return float(np.mean(seconds)), 0.0
    if at_zero < 0:
        return 0.0, float(np.dot(lengths, seconds) / np.dot(lengths, lengths))
    return at_zero, slope
