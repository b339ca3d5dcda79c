"""From a note to its enriched event."""

from __future__ import annotations

import hashlib
import time
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from spacy.language import Language
from spacy.tokens import Doc, Span

import schemas
from pipeline.extensions import QUALIFIERS
from pipeline.fingerprint import fingerprint
from pipeline.profile import identify
from pipeline.text.doc_text import DocText
from schemas import enriched
from schemas.note import Note
from schemas.version import VERSION

ATTRIBUTE_LABELS = frozenset({"STRENGTH", "DOSAGE", "DURATION", "FORM", "FREQUENCY", "ROUTE"})

_Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class EnrichOptions:
    """Settings that change an event, and so its fingerprint.

    `language_source` says where a note without a language of its own got it from; `default_language` and the profile
    name count for the fingerprint only: the pipeline in hand decides.
    """

    text_echo: enriched.TextEcho = "entities"
    offset_unit: enriched.OffsetUnit = "code_point"
    default_timezone: str = "UTC"
    default_language: str | None = None
    language_source: enriched.LanguageSource = "default"

    def settings(self) -> tuple[tuple[str, str | None], ...]:
        """Name and value of what the fingerprint covers."""
        return (
            ("default_language", self.default_language),
            ("default_timezone", self.default_timezone),
            ("offset_unit", self.offset_unit),
            ("text_echo", self.text_echo),
        )


class LanguageMismatchError(ValueError):
    """The note is in another language than the pipeline."""


_DEFAULT = EnrichOptions()


def enrich(note: Note, nlp: Language, *, options: EnrichOptions = _DEFAULT) -> enriched.EnrichedNote:
    """Read one note and return its event.

    Raises:
        LanguageMismatchError: the note's language is not that of the pipeline.
        ValueError: the note has no text (a retraction is not enriched), or a date or zone cannot be read.
    """
    started = time.perf_counter()
    doc = nlp(prepare(note, nlp, options))
    return to_event(doc, note, nlp, options, seconds=time.perf_counter() - started)


def enrich_many(
    notes: Iterable[Note],
    nlp: Language,
    *,
    options: EnrichOptions = _DEFAULT,
    batch_size: int | None = None,
) -> Iterator[enriched.EnrichedNote]:
    """Read notes in batches, lazily; events come in the order of the notes. Raises as `enrich` does."""
    pairs = ((prepare(note, nlp, options), note) for note in notes)
    for doc, note in nlp.pipe(pairs, as_tuples=True, batch_size=batch_size):
        yield to_event(doc, note, nlp, options)


def prepare(note: Note, nlp: Language, options: EnrichOptions = _DEFAULT) -> Doc:
    """The note as a Doc with its context, not yet read. Raises as `enrich` does."""
    if note.language is not None and schemas.primary_subtag(note.language) != nlp.lang:
        raise LanguageMismatchError(
            f"the note's language is {schemas.primary_subtag(note.language)!r}, the pipeline's is {nlp.lang!r}"
        )
    if note.text is None:
        raise ValueError("the note has no text: a retraction is passed on, not enriched")
    doc = nlp.make_doc(note.text)
    doc._.note_datetime = _note_datetime(note, options)
    doc._.birth_datetime = note.birth_datetime
    return doc


def to_event(
    doc: Doc, note: Note, nlp: Language, options: EnrichOptions = _DEFAULT, *, seconds: float | None = None
) -> enriched.EnrichedNote:
    """The event of a Doc that the pipeline has read. `seconds`: how long that took."""
    identity = identify(nlp)
    mark = fingerprint(identity["digest"], options.settings())
    text = note.text or ""
    entities = _Entities(doc)
    event = enriched.EnrichedNote(
        event_id=schemas.event_id(note, mark),
        note=enriched.NoteEcho(
            note_id=note.note_id,
            note_version=note.note_version,
            status=note.status,
            patient_id=note.patient_id,
            visit_id=note.visit_id,
            note_type=note.note_type,
            note_datetime=_note_datetime(note, options),
            language=note.language or str(nlp.lang),
            language_source="note" if note.language else options.language_source,
            text_sha256=hashlib.sha256(text.encode()).hexdigest(),
            text_length=len(text),
            meta=note.meta,
            text=text if options.text_echo == "full" else None,
        ),
        sections=entities.sections,
        entities=entities.events(),
        relations=entities.relations,
        medications=entities.medications(),
        unlinked=entities.unlinked(),
        warnings=entities.warnings(),
        pipeline=_info(identity, mark),
        timings=enriched.Timings(nlp_seconds=round(seconds, 6) if seconds is not None else None),
    )
    return schemas.present(event, text, text_echo=options.text_echo, offset_unit=options.offset_unit)


def _note_datetime(note: Note, options: EnrichOptions) -> str | None:
    if note.note_datetime is None:
        return None
    return schemas.parse_note_datetime(note.note_datetime, options.default_timezone).isoformat()


class _Entities:
    """The entities of a Doc, numbered in the order of the text, with all that refers to them."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.sections = [_section(number, span) for number, span in enumerate(doc.spans.get("sections", ()), 1)]
        self._titles(doc)
        self.starts = [section.start for section in self.sections]
        spans = [*doc.ents, *doc.spans.get("problems", ())]
        self.spans = sorted(spans, key=lambda span: (span.start_char, -span.end_char))
        self.bounds: list[_Key] = [(span.start_char, span.end_char) for span in self.spans]
        self.labels = [span.label_ for span in self.spans]
        self.text = DocText.of(doc).text
        self.ids: dict[_Key, str] = {}
        for number, key in enumerate(self.bounds, 1):
            self.ids.setdefault(key, f"e{number}")
        self.relations, self.drug_of = self._relations()

    def _titles(self, doc: Doc) -> None:
        titles = {span.start_char: span.end_char for span in doc.spans.get("section_titles", ())}
        for number, section in enumerate(self.sections):
            if section.start in titles:
                title = enriched.TextSpan(section.start, titles[section.start])
                self.sections[number] = msgspec.structs.replace(section, title=title)

    def _relations(self) -> tuple[list[enriched.Relation], dict[_Key, _Key]]:
        relations: list[enriched.Relation] = []
        drug_of: dict[_Key, _Key] = {}
        for link in _read(self.doc, "link_data") or ():
            head, tail = _key(link["head"]), _key(link["tail"])
            drug_of.setdefault(tail, head)
            relations.append(
                enriched.Relation(
                    head=self.ids[head],
                    tail=self.ids[tail],
                    type=link["type"],
                    score=link["score"],
                    method=link["method"],
                    reason=link["reason"],
                )
            )
        return relations, drug_of

    def events(self) -> list[enriched.Entity]:
        """Every entity with its qualifiers: an attribute takes those of its drug, one without a drug has none."""
        read = _Values(self.doc)
        qualified = {
            key: _qualifiers(read, key)
            for label, key in zip(self.labels, self.bounds, strict=True)
            if label not in ATTRIBUTE_LABELS
        }
        found = []
        for number, (label, key) in enumerate(zip(self.labels, self.bounds, strict=True), 1):
            score, source, codes = read.several(_FOUND, key)
            found.append(
                enriched.Entity(
                    id=f"e{number}",
                    label=label,
                    start=key[0],
                    end=key[1],
                    text=self.text[key[0] : key[1]],
                    score=score,
                    source=source or "given",
                    section=self._section_of(key[0]),
                    codes=[msgspec.convert(code, enriched.Code) for code in codes or ()],
                    qualifiers=qualified.get(key) or qualified.get(self.drug_of.get(key, key)),
                )
            )
        return found

    def _section_of(self, start: int) -> str | None:
        index = bisect_right(self.starts, start) - 1
        if index < 0 or start >= self.sections[index].end:
            return None
        return self.sections[index].id

    def medications(self) -> list[enriched.Medication]:
        """The medication records."""
        return [
            msgspec.convert(
                {
                    **record,
                    "id": f"m{number}",
                    "group": f"g{record['group']}",
                    "drug": self.ids[_key(record["drug"])],
                    "attributes": {
                        label: [self.ids[_key(bounds)] for bounds in spans]
                        for label, spans in record["attributes"].items()
                    },
                },
                enriched.Medication,
            )
            for number, record in enumerate(_read(self.doc, "medication_data") or (), 1)
        ]

    def unlinked(self) -> list[str]:
        """The attributes that belong to no drug."""
        return [
            self.ids[key]
            for label, key in zip(self.labels, self.bounds, strict=True)
            if label in ATTRIBUTE_LABELS and key not in self.drug_of
        ]

    def warnings(self) -> list[enriched.ReadingWarning]:
        """What components could not read."""
        found = []
        for warning in _read(self.doc, "warning_data") or ():
            start, end = warning.get("start"), warning.get("end")
            located = start is not None and end is not None
            # A change of dose is told by words that are no entity: it is one of the drug.
            of_drug = tuple(warning.get("drug", ())) if warning["code"] == "change_of_dose" else ()
            found.append(
                enriched.ReadingWarning(
                    code=warning["code"],
                    entity=self.ids.get((start, end), self.ids.get(of_drug)) if located else None,
                    text=self.text[start:end] if located else None,
                )
            )
        return found


def _section(number: int, span: Span) -> enriched.Section:
    return enriched.Section(
        id=f"s{number}",
        label=span.label_,
        loinc=_read(span, "loinc"),
        start=span.start_char,
        end=span.end_char,
        title=None,
    )


class _Values:
    """Extensions of a Doc's spans by name and bounds.

    An event asks for hundreds of them; `span._` makes an object for each, a quarter of the time of the whole event.
    What spaCy keeps of a plain extension lies in `user_data` by these bounds; a computed one is asked the usual way.
    """

    def __init__(self, doc: Doc) -> None:
        self._doc = doc
        self._stored: dict[Any, Any] = doc.user_data
        self._defaults: dict[str, Any] = {}

    def several(self, names: tuple[str, ...], bounds: _Key) -> list[Any]:
        """The values of several names; None where no component of the pipeline has the extension."""
        start, end = bounds
        stored, defaults = self._stored.get, self._defaults
        found = []
        for name in names:
            content = stored(("._.", name, start, end), _ABSENT)
            if content is _ABSENT:
                content = defaults[name] if name in defaults else self._default(name)
                if content is _COMPUTED:
                    content = self._compute(name, bounds)
            found.append(content)
        return found

    def _default(self, name: str) -> Any:
        known = Span.get_extension(name) if Span.has_extension(name) else (None, None, None, None)
        default, method, getter, _ = known
        self._defaults[name] = _COMPUTED if method is not None or getter is not None else default
        return self._defaults[name]

    def _compute(self, name: str, bounds: _Key) -> Any:
        span = self._doc.char_span(*bounds)
        return None if span is None else getattr(span._, name)


_ABSENT, _COMPUTED = object(), object()

_FOUND = ("score", "source", "codes")
_EVIDENCE = tuple(f"{name}_evidence" for name in QUALIFIERS)


def _qualifiers(read: _Values, key: _Key) -> enriched.Qualifiers:
    decisions, evidence = read.several(QUALIFIERS, key), read.several(_EVIDENCE, key)
    decided = (
        enriched.Qualifier(decision, msgspec.convert(cues, list[enriched.Cue])) if cues else _without_cues(decision)
        for decision, cues in zip(decisions, evidence, strict=True)
    )
    return enriched.Qualifiers(**dict(zip(QUALIFIERS, decided, strict=True)))


def _without_cues(decision: bool | None) -> enriched.Qualifier:
    return _WITHOUT_CUES.get(decision) or enriched.Qualifier(decision)


# Nearly all decisions: an event holds a hundred of them.
_WITHOUT_CUES = {decision: enriched.Qualifier(decision) for decision in (True, False, None)}


def _key(bounds: Any) -> _Key:
    start, end = bounds
    return start, end


def _read(owner: Doc | Span, name: str) -> Any:
    """The value of an extension; None where no component of the pipeline has it."""
    return getattr(owner._, name) if owner.has_extension(name) else None


def _info(identity: dict[str, Any], mark: str) -> enriched.PipelineInfo:
    return enriched.PipelineInfo(
        profile=identity["profile"],
        version=VERSION,
        fingerprint=mark,
        components=[enriched.Component(**part) for part in identity["components"]],
        models=[enriched.Model(**part) for part in identity["models"]],
    )
