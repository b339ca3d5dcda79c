"""Generated gold notes: spans on token boundaries, entities apart, problems wherever, many links, odd characters."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from pipeline.annotation.gold import ATTRIBUTES, CONTEXTS
from pipeline.text.tokenizer import split

_WORDS = st.sampled_from(
    ["Aspirin", "81", "mg", "q4-6h", "p.o.", "d'amlodipine", "asthma", "𝟓", "👩‍⚕️", "é", "e\u0301", "\t", "\u2028", "\x85", "\n", "\r\n", ",", "(", "\ufeff", "中文"]
)  # fmt: skip
_TEXTS = st.lists(_WORDS, min_size=1, max_size=25).map(" ".join)
_LABELS = st.sampled_from(["DRUG", *ATTRIBUTES, "RISK_FACTOR"])
_EXTRA = st.dictionaries(
    st.sampled_from(["source", "comment", "Ünïcode"]), st.one_of(st.integers(0, 9), st.text(max_size=3)), max_size=2
)


def tokens(text: str) -> list[tuple[int, int]]:
    """Start and end of the tokens that are no blanks."""
    found, start = [], 0
    for word, space in split(text):
        if word.strip():
            found.append((start, start + len(word)))
        start += len(word) + space
    return found


@st.composite
def gold_notes(draw: st.DrawFn) -> dict[str, Any]:
    """A note that an annotator could have made."""
    text = draw(_TEXTS.filter(lambda words: bool(tokens(words))))
    places = tokens(text)
    entities, free = [], 0
    for number in range(draw(st.integers(0, 8))):
        if free >= len(places):
            break
        first = draw(st.integers(free, len(places) - 1))
        last = draw(st.integers(first, min(first + 3, len(places) - 1)))
        free = last + 1
        label = draw(_LABELS)
        entity = span(text, places[first][0], places[last][1]) | {"label": label, "id": f"T{number + 1}"}
        if draw(st.booleans()):
            entity["alt_spans"] = [[places[first][0], places[first][1]]]
        if label == "DRUG" and draw(st.booleans()):
            entity["context"] = draw(st.sampled_from(CONTEXTS))
        entities.append(entity | draw(_EXTRA))
    drugs = [one["id"] for one in entities if one["label"] == "DRUG"]
    others = [one["id"] for one in entities if one["label"] in ATTRIBUTES]
    pairs = [(drug, other) for drug in drugs for other in others]
    relations = [
        {"drug": drug, "attribute": other} | draw(st.sampled_from([{}, {"optional": True}]))
        for drug, other in (draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else [])
    ]
    history = [
        {"start": one["start"], "end": one["end"], "text": one["text"]}
        | {"kind": "drug" if one["label"] == "DRUG" else "problem"}
        | draw(_judgements())
        for one in entities
        if one["label"] not in ATTRIBUTES and draw(st.booleans())
    ]
    taken = {(one["start"], one["end"]) for one in history}
    for _ in range(draw(st.integers(0, 4))):
        first = draw(st.integers(0, len(places) - 1))
        last = draw(st.integers(first, min(first + 4, len(places) - 1)))
        bounds = places[first][0], places[last][1]
        if bounds in taken:
            continue
        taken.add(bounds)
        kind = draw(st.sampled_from([{}, {"label": "PROCEDURE"}]))
        history.append(span(text, *bounds) | {"kind": "problem"} | draw(_judgements()) | kind)
    note = {"id": draw(st.text(min_size=1, max_size=12)), "text": text, "entities": entities, "relations": relations}
    optional = [span(text, *draw(st.sampled_from(places))) for _ in range(draw(st.integers(0, 2)))]
    return (
        note
        | {"optional": optional, "history": history, "language": draw(st.sampled_from(["en", "fr"]))}
        | draw(_EXTRA)
    )


def span(text: str, start: int, end: int) -> dict[str, Any]:
    """A span with its words."""
    return {"start": start, "end": end, "text": text[start:end]}


def _judgements() -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda history, more: {"history": history} | more,
        st.booleans(),
        st.sampled_from(
            [{}, {"unsure": True}, {"context": "family"}, {"basis": "date", "also": ["section"]}, {"basis": "none"}]
        ),
    )
