"""`health.note.enriched.v1`: everything that was read in one note.

Spans are half-open and count the unit named by `offset_unit` in the text as received. Amounts are strings of decimal
digits, so that nothing is rounded on the way. Within v1 fields are only ever added.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from schemas.note import NoteType, Status

ENRICHED: Literal["health.note.enriched.v1"] = "health.note.enriched.v1"

OffsetUnit = Literal["code_point", "utf16"]
TextEcho = Literal["none", "entities", "full"]
LanguageSource = Literal["note", "default", "option"]
CueKind = Literal["lexical", "section", "date", "qualifier", "model"]
MedicationStatus = Literal["active", "completed", "stopped", "on-hold", "intended", "not-taken", "unknown"]
Change = Literal["start", "stop", "increase", "decrease", "continue", "hold", "unique_dose", "other", "none"]


class NoteEcho(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The note that the event is about: ids and what was used to read it; `text` only with text echo `full`."""

    note_id: str
    note_version: int
    status: Status
    patient_id: str | None
    visit_id: str | None
    note_type: NoteType | None
    note_datetime: str | None
    language: str
    language_source: LanguageSource
    text_sha256: str
    text_length: int
    meta: dict[str, str]
    text: str | None = None


class TextSpan(msgspec.Struct, frozen=True):
    """A half-open span of the text."""

    start: int
    end: int


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A section from its title to the next one; `loinc` is its LOINC section code where there is one."""

    id: str
    label: str
    loinc: str | None
    start: int
    end: int
    title: TextSpan | None


class Code(msgspec.Struct, frozen=True):
    """One code of a terminology, `system` as a URI."""

    system: str
    code: str
    display: str | None = None


class Cue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What decided a qualifier: a span of the text and the rule; of dates the evidence too (days, signed), of a model its score."""

    kind: CueKind
    start: int
    end: int
    rule: str
    date: str | None = None
    age_days: int | None = None
    limit_days: int | None = None
    score: float | None = None


class Qualifier(msgspec.Struct, frozen=True):
    """A decision (null: not qualified) and its cues."""

    value: bool | None = None
    cues: list[Cue] = []


class Qualifiers(msgspec.Struct, frozen=True, kw_only=True):
    """The five qualifiers of an entity."""

    history: Qualifier = Qualifier()
    negation: Qualifier = Qualifier()
    family: Qualifier = Qualifier()
    hypothesis: Qualifier = Qualifier()
    allergy: Qualifier = Qualifier()


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """A mention. `source` names what found it: lexicon, grammar, matcher, given, or the model's name."""

    id: str
    label: str
    start: int
    end: int
    text: str | None
    score: float | None
    source: str
    section: str | None
    codes: list[Code]
    qualifiers: Qualifiers | None


class Relation(msgspec.Struct, frozen=True, kw_only=True):
    """`tail` (attribute) belongs to `head` (drug); `type` is the label of the attribute."""

    head: str
    tail: str
    type: str
    score: float
    method: str
    reason: str


class Quantity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An amount with its UCUM unit: `value`, or `low` and `high` for a range."""

    value: str | None = None
    low: str | None = None
    high: str | None = None
    unit: str | None = None


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """A strength or a rate: numerator by denominator."""

    numerator: Quantity
    denominator: Quantity | None = None


class Repeat(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """FHIR R4 Timing.repeat."""

    bounds_duration: Quantity | None = msgspec.field(name="boundsDuration", default=None)
    count: int | None = None
    count_max: int | None = msgspec.field(name="countMax", default=None)
    duration: str | None = None
    duration_max: str | None = msgspec.field(name="durationMax", default=None)
    duration_unit: str | None = msgspec.field(name="durationUnit", default=None)
    frequency: int | None = None
    frequency_max: int | None = msgspec.field(name="frequencyMax", default=None)
    period: str | None = None
    period_max: str | None = msgspec.field(name="periodMax", default=None)
    period_unit: str | None = msgspec.field(name="periodUnit", default=None)
    day_of_week: list[str] | None = msgspec.field(name="dayOfWeek", default=None)
    time_of_day: list[str] | None = msgspec.field(name="timeOfDay", default=None)
    when: list[str] | None = None
    offset: int | None = None


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """FHIR R4 Timing: `repeat`, and the code of a common interval (BID, Q4H, ...)."""

    repeat: Repeat
    code: str | None = None


class Coded(msgspec.Struct, frozen=True):
    """A route or a form as written, and its normal name."""

    text: str | None
    code: str | None = None


class DailyDose(msgspec.Struct, frozen=True, kw_only=True):
    """The amount a day, with what had to be assumed to compute it."""

    value: str | None = None
    low: str | None = None
    high: str | None = None
    unit: str | None = None
    assumptions: list[str] = []


class Dosage(msgspec.Struct, frozen=True, kw_only=True):
    """One dosage step; the base of a posology.

    `strength_parts`: the amount of each ingredient of a combination ("5/325 mg"), in the order written; then there is
    no `strength`.
    """

    dose: Quantity | None = None
    rate: Ratio | None = None
    strength: Ratio | None = None
    timing: Timing | None = None
    as_needed: bool = False
    as_needed_for: str | None = None
    route: Coded | None = None
    form: Coded | None = None
    duration: Quantity | None = None
    max_dose: Ratio | None = None
    strength_parts: list[Quantity] = []


class Posology(Dosage, frozen=True, kw_only=True):
    """The reading of a medication's attributes. With several steps, the fields here are those that all steps share."""

    daily_dose: DailyDose | None = None
    steps: list[Dosage] = []


class Medication(msgspec.Struct, frozen=True, kw_only=True):
    """One record for each drug mention that is no allergy; `group` joins the mentions of one drug."""

    id: str
    group: str
    drug: str
    attributes: dict[str, list[str]]
    posology: Posology
    status: MedicationStatus
    change: Change
    history: bool | None
    negation: bool | None
    family: bool | None
    hypothesis: bool | None
    codes: list[Code]
    change_cues: list[Cue] = []


class ReadingWarning(msgspec.Struct, frozen=True, kw_only=True):
    """What could not be read; `text` is the note's own words, null with text echo `none`."""

    code: str
    entity: str | None = None
    text: str | None = None


class Component(msgspec.Struct, frozen=True):
    """One component of the pipeline, with the version of the package that made it."""

    name: str
    version: str


class Model(msgspec.Struct, frozen=True):
    """Weights in use."""

    name: str
    version: str
    sha256: str


class PipelineInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What made the event. `fingerprint` is equal where config, resources, weights, versions and settings are."""

    profile: str
    version: str
    fingerprint: str
    components: list[Component] = []
    models: list[Model] = []


class Provenance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Coordinates of the record on Kafka; empty outside Kafka. `timestamp` in milliseconds since the epoch."""

    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    timestamp: int | None = None
    group: str | None = None
    attempt: int | None = None


class Timings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When the note was received (RFC 3339) and how long it waited and was read, in seconds."""

    received_at: str | None = None
    queued_seconds: float | None = None
    nlp_seconds: float | None = None


class EnrichedNote(msgspec.Struct, frozen=True, kw_only=True):
    """The enriched event of one note."""

    type: Literal["health.note.enriched.v1"] = ENRICHED
    event_id: str
    offset_unit: OffsetUnit = "code_point"
    note: NoteEcho
    sections: list[Section]
    entities: list[Entity]
    relations: list[Relation]
    medications: list[Medication]
    unlinked: list[str]
    warnings: list[ReadingWarning]
    pipeline: PipelineInfo
    provenance: Provenance = Provenance()
    timings: Timings = Timings()
