"""From note to event: context, identity, determinism, and what spaCy does with a Doc in between."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import msgspec
import pytest
from spacy.language import Language
from spacy.tokens import Doc, DocBin

import pipeline
from pipeline import samples
from pipeline.enrich import prepare, to_event
from schemas import Note, encode
from schemas.enriched import EnrichedNote, Timings
from tests.profiles import profile

EN = "Magnesium hydroxide 400mg/5ml suspension PO of total 30ml bid for the next 5 days. History of asthma."


@pytest.fixture(scope="module")
def nlps() -> dict[str, Language]:
    return {lang: profile(lang) for lang in samples.LANGUAGES}


def stable(event: EnrichedNote) -> bytes:
    """The event as bytes, without its timings."""
    return encode(msgspec.structs.replace(event, timings=Timings()))


def sample_notes(lang: str) -> list[Note]:
    return [msgspec.convert(note, Note) for note in samples.load(lang)]


def test_med7_example_reads_as_published(nlps: dict[str, Language]) -> None:
    event = pipeline.enrich(Note(note_id="n1", text=EN), nlps["en"])
    assert {(e.label, e.text) for e in event.entities} == {
        ("DRUG", "Magnesium hydroxide"),
        ("STRENGTH", "400mg/5ml"),
        ("FORM", "suspension"),
        ("ROUTE", "PO"),
        ("DOSAGE", "30ml"),
        ("FREQUENCY", "bid"),
        ("DURATION", "for the next 5 days"),
        ("PROBLEM", "asthma"),
    }
    (medication,) = event.medications
    assert set(medication.attributes) == {"STRENGTH", "FORM", "ROUTE", "DOSAGE", "FREQUENCY", "DURATION"}
    asthma = event.entities[-1]
    assert asthma.qualifiers is not None
    assert asthma.qualifiers.history.value is True
    assert asthma.qualifiers.history.cues


@pytest.mark.parametrize("lang", samples.LANGUAGES)
def test_every_span_of_every_sample_is_exact(nlps: dict[str, Language], lang: str) -> None:
    for note in sample_notes(lang):
        event = pipeline.enrich(note, nlps[lang])
        assert note.text is not None
        assert event.entities
        assert all(note.text[e.start : e.end] == e.text for e in event.entities)
        ids = {e.id for e in event.entities}
        assert all({r.head, r.tail} <= ids for r in event.relations)


@pytest.mark.parametrize("lang", samples.LANGUAGES)
def test_one_by_one_in_batches_and_in_processes_are_equal(nlps: dict[str, Language], lang: str) -> None:
    notes, nlp = sample_notes(lang), nlps[lang]
    one_by_one = [stable(pipeline.enrich(note, nlp)) for note in notes]
    assert [stable(event) for event in pipeline.enrich_many(iter(notes), nlp, batch_size=5)] == one_by_one
    docs = nlp.pipe([prepare(note, nlp) for note in notes], n_process=2, batch_size=4)
    assert [stable(to_event(doc, note, nlp)) for doc, note in zip(docs, notes, strict=True)] == one_by_one


def through_bytes(doc: Doc) -> Doc:
    return Doc(doc.vocab).from_bytes(doc.to_bytes())


def through_doc_bin(doc: Doc) -> Doc:
    packed = DocBin(store_user_data=True, docs=[doc]).to_bytes()
    return next(iter(DocBin().from_bytes(packed).get_docs(doc.vocab)))


def through_pickle(doc: Doc) -> Doc:
    copy: Doc = pickle.loads(pickle.dumps(doc))  # noqa: S301
    return copy


@pytest.mark.parametrize("way", [through_bytes, through_doc_bin, through_pickle])
@pytest.mark.parametrize("lang", samples.LANGUAGES)
def test_a_doc_keeps_everything_on_its_way(nlps: dict[str, Language], lang: str, way: Callable[[Doc], Doc]) -> None:
    nlp = nlps[lang]
    for note in sample_notes(lang)[:4]:
        doc = nlp(prepare(note, nlp))
        assert stable(to_event(way(doc), note, nlp)) == stable(to_event(doc, note, nlp))


@pytest.mark.parametrize("lang", samples.LANGUAGES)
def test_events_in_a_memory_zone_are_the_same(nlps: dict[str, Language], lang: str) -> None:
    nlp = pipeline.load(lang)
    for note in sample_notes(lang):
        with nlp.memory_zone():
            inside = stable(pipeline.enrich(note, nlp))
        assert inside == stable(pipeline.enrich(note, nlps[lang]))


def test_a_second_pass_changes_nothing(nlps: dict[str, Language]) -> None:
    nlp = nlps["fr"]
    for note in sample_notes("fr"):
        doc = nlp(prepare(note, nlp))
        once = stable(to_event(doc, note, nlp))
        for name, component in nlp.pipeline:
            if name not in ("anamnesis_medications", "anamnesis_matcher"):
                doc = component(doc)
        assert stable(to_event(doc, note, nlp)) == once


def test_another_note_date_is_another_event(nlps: dict[str, Language]) -> None:
    note = Note(note_id="n", text=EN, note_datetime="2021-09-05")
    corrected = msgspec.structs.replace(note, note_datetime="2021-09-06")
    first, again, other = (pipeline.enrich(n, nlps["en"]).event_id for n in (note, note, corrected))
    assert first == again != other


@pytest.mark.parametrize(
    ("setting", "value"), [("text_echo", "none"), ("offset_unit", "utf16"), ("default_timezone", "Europe/Paris")]
)
def test_settings_that_change_the_output_change_the_fingerprint(
    nlps: dict[str, Language], setting: str, value: str
) -> None:
    note = Note(note_id="n", text=EN)
    options = pipeline.EnrichOptions(**{setting: value})  # type: ignore[arg-type]
    plain = pipeline.enrich(note, nlps["en"]).pipeline.fingerprint
    assert pipeline.enrich(note, nlps["en"], options=options).pipeline.fingerprint != plain


def test_two_loads_have_one_fingerprint_and_an_override_has_another() -> None:
    plain, again = (pipeline.load("en") for _ in range(2))
    other = pipeline.load("en", overrides={"components.anamnesis_history.history_limit": 30})
    note = Note(note_id="n", text="x")
    marks = [pipeline.enrich(note, nlp).pipeline.fingerprint for nlp in (plain, again, other)]
    assert marks[0] == marks[1] != marks[2]


def test_note_date_without_zone_is_read_in_the_default_zone(nlps: dict[str, Language]) -> None:
    note = Note(note_id="n", text="x", note_datetime="2021-07-01T10:00:00")
    options = pipeline.EnrichOptions(default_timezone="Europe/Paris")
    assert pipeline.enrich(note, nlps["en"], options=options).note.note_datetime == "2021-07-01T10:00:00+02:00"


def test_a_note_in_another_language_is_refused(nlps: dict[str, Language]) -> None:
    with pytest.raises(pipeline.LanguageMismatchError, match="'fr'"):
        pipeline.enrich(Note(note_id="n", text="x", language="fr-CA"), nlps["en"])


def test_regional_language_uses_its_primary_profile(nlps: dict[str, Language]) -> None:
    event = pipeline.enrich(Note(note_id="n", text="Fièvre.", language="fr-CA"), nlps["fr"])
    assert (event.note.language, event.note.language_source) == ("fr-CA", "note")


@pytest.mark.parametrize(
    ("text", "negation", "family"),
    [
        ("Tylenol No. 3, one tablet every 6 hours.", False, False),
        ("Allergies reviewed. No Tylenol.", True, False),
        ("Father takes metformin 500 mg daily.", False, True),
        ("Her mother takes her to clinic, where metformin was started.", False, False),
    ],
)
def test_a_number_denies_nothing_and_a_relatives_drug_is_the_relatives(
    nlps: dict[str, Language], text: str, negation: bool, family: bool
) -> None:
    drug = next(mention for mention in nlps["en"](text).ents if mention.label_ == "DRUG")
    assert (drug._.negation, drug._.family) == (negation, family)
