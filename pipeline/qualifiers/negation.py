"""`anamnesis_negation`: what the text says is not there ("pas de fièvre", "denies chest pain")."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.qualifiers.base import CueData, OnEntsOnly, Qualifier
from pipeline.qualifiers.cues import Hit
from pipeline.qualifiers.leads import Bounds, led
from pipeline.qualifiers.reading import Propositions, Reading
from pipeline.resources import LANGUAGES, path
from pipeline.text.phrases import any_of

_LONGEST_LIST = 40
# So far before a denial brackets are looked for that hold it.
_BRACKETS_REACH = 120
# So far behind it the end of the brackets, or a dash.
_DASH_REACH = 200
_DASH = re.compile(r"(?<=\w) [-–—] ")
# So far before a procedure the word is looked for that says it was done.
_LEAD = 60
# So far before a problem the brackets begin that tell it as a reason.
_REASON_REACH = 60
_DRUG = "DRUG"


class Negation(Qualifier):
    """Qualifier `negation`: True for an entity that the text denies."""

    quality = "negation"

    def decider(
        self, doc: Doc, reading: Reading, targets: Sequence[Span]
    ) -> Callable[[Span], tuple[bool, list[CueData]]]:
        """As of every qualifier; what a finding was looked for by was done, though the finding is denied."""
        decide = super().decider(doc, reading, targets)
        done = self._done(decide, reading, targets)

        def decide_undone(span: Span) -> tuple[bool, list[CueData]]:
            return (False, []) if (span.start_char, span.end_char) in done else decide(span)

        return decide_undone if done else decide

    def _done(
        self, decide: Callable[[Span], tuple[bool, list[CueData]]], reading: Reading, targets: Sequence[Span]
    ) -> set[Bounds]:
        """The procedures and drugs in the reach of a denial that were done or taken: "no clot on CT or MRI"."""
        words, folded = _words(self.lang), reading.folded

        def opens(span: Span, start: int) -> bool:
            denial = folded.place(decide(span)[1][0]["end"])
            return words.is_done(span.label_, folded.folded, denial, start)

        denied = [span for span in targets if span.label_ in words.done and decide(span)[0]]
        done = {
            bounds
            for label in words.done
            for bounds in led((span for span in denied if span.label_ == label), reading, opens, words.further)
        }
        drugs = {folded.place(span.end_char) for span in denied if span.label_ == _DRUG}
        return done | self._reasons(decide, reading, targets, drugs) if drugs else done

    def _reasons(
        self,
        decide: Callable[[Span], tuple[bool, list[CueData]]],
        reading: Reading,
        targets: Sequence[Span],
        drugs: set[int],
    ) -> set[Bounds]:
        """The problems in brackets behind a drug that is denied because of them: "no beta blocker (asthma)"."""
        text, place = reading.folded.folded, reading.folded.place
        reasons: set[Bounds] = set()
        for span in targets:
            start = place(span.start_char)
            opening = text.rfind("(", max(0, start - _REASON_REACH), start)
            if opening < 0 or ")" in text[opening:start] or (opening not in drugs and opening - 1 not in drugs):
                continue
            if decide(span)[0] and not self.cues.find(text[opening + 1 : start]):
                reasons.add((span.start_char, span.end_char))
        return reasons

    def reach(self, hit: Hit, propositions: Propositions, reading: Reading) -> tuple[int, int]:
        """As for every qualifier; in a language that marks its lists one goes on only where it is marked."""
        low, high = super().reach(hit, propositions, reading)
        if hit.cue.reach == "forward":
            high = _within_brackets(reading.folded.folded, hit, high)
            high = _words(self.lang).end(reading, hit, high)
        continues = _words(self.lang).continues
        if continues is None or hit.cue.reach != "forward":
            return low, high
        stop, text = high, reading.folded.folded
        _, end = propositions.around(hit.end - 1)
        for _ in range(_LONGEST_LIST):
            if end >= stop or not continues.match(text, end):
                break
            _, end = propositions.around(end)
        return low, min(max(end, hit.end), max(stop, hit.end))


def _within_brackets(text: str, hit: Hit, high: int) -> int:
    """How far a denial reaches: not out of the brackets that hold it, and not over a dash between two statements."""
    low = max(0, hit.start - _BRACKETS_REACH)
    if text.rfind("(", low, hit.start) > text.rfind(")", low, hit.start):
        closing = text.find(")", hit.end, min(high, hit.end + _DASH_REACH))
        high = closing if closing >= 0 else high
    dash = _DASH.search(text, hit.end + 1, min(high, hit.end + _DASH_REACH))
    return dash.start() if dash is not None else high


class _Words:
    """What ends a denial: `qualifiers/negation_words.toml`, over folded text.

    Attributes:
        continues: at the beginning of an item: the list that is denied goes on; None where every list goes on.
        done: by label, what ends right before an entity that was done or taken though a denial reaches it.
        further: between two of them.
    """

    def __init__(self, lang: str) -> None:
        with path(lang, "qualifiers/negation_words.toml").open("rb") as handle:
            read = tomllib.load(handle)
        words = {kind: any_of(several) for kind, several in read.items()}
        self.continues = re.compile(words["continues"]) if read["continues"] else None
        self.done = {
            label: re.compile(rf"(?<=[\w)])\s+(?:{words[kind]})(?:\s|(?<=')){words['article']}\Z")
            for label, kind in (("PROCEDURE", "performed"), ("DRUG", "taken"))
        }
        self._still_denied = re.compile(rf"\b{words['still_denied']}\Z")
        self.further = re.compile(words["further"])
        self._affirmed = re.compile(any_of([*read["affirmed"], *read["reason"]]))
        self._affirmed_short = re.compile(words["affirmed_short"])
        self._short = re.compile(words["short"])
        self._goes_on = re.compile(rf"\b{words['goes_on']}\b")

    def is_done(self, label: str, text: str, denial: int, start: int) -> bool:
        """Whether something else is denied, behind the end of a denial, and what begins at `start` is how it was looked for."""
        lead = self.done[label].search(text, max(denial, start - _LEAD), start)
        if lead is None or not text[denial : lead.start()].strip():
            return False
        return self._still_denied.search(text, max(denial, lead.start() - _LEAD), lead.start()) is None

    def end(self, reading: Reading, hit: Hit, high: int) -> int:
        """Where a statement of its own begins behind a denial, else `high`."""
        affirmed = reading.next_match(self._affirmed, hit.end, high)
        high = high if affirmed is None else affirmed.start()
        if self._short.fullmatch(reading.folded.folded, hit.start, hit.end) is None:
            return high
        affirmed = reading.next_match(self._affirmed_short, hit.end, high)
        if affirmed is None or reading.next_match(self._goes_on, hit.end, high) is not None:
            return high
        return affirmed.start()


@lru_cache(maxsize=len(LANGUAGES))
def _words(lang: str) -> _Words:
    return _Words(lang)


@Language.factory("anamnesis_negation", default_config={"attr": "NORM", "on_ents_only": True})
def make_negation(nlp: Language, name: str, attr: str, on_ents_only: Any) -> Negation:
    """Factory of Negation."""
    entities: OnEntsOnly = on_ents_only
    return Negation(nlp, attr=attr, on_ents_only=entities)
