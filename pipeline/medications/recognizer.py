"""`anamnesis_medications`: recognises drugs and what is said of their use, by lexicon and grammar.

Labels DRUG, STRENGTH, DOSAGE, DURATION, FORM, FREQUENCY and ROUTE, with the boundaries of n2c2 2018 track 2. Linear in
the text; nothing is remembered between Docs.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence, Set
from functools import lru_cache

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline import extensions
from pipeline.medications.candidate_model import CandidateModel
from pipeline.medications.grammar import Candidate, Grammar
from pipeline.medications.lexicon import Lexicon, Mention, Words
from pipeline.medications.products import Products
from pipeline.medications.recognizer_context import Context
from pipeline.medications.recognizer_items import DRUG, Entity
from pipeline.medications.recognizer_unnamed import UnnamedInstructions
from pipeline.medications.unlisted import UnlistedNames, medication_lists
from pipeline.text.doc_text import DocText
from pipeline.text.folding import FoldedText
from pipeline.text.short_forms import short_forms
from pipeline.text.spans import set_entities

extensions.value(Span, "source", "given")
extensions.value(Span, "score")
extensions.value(Span, "codes")

# Scores of the model of unlisted names, chosen on the development notes: pipeline/training/README.md.
ACCEPT = 0.97
REJECT = 0.05

ATC = "http://www.whocc.no/atc"

# An attribute stands this many characters before or behind its drug at most; further on only behind other attributes.
_BEFORE = 90
_BEHIND = 260
# Behind the sign with which a break begins.
_AT_BREAK = (
    r"(?:(?<=[.!?])[\"')]?\s+(?=[A-ZÀ-Ý\"(])|(?<=;)\s+(?=[A-ZÀ-Ý\"(])"
    r"|(?<=\n)\s*(?:[-*•]\s*|\d{1,2}[.)]\s+)?|(?<=\s)(?<!\s\s)\s{2,}(?=[A-ZÀ-Ý]))"
)
# They begin with a set of signs, which is what is searched for quickly. Where no gap is wider than two blanks, as in
# most notes, no break begins with a blank.
_SENTENCE = re.compile(r"[.!?;\s]" + _AT_BREAK)
_NARROW_SENTENCE = re.compile(r"[.!?;\n]" + _AT_BREAK)
_WIDE = re.compile(r"[^\S\n]{3}")
# Abbreviations with full stops do not end a sentence unless a line or a wider gap follows.
_ABBREVIATED = re.compile(
    r"(?:[a-z]\.){2}$|\bq\.? ?\d{1,2}(?:-\d{1,2})? ?h\.$|(?:^|[ (])(?:dr|mr|mrs|ms|st|no|vs|m|pr)\.$"
)


_LONG = 4


@lru_cache(maxsize=8)
def _grammar(lang: str) -> Grammar:
    return Grammar(lang)


class MedicationRecognizer:
    """Sets `doc.ents` from drug names and the grammar of their use; entities set before stay and are not overlapped.

    Each entity has `span._.source` (lexicon or grammar), `span._.score` (how sure, 0 to 1) and, for a drug whose ATC
    code is known, `span._.codes`.
    """

    def __init__(
        self,
        lang: str,
        *,
        extra_terms: Sequence[str] = (),
        fuzzy: bool = True,
        unlisted: bool = True,
        model: CandidateModel | None = None,
        accept: float = ACCEPT,
        reject: float = REJECT,
        without: Iterable[str] = (),
    ) -> None:
        self.lexicon = Lexicon(lang, extra_terms, spelling=fuzzy, without=without)
        self.grammar = _grammar(lang)
        self.products = Products(lang, self.grammar.context)
        self.forms = short_forms(lang)
        self.unlisted = unlisted
        self.model = model
        self.unlisted_names = UnlistedNames(self.lexicon, self.grammar, model, accept=accept, reject=reject)

    def __call__(self, doc: Doc) -> Doc:
        """Recognise the medications of a Doc."""
        read = DocText.of(doc)
        text, folded = read.text, read.folded
        words = Words.of(folded.folded)
        original = capitals_of(text, folded)
        mentions = self.lexicon.match(words, original)
        lists = medication_lists(original, self.grammar)
        if self.unlisted:
            mentions = self.unlisted_names.add(words, original, mentions, lists)
        mentions = self.products.merge(words, mentions)
        leading = self.forms.stops(original)
        breaks = sentence_breaks(original, words.text, leading)
        entities: list[Entity] = []
        if mentions:
            candidates: list[Candidate] = []
            for first, last in _windows(words, mentions):
                candidates += self.grammar.candidates(words, first, last)
            entities = Context(words, self.grammar, breaks, lists, leading).decide(mentions, candidates)
        entities = UnnamedInstructions(words, self.grammar, breaks).add(entities)
        if not entities:
            return doc
        index = read.offsets(doc)
        given = list(doc.ents)
        taken = {token for entity in given for token in range(entity.start, entity.end)}
        found: list[tuple[int, int, int]] = []
        labels: dict[str, int] = {}
        reached = 0
        for entity in entities:
            start, end = folded.start(entity.start), folded.end(entity.end)
            first, last = index.bounds(start, end)
            # They come in the order of the text: only the last of them can overlap the next.
            if first == last or first < reached or (taken and not taken.isdisjoint(range(first, last))):
                continue
            reached = last
            start, end = index.starts[first], index.ends[last - 1]
            extensions.write_at(doc, "source", start, end, entity.source)
            extensions.write_at(doc, "score", start, end, entity.score)
            if entity.label == DRUG and (codes := self.lexicon.codes(entity.name)):
                content = [{"system": ATC, "code": code, "display": entity.name} for code in codes]
                extensions.write_at(doc, "codes", start, end, content)
            if (label := labels.get(entity.label)) is None:
                label = labels[entity.label] = doc.vocab.strings.add(entity.label)
            found.append((first, last, label))
        if given:
            doc.set_ents([*given, *(Span(doc, first, last, label) for first, last, label in found)])
        else:
            set_entities(doc, found)
        return doc


def capitals_of(text: str, folded: FoldedText) -> str:
    """The text with its capitals at the offsets of the folded text."""
    if folded.cuts is None:
        return text
    return "".join(text[folded.start(place)] for place in range(len(folded.folded)))


def sentence_breaks(original: str, folded: str, leading: Set[int] = frozenset()) -> list[int]:
    """Where sentences, lines and list items begin: attributes do not reach over without an instruction.

    `leading`: full stops behind forms that lead to their drug.
    """
    breaks: list[int] = []
    sentence = _SENTENCE if _WIDE.search(original) else _NARROW_SENTENCE
    for match in sentence.finditer(original):
        start = match.start()
        if start in leading:
            continue
        dot = original[start] == "." and "\n" not in match[0]
        # A word of four letters is no abbreviation.
        short = dot and not (start > _LONG and folded[start - _LONG : start].isalpha())
        if not (short and _ABBREVIATED.search(folded, max(0, start - 12), start + 1)):
            breaks.append(match.end())
    return breaks


def _windows(words: Words, mentions: Iterable[Mention]) -> list[tuple[int, int]]:
    """The word numbers between which attributes are looked for, around the mentions."""
    windows: list[tuple[int, int]] = []
    for mention in mentions:
        first = bisect_left(words.starts, mention.start - _BEFORE)
        last = bisect_left(words.starts, mention.end + _BEHIND)
        if windows and first <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(last, windows[-1][1]))
        else:
            windows.append((first, last))
    return windows


@Language.factory(
    "anamnesis_medications",
    default_config={
        "extra_terms": [],
        "fuzzy": True,
        "unlisted": True,
        "model": None,
        "accept": ACCEPT,
        "reject": REJECT,
    },
    assigns=["doc.ents"],
)
def make_medication_recognizer(
    nlp: Language,
    name: str,
    extra_terms: list[str],
    fuzzy: bool,
    unlisted: bool,
    model: str | None,
    accept: float,
    reject: float,
) -> MedicationRecognizer:
    """Factory of MedicationRecognizer.

    Args:
        extra_terms: the user's own drug names, in any case.
        fuzzy: take a misspelled name for the drug that it nearly is.
        unlisted: take a word that no list knows for a drug where it is used like one.
        model: the trained model of unlisted names, by the name of a folder in pipeline/models or by its path; none:
            rules decide alone, faster.
        accept: the score of the model from which on a word is a drug that no rule takes for one.
        reject: the score of the model below which a word is no drug though a rule takes it for one.

    Raises:
        ValueError: there is no such model, or a model without `unlisted`, where it would have no effect.
    """
    if model is not None and not unlisted:
        raise ValueError("anamnesis_medications: `model` has no effect with `unlisted` = false")
    trained = CandidateModel(model, nlp.vocab) if model is not None else None
    return MedicationRecognizer(
        nlp.lang or "",
        extra_terms=extra_terms,
        fuzzy=fuzzy,
        unlisted=unlisted,
        model=trained,
        accept=accept,
        reject=reject,
    )
