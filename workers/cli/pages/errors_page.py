"""The scores of `evaluate` as a page: tables with intervals, the comparison of two systems, and every error in place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from pipeline.evaluation import Comparison, Finding, Findings
from pipeline.evaluation.findings import KINDS
from workers.cli.console import plural
from workers.cli.pages.frame import Cell, document, table

TITLES = {
    "entities_strict": "Entities, strict",
    "entities_lenient": "Entities, lenient",
    "links_gold_entities": "Links between gold entities",
    "links_end_to_end": "Links end to end",
    "history_gold_mentions": "History of gold mentions",
    "history_end_to_end": "History end to end",
}
# Words on either side of an error.
_AROUND = 70

Compared = Mapping[str, Mapping[str, Mapping[str, Comparison]]]


def page(
    system: str,
    reports: Mapping[str, Mapping[str, Any]],
    compared: Compared,
    findings: Findings,
    texts: Mapping[str, str],
) -> str:
    """The page of the scores of each part, their comparison, and the errors of the first part."""
    return document(f"Scores of {system}", _body(system, reports, compared, findings, texts), script=False)


def _body(
    system: str,
    reports: Mapping[str, Mapping[str, Any]],
    compared: Compared,
    findings: Findings,
    texts: Mapping[str, str],
) -> Iterator[str]:
    yield f"<header><h1>Scores of {escape(system)}</h1>"
    yield '<p class="facts">Intervals: 95 %, bootstrap over notes. Tests: approximate randomisation over notes.</p></header><main>'
    for name, report in reports.items():
        part = "" if name == "all" else f" ({name})"
        yield f"<article><h2>{escape(plural(report['notes'], 'note') + part)}</h2>"
        for key, title in TITLES.items():
            if key in report:
                rows = [_scores(label, row) for label, row in report[key].items()]
                yield table(title, ("", "precision", "recall", "F1", "95 % interval", "gold"), rows, cards=False)
        for key, title in TITLES.items():
            if key in compared.get(name, {}):
                rows = [_comparison(label, one) for label, one in compared[name][key].items()]
                head = ("", "first", "second", "difference", "95 % interval", "p")
                yield table(f"{title}: F1 compared", head, rows, cards=False)
        confusion = report["confusion"]
        rows = [
            [("head", escape(label)), *(("num", str(count) if count else "·") for count in row.values())]
            for label, row in confusion.items()
        ]
        yield table("Gold label (row) taken for (column), lenient", ("", *confusion), rows, cards=False)
        yield "</article>"
    yield from _errors(findings, texts)
    yield "</main>"


def _scores(label: str, row: Mapping[str, Any]) -> list[Cell]:
    ends = (row.get("interval") or {}).get("f1")
    numbers = [f"{row[name]:.3f}" for name in ("precision", "recall", "f1")]
    between = f"{ends[0]:.3f} to {ends[1]:.3f}" if ends else ""
    return [("head", escape(label)), *(("num", number) for number in [*numbers, between, str(row["gold"])])]


def _comparison(label: str, one: Comparison) -> list[Cell]:
    ends = f"{one.interval[0]:+.3f} to {one.interval[1]:+.3f}" if one.interval is not None else ""
    p = f"{one.p:.4f}" if one.p is not None else ""
    numbers = (f"{one.first:.3f}", f"{one.second:.3f}", f"{one.difference:+.3f}", ends, p)
    return [("head", escape(label)), *(("num", number) for number in numbers)]


def _errors(findings: Findings, texts: Mapping[str, str]) -> Iterator[str]:
    """The errors by kind and label, each in its words."""
    counts = Counter(error.kind for error in findings.errors)
    for kind, title in KINDS.items():
        if counts[kind]:
            yield f"<article><h2>{escape(title.capitalize())} ({counts[kind]})</h2>"
            errors = sorted(
                (one for one in findings.errors if one.kind == kind), key=lambda one: (one.label, one.note_id)
            )
            rows = [_error(one, texts[one.note_id]) for one in errors]
            yield table("Errors", ("note", "label", "where", "other"), rows) + "</article>"
    if not findings.errors:
        yield "<article><p>No error.</p></article>"


def _error(error: Finding, text: str) -> list[Cell]:
    before, words, after = (
        " ".join(part.split())
        for part in (
            text[max(0, error.start - _AROUND) : error.start],
            text[error.start : error.end],
            text[error.end : error.end + _AROUND],
        )
    )
    label = error.label if error.label.isalpha() and error.label.isupper() else "other"
    where = (
        f'<span class="context">…{escape(before)} <mark class="{label}">{escape(words)}</mark> {escape(after)}…</span>'
    )
    other = ""
    if error.other is not None:
        start, end, name = error.other
        other = f"{escape(name)}: {escape(' '.join(text[start:end].split()))}"
    return [("head", f"{escape(error.note_id)} · {error.start}"), ("", escape(error.label)), ("", where), ("", other)]
