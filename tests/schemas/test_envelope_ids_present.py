"""Envelope, ids, dates, offsets and text echo."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from schemas import Note, RejectedError
from schemas.enriched import EnrichedNote
from schemas.present import utf16_offsets

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
BODY = b'{"note_id": "n", "text": "x"}'
WIDE = "Patient 👩‍⚕️ a reçu 𝟓 mg d'amlodipine"


@pytest.mark.parametrize(
    ("headers", "value"),
    [
        ([], BODY),
        ([("content-type", b"application/json; charset=utf-8")], BODY),
        ([("Content-Type", b"application/json"), ("ce_type", b"health.note.recorded.v1")], BODY),
        (
            [("content-type", b"application/cloudevents+json")],
            b'{"specversion": "1.0", "type": "health.note.recorded.v1", "id": "1", "source": "s", "data": '
            + BODY
            + b"}",
        ),
    ],
)
def test_note_comes_out_of_each_mode(headers: list[tuple[str, bytes]], value: bytes) -> None:
    assert schemas.read_envelope(headers, value) == BODY


@pytest.mark.parametrize(
    ("headers", "value", "reason"),
    [
        ([("content-type", b"application/avro")], BODY, "content_type"),
        ([("ce_type", b"health.note.enriched.v1")], BODY, "content_type"),
        ([("content-type", b"application/cloudevents+json")], b"{}", "schema"),
        ([("content-type", b"application/cloudevents+json")], b"{", "json"),
        ([("content-type", b"application/cloudevents+json")],
         b'{"specversion": "1.0", "type": "other", "data": {}}', "content_type"),
    ],
)  # fmt: skip
def test_other_envelopes_are_rejected(headers: list[tuple[str, bytes]], value: bytes, reason: str) -> None:
    with pytest.raises(RejectedError) as caught:
        schemas.read_envelope(headers, value)
    assert caught.value.reason == reason


def test_event_headers_are_a_cloudevent_and_pass_the_trace_on() -> None:
    made = dict(schemas.enriched_headers("id-1", "n1", [("traceparent", b"00-a-b-01"), ("other", b"x")], at=AT))
    assert made == {
        "ce_specversion": b"1.0",
        "ce_id": b"id-1",
        "ce_source": b"anamnesis",
        "ce_type": b"health.note.enriched.v1",
        "ce_time": b"2026-01-02T03:04:05.000Z",
        "ce_subject": b"n1",
        "content-type": b"application/json",
        "traceparent": b"00-a-b-01",
    }


def test_rejection_keeps_the_headers_and_a_replay_takes_ours_away() -> None:
    original = [("ce_id", b"1"), ("x", b"y")]
    made = schemas.rejected_headers(
        original, reason="json", stage="decode", topic="t", partition=3, offset=7, timestamp=9, attempts=1, version="1"
    )
    assert dict(made)["dlq_offset"] == b"7"
    assert schemas.without_dlq(made) == original


def test_event_id_is_that_of_the_note_and_its_fingerprint() -> None:
    note = Note(note_id="n", text="x")
    same = schemas.decode_note(b'{"text": "x", "unknown": 1, "note_version": 1, "note_id": "n"}').note
    assert schemas.event_id(note, "f") == schemas.event_id(same, "f")
    others = [
        schemas.event_id(note, "g"),
        schemas.event_id(Note(note_id="n", text="x", note_version=2), "f"),
        schemas.event_id(Note(note_id="n", text="x", note_datetime="2021-01-01"), "f"),
        schemas.coordinates_id("t", 1, 2),
        schemas.coordinates_id("t", 12, 0),
    ]
    assert len({schemas.event_id(note, "f"), *others}) == len(others) + 1


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2021-09-05", "2021-09-05T00:00:00+02:00"),
        ("2021-09-05T10:00", "2021-09-05T10:00:00+02:00"),
        ("2021-12-05T10:00:00", "2021-12-05T10:00:00+01:00"),
        ("2021-09-05T10:00:00Z", "2021-09-05T10:00:00+00:00"),
        ("2021-09-05T10:00:00.5-03:30", "2021-09-05T10:00:00.500000-03:30"),
    ],
)
def test_default_zone_is_for_times_without_one(text: str, iso: str) -> None:
    assert schemas.parse_note_datetime(text, "Europe/Paris").isoformat() == iso


def test_offsets_of_the_specification() -> None:
    to = utf16_offsets(WIDE)
    start = WIDE.index("amlodipine")
    assert (start, to(start), len(WIDE[:start].encode())) == (27, 29, 40)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_utf16_offsets_cut_the_same_text(text: str) -> None:
    to, units = utf16_offsets(text), text.encode("utf-16-le")
    for offset in range(len(text) + 1):
        assert units[: 2 * to(offset)].decode("utf-16-le") == text[:offset]


def event() -> EnrichedNote:
    return msgspec.json.decode(
        json.dumps(
            {
                "event_id": "e",
                "note": {
                    "note_id": "n", "note_version": 1, "status": "current", "patient_id": None, "visit_id": None,
                    "note_type": None, "note_datetime": None, "language": "fr", "language_source": "note",
                    "text_sha256": "0", "text_length": len(WIDE), "meta": {},
                },
                "sections": [{"id": "s1", "label": "medications", "loinc": None, "start": 12, "end": 37,
                              "title": {"start": 12, "end": 13}}],
                "entities": [{"id": "e1", "label": "DRUG", "start": 27, "end": 37, "text": "amlodipine", "score": None,
                              "source": "lexicon", "section": None, "codes": [], "qualifiers": {"history": {
                                  "value": True, "cues": [{"kind": "lexical", "start": 14, "end": 18, "rule": "r"}]}}}],
                "relations": [],
                "medications": [{"id": "m1", "group": "g1", "drug": "e1", "attributes": {}, "posology": {
                    "route": {"text": "PO", "code": "oral"}, "as_needed": True, "as_needed_for": "douleur",
                    "steps": [{"form": {"text": "cp", "code": "tablet"}}]},
                    "status": "active", "change": "none", "history": None, "negation": None, "family": None,
                    "hypothesis": None, "codes": []}],
                "unlinked": [],
                "warnings": [{"code": "unread", "entity": "e1", "text": "amlodipine"}],
                "pipeline": {"profile": "fr", "version": "1", "fingerprint": "f"},
            }
        ),
        type=EnrichedNote,
    )  # fmt: skip


def test_utf16_moves_every_offset() -> None:
    shown = schemas.present(event(), WIDE, text_echo="entities", offset_unit="utf16")
    entity, section = shown.entities[0], shown.sections[0]
    assert shown.offset_unit == "utf16"
    assert (entity.start, entity.end) == (29, 39)
    assert entity.qualifiers is not None
    assert entity.qualifiers.history.cues[0].start == 15
    assert (section.start, section.end) == (13, 39)


def test_text_echo_none_leaves_no_word_of_the_note() -> None:
    shown = schemas.encode(schemas.present(event(), WIDE, text_echo="none", offset_unit="code_point"))
    for word in ("amlodipine", '"PO"', "douleur", '"cp"'):
        assert word.encode() not in shown
    assert b'"oral"' in shown


def test_text_echo_entities_is_the_event_as_it_is() -> None:
    assert schemas.present(event(), WIDE, text_echo="entities", offset_unit="code_point") == event()
