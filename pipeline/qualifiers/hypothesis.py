"""`anamnesis_hypothesis`: what may be, or would be under a condition ("suspicion d'AVC", "if fever", "rule out PE")."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline import resources
from pipeline.qualifiers.base import CueData, Qualifier
from pipeline.qualifiers.leads import led
from pipeline.qualifiers.reading import Reading

_DRUG, _PROBLEM = "DRUG", "PROBLEM"
# So far before a problem the words are looked for that make it a reason to take a drug.
_LEAD = 80
# So many drugs of a list are looked at behind a condition.
_LISTED = 30
# Of the item of a list: its end, and what stands between it and the next one. A comma in a figure ends none.
_ITEM_END = re.compile(r"[;:\n(]|[.,](?!\d)")
_NEXT_ITEM = re.compile(r"[,;]\s*(?:[-–•+]\s*)?\Z")
AS_NEEDED = "as_needed"
"""Rule of the cue of a problem for which a drug is taken when it comes: "PRN chest pain"."""


class Hypothesis(Qualifier):
    """Qualifier `hypothesis`: True for an entity that the text supposes, plans against or makes conditional."""

    quality = "hypothesis"

    def decider(
        self, doc: Doc, reading: Reading, targets: Sequence[Span]
    ) -> Callable[[Span], tuple[bool, list[CueData]]]:
        """As of every qualifier; a problem that a drug is taken for as needed is a condition."""
        decide = super().decider(doc, reading, targets)
        words, folded = _words(self.lang), reading.folded
        problems = [span for span in targets if span.label_ == _PROBLEM]
        needed: dict[int, re.Match[str]] = {}
        drugs = sorted(
            (folded.place(span.start_char), folded.place(span.end_char)) for span in targets if span.label_ == _DRUG
        )

        def lasts(span: Span, start: int) -> bool:
            return words.lasting.fullmatch(folded.folded, start, folded.place(span.end_char)) is not None

        def opens(span: Span, start: int) -> bool:
            lead = words.needed.search(folded.folded, max(0, start - _LEAD), start)
            if lead is None or lasts(span, start):
                return False
            needed[span.start_char] = lead
            return True

        def is_told_for(span: Span, start: int) -> bool:
            led_to = words.told_for.search(folded.folded, max(0, start - _LEAD), start)
            return led_to is not None and not lasts(span, start)

        reasons = led(problems, reading, opens, words.further)
        told_for = led(problems, reading, is_told_for, words.further)
        last_of = {opened: end for (_, end), opened in told_for.items()}
        for bounds, opened in told_for.items():
            behind = words.needed_behind.match(folded.folded, folded.place(last_of[opened]))
            if behind is not None and bounds not in reasons:
                reasons[bounds] = opened
                needed.setdefault(opened[0], behind)

        def decide_plain(span: Span) -> tuple[bool, list[CueData]]:
            value, cues = decide(span)
            if not value:
                return value, cues
            kept = [cue for cue in cues if cue["kind"] != "lexical" or not of_another(span, cue)]
            return bool(kept), kept

        def of_another(span: Span, cue: CueData) -> bool:
            start, end = folded.place(span.start_char), folded.place(span.end_char)
            return of_item(start, cue) or (of_plan(start, cue) if span.label_ == _PROBLEM else of_problem(end, cue))

        def of_problem(end: int, cue: CueData) -> bool:
            """Is a cue around a drug that ends at a place said of a problem: "vancomycin for SUSPECTED pneumonia"?"""
            start, stop = folded.place(cue["start"]), folded.place(cue["end"])
            if words.harm.fullmatch(folded.folded, start, stop) is not None:
                return True
            treats = start >= end and words.treats.search(folded.folded, max(end, start - _LEAD), start) is not None
            return treats and words.plans.search(folded.folded, start, stop) is None

        def of_plan(start: int, cue: CueData) -> bool:
            """Is what is only thought of a drug, and the problem at a place why: "would avoid NSAIDs given CKD"?"""
            high = folded.place(cue["end"])
            following = bisect_left(drugs, (high, high))
            if following == len(drugs) or drugs[following][1] > start:
                return False
            return words.reason.search(folded.folded, drugs[following][1], start) is not None

        def of_item(start: int, cue: CueData) -> bool:
            """Is a condition that of another drug of the list: "paracetamol if pain, RAMIPRIL 5 mg"?"""
            low, high = folded.place(cue["start"]), folded.place(cue["end"])
            if words.condition.fullmatch(folded.folded, low, high) is None:
                return False
            return _is_of_item(folded.folded, drugs, low, high, start)

        def decide_needed(span: Span) -> tuple[bool, list[CueData]]:
            value, cues = decide_plain(span)
            bounds = (span.start_char, span.end_char)
            if value or span.label_ != _PROBLEM or bounds not in reasons:
                return value, cues
            lead = needed[reasons[bounds][0]]
            start, end = folded.start(lead.start("needed")), folded.end(lead.end("needed"))
            return True, [{"kind": "lexical", "start": start, "end": end, "rule": AS_NEEDED}]

        return decide_needed if reasons else decide_plain


def _is_of_item(text: str, drugs: Sequence[tuple[int, int]], low: int, high: int, start: int) -> bool:
    """Is a condition from `low` to `high` that of a drug before it in a list, and what begins at `start` another item?

    "paracetamol 1 g if pain, ramipril 5 mg"; a condition that leads ("if pain, paracetamol") goes on over a comma.
    """
    following = bisect_right(drugs, (low, low))
    if not following or _ITEM_END.search(text, drugs[following - 1][1], low) is not None:
        return False
    listed = drugs[following : following + _LISTED]
    return any(high <= begin <= start and _NEXT_ITEM.search(text, high, begin) is not None for begin, _ in listed)


class _Words:
    """When a drug is taken as needed: `qualifiers/hypothesis_words.toml`, over folded text.

    Attributes:
        needed: ends right before a problem that a drug is taken for when it comes; needed_behind: stands right behind one, and
            told_for right before it, "for chest pain as needed".
        further: between two such problems.
        lasting: a problem that is there all the time.
        harm: a cue that says of a drug what it may do, and not that it may be taken.
        reason: between a drug and the problem that is why it is taken or avoided, up to it; nothing that supposes it.
        treats: between a drug and the problem for which it is taken.
        plans: a cue that says so of a drug too.
        condition: a cue that makes a drug conditional: behind one of a list it is of that one alone.
    """

    def __init__(self, lang: str) -> None:
        words = resources.read_expressions(lang, "qualifiers/hypothesis_words.toml")
        quality = rf"(?:(?!{words['other']}\b)[a-z][\w'/-]* )"
        leads = rf"(?:\s{quality}{{0,2}}|\s?[,(]?\s?){words['leads']}(?:\s|(?<='))"
        self.needed = re.compile(rf"\b(?P<needed>{words['needed']})(?:{leads}| ?[:(/-] ?| ){quality}{{0,3}}\Z")
        self.told_for = re.compile(rf"(?:\b{words['leads']}(?:\s|(?<=')){quality}{{0,3}})\Z")
        self.needed_behind = re.compile(rf" ?[ (](?P<needed>{words['needed']})")
        self.further = re.compile(rf"{words['joins']}{quality}{{0,2}}")
        self.lasting = re.compile(words["lasting"])
        self.harm, self.plans = re.compile(words["harm"]), re.compile(words["plans"])
        self.reason = re.compile(rf"(?<!\w){words['reason']}\s?(?:{words['known']}\s?){{0,3}}\Z")
        self.treats = re.compile(rf"(?<![^\W_])(?:{words['treats']})(?![^\W_])")
        self.condition = re.compile(words["condition"])


@lru_cache(maxsize=len(resources.LANGUAGES))
def _words(lang: str) -> _Words:
    return _Words(lang)


@Language.factory("anamnesis_hypothesis", default_config={"attr": "NORM", "on_ents_only": True})
def make_hypothesis(nlp: Language, name: str, attr: str, on_ents_only: Any) -> Hypothesis:
    """Factory of Hypothesis."""
    return Hypothesis(nlp, attr=attr, on_ents_only=on_ents_only)
