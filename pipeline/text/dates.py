"""`anamnesis_dates`: dates and durations as spans with typed values.

`doc.spans["dates"]` with `span._.date` (AbsoluteDate or RelativeDate), `doc.spans["durations"]` with `span._.duration`.
A blood pressure, a score, an age or a follow-up interval ("contrôle à 3 mois") is none.
"""

from __future__ import annotations

from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline import extensions
from pipeline.resources import LANGUAGES
from pipeline.text.date_grammar import grammar
from pipeline.text.date_values import Duration, read
from pipeline.text.folding import FoldedText
from pipeline.text.spans import TokenIndex


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
        grammar(lang, day_first=self.day_first)
        extensions.value(Span, "date_data")
        extensions.value(Span, "duration_data")
        extensions.computed(Span, "date", _date)
        extensions.computed(Span, "duration", _duration)

    def __call__(self, doc: Doc) -> Doc:
        """Find the dates and durations of a Doc."""
        folded = FoldedText.of(doc.text)
        dates: list[Span] = []
        durations: list[Span] = []
        index: TokenIndex | None = None
        for found in grammar(self.lang, day_first=self.day_first).find(folded.folded):
            index = index or TokenIndex(doc)
            span = index.span(folded.start(found.start), folded.end(found.end))
            if isinstance(found.value, Duration):
                span._.duration_data = found.value.data()
                durations.append(span)
            else:
                span._.date_data = found.value.data()
                dates.append(span)
        doc.spans["dates"] = dates
        doc.spans["durations"] = durations
        return doc


def _date(span: Span) -> Any:
    return read(span._.date_data)


def _duration(span: Span) -> Duration | None:
    data = span._.duration_data
    return Duration(**data) if data else None


@Language.factory("anamnesis_dates", default_config={"day_first": None})
def make_dates(nlp: Language, name: str, day_first: bool | None) -> DateFinder:
    """Factory of DateFinder for the language of the pipeline."""
    return DateFinder(str(nlp.lang), day_first)
