"""Systems that can be scored: each reads a gold note's text and says what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from pipeline.evaluation.scoring import GoldNote, Link, Mention
from pipeline.profile import load

T = TypeVar("T")

LABELS = ("DRUG", "STRENGTH", "DOSAGE", "FORM", "ROUTE", "FREQUENCY", "DURATION")


class ReadingError(ValueError):
    """A system cannot be loaded, or has nothing usable for a note: the message says which, and what to do."""


@dataclass(slots=True)
class Reading:
    """What a system found in a note.

    Attributes:
        mentions: entities, in any label.
        judged: the mentions with their history; None of a system that does not tell history.
        links: drug and attribute, by their places in `mentions`; None of a system that does not link.
        gold_links: links between the gold entities, by their ids; None where the system cannot be given entities.
        gold_judged: history of the gold mentions, likewise.
    """

    mentions: list[Mention]
    judged: list[Mention] | None = None
    links: list[tuple[int, int]] | None = None
    gold_links: list[Link] | None = None
    gold_judged: list[Mention] | None = None


class System(Protocol):
    """Something that reads notes. `read` raises ReadingError (or ProfileError)."""

    name: str

    def read(self, note: GoldNote) -> Reading:
        """What the system finds in the text of a note."""
        ...


class Profiles:
    """The profiles of this package, or any of their kind: loaded for the text alone and once more for gold entities.

    `profile_of` says which profile reads a language.
    """

    def __init__(self, profile_of: Callable[[str], str], default_language: str = "en", name: str = "profiles") -> None:
        self.name = name
        self._profile_of = profile_of
        self._default = default_language
        self._loaded: dict[tuple[str, str], Language] = {}

    def read(self, note: GoldNote) -> Reading:
        """Read a note twice. Raises ProfileError."""
        profile = self._profile_of(str(note.get("language") or note.get("lang") or self._default))
        found = self._doc(note, profile, "recognise")
        given = self._doc(note, profile, "given")
        mentions = [_mention(span) for span in found.ents]
        places = {(mention.start, mention.end): place for place, mention in enumerate(mentions)}
        ids = {_bounds(given, entity): str(entity["id"]) for entity in note["entities"]}
        return Reading(
            mentions=mentions,
            judged=[*mentions, *(_mention(span) for span in found.spans.get("problems", ()))],
            links=_links(found, places),
            gold_links=_links(given, ids),
            gold_judged=[_mention(span) for span in given.ents],
        )

    def _doc(self, note: GoldNote, profile: str, entities: Literal["recognise", "given"]) -> Doc:
        nlp = self._loaded.get((profile, entities))
        if nlp is None:
            nlp = self._loaded[profile, entities] = load(profile, entities=entities)
        doc = nlp.make_doc(note["text"])
        doc._.note_datetime = note.get("note_datetime")
        doc._.birth_datetime = note.get("birth_datetime")
        if entities == "given":
            doc.ents = _given(doc, note)
        return nlp(doc)


@dataclass(slots=True)
class SpacyModel:
    """Any spaCy package or folder as it is, with none of our components: its `doc.ents` under our labels.

    `labels` maps the model's labels to ours; without an entry a label counts as it is called.
    """

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    _nlp: Language | None = None

    def read(self, note: GoldNote) -> Reading:
        """The entities of a note. Raises ReadingError where there is no such model."""
        if self._nlp is None:
            try:
                self._nlp = spacy.load(self.name)
            except (OSError, ValueError) as error:
                raise ReadingError(f"spaCy cannot load {self.name!r}: {' '.join(str(error).split())}") from None
        doc = self._nlp(note["text"])
        return Reading([_renamed(Mention(e.start_char, e.end_char, e.label_), self.labels) for e in doc.ents])


@dataclass(slots=True)
class Readings:
    """Readings that were made before, by the id of their note; a note without one is an error."""

    name: str
    by_note: Mapping[str, Callable[[GoldNote], Reading]]

    def read(self, note: GoldNote) -> Reading:
        """The reading of a note. Raises ReadingError."""
        made = self.by_note.get(str(note["id"]))
        if made is None:
            raise ReadingError(f"{self.name} has nothing for the note {note['id']!r}")
        return made(note)


def from_event(event: Mapping[str, Any]) -> Reading:
    """The reading that an enriched event holds, whose offsets count code points."""
    mentions: list[Mention] = []
    places: dict[str, int] = {}
    for entity in event["entities"]:
        history = ((entity["qualifiers"] or {}).get("history") or {}).get("value")
        places[entity["id"]] = len(mentions)
        mentions.append(Mention(entity["start"], entity["end"], entity["label"], bool(history)))
    links = [(places[one["head"]], places[one["tail"]]) for one in event["relations"]]
    # As of a profile: problems stand behind what was recognised.
    judged = sorted(mentions, key=lambda mention: mention.label not in LABELS)
    return Reading(mentions, judged, links)


def from_gold(found: Mapping[str, Any]) -> Reading:
    """The reading that a line in the fields of a gold note holds: entities, relations, history."""
    entities = found["entities"]
    places = {str(entity["id"]): place for place, entity in enumerate(entities) if "id" in entity}
    mentions = [Mention(entity["start"], entity["end"], entity["label"]) for entity in entities]
    links = found.get("relations")
    judged = found.get("history")
    return Reading(
        mentions,
        None if judged is None else [Mention(h["start"], h["end"], h["kind"], bool(h["history"])) for h in judged],
        None if links is None else [(places[str(one["drug"])], places[str(one["attribute"])]) for one in links],
    )


def _renamed(mention: Mention, labels: Mapping[str, str]) -> Mention:
    return Mention(mention.start, mention.end, labels.get(mention.label, mention.label), mention.history)


def _given(doc: Doc, note: GoldNote) -> list[Span]:
    """The gold entities, then the gold problems beside them, on token boundaries."""
    spans = [(entity["start"], entity["end"], entity["label"]) for entity in note["entities"]]
    spans += [(m["start"], m["end"], "PROBLEM") for m in note.get("history", ()) if m["kind"] == "problem"]
    found = (doc.char_span(start, end, label=label, alignment_mode="expand") for start, end, label in spans)
    return filter_spans([span for span in found if span is not None])


def _bounds(doc: Doc, entity: dict[str, Any]) -> tuple[int, int]:
    span = doc.char_span(entity["start"], entity["end"], alignment_mode="expand")
    return (span.start_char, span.end_char) if span is not None else (entity["start"], entity["end"])


def _mention(span: Span) -> Mention:
    history = span._.history if span.has_extension("history") else None
    return Mention(span.start_char, span.end_char, span.label_, bool(history))


def _links(doc: Doc, names: Mapping[tuple[int, int], T]) -> list[tuple[T, T]]:
    data: Iterable[dict[str, Any]] = doc._.link_data or () if doc.has_extension("link_data") else ()
    pairs = ((tuple(link["head"]), tuple(link["tail"])) for link in data)
    return [(names[head], names[tail]) for head, tail in pairs if head in names and tail in names]
