"""Enriched events as a page: each note with its entities, what belongs together, its medications, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import pairwise
from typing import Any

from pipeline.exporters.offsets import in_code_points
from pipeline.exporters.words import posology_words, step_words
from workers.cli.console import plural
from workers.cli.pages.frame import Cell, document, table
from workers.cli.render import ATTRIBUTES, QUALIFIERS, Entity, Event, View

_SHORT = {
    "STRENGTH": "str",
    "DOSAGE": "dose",
    "FORM": "form",
    "ROUTE": "route",
    "FREQUENCY": "freq",
    "DURATION": "dur",
    "PROBLEM": "problem",
    "PROCEDURE": "proc",
}
_WORDS = {"history": "past", "negation": "no", "family": "family", "hypothesis": "if", "allergy": "allergy"}
_STYLED = {"DRUG", *_SHORT}


def page(notes: Sequence[tuple[Event, str]]) -> str:
    """The page of some events with the texts of their notes; nothing is fetched from anywhere."""
    articles = [_Article(number, event, text) for number, (event, text) in enumerate(notes, 1)]
    title = f"Note {notes[0][0]['note']['note_id']}" if len(notes) == 1 else plural(len(notes), "note")
    return document(title, _body(title, articles))


def _body(title: str, articles: Sequence[_Article]) -> Iterator[str]:
    alone = len(articles) == 1
    yield f"<header><h1>{escape(title)}</h1>"
    if alone:
        yield f'<p class="facts">{escape(articles[0].facts())}</p>'
    else:
        links = (
            f'<li><a href="#n{one.number}">{escape(one.name)}</a> <span class="facts">{escape(one.found())}</span></li>'
            for one in articles
        )
        yield f'<nav aria-label="Notes"><ol>{"".join(links)}</ol></nav>'
    yield "</header><main>"
    for article in articles:
        yield from article.html(titled=not alone)
    yield "</main><footer>"
    made = {
        f"profile {one['profile']}, version {one['version']}, fingerprint {one['fingerprint']}"
        for one in (article.view.event["pipeline"] for article in articles)
    }
    yield "".join(f"<p>{escape(line)}</p>" for line in sorted(made)) + "</footer>"


class _Article:
    """One note of the page; ids of its parts begin with its number, as several notes share the page."""

    def __init__(self, number: int, event: Event, text: str) -> None:
        self.number = number
        self.view = View(dict(in_code_points(event, text)), text)
        self.name = str(event["note"]["note_id"])
        self.drugs_of = defaultdict(list)
        for relation in event["relations"]:
            self.drugs_of[relation["tail"]].append(relation["head"])
        drugs = [entity["id"] for entity in event["entities"] if entity["label"] == "DRUG"]
        self.numbers = {entity_id: place for place, entity_id in enumerate(drugs, 1)}

    def facts(self) -> str:
        """When the note was written, its language, and what was found."""
        note = self.view.event["note"]
        date = (note["note_datetime"] or "no date")[:16].replace("T", " ").removesuffix(" 00:00")
        return f"{date} · {note['language']} · {self.found()}"

    def found(self) -> str:
        """How many drugs and problems."""
        problems = sum(entity["label"] not in ("DRUG", *ATTRIBUTES) for entity in self.view.event["entities"])
        return f"{plural(len(self.numbers), 'drug')}, {plural(problems, 'problem')}"

    def html(self, *, titled: bool) -> Iterator[str]:
        """The article."""
        event = self.view.event
        yield f'<article id="n{self.number}" aria-label="Note {escape(self.name)}">'
        if titled:
            yield f'<h2>{escape(self.name)}</h2><p class="facts">{escape(self.facts())}</p>'
        yield _legend({entity["label"] for entity in event["entities"]}, bool(event["relations"]))
        # In one piece: a line end between them would be shown.
        frame = f'<div class="text" lang="{escape(event["note"]["language"])}"><svg aria-hidden="true"></svg>'
        yield frame + "".join(self._text()) + "</div>"
        head: tuple[str, ...] = ("drug", "as written", "read as", "status", "history and other qualifiers, and why")
        yield table("Medications", head, [self._medication(record) for record in event["medications"]])
        with_record = {record["drug"] for record in event["medications"]}
        rest = [
            entity
            for entity in event["entities"]
            if entity["label"] not in ATTRIBUTES and entity["id"] not in with_record
        ]
        head = ("mention", "label", "section", "history and other qualifiers, and why")
        yield table("Problems, procedures and allergies", head, [self._other(entity) for entity in rest])
        yield from self._loose()
        yield "</article>"

    def _text(self) -> Iterator[str]:
        """The text in pieces that begin and end wherever a span does, each inside the spans that cover it."""
        view, event = self.view, self.view.event
        titles = [section["title"] for section in event["sections"] if section["title"]]
        spans: list[tuple[int, int, int, Entity | str]] = [  # start, end, order from outside, what
            *((title["start"], title["end"], 0, "title") for title in titles),
            *((start, end, 1, "cue") for start, end in sorted(_cues(event))),
            *((entity["start"], entity["end"], 2, entity) for entity in event["entities"]),
        ]
        bounds = sorted({0, len(view.text), *(place for span in spans for place in span[:2])})
        spans.sort(key=lambda span: (span[0], span[2], -span[1]))
        open_spans: list[tuple[int, int, int, Entity | str]] = []
        upcoming = iter([*spans, None])
        following = next(upcoming)
        for low, high in pairwise(bounds):
            open_spans = [span for span in open_spans if span[1] > low]
            while following is not None and following[0] <= low:
                if following[1] > low:
                    open_spans.append(following)
                following = next(upcoming)
            piece = escape(view.text[low:high])
            for start, end, _, what in sorted(open_spans, key=lambda span: (-span[2], span[1] - span[0])):
                piece = (
                    f'<span class="{what}">{piece}</span>'
                    if isinstance(what, str)
                    else self._mark(what, piece, first=start == low, last=end == high)
                )
            yield piece

    def _mark(self, entity: Entity, piece: str, *, first: bool, last: bool) -> str:
        label, holds = entity["label"], self._holds(entity)
        classes = [label if label in _STYLED else "other"]
        if "negation" in holds:
            piece = f'<span class="struck">{piece}</span>'
        classes += ([] if first else ["cut-start"]) + ([] if last else ["cut-end"])
        attributes = f' class="{" ".join(classes)}"'
        drugs = self.drugs_of[entity["id"]]
        if first:
            attributes += f' id="{self._id(entity["id"])}"'
            if drugs:
                attributes += f' data-of="{" ".join(self._id(drug) for drug in drugs)}"'
            if label == "DRUG" or drugs:
                attributes += ' tabindex="0"'
        return f"<mark{attributes}>{piece}{self._tag(entity, holds) if last else ''}</mark>"

    def _tag(self, entity: Entity, holds: Sequence[str]) -> str:
        """The label in small letters, with the number of the drug; in whole words for a screen reader."""
        label, drugs = entity["label"], self.drugs_of[entity["id"]]
        numbers = ",".join(str(self.numbers[drug]) for drug in drugs if drug in self.numbers)
        short = str(self.numbers[entity["id"]]) if label == "DRUG" else _SHORT.get(label, label.lower())
        shown = f"{short} {numbers}" if numbers else short
        flags = "".join(f"<i>{_WORDS[name]}</i>" for name in holds) if label not in ATTRIBUTES else ""
        of = " of " + " and ".join(self.view.words(drug) for drug in drugs) if drugs else ""
        spoken = ", ".join([f"{label.lower()}{of}", *(QUALIFIERS[name] for name in holds if label not in ATTRIBUTES)])
        return (
            f'<span class="tag" aria-hidden="true">{escape(shown)}{flags}</span>'
            f'<span class="sr"> ({escape(spoken)})</span>'
        )

    def _id(self, entity_id: str) -> str:
        return f"n{self.number}-{entity_id}"

    def _holds(self, entity: Entity) -> list[str]:
        return [name for name in _WORDS if ((entity["qualifiers"] or {}).get(name) or {}).get("value")]

    def _medication(self, record: dict[str, Any]) -> list[Cell]:
        entity = self.view.entities[record["drug"]]
        chips = "".join(
            f'<mark class="{label}">{escape(self.view.words(one))}</mark>'
            for label in ATTRIBUTES
            for one in record["attributes"].get(label, ())
        )
        posology = record["posology"]
        steps = posology.get("steps") or ()
        lines = [step_words({**posology, **_given(step)}) for step in steps] or [posology_words(posology)]
        read_as = "".join(
            f"<p>{f'{number}. ' if steps else ''}{escape(line)}</p>" for number, line in enumerate(lines, 1) if line
        )
        change = "" if record["change"] == "none" else f"<p>change: {escape(record['change'])}</p>"
        return [
            ("head", self._link(entity)),
            ("", f'<div class="chips">{chips}</div>' if chips else ""),
            ("", read_as),
            ("", f'<p><span class="badge">{escape(record["status"])}</span></p>{change}'),
            ("", self._why(entity)),
        ]

    def _other(self, entity: Entity) -> list[Cell]:
        section = self.view.sections.get(entity["section"] or "")
        return [
            ("head", self._link(entity)),
            ("", escape(entity["label"].lower())),
            ("", escape(section["label"].replace("_", " ")) if section else ""),
            ("", self._why(entity)),
        ]

    def _link(self, entity: Entity) -> str:
        number = f"{self.numbers[entity['id']]}. " if entity["id"] in self.numbers else ""
        return f'{number}<a href="#{self._id(entity["id"])}">{escape(self.view.cut(entity))}</a>'

    def _why(self, entity: Entity) -> str:
        """Each qualifier that holds, and a history that was decided against, with its reasons."""
        found = []
        for name, word in QUALIFIERS.items():
            value = ((entity["qualifiers"] or {}).get(name) or {}).get("value")
            reasons = list(self.view.reasons(entity, name))
            if not value and not (name == "history" and reasons):
                continue
            kind = {"history": "past", "negation": "no", "allergy": "allergy"}.get(name, "") if value else ""
            why = f' <span class="why">{escape(" and ".join(reasons))}</span>' if reasons else ""
            found.append(f'<p><span class="badge {kind}">{escape(word if value else f"no {word}")}</span>{why}</p>')
        return "".join(found)

    def _loose(self) -> Iterator[str]:
        """What belongs to no drug, and what could not be read."""
        view = self.view
        if view.event["unlinked"]:
            chips = " ".join(
                f'<mark class="{escape(view.entities[one]["label"])}">{escape(view.words(one))}</mark>'
                for one in view.event["unlinked"]
            )
            yield f"<h3>Belongs to no drug</h3><p>{chips}</p>"
        if view.event["warnings"]:
            lines = "".join(f"<li>{escape(_warning(view, warning))}</li>" for warning in view.event["warnings"])
            yield f"<h3>Could not be read</h3><ul>{lines}</ul>"
        if not view.entities:
            yield '<p class="hint">No drug and no known problem was found in this note.</p>'


def _given(step: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in step.items() if value not in (None, False)}


def _cues(event: Event) -> set[tuple[int, int]]:
    """Where the cues of qualifiers that hold are; a section title is shown as such already."""
    return {
        (cue["start"], cue["end"])
        for entity in event["entities"]
        for qualifier in (entity["qualifiers"] or {}).values()
        if qualifier["value"]
        for cue in qualifier["cues"]
        if cue["kind"] != "section"
    }


def _legend(labels: Iterable[str], linked: bool) -> str:
    known = [label for label in ("DRUG", *_SHORT) if label in labels] + sorted(set(labels) - _STYLED)
    if not known:
        return ""
    chips = "".join(
        f'<li><mark class="{label if label in _STYLED else "other"}">{escape(label.lower())}</mark></li>'
        for label in known
    )
    rails = "<li>a line joins each drug to what belongs to it</li>" if linked else ""
    return f'<ul class="legend" aria-label="Colours">{chips}<li><span class="cue">reason</span></li>{rails}</ul>'


def _warning(view: View, warning: dict[str, Any]) -> str:
    words = view.words(warning["entity"]) if warning["entity"] else warning["text"]
    code = warning["code"].replace("_", " ")
    return f"{words}: {code}" if words else code
