"""The one rule-based base of all qualifiers: targets, extensions, scopes; each adds its cues and its decision."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar

from spacy.language import Language
from spacy.strings import get_string_id
from spacy.tokens import Doc, Span, Token

from pipeline import extensions
from pipeline.qualifiers.cues import CueSet, Hit
from pipeline.qualifiers.reading import Propositions, Reading, Separators, language_separators
from pipeline.resources import LANGUAGES
from pipeline.text.folding import lower
from pipeline.text.spans import places

ATTRIBUTE_LABELS = frozenset({"STRENGTH", "DOSAGE", "DURATION", "FORM", "FREQUENCY", "ROUTE"})
_ATTRIBUTES = frozenset(map(get_string_id, ATTRIBUTE_LABELS))
OVERLAPPING = "problems"
POLLUTION = "pollution"

# An entity that the cue "next" concerns begins within so many characters behind it, and one of "last" ends so near before it.
NEXT = 2
_TO = re.compile(r"\bto\b")
# What a cue leads behind a colon, an item a line: "past medical history significant for:" and below "1. Hypertension".
_ITEM = r"[ \t]*(?:[-*•·–—▪●+]|\(?\d{1,2}[.)])[ \t]*\S"
LEADS, LEADS_FAR = (re.compile(rf"{gap}:[ \t]*\n(?={_ITEM})") for gap in (r"[^.,;:\n]{0,40}", r"[^.;:\n]{0,60}"))
# ... or without one, where titles count and the cue is all of its line.
_INDENT = 8
_LINE_BEGINS = re.compile(r"(?:\n|\A)[ \t]*\Z")
_ALONE = re.compile(rf"[ \t]*\n(?={_ITEM})")
_LED = re.compile(rf"(?:{_ITEM}[^\n]*(?:\n|\Z))+")
_LEADING = frozenset({"list", "forward", "behind"})

# The rules of evidence that something is of the present, or is not so, begin with this.
RECENT = "recent_"

CueData = dict[str, Any]
OnEntsOnly = bool | str | Sequence[str]


class Scopes:
    """Stretches of text that cues reach, and which of them covers an entity; a look-up takes logarithmic time."""

    def __init__(self, stretches: Iterable[tuple[int, int, CueData]]) -> None:
        ordered = sorted(stretches, key=lambda stretch: stretch[0])
        self._starts = [start for start, _, _ in ordered]
        # Of the stretches up to each one, that which ends last.
        self._furthest: list[tuple[int, CueData]] = []
        for _, end, cue in ordered:
            if self._furthest and self._furthest[-1][0] >= end:
                self._furthest.append(self._furthest[-1])
            else:
                self._furthest.append((end, cue))

    def over(self, start: int, end: int) -> CueData | None:
        """The cue of a stretch that shares a character with [start, end); None where there is none."""
        index = bisect_left(self._starts, end) - 1
        if index < 0:
            return None
        furthest, cue = self._furthest[index]
        return cue if furthest > start else None


def cue_spans(name: str, keep: Callable[[str], bool] = lambda rule: True) -> Callable[[Span], list[Span]]:
    """A getter of the Spans, labelled with their rule, of an extension of cue data."""

    def get(span: Span) -> list[Span]:
        cues = getattr(span._, name) or ()
        spans = (
            span.doc.char_span(cue["start"], cue["end"], label=cue["rule"], alignment_mode="expand")
            for cue in cues
            if keep(cue["rule"])
        )
        return [found for found in spans if found is not None]

    return get


class Qualifier:
    """A component that gives `span._.<name>` (True or False) to every entity that is no attribute.

    Args:
        nlp: the pipeline; its language chooses the cues.
        attr: "NORM" reads the text folded (accents, case, quotes), "LOWER" in lower case, "TEXT" or "ORTH" as written.
        on_ents_only: True for `doc.ents` and `doc.spans["problems"]`; the name of a span group, or several; False for
            entities and every token (`token._.<name>`).
        use_sections: whether sections count; they must then be in `doc.spans["sections"]`.

    Raises:
        ValueError: no cues for the language, or a setting that does not exist.
    """

    quality: ClassVar[str]
    # What may stand between a cue and the colon behind which it leads a list of lines.
    leads: ClassVar[re.Pattern[str]] = LEADS

    def __init__(
        self, nlp: Language, *, attr: str = "NORM", on_ents_only: OnEntsOnly = True, use_sections: bool = False
    ) -> None:
        if nlp.lang not in LANGUAGES:
            raise ValueError(f"anamnesis_{self.quality} has no cues for {nlp.lang!r}; it speaks {', '.join(LANGUAGES)}")
        attr = attr.upper()
        if attr not in ("NORM", "LOWER", "TEXT", "ORTH"):
            raise ValueError(f'anamnesis_{self.quality}: attr is "NORM", "LOWER", "TEXT" or "ORTH", not {attr!r}')
        self.lang = str(nlp.lang)
        self.attr = attr
        self.on_ents_only = on_ents_only
        self.use_sections = use_sections
        self.separators: Separators = language_separators(nlp.lang)
        self.cues = CueSet.read(nlp.lang, f"qualifiers/{self.quality}.tsv")
        self._evidence = f"{self.quality}_evidence"
        extensions.value(Span, self.quality)
        extensions.value(Span, self._evidence)
        extensions.computed(Span, f"{self.quality}_cues", cue_spans(f"{self.quality}_evidence"))
        if on_ents_only is False:
            extensions.value(Token, self.quality)

    def __call__(self, doc: Doc) -> Doc:
        """Qualify the entities of a Doc. Raises ValueError where what the settings ask for is not in the Doc."""
        self.require(doc)
        targets = self.targets(doc)
        if not targets and self.on_ents_only is not False:
            return doc
        decide = self.decider(doc, Reading.of(doc), targets)
        for span in targets:
            value, cues = decide(span)
            self.write(span, value, cues)
        if self.on_ents_only is False:
            for token in doc:
                value, _ = decide(doc[token.i : token.i + 1])
                self.write_token(token, value)
        return doc

    def require(self, doc: Doc) -> None:
        """Raise ValueError where the Doc lacks what the settings need."""
        if self.use_sections and "sections" not in doc.spans:
            raise missing(self.quality, "use_sections", "sections")

    def targets(self, doc: Doc) -> list[Span]:
        """The spans to qualify, in the order of their groups."""
        if isinstance(self.on_ents_only, bool):
            groups: list[Iterable[Span]] = [doc.ents]
            if OVERLAPPING in doc.spans:
                groups.append(doc.spans[OVERLAPPING])
        else:
            names = [self.on_ents_only] if isinstance(self.on_ents_only, str) else self.on_ents_only
            groups = [doc.spans.get(name, ()) if name != "ents" else doc.ents for name in names]
        return [span for group in groups for span in group if span.label not in _ATTRIBUTES]

    def decider(
        self, doc: Doc, reading: Reading, targets: Sequence[Span]
    ) -> Callable[[Span], tuple[bool, list[CueData]]]:
        """A function from an entity to its value and the cues that decided. `targets`: the entities of the Doc."""
        sections = SectionLine(doc, used=self.use_sections)
        propositions = reading.propositions(self.separators, sections.starts)
        scopes = self.scopes(reading, propositions, self.cues, Scopes(pollution_stretches(doc, reading)))
        kinds = self.section_kinds()
        place = reading.folded.place

        def decide(span: Span) -> tuple[bool, list[CueData]]:
            start = span.start_char
            cue = scopes.over(place(start), place(span.end_char)) or sections.at(start, kinds)
            return (True, [cue]) if cue else (False, [])

        return decide

    def section_kinds(self) -> frozenset[str]:
        """The kinds of sections whose entities have the quality."""
        return frozenset()

    def searched(self, reading: Reading) -> str:
        """The text in which cues are looked for, of the length of the folded text."""
        if self.attr == "NORM":
            return reading.folded.folded
        return lower(reading.text) if self.attr == "LOWER" else reading.text

    def scopes(self, reading: Reading, propositions: Propositions, cues: CueSet, skip: Scopes) -> Scopes:
        """What the cues of a text reach, in offsets of the folded text."""
        return Scopes(self.stretches(reading, propositions, cues, skip))

    def stretches(
        self,
        reading: Reading,
        propositions: Propositions,
        cues: CueSet,
        skip: Scopes,
        near: Sequence[tuple[int, int]] | None = None,
    ) -> Iterator[tuple[int, int, CueData]]:
        """What each cue of a text reaches, in offsets of the folded text; the cue's own are those of the text.

        `near`: the stretches of the folded text in which rows of word classes count; None for all of it.
        """
        text, folded = self.searched(reading), reading.folded
        same = folded.cuts is None
        exact = self.attr == "NORM" or same
        for hit in cues.find(text, reading.collapsed(text), near if exact else None):
            start, end = hit.start, hit.end
            if not exact:
                hit = Hit(folded.place(start), folded.place(end), hit.cue)
            if skip.over(hit.start, hit.end) is None:
                low, high = self.reach(hit, propositions, reading)
                if exact and not same:
                    start, end = folded.start(start), folded.end(end)
                yield low, high, {"kind": "lexical", "start": start, "end": end, "rule": hit.cue.rule}

    def reach(self, hit: Hit, propositions: Propositions, reading: Reading) -> tuple[int, int]:
        """The stretch of the text that a cue concerns."""
        low, high = self._reach(hit, propositions, reading)
        if hit.cue.reach in _LEADING:
            text = reading.folded.folded
            leads = self.leads.match(text, hit.end) or (
                _ALONE.match(text, hit.end)
                if self.use_sections and _LINE_BEGINS.search(text, max(0, hit.start - _INDENT), hit.start)
                else None
            )
            led = _LED.match(text, leads.end()) if leads is not None else None
            high = max(high, led.end()) if led is not None else high
        return low, high

    @staticmethod
    def _reach(hit: Hit, propositions: Propositions, reading: Reading) -> tuple[int, int]:
        low, high = propositions.around(hit.start)
        match hit.cue.reach:
            case "list":
                return low, max(propositions.stop(hit.end), high)
            case "forward":
                return hit.start, max(propositions.stop(hit.end), hit.end)
            case "behind":
                return hit.end, max(propositions.stop(hit.end), hit.end)
            case "backward":
                return low, hit.end
            case "before":
                start, _ = propositions.sentence(hit.start)
                return max(start, reading.folded.folded.rfind(";", start, hit.start)), hit.end
            case "between":
                stop = propositions.stop(hit.end)
                to = _TO.search(reading.folded.folded, hit.end, stop)
                return hit.start, to.start() if to else stop
            case "next":
                return hit.end, hit.end + NEXT
            case "last":
                return hit.start - NEXT, hit.end
            case "own":
                return hit.start, hit.end
            case "sentence":
                return propositions.sentence(hit.start)
            case "previous":
                start, _ = propositions.sentence(hit.start)
                return propositions.sentence(start - 1)[0] if start else start, hit.end
            case "preceding":
                stop = propositions.stop_before(hit.start - 1)
                return max(stop, reading.folded.folded.rfind(";", stop, hit.start)), hit.end
            case "clause":
                return propositions.stop_before(hit.start), propositions.stop(hit.end)
            case _:
                return low, max(high, hit.end)

    def write(self, span: Span, value: bool, cues: list[CueData]) -> None:
        """Write the value, and its evidence where there is any now or was any before."""
        extensions.write_two(span, self.quality, value, self._evidence, cues)

    def write_token(self, token: Token, value: bool) -> None:
        """Write the value of a token."""
        setattr(token._, self.quality, value)


class SectionLine:
    """The sections of a Doc in order, with a look-up in logarithmic time; empty where sections do not count."""

    def __init__(self, doc: Doc, *, used: bool) -> None:
        self.starts: list[int] = []
        self._kinds: list[str] = []
        self._ends: list[int] = []
        self.titles: list[int] = []
        if not used:
            return
        for start, end, kind in places(doc, "sections"):
            self.starts.append(start)
            self._kinds.append(kind)
            self._ends.append(end)
        self.titles = [end for _, end, _ in places(doc, "section_titles")]
        if len(self.titles) != len(self.starts):
            # Another component's sections: the start of each stands for its title.
            self.titles = [start + 1 for start in self.starts]

    def at(self, offset: int, kinds: frozenset[str]) -> CueData | None:
        """The title, as a cue, of the section that holds an offset, if it is of one of the kinds."""
        index = bisect_right(self.starts, offset) - 1
        if index < 0 or self._kinds[index] not in kinds or self._ends[index] <= offset:
            return None
        return {"kind": "section", "start": self.starts[index], "end": self.titles[index], "rule": self._kinds[index]}

    def kind(self, offset: int) -> str:
        """The kind of the section that holds an offset, else nothing."""
        index = bisect_right(self.starts, offset) - 1
        return self._kinds[index] if index >= 0 and self._ends[index] > offset else ""

    def other_titles(self, kinds: frozenset[str]) -> Iterator[tuple[int, int]]:
        """The bounds of the titles of sections that are of none of the kinds."""
        for kind, start, end in zip(self._kinds, self.starts, self.titles, strict=True):
            if kind not in kinds:
                yield start, end


def pollution_stretches(doc: Doc, reading: Reading) -> list[tuple[int, int, CueData]]:
    """Stretches of the folded text in which no cue counts: bars, page footers, web addresses."""
    place = reading.folded.place
    return [(place(start), place(end), {}) for start, end, _ in places(doc, POLLUTION)]


def missing(name: str, setting: str, group: str) -> ValueError:
    """The error for a setting that cannot take effect."""
    return ValueError(
        f"anamnesis_{name} has {setting} but doc.spans has no {group!r}: add the component anamnesis_{group} "
        f"before it, or set {setting} to false"
    )


def qualified_by(span: Span, names: tuple[str, ...]) -> CueData | None:
    """The evidence that an entity is denied or another person's, from the qualifiers that have run."""
    for name in names:
        if span.has_extension(name) and extensions.of_span(span, name):
            written = f"{name}_evidence"
            evidence = extensions.of_span(span, written) if span.has_extension(written) else None
            cue = evidence[0] if evidence else {"start": span.start_char, "end": span.end_char}
            return {"kind": "qualifier", "start": cue["start"], "end": cue["end"], "rule": f"{RECENT}{name}"}
    return None
