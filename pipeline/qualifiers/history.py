"""`anamnesis_history`: is this mention past history? Words, sections and dates, with the evidence of each decision.

The proposition is the scope: a stretch between sentence starts, terminations and section titles. A history cue is a
word in the proposition (or before the list that holds the entity), the title of a history section, or a date at or
beyond the limit; a date nearer than the limit is a recent cue and wins. Other people's and denied conditions are no
history. The past of a drug is its end, so drugs have cues of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from pipeline import extensions
from pipeline.qualifiers.base import (
    LEADS_FAR,
    RECENT,
    CueData,
    OnEntsOnly,
    Qualifier,
    Scopes,
    SectionLine,
    cue_spans,
    missing,
    pollution_stretches,
    qualified_by,
)
from pipeline.qualifiers.cues import CueSet, own_cues
from pipeline.qualifiers.dating import DateLine, Dating, courses_of, limit_of
from pipeline.qualifiers.drug_ends import (
    DRUG_SECTIONS,
    ENDS,
    HISTORY_SECTIONS,
    STOPPED,
    TAKEN_SECTIONS,
    TOLD_NOW,
    DrugEnds,
)
from pipeline.qualifiers.drug_reach import sentences_near
from pipeline.qualifiers.history_contexts import HistoryContexts, Mention, Tokens
from pipeline.qualifiers.history_model import HistoryModel, Overruling, is_told
from pipeline.qualifiers.history_words import history_words
from pipeline.qualifiers.own_dates import OwnDates, counts
from pipeline.qualifiers.past_scopes import PastScopes, past_scopes
from pipeline.qualifiers.plain_words import PlainWords
from pipeline.qualifiers.reading import Propositions, Reading, Separators
from pipeline.qualifiers.shorthand import Shorthand, Told
from pipeline.qualifiers.shorthand_words import shorthand_words
from pipeline.qualifiers.visit_lists import VisitLists
from pipeline.text.folding import FoldedText

CURRENT, PAST = "CURRENT", "ATCD"
OTHER = "other"
# Between two clauses.
_APART = re.compile(r"[,;:.\n]")
_WORD = re.compile(r"\w")
# Right behind a drug, in brackets.
_ASIDE = re.compile(r" ?\(\w?")
# A list of operations that were done.
_OPERATIONS = frozenset({"past_surgical_history"})


@dataclass(slots=True)
class _Case:
    """What the decision about one Doc is made from."""

    folded: FoldedText
    propositions: Propositions
    words: PastScopes
    drug: DrugEnds | None
    sections: SectionLine
    dates: OwnDates
    qualified: tuple[str, ...]
    lasting: set[int] = field(default_factory=set)  # problems whose date is when they began, by where they begin

    def opens_sentence(self, word: CueData) -> bool:
        """Whether a sentence begins with the word of an end, which may be of the visit: "Discontinued the X because of a cough"."""
        start = self.folded.place(word["start"])
        low, _ = self.propositions.sentence(start)
        return word["rule"] == STOPPED and _WORD.search(self.folded.folded, low, start) is None


class History(Qualifier):
    """Qualifier `history`: True for an entity of the past; `history_` is "ATCD" or "CURRENT".

    Args:
        nlp: the pipeline; its language chooses the cues.
        attr: "NORM", "LOWER" or "TEXT": how cues are compared.
        history: cues in place of those of the language.
        termination: terminations in place of those of the language; lists then end at each of them.
        use_sections: history sections count; needs `doc.spans["sections"]`.
        use_dates: dates count; needs `doc.spans["dates"]`, and `doc._.note_datetime` for absolute ones.
        history_limit: from this age on a date is history: days as a number or its text, or a timedelta.
        exclude_birthdate: the date of `doc._.birth_datetime` is no cue.
        closest_dates_only: the dates of the proposition, else the nearest of the sentence; False: all of the sentence.
        on_ents_only: as for every qualifier.
        explain: write `history_cues` and `recent_cues`.
        since_is_history: an old date after "since" is history; False: what has lasted since then is not past.
        years_are_history: without a note date, a year or a month of a year ("PE 2012") is past.
        drug_labels: labels of entities that have a drug's notion of history.
        drugs_in_sections: words and sections of past conditions make drugs past too.
        model: overrules what the words say of a drug where it is sure; None: the words decide.
        problem_model: likewise of what is no drug, unless a word or a date whose age is known tells.

    Raises:
        ValueError: a setting that cannot be read.
    """

    quality = "history"
    leads = LEADS_FAR

    def __init__(
        self,
        nlp: Language,
        *,
        attr: str = "NORM",
        history: Sequence[str] | None = None,
        termination: Sequence[str] | None = None,
        use_sections: bool = False,
        use_dates: bool = False,
        history_limit: int | str | timedelta = 14,
        exclude_birthdate: bool = True,
        closest_dates_only: bool = True,
        on_ents_only: OnEntsOnly = True,
        explain: bool = False,
        since_is_history: bool = True,
        years_are_history: bool = False,
        drug_labels: Sequence[str] = ("DRUG",),
        drugs_in_sections: bool = True,
        model: HistoryModel | None = None,
        problem_model: HistoryModel | None = None,
    ) -> None:
        super().__init__(nlp, attr=attr, on_ents_only=on_ents_only, use_sections=use_sections)
        if history is not None:
            self.cues = own_cues(history, PAST, folded=self.attr == "NORM")
        if termination is not None:
            self.separators = Separators(tuple(termination), (), ())
        self.drug_cues = CueSet.read(self.lang, "qualifiers/history_drugs.tsv")
        self.words_around = history_words(self.lang)
        self.shorthand = shorthand_words(self.lang)
        self.model = model
        self.problem_model = problem_model
        self.use_dates = use_dates
        self.dating = Dating(
            limit_of(history_limit), exclude_birthdate, since_is_history, self.words_around, years_are_history
        )
        self.closest_dates_only = closest_dates_only
        self.explain = explain
        self.drug_labels = frozenset(drug_labels)
        self.drugs_in_sections = drugs_in_sections
        extensions.computed(Span, "history_", _name)
        extensions.value(Doc, "note_datetime")
        extensions.value(Doc, "birth_datetime")
        extensions.computed(
            Span, "history_cues", cue_spans("history_evidence", lambda rule: not rule.startswith(RECENT))
        )
        extensions.computed(Span, "recent_cues", cue_spans("history_evidence", lambda rule: rule.startswith(RECENT)))
        if on_ents_only is False:
            extensions.computed(Token, "history_", _name)

    def require(self, doc: Doc) -> None:
        """Raise ValueError where sections or dates are asked for and missing."""
        super().require(doc)
        if self.use_dates and "dates" not in doc.spans:
            raise missing(self.quality, "use_dates", "dates")

    def decider(
        self, doc: Doc, reading: Reading, targets: Sequence[Span]
    ) -> Callable[[Span], tuple[bool, list[CueData]]]:
        """A function from an entity to its value and its evidence."""
        sections = SectionLine(doc, used=self.use_sections)
        propositions = reading.propositions(self.separators, sections.starts)
        # "HISTORY AND FINDINGS:" is no word of the past.
        place = reading.folded.place
        titles = sections.other_titles(HISTORY_SECTIONS | {OTHER})
        skip = Scopes((*((place(start), place(end), {}) for start, end in titles), *pollution_stretches(doc, reading)))
        drugs: list[Mention] = []
        problems: list[Mention] = []
        for span in targets:
            is_drug = span.label_ in self.drug_labels
            if is_drug or self.problem_model is not None:
                mentions = drugs if is_drug else problems
                mentions.append((place(span.start_char), place(span.end_char), span.start_char))
        drugs.sort()
        words = past_scopes(self.stretches(reading, propositions, self.cues, skip), sections)
        models = ((self.model, drugs), (self.problem_model, problems))
        weighed = [mention for model, mentions in models if model is not None for mention in mentions]
        tokens = Tokens.read(doc, reading.folded, drugs, weighed) if weighed else None
        of_drug = None
        if tokens is not None and self.model is not None and drugs:
            of_drug = Overruling(self.model, HistoryContexts(tokens, drugs, sections), reading.folded)
        present = of_drug.present if of_drug is not None else frozenset[int]()
        ended = self.words_around.ended_behind
        told = {start for start, end, _ in drugs if start in present and ended.match(reading.folded.folded, end)}
        present -= told
        ends = self._drug_ends(reading, propositions, skip, sections, drugs, present) if drugs else None
        line = self._date_line(doc, reading.folded, drugs, sections)
        dates = OwnDates(
            reading.folded.folded,
            propositions,
            line,
            reading.folded.places(sorted(span.start_char for span in targets)),
            words.going_on,
            ends,
            self.words_around,
            closest=self.closest_dates_only,
        )
        case = _Case(
            reading.folded,
            propositions,
            words,
            ends,
            sections,
            dates,
            tuple(name for name in ("negation", "family") if Span.has_extension(name)),
        )

        lists = VisitLists(self.lang, reading.folded, [start for start, _, _ in drugs])
        plain = PlainWords(self.words_around, self.dating, line, reading.folded, told, drugs)

        def decide(span: Span) -> tuple[bool, list[CueData]]:
            past, cues = self._decide(span, case)
            if span.label_ not in self.drug_labels:
                return past, cues
            if plain.in_place(span, cues):
                return False, []
            heading = lists.heading(span, cues)
            if heading is not None:
                return False, [*cues, heading] if past else []
            if of_drug is None or plain.tells(span, cues, past=past):
                return past, cues
            return of_drug.decided(span, past, cues)

        if tokens is None or self.problem_model is None or not problems:
            return decide
        return self._with_problems(self.problem_model, tokens, problems, decide, targets, case)

    def _with_problems(
        self,
        model: HistoryModel,
        tokens: Tokens,
        problems: list[Mention],
        decide: Callable[[Span], tuple[bool, list[CueData]]],
        targets: Sequence[Span],
        case: _Case,
    ) -> Callable[[Span], tuple[bool, list[CueData]]]:
        """A function to the decision about an entity; of problems the model is asked where neither words nor dates tell."""
        place = case.folded.place
        decisions = [decide(span) for span in targets]
        starts = [place(span.start_char) for span in targets]
        of_drugs = [span.label_ in self.drug_labels for span in targets]
        beside = sorted(
            (start, place(span.end_char), past)
            for span, start, (past, _), is_drug in zip(targets, starts, decisions, of_drugs, strict=True)
            if is_drug
        )
        contexts = HistoryContexts(tokens, problems, case.sections, beside)
        asked = []
        for number, (start, (past, cues)) in enumerate(zip(starts, decisions, strict=True)):
            if of_drugs[number] or start in case.lasting:
                continue
            if not past and self._goes_on(start, place(targets[number].end_char), case):
                continue
            if not cues or not (is_told(cues) or any(cue["rule"] in _OPERATIONS for cue in cues)):
                asked.append(number)
        overruling = Overruling(model, contexts, case.folded, {starts[number] for number in asked})
        for number in asked:
            decisions[number] = overruling.decided(targets[number], *decisions[number])
        decided = {
            (span.start, span.end, span.label): decision for span, decision in zip(targets, decisions, strict=True)
        }
        return lambda span: decided.get((span.start, span.end, span.label)) or decide(span)

    def _date_line(self, doc: Doc, folded: FoldedText, drugs: list[Mention], sections: SectionLine) -> DateLine:
        """The dates that count; the courses too where there are drugs."""
        if not self.use_dates:
            return DateLine([], [])
        dates = [dated for dated in self.dating.read(doc, folded) if counts(dated, sections)]
        return DateLine(dates, courses_of(doc, folded) if drugs else [])

    def _drug_ends(
        self,
        reading: Reading,
        propositions: Propositions,
        skip: Scopes,
        sections: SectionLine,
        mentions: list[Mention],
        present: frozenset[int],
    ) -> DrugEnds:
        """What ends the drugs; `present`: those that are taken whatever is said, by where they begin."""
        near = sentences_near([mention for mention in mentions if mention[0] not in present], propositions)
        ends = DrugEnds.read(
            self.stretches(reading, propositions, self.drug_cues, skip, near),
            mentions,
            reading.folded,
            propositions,
            sections,
            self.words_around,
        )
        if self.shorthand is not None:
            kinds = (HISTORY_SECTIONS, TOLD_NOW, TAKEN_SECTIONS)
            history, stay, listed = (
                {start for start, _, offset in mentions if sections.at(offset, kind) is not None} for kind in kinds
            )
            ends.add(Shorthand(reading.folded, mentions, self.shorthand), Told(history, stay, listed, present))
        return ends

    def _decide(self, span: Span, case: _Case) -> tuple[bool, list[CueData]]:
        offset = span.start_char
        start, end = case.folded.place(offset), case.folded.place(span.end_char)
        drug = span.label_ in self.drug_labels
        past: list[CueData] = []
        word = self._drug_word(start, end, offset, case) if drug else case.words.past.over(start, end)
        if word is None and not drug:
            word = self._harm(start, end, case)
        if word is not None:
            past.append(word)
        section = None
        if not drug or self.drugs_in_sections:
            section = case.sections.at(offset, HISTORY_SECTIONS)
        if drug and section is None:
            title = case.sections.at(offset, DRUG_SECTIONS)
            section = title if title is None or case.drug is None else case.drug.under(title, start, end)
        if section is not None:
            past.append(section)
        old, recent = case.dates.of(start, end, drug=drug, is_past=bool(past))
        if old is not None and drug and self.shorthand is not None and old.cue["age_days"] is None:
            # A year without a note date is read with what the shorthand says: "DM 2012 on X" goes on.
            old = None
        elif (
            old is not None
            and not drug
            and not past
            and not case.dates.is_stretch(old)
            and self.words_around.lasts_from(case.folded.folded, start, end, (old.start, old.end))
        ):
            # "RA 2011, on methotrexate": it was found then.
            old = None
            case.lasting.add(start)
        if old is not None:
            past.append(old.cue)
        event = None if drug or past or recent is not None else self._event(start, end, case)
        if event is not None:
            past.append(event)
        if (
            recent is not None
            and word is not None
            and word["rule"] in ENDS
            and recent.age >= self.words_around.ended_before
        ):
            recent = None
        denied = qualified_by(span, case.qualified) if past else None
        if denied is not None and drug and not self._denies(denied, word, span, case):
            denied = None
        cues = _once(past if recent is None else [*past, recent.cue])
        if denied is not None:
            return False, [*cues, denied]
        return bool(past) and recent is None, cues

    def _goes_on(self, start: int, end: int, case: _Case) -> bool:
        """Whether words right before a problem, in its clause, show that it goes on: "he now has dysuria and a discharge"."""
        word = case.words.going_on.over(start, end)
        if word is None:
            return False
        told = case.folded.place(word["end"])
        return told <= start and _APART.search(case.folded.folded, told, start) is None

    def _harm(self, start: int, end: int, case: _Case) -> CueData | None:
        """By what the drug is of the past that did a problem, and the problem with it."""
        if case.drug is None:
            return None
        for drug in case.drug.harming(start, end):
            word = case.drug.word(*drug)
            if word is not None and word["rule"] in ENDS:
                return None if case.opens_sentence(word) else word
            old, _ = case.dates.of(*drug[:2], drug=True, is_past=False) if word is None else (None, None)
            if old is not None:
                return old.cue
        return None

    def _event(self, start: int, end: int, case: _Case) -> CueData | None:
        """By what an operation was done before, or at what age something happened that does not last."""
        text, words = case.folded.folded, self.words_around
        operated = (
            case.words.operated.over(start, end) if words.operation.search(text, start, end) is not None else None
        )
        if operated is not None or words.is_chronic(text, start, end):
            return operated
        return case.words.aged.over(start, end)

    def _denies(self, denied: CueData, word: CueData | None, span: Span, case: _Case) -> bool:
        """Whether a denial is of the drug itself ("never on X"), not part of its end ("did not tolerate X") or of another's."""
        if denied["rule"] != f"{RECENT}negation":
            return True
        offset = span.start_char
        start, end = case.folded.place(offset), case.folded.place(span.end_char)
        ends = [word]
        if case.drug is not None:
            if start in case.drug.alike:
                # "Nor did X."
                return False
            ends.append(case.drug.own_word(start, end, offset))
        if word is not None and _ASIDE.fullmatch(case.folded.folded, end, case.folded.place(word["start"]) + 1):
            # "Not on X (stopped in May)"
            return False
        if any(end and denied["start"] < end["end"] and end["start"] < denied["end"] for end in ends):
            return False
        low, _ = case.propositions.around(start)
        return case.folded.place(denied["start"]) >= low

    def _drug_word(self, start: int, end: int, offset: int, case: _Case) -> CueData | None:
        """The word by which a drug is of the past: one of the past of conditions too, or one of its end."""
        word = case.words.past.over(start, end) if self.drugs_in_sections else None
        if word is not None and case.drug is not None and case.drug.led_by_use(start, word):
            word = None
        return case.drug.word(start, end, offset) if word is None and case.drug is not None else word

    def write(self, span: Span, value: bool, cues: list[CueData]) -> None:
        """Write the value and, where asked for, the evidence; `history_` is computed from the value."""
        extensions.write_two(span, self.quality, value, self._evidence, cues if self.explain else [])


def _once(cues: list[CueData]) -> list[CueData]:
    """Each cue once: what a drug did names the date of the drug, which may be its own as well."""
    return list({(cue["start"], cue["end"], cue["rule"]): cue for cue in cues}.values())


def _name(qualified: Span | Token) -> str | None:
    value = qualified._.history
    return None if value is None else PAST if value else CURRENT


@Language.factory(
    "anamnesis_history",
    default_config={
        "attr": "NORM",
        "history": None,
        "termination": None,
        "use_sections": False,
        "use_dates": False,
        "history_limit": 14,
        "exclude_birthdate": True,
        "closest_dates_only": True,
        "on_ents_only": True,
        "explain": False,
        "since_is_history": True,
        "years_are_history": False,
        "drug_labels": ["DRUG"],
        "drugs_in_sections": True,
        "model": None,
        "problem_model": None,
    },
)
def make_history(
    nlp: Language,
    name: str,
    attr: str,
    history: list[str] | None,
    termination: list[str] | None,
    use_sections: bool,
    use_dates: bool,
    history_limit: Any,
    exclude_birthdate: bool,
    closest_dates_only: bool,
    on_ents_only: Any,
    explain: bool,
    since_is_history: bool,
    years_are_history: bool,
    drug_labels: list[str],
    drugs_in_sections: bool,
    model: str | None,
    problem_model: str | None,
) -> History:
    """Factory of History; models: folders of pipeline/models, or paths. Raises ValueError for a model that is not there."""
    return History(
        nlp,
        attr=attr,
        history=history,
        termination=termination,
        use_sections=use_sections,
        use_dates=use_dates,
        history_limit=history_limit,
        exclude_birthdate=exclude_birthdate,
        closest_dates_only=closest_dates_only,
        on_ents_only=on_ents_only,
        explain=explain,
        since_is_history=since_is_history,
        years_are_history=years_are_history,
        drug_labels=drug_labels,
        drugs_in_sections=drugs_in_sections,
        model=HistoryModel.load(model) if model is not None else None,
        problem_model=HistoryModel.load(problem_model) if problem_model is not None else None,
    )
