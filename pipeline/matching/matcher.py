"""`anamnesis_matcher`: terms, regular expressions and shipped lists as entities."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span

from pipeline import extensions
from pipeline.matching.contexts import Contexts, contexts
from pipeline.matching.lexicons import Entry, entries
from pipeline.text.doc_text import DocText
from pipeline.text.folding import fold, lower
from pipeline.text.spans import places, set_entities
from pipeline.text.tokenizer import ClinicalTokenizer, split

GROUP = "problems"
_PROBLEM, _DRUG = "PROBLEM", "DRUG"
# What a drug's attribute says is no problem, however it is named ("10 gouttes"): an attribute of our grammar, for another
# recogniser may have mistaken the problem itself.
_NO_PROBLEM = frozenset({"FORM", "DOSAGE", "STRENGTH", "ROUTE"})
_GRAMMAR = "grammar"
_ATTRS = {"TEXT": "ORTH", "ORTH": "ORTH", "LOWER": "LOWER", "NORM": "NORM"}
Terms = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Term:
    """What a match of a term gives: its label ("": no entity) and its codes, one list for all. `shipped`: of our lists."""

    label: str
    codes: list[dict[str, str | None]] = field(default_factory=list)
    shipped: bool = False


_Match = tuple[int, int, _Term]
_start: Callable[[_Match], int] = itemgetter(0)


class TermMatcher:
    """Finds terms in a Doc and adds them to `doc.ents`; one that overlaps an entity goes to `doc.spans["problems"]`.

    Of overlapping matches the longest stays, of two terms that are the same the first. Matches are whole tokens.

    Args:
        nlp: the pipeline, whose tokenizer reads the terms.
        terms: label -> term or terms.
        regex: label -> expression or expressions, searched in the text, folded where `attr` is NORM.
        attr: the token attribute that terms are compared by: "TEXT", "LOWER" or "NORM" (another for both of terms and
            expressions than that of one label is a second matcher).
        lexicons: shipped lists: "problems", "procedures". They match folded, in singular and plural; their
            abbreviations in the case as written. Nothing of a section's title is one of them ("Allergies:").

    Raises:
        ValueError: an attribute or a list that does not exist, or an expression that cannot be read.
    """

    def __init__(
        self,
        nlp: Language,
        *,
        terms: Terms | None = None,
        regex: Terms | None = None,
        attr: str = "TEXT",
        lexicons: Sequence[str] = (),
    ) -> None:
        self.attr = attr.upper()
        if self.attr not in _ATTRS:
            raise ValueError(f"anamnesis_matcher: attr is one of {', '.join(_ATTRS)}, not {attr!r}")
        self._terms: dict[int, _Term] = {}
        self._matchers: dict[str, PhraseMatcher] = {}
        self._known: set[tuple[str | int, ...]] = set()
        self._vocab = nlp.vocab
        self._lists = bool(lexicons)
        self._contexts = contexts(nlp.lang) if "problems" in lexicons else None
        for label, phrases in (terms or {}).items():
            self._add(nlp, _ATTRS[self.attr], _Term(label), _listed(phrases))
        for name in lexicons:
            for entry in entries(nlp.lang, name):
                self._add_entry(nlp, entry)
        self._expressions = [
            (label, _compiled(label, pattern))
            for label, patterns in (regex or {}).items()
            for pattern in _listed(patterns)
        ]
        extensions.value(Span, "source", "given")
        extensions.value(Span, "codes")

    def __call__(self, doc: Doc) -> Doc:
        """Add what is found."""
        found = [match for match in _longest(self._found(doc)) if match[2].label]
        if self._contexts is not None and found:
            found = list(_problems(doc, found, self._contexts))
        if not found:
            return doc
        given = doc.ents
        if not given:
            _write_entities(doc, found)
            return doc
        taken = {number for entity in given for number in range(entity.start, entity.end)}
        free: list[Span] = []
        overlapping: list[Span] = []
        for start, end, term in found:
            span = Span(doc, start, end, term.label)
            (free if taken.isdisjoint(range(start, end)) else overlapping).append(span)
            _write(doc, span.start_char, span.end_char, term)
        if free:
            doc.set_ents([*given, *free])
        if overlapping:
            known = {(span.start, span.end, span.label) for span in (*doc.spans.get(GROUP, ()), *doc.ents)}
            fresh = [span for span in overlapping if (span.start, span.end, span.label) not in known]
            if fresh:
                doc.spans[GROUP] = [*doc.spans.get(GROUP, ()), *fresh]
        return doc

    def _found(self, doc: Doc) -> list[_Match]:
        terms = self._terms
        titles: set[int] = set()
        if self._lists:
            index = DocText.of(doc).offsets(doc)
            for first, behind, _ in places(doc, "section_titles"):
                titles.update(range(*index.bounds(first, behind)))
        found = [(start, end, terms[key]) for matcher in self._matchers.values() for key, start, end in matcher(doc)]
        if titles:
            found = [
                (start, end, term)
                for start, end, term in found
                if not (term.shipped and start in titles and end - 1 in titles)
            ]
        return [*found, *self._found_by_expressions(doc)] if self._expressions else found

    def _found_by_expressions(self, doc: Doc) -> Iterator[_Match]:
        read = DocText.of(doc)
        text = fold(read.text) if self.attr == "NORM" else lower(read.text) if self.attr == "LOWER" else read.text
        index = read.offsets(doc)
        for label, expression in self._expressions:
            for match in expression.finditer(text):
                start, end = index.bounds(*match.span())
                if start < end:
                    yield start, end, _Term(label)

    def _add(self, nlp: Language, attr: str, term: _Term, phrases: Iterable[str]) -> None:
        found = {(attr, *pattern): pattern for phrase in phrases for pattern in _patterns(nlp, attr, phrase)}
        # What two terms share is the first one's.
        patterns = [pattern for key, pattern in found.items() if key not in self._known]
        self._known.update(found)
        if not patterns:
            return
        matcher = self._matchers.get(attr)
        if matcher is None:
            matcher = self._matchers[attr] = PhraseMatcher(nlp.vocab, attr=attr)
        name = f"anamnesis {len(self._terms)}"
        self._terms[nlp.vocab.strings.add(name)] = term
        matcher.add(name, patterns)

    def _add_entry(self, nlp: Language, entry: Entry) -> None:
        code = {"system": entry.system, "code": entry.code, "display": entry.term}
        term = _Term(entry.label, [code] if entry.code else [], shipped=True)
        self._add(nlp, "ORTH" if entry.as_written else "NORM", term, entry.forms)


def _problems(doc: Doc, found: Iterable[_Match], known: Contexts) -> Iterator[_Match]:
    """What is left of matches without the names of problems that are none where they stand."""
    read = DocText.of(doc)
    index, folded = read.offsets(doc), read.folded
    attributes: set[int] = set()
    drugs: list[tuple[int, int]] = []
    for entity in doc.ents:
        if entity.label_ in _NO_PROBLEM:
            attributes.update(range(entity.start, entity.end))
        elif entity.label_ == _DRUG:
            drugs.append((entity.start, entity.end))
    for start, end, term in found:
        if term.shipped and term.label == _PROBLEM:
            first, behind = folded.place(index.starts[start]), folded.place(index.ends[end - 1])
            if (
                (attributes.issuperset(range(start, end)) and _read_by_grammar(doc, start))
                or _within(drugs, start, end)
                or known.excluded(folded.folded, first, behind)
            ):
                continue
        yield start, end, term


def _read_by_grammar(doc: Doc, place: int) -> bool:
    """Is the entity of a token one that the grammar of the recogniser found?"""
    return any(entity._.source == _GRAMMAR for entity in doc.ents if entity.start <= place < entity.end)


def _within(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether one of several spans in order, which do not overlap, holds a stretch and more ("MS" in "MS Contin")."""
    index = bisect_right(spans, start, key=itemgetter(0)) - 1
    return index >= 0 and end <= spans[index][1] and end - start < spans[index][1] - spans[index][0]


def _patterns(nlp: Language, attr: str, phrase: str) -> Iterator[Any]:
    """What a PhraseMatcher looks for: the hashes of words, which it takes as well as a Doc and in a tenth of the time."""
    tokenizer = nlp.tokenizer
    words = (
        [word for word, _ in split(phrase)]
        if isinstance(tokenizer, ClinicalTokenizer)
        else [token.text for token in nlp.make_doc(phrase)]
    )
    if not words:
        return
    if attr == "NORM" and fold(phrase) != phrase.lower():
        # Both as the normalizer folds it and as spaCy does without one.
        yield [nlp.vocab[word].norm for word in words]
    add = nlp.vocab.strings.add
    if attr == "NORM":
        words = list(map(fold, words))
    elif attr == "LOWER":
        words = [word.lower() for word in words]
    yield [add(word) for word in words]


def _write(doc: Doc, start_char: int, end_char: int, term: _Term) -> None:
    extensions.write_at(doc, "source", start_char, end_char, "matcher")
    if term.codes:
        extensions.write_at(doc, "codes", start_char, end_char, term.codes)


def _write_entities(doc: Doc, matches: list[_Match]) -> None:
    """The entities of a Doc that has none, from matches that do not overlap."""
    offsets = DocText.of(doc).offsets(doc)
    starts, ends, strings = offsets.starts, offsets.ends, doc.vocab.strings
    hashes: dict[str, int] = {label: strings.add(label) for label in {term.label for _, _, term in matches}}
    for start, end, term in matches:
        _write(doc, starts[start], ends[end - 1], term)
    set_entities(doc, [(start, end, hashes[term.label]) for start, end, term in matches])


def _longest(matches: Iterable[_Match]) -> list[_Match]:
    """Of matches that overlap the longest, then the first; in order."""
    kept: list[_Match] = []
    cluster: list[_Match] = []
    reach = 0
    for match in sorted(matches, key=_start):
        if match[0] >= reach:
            kept += _apart(cluster) if len(cluster) > 1 else cluster
            cluster = []
        cluster.append(match)
        reach = max(reach, match[1])
    return kept + _apart(cluster)


def _apart(matches: list[_Match]) -> list[_Match]:
    """The longest of matches, and those of the others that overlap none that is kept; in order."""
    kept: list[_Match] = []
    seen: set[int] = set()
    for match in sorted(matches, key=lambda match: (match[0] - match[1], match[0])):
        start, end, _ = match
        if start not in seen and end - 1 not in seen:
            kept.append(match)
            seen.update(range(start, end))
    kept.sort(key=_start)
    return kept


def _listed(terms: str | Sequence[str]) -> Sequence[str]:
    return [terms] if isinstance(terms, str) else terms


def _compiled(label: str, pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"anamnesis_matcher: the expression of {label!r} cannot be read: {error}") from error


@Language.factory("anamnesis_matcher", default_config={"terms": None, "regex": None, "attr": "TEXT", "lexicons": []})
def make_matcher(
    nlp: Language,
    name: str,
    terms: dict[str, Any] | None,
    regex: dict[str, Any] | None,
    attr: str,
    lexicons: list[str],
) -> TermMatcher:
    """Factory of TermMatcher."""
    return TermMatcher(nlp, terms=terms, regex=regex, attr=attr, lexicons=lexicons)
