"""Decoding: what is a note, what is rejected and why, and that no text gets into the detail."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from schemas import Limits, RejectedError, decode_note

CANARY = "zygomycosis-canary"


def note(**fields: Any) -> bytes:
    return json.dumps({"note_id": "n1", "text": "Aspirin 81 mg daily.", **fields}).encode()


MALFORMED: list[tuple[str, bytes]] = [
    ("empty", b""),
    ("empty", b"  \n"),
    ("empty", note(text="")),
    ("empty", note(text=" \n\t")),
    ("utf8", b'{"note_id": "n", "text": "\xff\xfe"}'),
    ("utf8", b'{"note_id": "n", "text": "\xc3"}'),
    ("utf8", b'{"note_id": "n", "text": "\xed\xa0\x80"}'),
    ("utf8", '{"note_id": "n", "text": "x"}'.encode("utf-16")),
    ("json", b"{"),
    ("json", b"not json"),
    ("json", b'{"note_id": "n", "text": "x"} trailing'),
    ("json", b"{'note_id': 'n', 'text': 'x'}"),
    ("json", b'{"note_id": "n", "text": "x",}'),
    ("json", b'{"note_id": "n", "text": "line\nbreak"}'),
    ("json", b'{"note_id": "n", "text": "a\\u0000b"}'),
    ("json", b'{"note_id": "n", "text": "a", "meta": {"k": "\\u0000"}}'),
    ("json", b'{"note_id": "n", "text": "\\ud800"}'),
    ("json", b'{"note_id": "n", "text": "\\udc00 low first"}'),
    ("json", b'{"note_id": "n", "text": "x", "extra": "\\ud800"}'),
    ("json", b'{"note_id": "n", "text": "x", "note_id": "m"}'),
    ("json", b'{"note_id": "n", "text": "x", "meta": {"k": "1", "k": "2"}}'),
    ("json", b'{"note_id": "n", "text": "x", "extra": {"k": [{"a": 1, "a": 2}]}}'),
    ("json", b'{"note_id": "n", "text": "x", "extra": NaN}'),
    ("json", b'{"note_id": "n", "text": "x", "extra": -Infinity}'),
    ("json", b'{"note_id": "n", "text": "x", "extra": ' + b"9" * 400 + b"}"),
    ("json", b'{"note_id": "n", "text": "x", "note_version": ' + b"9" * 400 + b"}"),
    ("json", b"\xef\xbb\xbf" + note()),
    ("schema", b"[]"),
    ("schema", b"null"),
    ("schema", b'"text"'),
    ("schema", b"42"),
    ("schema", b'{"text": "x"}'),
    ("schema", b'{"note_id": "n"}'),
    ("schema", note(text=None)),
    ("schema", note(text=["x"])),
    ("schema", note(text=7)),
    ("schema", note(note_id="")),
    ("schema", note(note_id="x" * 129)),
    ("schema", note(note_id=5)),
    ("schema", note(note_id=None)),
    ("schema", note(patient_id="")),
    ("schema", note(note_version=0)),
    ("schema", note(note_version=1.5)),
    ("schema", note(note_version="1")),
    ("schema", note(note_version=True)),
    ("schema", note(status="deleted")),
    ("schema", note(status=None)),
    ("schema", note(type="health.note.enriched.v1")),
    ("schema", note(language="not a tag")),
    ("schema", note(language="")),
    ("schema", note(note_datetime="yesterday")),
    ("schema", note(note_datetime="2021-02-30")),
    ("schema", note(note_datetime="2021-09-05T25:00:00Z")),
    ("schema", note(note_datetime="05/09/2021")),
    ("schema", note(note_datetime=1630800000)),
    ("schema", note(birth_datetime="1978-13")),
    ("schema", note(birth_datetime="78")),
    ("schema", note(meta=[])),
    ("schema", note(meta={"k": 1})),
    ("schema", note(meta={f"k{n}": "v" for n in range(65)})),
    ("schema", note(meta={"k": "v" * 1025})),
    ("schema", note(note_type="11506-3")),
    ("too_deep", note()[:-1] + b', "extra": ' + b"[" * 60 + b"]" * 60 + b"}"),
    ("too_deep", b'{"a":' * 20_000),
    ("too_large", note(text="x" * 200_001)),
    ("too_large", note(extra="x" * (5 * 1024 * 1024))),
]


@pytest.mark.parametrize(("reason", "value"), MALFORMED, ids=[f"{n}-{r}" for n, (r, _) in enumerate(MALFORMED)])
def test_malformed_note_has_its_reason(reason: str, value: bytes) -> None:
    with pytest.raises(RejectedError) as caught:
        decode_note(value)
    assert (caught.value.reason, caught.value.stage) == (reason, "decode")


@pytest.mark.parametrize(
    ("value", "note_id"),
    [
        (note(note_id="n-17", status="deleted"), "n-17"),
        (note(note_id="n-17", text=" "), "n-17"),
        (note(note_id="n-17", text="x" * 200_001), "n-17"),
        (note(note_id="n-17", note_datetime="yesterday"), "n-17"),
        (note(note_id=5), None),
        (b'{"text": "x"}', None),
        (b'{"note_id": "n-17", "note_id": "n-18", "text": "x"}', None),
        (b'{"note_id": "n-17", "text": ', None),
    ],
)
def test_a_rejection_names_the_note_where_it_is_known(value: bytes, note_id: str | None) -> None:
    with pytest.raises(RejectedError) as caught:
        decode_note(value)
    assert caught.value.note_id == note_id


@pytest.mark.parametrize(
    "value",
    [
        note(),
        note(text="a\\u0000b is written out"),
        note(text="Patient 👩‍⚕️ a reçu 𝟓 mg"),
        b'{"note_id": "n", "text": "\\ud83d\\udc69"}',
        note(note_datetime="2021-09-05"),
        note(note_datetime="2021-09-05T10:00"),
        note(note_datetime="2021-09-05T10:00:00.123456+02:00"),
        note(note_datetime="2021-09-05t10:00:00z"),
        note(birth_datetime="1978"),
        note(birth_datetime="1978-11"),
        note(birth_datetime="1978-11-02"),
        note(language="fr-CA", patient_id="p", note_version=3, status="superseded"),
        note(patient_id=None, language=None, note_type=None),
        b'{"note_id": "n", "status": "entered-in-error"}',
        b'{"note_id": "n", "status": "entered-in-error", "text": null}',
        note(meta={"ward": '{"a": 1, "a": 2}'}),
    ],
)
def test_note_is_accepted(value: bytes) -> None:
    assert decode_note(value).note.note_id


def test_unknown_fields_are_ignored_and_counted() -> None:
    decoded = decode_note(note(ward="B2", shift={"a": 1}, note_type={"code": "11506-3", "lang": "en"}))
    assert decoded.unknown_fields == 3
    assert decode_note(note()).unknown_fields == 0


def test_limits_are_settings() -> None:
    with pytest.raises(RejectedError, match="at most 5"):
        decode_note(note(), limits=Limits(max_text_length=5))


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        (note(note_id=""), "$.note_id: expected str of length >= 1"),
        (note(note_id=5), "$.note_id: expected str, got int"),
        (note(note_version=0), "$.note_version: expected int >= 1"),
        (note(meta={CANARY: 1}), "$.meta[...]: expected str, got int"),
        (note(text=3), "$.text: expected str | null, got int"),
    ],
)
def test_a_wrong_type_or_size_says_what_is_allowed(value: bytes, detail: str) -> None:
    with pytest.raises(RejectedError) as caught:
        decode_note(value)
    assert caught.value.detail == detail


@pytest.mark.parametrize("field", ["note_id", "note_datetime", "birth_datetime", "language", "status", "type", "meta"])
def test_detail_never_holds_what_was_sent(field: str) -> None:
    wrong: Any = {CANARY: 1} if field == "meta" else f"{CANARY} " * 20
    with pytest.raises(RejectedError) as caught:
        decode_note(note(**{field: wrong}))
    assert CANARY not in str(caught.value)
    assert field in caught.value.detail


@given(st.binary(max_size=200))
def test_any_bytes_are_a_note_or_a_rejection(value: bytes) -> None:
    try:
        decode_note(value)
    except RejectedError as error:
        assert error.detail


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["note_id", "text", "meta", "note_datetime", "note_type", "x"]), json_values))
def test_any_object_is_a_note_or_a_rejection(fields: dict[str, Any]) -> None:
    try:
        decoded = decode_note(json.dumps(fields).encode("utf-8", "surrogatepass"))
    except RejectedError as error:
        assert error.reason in {"utf8", "json", "schema", "empty"}
    else:
        assert schemas.encode(decoded.note)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_text_comes_through_unchanged(text: str) -> None:
    if text.strip():
        assert decode_note(note(text=text)).note.text == text
