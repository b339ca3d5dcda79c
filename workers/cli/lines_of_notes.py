"""Lines of notes to lines of events, by the same processor as the worker's shards, in this process or in several."""

from __future__ import annotations

import signal
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from spacy.language import Language

import pipeline
import schemas
from schemas.rejected import Rejection
from workers.cli.console import CommandError, Exit
from workers.processing import Processor
from workers.records import Outcome, ProcessingOptions, Record
from workers.settings import Settings

Batch = list[tuple[int, bytes]]
Done = list[tuple[bytes, str]]
"""Lines of the result, each with what became of the note: enriched, retracted, or the reason of its rejection."""

# Each process finds its next batch waiting; more would only hold more of the file in memory.
_BATCHES_PER_WORKER = 3

_processor: Processor | None = None


def prepare(settings: Settings, *, language: str | None, profile: str | None) -> ProcessingOptions:
    """Load what reads notes, for this process and those that it forks.

    Raises CommandError for a profile or a language that there is not.
    """
    try:
        if profile is not None:
            nlp = pipeline.load(profile)
            spoken = str(nlp.lang)
            if language is not None and schemas.primary_subtag(language) != spoken:
                raise CommandError(f"the profile {profile} reads {spoken}, not {language}")
            options = options_of(settings, {spoken: profile}, spoken, given=True)
            _load(options, {spoken: nlp})
            return options
        default = schemas.primary_subtag(language or settings.default_language)
        if default not in settings.profiles:
            raise CommandError(f"no profile for the language {default}; there are: {', '.join(settings.profiles)}")
        options = options_of(settings, settings.profiles, default, given=language is not None)
        _load(options)
    except pipeline.ProfileError as error:
        raise CommandError(str(error)) from None
    return options


def read_all(options: ProcessingOptions, batches: Iterator[Batch], workers: int) -> Iterator[Done]:
    """The batches read, in their order, by so many processes; `prepare` gave the options.

    Raises CommandError where one of them dies.
    """
    if workers == 1:
        yield from map(_read, batches)
        return
    # Forked processes have the profiles in memory; elsewhere than on Linux the system's libraries do not bear it.
    context = get_context("fork" if sys.platform == "linux" else "spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(options,))
    waiting: deque[Future[Done]] = deque()
    try:
        for batch in batches:
            waiting.append(pool.submit(_read, batch))
            if len(waiting) >= workers * _BATCHES_PER_WORKER:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        message = "a process that reads notes died (out of memory?); try fewer --workers"
        raise CommandError(message, Exit.UNEXPECTED) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def options_of(
    settings: Settings, profiles: dict[str, str], language: str, *, given: bool = False
) -> ProcessingOptions:
    """What a process must know to read notes; `given`: the language was named in the command."""
    return ProcessingOptions(
        profiles=profiles,
        default_language=language,
        language_source="option" if given else "default",
        default_timezone=settings.default_timezone,
        text_echo=settings.text_echo,
        offset_unit=settings.offset_unit,
        limits=schemas.Limits(
            max_text_length=settings.max_text_length,
            max_value_bytes=settings.max_value_bytes,
            max_depth=settings.max_depth,
        ),
    )


def _load(options: ProcessingOptions, loaded: Mapping[str, Language] | None = None) -> None:
    global _processor
    _processor = Processor(options, loaded)
    _processor.warm_up()


def _begin(options: ProcessingOptions) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends the pool
    if _processor is None:
        _load(options)


def _read(batch: Batch) -> Done:
    if _processor is None:
        raise RuntimeError("the process was not prepared")
    records = [Record(value=line, headers=(), coordinates=None) for _, line in batch]
    outcomes = _processor.process(records)
    return [_line(number, outcome) for (number, _), outcome in zip(batch, outcomes, strict=True)]


def _line(number: int, outcome: Outcome) -> tuple[bytes, str]:
    if outcome.kind in ("enriched", "retracted") and outcome.value is not None:
        return outcome.value, outcome.kind
    if outcome.reason is None or outcome.stage is None:
        raise RuntimeError(f"a line became {outcome.kind} without a reason")
    rejection = Rejection(
        line=number,
        note_id=outcome.note_id,
        reason=outcome.reason,
        stage=outcome.stage,
        detail=outcome.detail or "",
    )
    return schemas.encode(rejection), outcome.reason
