"""Bytes of a note -> bytes of its outcome: decode, choose the profile, read, encode.

The one place where that happens: shards of the stream and `anamnesis annotate` both call it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
from spacy.language import Language
from spacy.tokens import Doc

import pipeline
import schemas
from pipeline.enrich import prepare, to_event
from pipeline.extensions import QUALIFIERS
from pipeline.fingerprint import fingerprint
from pipeline.profile import identify
from pipeline.text.tokenizer import ClinicalTokenizer
from schemas.enriched import EnrichedNote, Provenance, Timings
from schemas.note import Note
from schemas.rejected import RejectedError, RetractedNote
from schemas.version import VERSION
from workers.records import Coordinates, Headers, Outcome, ProcessingOptions, Record, rejection

# Retractions are made by no pipeline: their ids do not depend on one.
_NO_PIPELINE = ""


@dataclass(slots=True)
class _Decoded:
    note: Note
    record: Record
    language: str
    unknown_fields: int


class Processor:
    """The profiles, loaded, and the way of a batch through them. `loaded`: those that are there already, by language.

    Raises pipeline.ProfileError where a profile cannot be loaded or speaks another language than it is set for.
    """

    def __init__(self, options: ProcessingOptions, loaded: Mapping[str, Language] | None = None) -> None:
        self.options = options
        self.pipelines: dict[str, Language] = {}
        for language, name in options.profiles.items():
            nlp = (loaded or {}).get(language) or pipeline.load(name)
            if nlp.lang != language:
                raise pipeline.ProfileError(f"the profile {name!r} reads {nlp.lang}, but is set for {language}")
            self.pipelines[language] = nlp
        self._enrich = pipeline.EnrichOptions(
            text_echo=options.text_echo,
            offset_unit=options.offset_unit,
            default_timezone=options.default_timezone,
            default_language=options.default_language,
            language_source=options.language_source,
        )

    def profiles(self) -> list[tuple[str, str, str]]:
        """Name, version and fingerprint of each profile."""
        settings = self._enrich.settings()
        identities = [identify(nlp) for nlp in self.pipelines.values()]
        return [(each["profile"], VERSION, fingerprint(each["digest"], settings)) for each in identities]

    @property
    def streams(self) -> bool:
        """Is each note read to its end before the next one is begun? A trained component gathers notes instead."""
        return not any(hasattr(part, "pipe") for nlp in self.pipelines.values() for _, part in nlp.pipeline)

    def warm_up(self) -> None:
        """Read the sample notes, outside any memory zone."""
        for nlp in self.pipelines.values():
            pipeline.warm_up(nlp)

    def process(self, records: Sequence[Record]) -> Iterator[Outcome]:
        """One outcome for each record, in order; a bad note is a rejection, never an exception.

        Runs in a memory zone of each pipeline: nothing of a note stays in memory when the batch is done, but which
        ordinary words of its language there are.
        """
        decoded = [self._decode(record) for record in records]
        for nlp in self.pipelines.values():
            if isinstance(nlp.tokenizer, ClinicalTokenizer):
                nlp.tokenizer.learn()
        with ExitStack() as zones:
            for nlp in self.pipelines.values():
                zones.enter_context(nlp.memory_zone())
            read = {language: self._read(nlp, _notes_in(decoded, language)) for language, nlp in self.pipelines.items()}
            for item in decoded:
                yield next(read[item.language]) if isinstance(item, _Decoded) else item

    def _decode(self, record: Record) -> _Decoded | Outcome:
        """The note to read, or the outcome where there is nothing to read."""
        if record.value is None:
            return self._tombstone(record)
        try:
            body = schemas.read_envelope(record.headers, record.value)
            decoded = schemas.decode_note(body, limits=self.options.limits)
        except RejectedError as error:
            return rejection(error)
        note = decoded.note
        if note.status == "entered-in-error":
            return _retraction(note, record, decoded.unknown_fields)
        try:
            language = schemas.language_to_read(note, self.options.default_language, self.pipelines)
        except RejectedError as error:
            return rejection(error)
        return _Decoded(note, record, language, decoded.unknown_fields)

    def _tombstone(self, record: Record) -> Outcome:
        place = record.coordinates
        if place is None:
            return rejection(RejectedError("empty", "decode", "$: no value"))
        mark = schemas.coordinates_id(place.topic, place.partition, place.offset)
        return Outcome("tombstone", headers=tuple(schemas.tombstone_headers(mark, record.headers, at=_now())))

    def _read(self, nlp: Language, items: Sequence[_Decoded]) -> Iterator[Outcome]:
        """Outcomes of one language's notes. Where a batch fails, its remaining notes are read one by one."""
        done = 0
        started = time.perf_counter()
        try:
            for doc in nlp.pipe((prepare(item.note, nlp, self._enrich) for item in items), batch_size=len(items) or 1):
                outcome = self._event(doc, items[done], nlp, time.perf_counter() - started)
                done += 1
                yield outcome
                started = time.perf_counter()
        except Exception:  # noqa: BLE001 (a user's component may raise anything; the guilty note is found below)
            for item in items[done:]:
                yield self._read_alone(nlp, item)

    def _read_alone(self, nlp: Language, item: _Decoded) -> Outcome:
        started = time.perf_counter()
        try:
            doc = nlp(prepare(item.note, nlp, self._enrich))
            return self._event(doc, item, nlp, time.perf_counter() - started)
        except Exception as error:  # noqa: BLE001 (as above: its type is told, its message may hold text)
            detail = f"a component of the profile raised {type(error).__name__}"
            return rejection(RejectedError("component_error", "pipeline", detail, item.note.note_id))

    def _event(self, doc: Doc, item: _Decoded, nlp: Language, seconds: float) -> Outcome:
        event = to_event(doc, item.note, nlp, self._enrich)
        counts = _counts(event, item)
        place = item.record.coordinates
        event = msgspec.structs.replace(event, provenance=Provenance(), timings=Timings())
        headers: Headers = ()
        if place is not None:
            event = self._on_kafka(event, item.record, place, seconds)
            headers = tuple(
                schemas.enriched_headers(event.event_id, event.note.note_id, item.record.headers, at=_now())
            )
        return Outcome(
            "enriched",
            value=schemas.encode(event),
            headers=headers,
            note_id=item.note.note_id,
            counts=counts,
            nlp_seconds=seconds,
        )

    def _on_kafka(self, event: EnrichedNote, record: Record, place: Coordinates, seconds: float) -> EnrichedNote:
        received = datetime.fromtimestamp(record.received_at, UTC)
        return msgspec.structs.replace(
            event,
            provenance=Provenance(
                topic=place.topic,
                partition=place.partition,
                offset=place.offset,
                timestamp=place.timestamp,
                group=self.options.group,
                attempt=record.attempt,
            ),
            timings=Timings(
                received_at=received.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                queued_seconds=round(max(0.0, time.time() - record.received_at - seconds), 6),
                nlp_seconds=round(seconds, 6),
            ),
        )


def _retraction(note: Note, record: Record, unknown_fields: int) -> Outcome:
    mark = schemas.event_id(note, _NO_PIPELINE)
    withdrawn = RetractedNote(note_id=note.note_id, note_version=note.note_version, patient_id=note.patient_id)
    headers: Headers = ()
    if record.coordinates is not None:
        headers = tuple(schemas.retracted_headers(mark, note.note_id, record.headers, at=_now()))
    return Outcome(
        "retracted",
        value=schemas.encode(schemas.Retraction(event_id=mark, note=withdrawn)),
        headers=headers,
        note_id=note.note_id,
        counts=[(("unknown_fields",), unknown_fields)] if unknown_fields else [],
    )


def _notes_in(items: Sequence[_Decoded | Outcome], language: str) -> list[_Decoded]:
    return [item for item in items if isinstance(item, _Decoded) and item.language == language]


def _now() -> datetime:
    return datetime.now(UTC)


def _counts(event: EnrichedNote, item: _Decoded) -> list[tuple[tuple[str, ...], int]]:
    labels = {entity.id: entity.label for entity in event.entities}
    counted: list[tuple[str, ...]] = [("entities", label, item.language) for label in labels.values()]
    counted += [
        ("qualified", name, _TOLD[value])
        for entity in event.entities
        if (qualifiers := entity.qualifiers) is not None
        for name in QUALIFIERS
        if (value := getattr(qualifiers, name).value) is not None
    ]
    counted += [("relations", relation.type) for relation in event.relations]
    counted += [("unlinked_attributes", labels[identifier]) for identifier in event.unlinked]
    counts = list(Counter(counted).items())
    if item.unknown_fields:
        counts.append((("unknown_fields",), item.unknown_fields))
    return counts


_TOLD = {True: "true", False: "false"}
