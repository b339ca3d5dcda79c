"""`anamnesis_dates`: dates and durations as spans with typed values.

`doc.spans["dates"]` with `span._.date` (AbsoluteDate or RelativeDate), `doc.spans["durations"]` with `span._.duration`,
`doc.spans["ages"]` with `span._.age`. A blood pressure, a score or a follow-up interval ("contrôle à 3 mois") is none.
"""

from __future__ import annotations

from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline import extensions
from pipeline.resources import LANGUAGES
from pipeline.text.date_grammar import grammar
from pipeline.text.date_values import AbsoluteDate, Age, Duration, RelativeDate, read
from pipeline.text.doc_text import DocText
from pipeline.text.spans import Placed, keep


class DateFinder:
    """Finds dates and durations.

    Args:
        lang: "en" or "fr".
        day_first: whether 03/04/2021 is the third of April; None for the custom of the language
            (French yes, English no).

    Raises:
        ValueError: a language without words for dates.
    """

    def __init__(self, lang: str, day_first: bool | None = None) -> None:
        if lang not in LANGUAGES:
            raise ValueError(f"anamnesis_dates has no words for {lang!r}; it speaks {', '.join(LANGUAGES)}")
        self.lang = lang
        self.day_first = lang == "fr" if day_first is None else day_first
        self._grammar = grammar(lang, day_first=self.day_first)
        extensions.value(Span, "date_data")
        extensions.value(Span, "duration_data")
        extensions.value(Span, "age_data")
        extensions.computed(Span, "date", _date)
        extensions.computed(Span, "age", _age)
        extensions.computed(Span, "duration", _duration)

    def __call__(self, doc: Doc) -> Doc:
        """Find the dates, durations and ages of a Doc."""
        text = DocText.of(doc)
        folded = text.folded
        groups: dict[str, list[Placed]] = {"dates": [], "durations": [], "ages": []}
        found = self._grammar.find(folded.folded, text.collapsed)
        if found:
            placed = text.offsets(doc).placed
            for date in found:
                start, end, value = date.start, date.end, date.value
                if folded.cuts is not None:
                    start, end = folded.start(start), folded.end(end)
                month_alone = isinstance(value, AbsoluteDate) and value.year is None and value.day is None
                if month_alone and _is_lead_or_scan(text.text[start:end]):
                    continue
                name, group = _GROUPS[type(value)]
                start, end = placed(start, end)
                extensions.write_at(doc, name, start, end, value.data())
                groups[group].append((start, end, ""))
        for group, dates in groups.items():
            keep(doc, group, dates)
        return doc


_ABBREVIATED_MONTH = 4


def _is_lead_or_scan(month: str) -> bool:
    """Whether a month alone is an abbreviation in capitals that means another thing: aVR, OCT, SEP, MAR."""
    word = month.rstrip(".").rsplit(None, 1)[-1]
    return len(word) <= _ABBREVIATED_MONTH and word.isupper()


_GROUPS: dict[type, tuple[str, str]] = {
    AbsoluteDate: ("date_data", "dates"),
    RelativeDate: ("date_data", "dates"),
    Duration: ("duration_data", "durations"),
    Age: ("age_data", "ages"),
}


def _date(span: Span) -> Any:
    return read(span._.date_data)


def _duration(span: Span) -> Duration | None:
    data = span._.duration_data
    return Duration(**data) if data else None


def _age(span: Span) -> Age | None:
    data = span._.age_data
    return Age(**data) if data else None


@Language.factory("anamnesis_dates", default_config={"day_first": None})
def make_dates(nlp: Language, name: str, day_first: bool | None) -> DateFinder:
    """Factory of DateFinder for the language of the pipeline."""
    return DateFinder(str(nlp.lang), day_first)
