"""Whether a cue of change is said of a drug, and whether it has come to be, by the words around it."""

from __future__ import annotations

import re

from pipeline import resources
from pipeline.text.phrases import phrases_expression

_FIGURE = r"\d{1,5}(?:[.,]\d{1,3})?"
_UNIT = r"(?:mg|mcg|[µu]g|g|ml|units?|u|ui|iu)?"


class ChangeContext:
    """The words of a language, from `posology/change_context.tsv`, where their kinds are explained.

    Attributes:
        period: behind words of one dose: it is a frequency. period_once: behind "once" alone.
        imperative: the cues that take back a stop before them, and nothing else. later: behind them: it is not yet so.
        was: behind the dose of a drug: the one that it had before, "50 mg, was 25 mg"; groups as of arrow.
        planned: before a stop: it ends a course. done: as little as in "was then stopped".
        not_yet, negated: before a cue: it has not come to be. dated: what looks so is a month.
        adjective: at a cue: it describes the word behind it.
        condition: behind a cue: it holds under a condition only.
        auxiliaries: between a drug and its cue, to be matched whole.
        passive: before a cue: it is said of what stands before.
        person: among words: they speak of a person.
        leads: between a cue and a drug, to be matched whole: the cue speaks of that drug.
        succeeded: the cues that are said of the drug before them and of the one behind.
        resumption: the cues after which a condition is one of beginning again.
        preposition: behind a cue: it speaks of what follows.
        to_amount: behind a cue of more or less: to or by how much, up to the end of the clause.
        by_means: behind a cue of more or less: what follows brought it about.
        arrow: behind a drug: from one amount to another, "10 -> 20 mg"; with the groups from, to, one and other (units) and cue.
        same_drug: at the beginning of a sentence: it goes on with the drug of the one before.
        joint: between two drugs, to be matched whole: they are enumerated; a strength may stand before.
        plural: behind the last of several drugs: what is said there is said of all of them.
        of_two: as plural: of two drugs and no more.
        until: before a stop: it is not yet so. deferred: behind a stop that is to come, likewise. to_come: cues of such a stop.
        supplied: cues that tell by what something else is made up for, where they do not follow a drug.
        item_goes_on: behind a cue that is all that the item of a drug says: what it may go on with.
        unfinished: behind a drug whose end is told: it is to come.
        begins: before a drug: it begins another statement, or a further item.
        apart: between two drugs: the second is told of in a statement of its own.
        status_gap: between words by which a drug is not taken and the drug, to be matched whole.
        switch_gap: between words by which a drug takes the place of another and the drug, to be matched whole.
        status_lead: between a drug and such words, behind the last comma, to be matched whole.
        status_end: behind such words that follow a drug: they have no object of their own.
        one_dose: behind them: a dose is left out, no more.
    """

    def __init__(self, lang: str) -> None:
        kinds = resources.phrases(lang, "posology/change_context.tsv")
        # A language without words of a kind has an expression for them that never matches.
        words = {kind: f"(?:{phrases_expression(kinds[kind])})" if kind in kinds else "(?!)" for kind in _KINDS}
        self.resumption = frozenset(kinds.get("resumption", ()))
        self.succeeded = frozenset(kinds.get("succeeded", ()))
        self.imperative = frozenset(kinds.get("imperative", ()))
        self.later = re.compile(rf"\s*(?:\?|{words['later']})")
        self.period = re.compile(rf"\s*{words['period']}|\s*[/-]|\d")
        self.period_once = re.compile(rf"\s*{words['period_once']}")
        self.planned = re.compile(rf"{words['course_end']}\s*\Z")
        self.done = re.compile(rf"{words['passive']}\s+{words['course_end']}\s*\Z")
        soon = rf"{words['not_yet']}\s+(?:[\w']+\s+){{0,2}}"
        self.not_yet = re.compile(rf"(?:{soon}|{words['infinitive']}\s+)\Z")
        self.dated = re.compile(rf"{words['month_lead']}\s+{soon}\Z")
        self.negated = re.compile(rf"{words['negation']}\s+(?:{words['negation_gap']}\s+){{0,2}}\Z")
        self.condition = re.compile(rf"\s*{words['condition']}")
        self.auxiliaries = re.compile(rf"\s*(?:{words['auxiliary']}\s+)*\Z")
        self.passive = re.compile(rf"{words['passive']}\s+\Z")
        self.person = re.compile(words["person"])
        self.leads = re.compile(rf"\s*(?:{words['lead']}\s*){{0,5}}\Z")
        self.adjective = re.compile(rf"{words['adjective']}\s+(?!{words['onward']}|{words['lead']})[^\W\d_]")
        self.to_amount = re.compile(rf"\s+{words['onward']}\s[^,;]+[,;]")
        self.preposition = re.compile(rf"\s+{words['preposition']}")
        self.by_means = re.compile(rf"\s+{words['by_means']}")
        self.arrow = re.compile(
            rf"[\s:(]{{0,3}}(?P<from>{_FIGURE})\s?(?P<one>{_UNIT})(?![^\W\d_])[^;.,:\n\d>]{{0,20}}?\s?"
            rf"(?P<cue>{words['arrow']})\s?(?P<to>{_FIGURE})(?![\d/]|[.,]\d)\s?(?P<other>{_UNIT})(?![^\W_])"
        )
        self.was = re.compile(
            rf"[^;.:\n\d(]{{0,12}}(?P<from>{_FIGURE})\s?(?P<one>{_UNIT})(?![^\W\d_])(?P<first>[^;.,:(\n\d>]{{0,20}}?)\s?"
            rf"(?:[(,–-]\s?|(?={words['instead']}))(?P<cue>{words['was']})\s(?:{words['lead']}\s)?(?P<to>{_FIGURE})(?![\d/]|[.,]\d)\s?(?P<other>{_UNIT})(?![^\W_])"
        )
        self.same_drug = re.compile(rf"\s+{words['same_drug']}")
        self.joint = re.compile(
            rf"\s*(?:{_FIGURE}\s?{_UNIT}\s*)?(?:[,/&+]\s*)?(?:{words['joint']}\s+|(?<=[,/&+])|(?<=[,/&+] ))(?:{words['lead']}\s*){{0,2}}"
        )
        self.plural = re.compile(words["plural"])
        self.of_two = re.compile(words["of_two"])
        self.switch_gap = re.compile(
            rf"\s*(?:(?:{words['lead']}|{words['status_gap']}|{_FIGURE}(?:-{words['length']}|\s?{_UNIT}))\s*){{0,6}}"
        )
        self.status_gap = re.compile(rf"{self.switch_gap.pattern}(?:(?!{words['joint']})[\w'-]+\s+)?")
        self.status_end = re.compile(rf"\s*(?:[.,;:()\]\n/-]|\Z|{words['status_end']})")
        self.status_lead = re.compile(
            rf"(?:\A|,(?!\d))\s*(?:(?:{words['status_lead']})\s*)*\Z|\A(?:[^,]|,(?=\d)){{0,50}}\Z"
        )
        self.one_dose = re.compile(rf"\s*(?:{words['one_dose']})")
        self.until = re.compile(rf"{words['until']}\s+(?:[\w']+\s+){{0,2}}\Z")
        self.deferred = re.compile(rf"\s+{words['deferred']}")
        self.to_come = frozenset(kinds.get("to_come", ()))
        self.to_be = re.compile(rf"{words['infinitive']}\s+\Z")
        self.supplied = frozenset(kinds.get("supplied", ()))
        self.item_goes_on = rf"\s*(?:[,;.)\]\n|]|\Z|{words['item_goes_on']}\b)"
        self.unfinished = re.compile(rf"(?:\A|[\s(]){words['unfinished']}")
        self.begins = re.compile(rf"(?:,|{words['begins']})\s*\Z")
        self.apart = re.compile(rf"\s[-–•]\s|{words['apart']}")


_KINDS = (
    "period", "period_once", "imperative", "later", "was", "instead", "course_end", "not_yet", "infinitive", "negation", "negation_gap", "condition", "auxiliary", "passive",
    "person", "lead", "preposition", "by_means", "arrow", "same_drug", "month_lead", "adjective", "onward", "joint",
    "plural", "of_two", "apart", "status_gap", "status_lead", "status_end", "one_dose", "begins", "until", "deferred",
    "item_goes_on", "unfinished", "length",
)  # fmt: skip
