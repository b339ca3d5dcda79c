"""Sections: titles known by their words and their layout, each section from its title to the next one or the end.

A title is a title by where and how it stands: at the start of a line or behind the end of a sentence, with a colon,
alone on its line, or in capitals. "antécédents de malaises" in the middle of a sentence is none.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import islice, pairwise

import msgspec
from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline import extensions
from pipeline.text.doc_text import DocText
from pipeline.text.first_signs import first_signs
from pipeline.text.folding import FoldedText
from pipeline.text.phrases import MOST_BLANKS, phrases_expression
from pipeline.text.section_ends import list_ends
from pipeline.text.section_titles import known_titles, listing_kinds, loinc_codes, titles_alone, titles_of_operations
from pipeline.text.spans import Placed, keep
from pipeline.text.title_words import title_words

extensions.value(Span, "loinc")

OTHER = "other"
_DIAGNOSIS = "diagnosis"
# A word of capitals behind a bullet, or a short one alone, is an item ("- BPCO", "DMLA") and no title.
_BULLETS = tuple("-*•·–—►▪◦‣●+>")
_LONGEST_ABBREVIATION = 6
_MAX_TITLE = 80

_OTHER_BREAKS = "\r\x85\u2028\u2029"
# Before a title on its line: bullets, numbering, bars.
_LEAD = re.compile(
    r"[ \t]*(?:[-*•·–—►▪◦‣●+#>|=_<«\[]+[ \t]*|\(?\d{1,2}(?:\.\d{1,2})*[.)/-]?[ \t]+"
    r"|\(?[IVXivx]{1,4}[ \t]?[.)/–-][ \t]+|[A-Za-z](?:[.)/]|[ \t][–-])[ \t]+)?"
)
_ROMAN = re.compile(r"[ \t]*\(?[IVXivx]{1,4}[ \t]?[.)/–-][ \t]+")
_LETTERED = r"[A-Za-z](?:[.)/]|[ \t][–-])|[IVXivx]{2,4}[ \t]?[.)/–-]"
# Behind a title: a plural in brackets, an explanation in brackets, the colon or a dash.
_TAIL = r"(?P<plural>\s?\(\s?(?:s|es|x)\s?\))?(?P<aside>\s?\([^()\n]{1,40}\))?[\]*_>»]{0,3}[ \t]*(?P<colon>[:：|]|-{1,2}(?=\s|$))?"
# The rest of a longer title ("Antécédents relevés au dossier :") that begins with a known one of these kinds; a verb is none.
_REST = re.compile(r"[ \t](?!(?:which|that|have|has|are|is|qui|que|est|sont)\b)[^\n:：.;,!?()]{1,40}(?=[:：]\s)")
_HEADS = frozenset(
    {"chief_complaint", "reason_for_visit", "history_of_present_illness", "past_medical_history"}
    | {"past_surgical_history", "obstetric_history", "family_history", "allergies", "medications"}
    | {"admission_medications", "discharge_medications", "past_medications", "physical_exam", "laboratory"}
    | {"evolution", "hospital_course", "conclusion"}
)
# Where a title may stand within a line, behind its first letter: behind a mark or a bar and a blank, a mark, or a gap.
_BEHIND_GAP = r"(?:(?<=[.!?;:,|•/\t ][ \t].)|(?<=\t.)|(?<=[.!?][A-ZÀ-Þ])(?=[A-ZÀ-Þ]{2}))"
# A title in short and in small letters within a line: "HTA, migraine. ttt: laroxyl".
_SMALL_LETTERS = re.compile(r"[.;,|/] (?=[a-z]{2,5} ?:)|[.;|] (?=[a-zß-öø-ÿ]{3,14}(?: [a-zß-öø-ÿ']{1,10}){0,3} ?:)")
# The same read backwards, for colons are few.
_SMALL_LETTERS_BACKWARDS = re.compile(r": ?(?:[a-z]{2,5} [.;,|/]|(?:[a-zß-öø-ÿ']{1,10} ){0,3}[a-zß-öø-ÿ]{3,14} [.;|])")
# Every capital, and signs beyond Latin-1 that may be one; put so, it is searched for most quickly.
_CAPITAL = r"[^\x00-@\[-\xbf×ß-\xff]"
# The first letter is a capital, and the second one too or a colon behind.
_CAPITAL_LAYOUT = rf"{_CAPITAL}(?:[^a-zß-öø-ÿ]|[^\n:：]*[:：])"
# A line, or the beginning of one up to its colon, in capitals: a title even if nobody knows it.
_CAPITALS = re.compile(r"(?P<title>[A-ZÀ-Þ][A-ZÀ-Þ0-9 '’/&,()-]{3,79}?)[ \t]*(?::|(?=[\r\n]|\Z))")
_INLINE_CAPITALS = re.compile(r"(?P<title>[A-ZÀ-Þ][A-ZÀ-Þ '’/&-]{4,60}):(?=\s)")
# A line that ends with its colon: "Dans les suites :"
_COLON_LINE = re.compile(r"(?P<title>[A-ZÀ-Þ][^\n:.;!?]{2,50})[ \t]*:[ \t]*(?=\r?\n)")
# The beginning of a paragraph up to its colon: "Grossesse actuelle : ..." behind a blank line.
_PARAGRAPH = re.compile(r"(?P<title>[A-ZÀ-Þ][^\n:.;!?,\d]{2,40}?)[ \t]*:(?=\s)")


class _Title(msgspec.Struct, frozen=True, gc=False):
    start: int
    end: int
    kind: str


class _Page:
    """A text and how it is laid out."""

    def __init__(self, text: str, folded: FoldedText) -> None:
        self.text = text
        self.folded = folded

    @cached_property
    def is_in_capitals(self) -> bool:
        """Whether the text is mostly in capitals, which then say nothing about a line."""
        capital = len(_CAPITAL_WORD.findall(self.text))
        if capital <= _FEW_WORDS:
            return False
        # Most texts hold that many words in small letters soon.
        enough = -(-capital // 3)
        return next(islice(_SMALL_WORD.finditer(self.text), enough - 1, None), None) is None

    def words(self, title: _Title) -> str:
        """The words of a title, folded."""
        return self.folded.folded[self.folded.place(title.start) : self.folded.place(title.end)]


class Sectionizer:
    """Fills `doc.spans["sections"]` (label: the kind) and `doc.spans["section_titles"]`.

    `titles`: titles of your own, {kind: [title, ...]}, on top of the language's list.
    """

    def __init__(self, lang: str, titles: dict[str, list[str]] | None = None) -> None:
        self.kinds = dict(known_titles(lang))
        # By the first word of a longer title its kind is told, but not by one of these.
        self._alone = titles_alone(lang)
        self._operated = titles_of_operations(lang)
        for kind, words in (titles or {}).items():
            self.kinds |= {FoldedText.of(word).folded: kind for word in words}
        self.ends = list_ends(lang)
        self._words = title_words(lang)
        known = first_signs({*self.kinds, *self._words.firsts})
        # A break and what may stand before a title, where the words behind it are known or laid out like one.
        self._line_starts = re.compile(
            rf"\n(?>(?=[^\W\d_])(?!{_LETTERED})|{_LEAD.pattern})(?={known}|{_CAPITAL_LAYOUT})(?=(?P<head>[^\n:：]*))"
        )
        self._behind_gaps = re.compile(
            rf"{_CAPITAL}{_BEHIND_GAP}(?<=(?={known}|{_INLINE_CAPITALS.pattern}).)", re.DOTALL
        )
        self._known = re.compile(rf"(?P<title>{phrases_expression(self.kinds)}){_TAIL}", re.MULTILINE)
        # What may stand behind a blank within a title, or begin what is told of it.
        self._behind_blanks = {
            "(",
            *(sign for title in self.kinds for blank, sign in pairwise(title) if blank.isspace()),
        }
        self._whole_lines = not any(":" in title for title in self.kinds)

    def __call__(self, doc: Doc) -> Doc:
        """Find the sections of a Doc."""
        read = DocText.of(doc)
        titles = self.titles(read.text, read.folded)
        sections: list[Placed] = []
        shown: list[Placed] = []
        if titles:
            placed, loinc, lists = read.offsets(doc).placed, loinc_codes(), listing_kinds()
            ends = [*(title.start for title in titles[1:]), len(read.text)]
            for title, end in zip(titles, ends, strict=True):
                kind = title.kind
                if kind in lists:
                    end = self.ends.end(read.text, title.end, end)
                start, stop = placed(title.start, end)
                sections.append((start, stop, kind))
                shown.append((*placed(title.start, title.end), kind))
                extensions.write_at(doc, "loinc", start, stop, loinc.get(kind))
        keep(doc, "sections", sections)
        keep(doc, "section_titles", shown)
        return doc

    def titles(self, text: str, folded: FoldedText | None = None) -> list[_Title]:
        """The titles of a text, in order; no two overlap."""
        found: list[_Title] = []
        page = _Page(text, folded or FoldedText.of(text))
        for title in sorted(self._candidates(page), key=lambda t: (t.start, -t.end)):
            if found and title.start < found[-1].end:
                continue
            if title.kind == OTHER and found and not text[found[-1].end : title.start].strip(" \t\r\n:-"):
                # A heading that nobody knows directly under another one divides that section.
                title = _Title(title.start, title.end, found[-1].kind)
            elif title.kind == OTHER and found and found[-1].kind in listing_kinds():
                last = found[-1]
                headed = _has_bullet(text, title.start) and not _has_bullet(text, last.start)
                if headed or self.ends.is_part(text, (last.start, last.end), title.start):
                    title = _Title(title.start, title.end, last.kind)
            elif (
                title.kind in listing_kinds() and (kind := self._operated.get(page.words(title))) and _diagnosed(found)
            ):
                # "OPERATIONS:" below "PREOPERATIVE DIAGNOSIS:"
                title = _Title(title.start, title.end, kind)
            found.append(title)
        return found

    def _candidates(self, page: _Page) -> list[_Title]:
        text, found = page.text, list[_Title]()
        # A break before each line, so that offsets are one further than in the text.
        lines = "\n" + text
        for sign in _OTHER_BREAKS:
            if sign in text:
                lines = lines.replace(sign, "\n")
        wide = "：" in text
        for match in self._line_starts.finditer(lines):
            start, place = match.span()
            whole = self._whole(page, start, match["head"]) if place - start == 1 and self._whole_lines else None
            if whole is not None:
                found.append(whole)
                continue
            end = lines.find("\n", place)
            place, end = place - 1, (end if end >= 0 else len(lines)) - 1
            short = end - place <= _MAX_TITLE
            colon = text.find(":", place, end) >= 0 or (wide and text.find("：", place, end) >= 0)
            second = text[place + 1 : min(place + 2, end)]
            if not colon and second.islower():
                # The layout of most lines is that of no title, so that only the words may be known.
                line = start, place, end
                if short and (known := self._known_at(page, place) or self._composed(page, line, lines)) is not None:
                    found.append(known)
            elif colon or short or (text[place] + second).isupper():
                self._at_line(page, (start, place, end), lines, found)
        first, end, colon = 0, -1, False
        for match in self._behind_gaps.finditer(text):
            place = match.start()
            if place > end:
                start = lines.rfind("\n", 0, place + 1)
                end = _line_end(lines, place + 1) - 1
                colon = text.find(":", start, end) >= 0 or (wide and text.find("：", start, end) >= 0)
                first = _behind_lead(text, start) if colon else 0
            if colon and place > first and text[place].isupper():
                self._at(page, place, found)
        for match in _SMALL_LETTERS_BACKWARDS.finditer(text[::-1]):
            place = len(text) - match.end() + 2
            known = self._known_at(page, place) or self._by_words(page, place, text.find(":", place))
            if known is not None:
                found.append(known)
        return found

    def _whole(self, page: _Page, place: int, head: str) -> _Title | None:
        """The known title that a line is, or is up to its colon: what most titles are, so that no more need be asked.

        `head`: the line from `place`, where it begins, up to there. None where that is less plain, or no title.
        """
        text = page.text
        stop = place + len(head)
        if len(head) > _MAX_TITLE or not head[:1].isupper() or not (place == 0 or text[place - 1] == "\n"):
            return None
        if not text.startswith(":", stop):
            # A longer title may go on in the next line, or an explanation stand there.
            following = text[stop : stop + MOST_BLANKS + 2]
            first = following.lstrip()[:1]
            plain = not first or first.isupper() or (first.isascii() and first not in self._behind_blanks)
            if not plain or not (not following or following.startswith(("\n", "\r\n"))):
                return None
        end = place + len(head.rstrip(" \t"))
        folded = page.folded
        kind = self.kinds.get(folded.folded[folded.place(place) : folded.place(end)])
        return _Title(place, end, kind) if kind is not None else None

    def _at_line(self, page: _Page, line: tuple[int, int, int], lines: str, found: list[_Title]) -> None:
        """The titles that may begin where the words of a line do. `line`: its start, that of its words, its end."""
        text = page.text
        start, place, end = line
        known = self._known_at(page, place) or self._composed(page, line, lines)
        if known is not None:
            found.append(known)
            if not text[known.end : end].strip(" \t:") or _ABBREVIATED.fullmatch(text, known.start, known.end):
                # None that is longer by its layout: what stands behind "PMH" is its list.
                return
        if not text[place].isupper():
            return
        match = _CAPITALS.match(text, place)
        if match is None and text[place:end].rstrip(" \t").endswith(":"):
            match = _COLON_LINE.match(text, place)
        if match is not None:
            title = self._unknown(page, match, known)
            if title is not None:
                listed = text[start:place].lstrip().startswith(_BULLETS) or len(match["title"]) <= _LONGEST_ABBREVIATION
                if text[match.end() - 1] == ":" or not (listed or page.is_in_capitals):
                    found.append(title)
        elif _blank_before(lines, start):
            match = _PARAGRAPH.match(text, place)
            if match is not None and self._kind_of(page, *match.span("title")) == OTHER:
                found.append(_Title(*match.span("title"), OTHER))

    def _composed(self, page: _Page, line: tuple[int, int, int], lines: str) -> _Title | None:
        """The title that no list holds but whose words are known, which a line is, or is up to its colon or the first bar."""
        text = page.text
        start, place, end = line
        mark = _MARK.search(text, place, end)
        if mark is not None:
            return self._by_words(page, place, mark.start())
        head = text[place:end].rstrip()
        if head[-1:] in _NO_TITLE_ENDS or text[start:place].lstrip().startswith(_BULLETS):
            return None
        capitals = head.partition("(")[0].isupper() and not page.is_in_capitals
        if not capitals and not _blank_before(lines, start) and _LISTED.match(text, end) is None:
            return None
        return self._by_words(page, place, end)

    def _by_words(self, page: _Page, place: int, end: int) -> _Title | None:
        """The title whose words are known that stands between two places."""
        head = page.text[place:end].rstrip(" \t-")
        if not head or len(head) > _MAX_TITLE:
            return None
        folded = page.folded
        kind = self._words.kind(folded.folded[folded.place(place) : folded.place(place + len(head))])
        return _Title(place, place + len(head), kind) if kind is not None else None

    def _at(self, page: _Page, place: int, found: list[_Title]) -> None:
        """The titles that may begin within a line."""
        known = self._known_at(page, place)
        if known is not None:
            found.append(known)
        match = _INLINE_CAPITALS.match(page.text, place)
        title = self._unknown(page, match, known) if match is not None else None
        if title is not None:
            found.append(title)

    def _unknown(self, page: _Page, match: re.Match[str], known: _Title | None) -> _Title | None:
        """A title by its layout, unless a known one that begins there is as long."""
        words = match["title"].rstrip(" -,")
        start = match.start()
        end = start + len(words)
        if known is not None and known.start == start and known.end >= end:
            return None
        return (
            _Title(start, end, self._kind_of(page, start, end))
            if sum(map(str.isalpha, words)) >= _LEAST_LETTERS
            else None
        )

    def _known_at(self, page: _Page, place: int) -> _Title | None:
        text, folded = page.text, page.folded
        match = self._known.match(folded.folded, folded.place(place))
        if match is not None and (line := _broken(text, *folded.bounds(*match.span("title")))) is not None:
            # "TRAITEMENTS" over "Arrêtés :" are two titles.
            match = self._known.match(folded.folded, folded.place(place), folded.place(line))
        if match is None:
            return None
        words, plural, aside, colon = match.group("title", "plural", "aside", "colon")
        start, end = folded.bounds(*match.span("title"))
        behind = end if not (plural or aside or colon) and text[end : end + 1] not in " \t" else folded.end(match.end())
        kind = self.kinds.get(words) or self.kinds[" ".join(words.split())]
        if aside:
            # "Medications (no longer taken)"
            kind = self._words.kind(words + aside) or kind
        if self._is_title(text, start, end, behind, colon=colon is not None):
            return _Title(start, end, kind)
        if kind in _HEADS and text[start].isupper() and _opens_line(text, start):
            rest = _REST.match(text, end)
            if rest is not None:
                end = start + len(text[start : rest.end()].rstrip())
                return _Title(start, end, self._kind_of(page, start, end))
        return None

    def _is_title(self, text: str, start: int, end: int, behind: int, *, colon: bool) -> bool:
        """Judge by layout: what stands before, after, and in which case the words are."""
        words = text[start:end]
        line_before = text[text.rfind("\n", max(0, start - _MAX_TITLE), start) + 1 : start]
        capitalised = words[:1].isupper()
        if len(line_before) >= _MAX_TITLE // 4 or (
            _TWO_LETTERS.search(line_before) and _ROMAN.fullmatch(line_before) is None
        ):
            cased = capitalised or _SMALL_LETTERS.match(text, max(0, start - 2)) is not None
            return colon and cased and (words.isupper() or text[start - 1].isspace()) and not _is_short(words)
        # "Examen clinique sans particularité" is prose; "EXAMEN CLINIQUE sans particularité" is a title.
        if colon and (capitalised or not _is_short(words)):
            return True
        if _REST_BLANK.match(text, behind) and (capitalised or colon or _follows_a_whole_line(text, start)):
            return True
        if not (words.isupper() or _ABBREVIATED.fullmatch(words)) or _is_short(words):
            return False
        return not _goes_on_in_capitals(text, behind) or (_ABBREVIATED.fullmatch(words) is not None)

    def _kind_of(self, page: _Page, start: int, end: int) -> str:
        """The kind of a title that is not in the list as it stands: the longest known title in it, its first word, or other."""
        folded = page.folded.folded[page.folded.place(start) : page.folded.place(end)]
        if folded.isalpha():
            return self.kinds.get(folded, OTHER)
        tokens = _TITLE_WORD.findall(folded)
        composed = None if folded in self.kinds else self._words.kind(folded)
        if composed is not None:
            return composed
        alone = bool(tokens) and tokens[0] in self._alone
        for length in range(min(len(tokens), 5), int(alone), -1):
            kind = self.kinds.get(" ".join(tokens[:length]))
            if kind in listing_kinds():
                return kind
        for length in range(min(len(tokens), 5), 1, -1):
            for first in range(len(tokens) - length + 1):
                kind = self.kinds.get(" ".join(tokens[first : first + length]))
                if kind is not None:
                    return kind
        return self.kinds.get(folded) or (self.kinds.get(tokens[0], OTHER) if tokens and not alone else OTHER)


def _diagnosed(titles: list[_Title]) -> bool:
    """Whether diagnoses are listed under one of the titles."""
    return any(title.kind == _DIAGNOSIS for title in titles)


def _broken(text: str, start: int, end: int) -> int | None:
    """Where a line ends within words, the next of which begins with a capital."""
    line = text.find("\n", start, end)
    return line if line >= 0 and text[line:end].lstrip()[:1].isupper() else None


def _is_short(words: str) -> bool:
    """Whether a title has too few letters to be one anywhere; with a sign among them ("A/P", "O/E") it is no initial."""
    return sum(map(str.isalnum, words)) < _FEWEST_SIGNS and words[1:2] not in ("/", "&")


# "PMH HTN, DM": an abbreviation is the title of the capitals that go on behind it; "PHx eczema" of whatever does.
_ABBREVIATED = re.compile(r"[B-DF-HJ-NP-TV-Z]{3,5}|[AEIOU][B-DF-HJ-NP-TV-Z]{3,4}|[A-Z]{1,3}Hx")
# What a title ends with, on its line.
_MARK = re.compile(r"[:：|]")
_NO_TITLE_ENDS = tuple(".,;!?")
# A line that is an item.
_LISTED = re.compile(r"\r?\n(?:[ \t]+\S|[ \t]*(?:[-*•·–—►▪◦‣●+>|]|\(?\d{1,2}[.)/-]?[ \t]))")
_LEAST_LETTERS = 4
_FEWEST_SIGNS = 3
_TWO_LETTERS = re.compile(r"[^\W\d_]{2}")
_TITLE_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_NEXT_WORD = re.compile(r"\s*([^\W\d_]+)")
_REST_BLANK = re.compile(r"[ \t#*=_>»\]-]{0,80}(?:[\r\n]|\Z)")


_CAPITAL_WORD = re.compile(r"[A-ZÀ-Þ][A-ZÀ-Þ]{3}")
_FEW_WORDS = 10
_SMALL_WORD = re.compile(r"[a-zß-ÿ][a-zß-ÿ]{3}")


def _behind_lead(text: str, start: int) -> int:
    """Where the words of a line begin, behind its bullet or its number."""
    lead = None if text[start].isalpha() and _ROMAN.match(text, start) is None else _LEAD.match(text, start)
    return start if lead is None else lead.end()


def _has_bullet(text: str, start: int) -> bool:
    """Whether a bullet stands before a place on its line."""
    lead = text[max(0, start - _MAX_TITLE) : start].rpartition("\n")[2]
    return lead.lstrip().startswith(_BULLETS)


def _opens_line(text: str, start: int) -> bool:
    """Whether nothing but blanks stands before a place on its line."""
    return not text[max(0, start - _MAX_TITLE) : start].rpartition("\n")[2].strip()


def _line_end(lines: str, place: int) -> int:
    end = lines.find("\n", place)
    return end if end >= 0 else len(lines)


def _blank_before(lines: str, start: int) -> bool:
    """Whether a line of blanks, but not the first one, ends at the break at `start`."""
    before = lines.rfind("\n", 0, start)
    return before > 0 and not lines[before:start].strip()


def _follows_a_whole_line(text: str, start: int) -> bool:
    """Whether a line in small letters is no wrapped one: the line before is blank, short, or ends a sentence."""
    low = max(0, start - 2 * _LONGEST_WHOLE)
    window = text[low:start]
    before = window.rstrip(" \t-*•\r\n")
    if window.count("\n", len(before)) > 1 or (low == 0 and not before):
        return True
    before = before[before.rfind("\n") + 1 :]
    if not before or before[-1] in ".!?:;":
        return True
    return len(before) <= _LONGEST_WHOLE and before[-1].isalnum() and len(before.rsplit(None, 1)[-1]) > 3


# A line of more characters may go on in the next one.
_LONGEST_WHOLE = 40


def _goes_on_in_capitals(text: str, offset: int) -> bool:
    """Do the capitals go on behind a title ("HISTORY OF FALLS")?"""
    following = _NEXT_WORD.match(text, offset, offset + 40)
    return following is not None and len(following[1]) > 1 and following[1].isupper()


@Language.factory("anamnesis_sections", default_config={"titles": None})
def make_sections(nlp: Language, name: str, titles: dict[str, list[str]] | None) -> Sectionizer:
    """Factory of Sectionizer for the language of the pipeline."""
    return Sectionizer(str(nlp.lang), titles)
