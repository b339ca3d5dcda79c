"""An enriched event as a page that stands alone: the note by displaCy, its medications, its problems and why."""

from __future__ import annotations

from html import escape
from typing import Any

from spacy import displacy

from pipeline.exporters.words import posology_words
from workers.cli.render import View

_COLOURS = {
    "DRUG": "#9ecbff",
    "STRENGTH": "#a5e8e8",
    "DOSAGE": "#b7e4a7",
    "FORM": "#e0e0e0",
    "ROUTE": "#ffe08a",
    "FREQUENCY": "#e3b8f0",
    "DURATION": "#fff3a3",
    "PROBLEM": "#ffb3b3",
    "PROCEDURE": "#ffcfa8",
}

_STYLE = """body{font:16px/1.6 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}
table{border-collapse:collapse;margin:1rem 0}td,th{border:1px solid #ccc;padding:.3rem .6rem;text-align:left;
vertical-align:top}
.entities{white-space:pre-wrap}"""


def page(event: dict[str, Any], text: str) -> str:
    """The page, with nothing fetched from anywhere."""
    view = View(event, text)
    drugs = [
        (
            view.words(record["drug"]),
            ", ".join(view.words(one) for ids in record["attributes"].values() for one in ids),
            posology_words(record["posology"]),
            record["status"] if record["change"] == "none" else f"{record['status']}, {record['change']}",
            _why(view, view.entities[record["drug"]]),
        )
        for record in event["medications"]
    ]
    problems = [
        (view.cut(entity), entity["label"], _why(view, entity))
        for entity in event["entities"]
        if entity["label"] not in _COLOURS or entity["label"] in ("PROBLEM", "PROCEDURE")
    ]
    return "\n".join(
        [
            f'<!doctype html><html lang="{escape(event["note"]["language"])}"><head><meta charset="utf-8">',
            f"<title>{escape(event['note']['note_id'])}</title><style>{_STYLE}</style></head><body>",
            _note(event, text),
            _table(("drug", "attributes", "read as", "status", "qualifiers, and why"), drugs),
            _table(("mention", "label", "qualifiers, and why"), problems),
            f"<p><small>fingerprint {escape(event['pipeline']['fingerprint'])}</small></p></body></html>",
        ]
    )


def _note(event: dict[str, Any], text: str) -> str:
    """The note with its entities; displaCy wants them without overlap, so that the first and longest of each stands."""
    shown, end = [], 0
    for entity in event["entities"]:
        if entity["start"] >= end:
            shown.append({"start": entity["start"], "end": entity["end"], "label": entity["label"]})
            end = entity["end"]
    content = {"text": text, "ents": shown, "title": None}
    return str(displacy.render(content, style="ent", manual=True, jupyter=False, options={"colors": _COLOURS}))


def _why(view: View, entity: dict[str, Any]) -> str:
    reasons = "; ".join(view.reasons(entity))
    words = ", ".join(view.qualifiers(entity))
    return f"{words}: {reasons}" if words and reasons else words or reasons


def _table(head: tuple[str, ...], rows: list[Any]) -> str:
    if not rows:
        return ""
    titles = "".join(f"<th>{escape(title)}</th>" for title in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{titles}</tr>{body}</table>"
