"""The drug names of a language and where they stand in a text: exact, joined or hyphenated, misspelled, or by ending.

Names come from `resources/{lang}/medications/`: `curated.tsv` (by hand, with the kind of each name), `names*` (compiled
by `python -m pipeline.medications.compile_names`), `suffixes.txt`, `morphology.txt` and `vocabulary*.txt` (words that are no
drugs); the makers that stand before a name are those of all languages, `resources/makers.tsv`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from pipeline import resources
from pipeline.medications.lexicon_spelling import Spelling, slips
from pipeline.text.folding import FoldedText
from pipeline.text.tokenizer import UNIT_BEFORE_TIMES

WORD = re.compile(rf"{UNIT_BEFORE_TIMES}|[a-z]+\d*[a-z]*|\d+|[½¼¾]")
# What may stand between the words of one name: "depo-medrol", "st. john's wort", one line break.
_BETWEEN = re.compile(r"[-/ '.]{0,3}|[ \t]*\n[ \t]*|, ?(?=\d)| #| & ")
_MAX_NAME_WORDS = 6
_FINDINGS = ("problems", "procedures")
# Shorter words are too near to other words to be taken for a drug by their ending alone.
_MIN_STEM_LENGTH = 7
# The words of a language make up most of a text with so many.
_FREQUENT = 3000
_SHORTEST_UNLISTED = 6
_SURELY_MISSPELT = 9
# Names of so many letters are clipped, to so many at least, and so many are cut off at least.
_LEAST_CLIPPED = 7
_SHORTEST_CLIPPED = 4
# So many letters of a name leave no doubt: "phenobarb".
_SURELY_CLIPPED = 8
_CUT_OFF = 2
# Where all letters so near are capitals, capitals tell nothing.
_NEAR = 40
# Names of infusions up to this length are abbreviations.
_SIGNS = 3


# What a scanner reads, and what was written; letters that it takes for figures.
_READ_AS = (("rn", "m"), ("vv", "w"))
_MISREAD = (str.maketrans("015", "ols"), str.maketrans("015", "ois"))

# What found a mention: `span._.source`.
LEXICON, GRAMMAR, MODEL = "lexicon", "grammar", "model"


class Kind(IntEnum):
    """How sure a name is a drug: see the head of curated.tsv."""

    NEVER = 0
    DRUG = 1
    CLASS = 2
    CAPS = 3
    LAB = 4
    NUTRIENT = 5
    WORD = 6
    STEM = 7
    SPELLING = 8
    FLUID = 9
    SHORT = 10
    CLIPPED = 11
    SIGN = 12


@dataclass(slots=True)
class Mention:
    """A place in the folded text that may be a drug. `first` and `last` are word numbers, `last` behind the end."""

    start: int
    end: int
    first: int
    last: int
    kind: Kind
    name: str
    score: float = 1.0
    source: str = LEXICON


@dataclass(slots=True)
class Words:
    """The words of a folded text: what they are and where."""

    text: str
    words: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    # What `Lexicon.notable` found.
    notable: tuple[Lexicon, list[int]] | None = None

    @classmethod
    def of(cls, text: str) -> Words:
        """Split a folded text."""
        spans = list(map(re.Match.span, WORD.finditer(text)))
        return cls(text, [text[a:b] for a, b in spans], [a for a, _ in spans], [b for _, b in spans])


class Lexicon:
    """The names of one language. `match` finds them in a text; `codes` gives their ATC codes, where known.

    `without` takes names out, with all longer names that begin with them: how well names that no list holds are found
    is measured so.
    """

    def __init__(
        self, lang: str, extra_terms: Iterable[str] = (), *, spelling: bool = True, without: Iterable[str] = ()
    ) -> None:
        folder = "medications/"
        self.kinds: dict[str, Kind] = {}
        self._codes: dict[str, str] = {}
        unreviewed: set[str] = set()
        for file in ("names.txt", "names_rxnorm.txt"):
            if resources.path(lang, folder + file).exists():
                for name in resources.read_lines(lang, folder + file):
                    self.kinds[key(name)] = Kind.DRUG
                if file == "names_rxnorm.txt":
                    unreviewed.update(resources.read_lines(lang, folder + file))
        if resources.path(lang, folder + "names.tsv").exists():
            for row in resources.read_table(lang, folder + "names.tsv"):
                name = key(row["name"])
                self.kinds[name] = Kind.DRUG
                self._codes[name] = row["atc"]
        for row in resources.read_table(lang, folder + "curated.tsv"):
            name = key(row["name"])
            self.kinds[name] = Kind[row["kind"].upper()]
            unreviewed.discard(name)
        for term in extra_terms:
            if not (name := key(term)):
                raise ValueError(f"extra_terms: {term!r} holds no letter or digit")
            self.kinds[name] = Kind.DRUG
        # What a writer clips: "clarithro". Only names of one word that people have reviewed.
        clips = resources.path(lang, folder + "not_clipped.txt").exists()
        self._not_clipped = frozenset(resources.read_lines(lang, folder + "not_clipped.txt")) if clips else frozenset()
        self._clipped_from = sorted(
            name
            for name, kind in self.kinds.items()
            if clips and kind == Kind.DRUG and len(name) >= _LEAST_CLIPPED and name.isalpha() and name not in unreviewed
        )
        # A class in the singular and in the plural.
        for name in [name for name, kind in self.kinds.items() if kind == Kind.CLASS]:
            self.kinds.setdefault(name.removesuffix("s") if name.endswith("s") else name + "s", Kind.CLASS)
        # "Coloxyl w/ senna", "coloxyl & senna".
        for name in [name for name in self.kinds if " with " in name or " and " in name]:
            self.kinds.setdefault(name.replace(" with ", " w ").replace(" and ", " "), self.kinds[name])
        # Written together, too: "solumedrol", "betablockers".
        for name in [name for name in self.kinds if " " in name and len(name) > 8]:
            self.kinds.setdefault(name.replace(" ", ""), self.kinds[name])
        # Either spelling of the names of sulfur: "sodium picosulphate", "sulphasalazine".
        for name in [name for name in self.kinds if "sulf" in name or "sulph" in name]:
            other = name.replace("sulf", "sulph") if "sulf" in name else name.replace("sulph", "sulf")
            self.kinds.setdefault(other, self.kinds[name])
        if gone := set(map(key, without)):
            written = {name.replace(" ", "") for name in gone}
            self.kinds = {
                name: kind
                for name, kind in self.kinds.items()
                if name not in written and not any(name[:place] in gone for place in _ends_of_words(name))
            }
        names: dict[str, list[list[str]]] = {}
        for name in self.kinds:
            words = name.split(" ")
            if len(words) <= _MAX_NAME_WORDS:
                names.setdefault(words[0], []).append(words)
        self._heads = {first: _head(found) for first, found in names.items()}
        self._makers = frozenset(row["maker"] for row in resources.read_shared_table("makers.tsv"))
        self._suffixes: dict[str, set[str]] = {}
        for suffix in resources.read_lines(lang, folder + "suffixes.txt"):
            words = key(suffix).split(" ")
            self._suffixes.setdefault(words[0], set()).add(" ".join(words))
        stems = (key(stem) for stem in resources.read_lines(lang, folder + "morphology.txt"))
        self._stem = re.compile(f"(?:{'|'.join(sorted(stems, key=len, reverse=True))})s?$")
        # Words of findings and procedures are no drugs either, though general text does not know them.
        findings = (row["term"] for name in _FINDINGS for row in resources.read_table(lang, f"matching/{name}.tsv"))
        self.vocabulary = resources.vocabulary(lang).union(word for term in findings for word in key(term).split(" "))
        # Words that general text hardly has; what they stand beside is read by their ending, as the model learnt it.
        known = self.vocabulary.union(resources.rare_words(lang)).difference(self.kinds)
        # Most words of a note are among these, and are looked up once.
        self._ordinary = known.difference(self._heads)
        self._ordinary_heads = known.intersection(self._heads)
        # Of them, those met first: a set so small that it stays at hand.
        self._frequent: set[str] = set()
        # Figures that names begin with.
        self._figures = frozenset(filter(str.isdigit, self._heads))
        sure = (Kind.DRUG, Kind.CLASS)
        reviewed = (n for n, kind in self.kinds.items() if kind in sure and n.isalpha() and n not in unreviewed)
        self._spelling = Spelling(reviewed) if spelling else None

    def codes(self, name: str) -> list[str]:
        """The ATC codes of a name as `Mention.name` has it."""
        found = self._codes.get(name)
        return found.split() if found else []

    def knows(self, word: str) -> bool:
        """Is this folded word listed: as a name of any kind, NEVER included, or as a word that is no drug?"""
        return word in self._ordinary or word in self._ordinary_heads or word in self.kinds

    def notable(self, words: Words) -> list[int]:
        """The numbers of the words that are neither words of the language nor figures; looked up once for a text."""
        if words.notable is None or words.notable[0] is not self:
            frequent, ordinary, figures, tokens = self._frequent, self._ordinary, self._figures, words.words
            found: list[int] = []
            for number in [number for number, word in enumerate(tokens) if word not in frequent]:
                word = tokens[number]
                if word in ordinary:
                    if len(frequent) < _FREQUENT:
                        frequent.add(word)
                elif word in figures or not word.isdigit():
                    found.append(number)
            words.notable = self, found
        return words.notable[1]

    def unknown(self, words: Words) -> list[int]:
        """The numbers of the words that are not listed, as `knows` has it."""
        heads, kinds, tokens = self._ordinary_heads, self.kinds, words.words
        return [n for n in self.notable(words) if tokens[n] not in kinds and tokens[n] not in heads]

    def common(self, word: str) -> bool:
        """Is this folded word listed, or one of general text?"""
        return word in self.kinds or word in self.vocabulary

    def match(self, words: Words, original: str) -> list[Mention]:
        """The mentions in a text, ascending and without overlap; `original` is the text with its capitals.

        Names of kind NEVER are left out; so are abbreviations that are not in capitals.
        """
        found: list[Mention] = []
        tokens, heads = words.words, self._heads
        passed = 0
        for index in self.notable(words):
            if index < passed:
                continue
            word = tokens[index]
            mention = None
            head = heads.get(word)
            if head is not None and head[1] is not None:
                # The first word of longer names only.
                if index + 1 < len(tokens) and tokens[index + 1] in head[1]:
                    mention = self._listed(words, index, original, head[0])
                elif word not in self._ordinary_heads:
                    mention = self._clipped(words, index, original)
            elif head is not None:
                mention = self._listed(words, index, original, head[0])
            elif word.isalpha():
                mention = self._clipped(words, index, original) or self._unlisted(words, index, self._spelling)
            elif len(word) < _SHORTEST_UNLISTED:
                continue
            elif word[-1].isdigit() and word.rstrip("0123456789") in heads and len(word) > _SHORTEST_UNLISTED:
                stripped = word.rstrip("0123456789")
                if self.kinds.get(stripped) == Kind.DRUG:
                    mention = _mention(words, index, index + 1, Kind.DRUG, stripped)
            else:
                mention = self._misread(words, index)
            if mention is None:
                continue
            if mention.kind != Kind.NEVER:
                self._extend(words, mention, original)
                found.append(mention)
            passed = mention.last
        return found

    def _listed(self, words: Words, index: int, original: str, lengths: tuple[int, ...]) -> Mention | None:
        tokens = words.words
        for length in lengths:
            last = index + length
            if last > len(tokens):
                continue
            name = tokens[index] if length == 1 else " ".join(tokens[index:last])
            kind = self.kinds.get(name)
            if kind is None or (length > 1 and not joined(words, index, last)):
                continue
            if _DECIMALS.match(words.text, words.starts[index]):
                # "IMC 33,5 ASA 2" is no 5-ASA.
                continue
            if length > 1 and _counts_items(words, index):
                # "5. ASA" is the fifth item, not 5-ASA.
                continue
            if length > 1 and tokens[last - 1].isdigit() and _MASS.match(words.text, words.ends[last - 1]):
                # "Kenalog 40 mg" is 40 mg of Kenalog, not of Kenalog-40.
                continue
            if kind == Kind.SIGN and not _is_sign(original, words.starts[index]):
                continue
            if (
                (kind == Kind.CAPS or (kind == Kind.FLUID and len(name) <= _SIGNS))
                and (
                    not _abbreviated(original[words.starts[index] : words.ends[last - 1]])
                    # "5ICS" is the fifth of something.
                    or original[words.starts[index] - 1 : words.starts[index]].isdigit()
                )
            ):
                small = self._clipped_from and kind == Kind.CAPS and length == 1 and len(name) >= _SIGNS
                if small and name not in self.vocabulary:
                    # "On mtx": in small letters only where it is used like a drug.
                    return _mention(words, index, last, Kind.SHORT, name)
                continue
            return _mention(words, index, last, kind, name)
        return None

    def _clipped(self, words: Words, index: int, original: str) -> Mention | None:
        """A word that a name begins with: "warf", "chlorthal"; between small letters "AVOD" stands for other words."""
        word = words.words[index]
        if len(word) < _SHORTEST_CLIPPED or word in self._not_clipped:
            return None
        place = bisect_left(self._clipped_from, word)
        while place < len(self._clipped_from) and (name := self._clipped_from[place]).startswith(word):
            if len(name) >= len(word) + _CUT_OFF:
                start, end = words.starts[index], words.ends[index]
                if original[start:end].isupper() and not original[max(0, start - _NEAR) : end + _NEAR].isupper():
                    return None
                kind = Kind.DRUG if len(word) >= _SURELY_CLIPPED else Kind.CLIPPED
                return _mention(words, index, index + 1, kind, name, 0.8)
            place += 1
        return None

    def _unlisted(self, words: Words, index: int, spelling: Spelling | None) -> Mention | None:
        word = words.words[index]
        if len(word) < _SHORTEST_UNLISTED:
            return None
        plural = word[:-1] if word.endswith("s") else ""
        if plural and self.kinds.get(plural) == Kind.DRUG:
            return _mention(words, index, index + 1, Kind.DRUG, plural)
        for read, written in _READ_AS:
            if read in word and self.kinds.get(name := word.replace(read, written)) == Kind.DRUG:
                return _mention(words, index, index + 1, Kind.DRUG, name, 0.8)
        if spelling is not None and (near := spelling.nearest(word)):
            # One slip in a long name of a substance or product leaves no doubt: "paracetmol".
            long = len(word) >= _SURELY_MISSPELT and self.kinds[near] == Kind.DRUG and slips(word, near, 1) == 1
            return _mention(words, index, index + 1, Kind.DRUG if long else Kind.SPELLING, near, 0.8)
        if len(word) >= _MIN_STEM_LENGTH and self._stem.search(word):
            return _mention(words, index, index + 1, Kind.STEM, word, 0.7, GRAMMAR)
        return None

    def _misread(self, words: Words, index: int) -> Mention | None:
        """A name with a figure for a letter that looks like it, as scanned pages have it: "spasf0n"."""
        for letters in _MISREAD:
            name = words.words[index].translate(letters)
            if self.kinds.get(name) == Kind.DRUG:
                return _mention(words, index, index + 1, Kind.DRUG, name, 0.8)
        return None

    def _extend(self, words: Words, mention: Mention, original: str) -> None:
        """Take in the maker that a hyphen joins to the name ("Apo-Metoprolol"), release suffixes and salts behind it, and
        capitals that a hyphen joins to it ("-D", "-M").
        """
        before = mention.first - 1
        if (
            before >= 0
            and words.words[before] in self._makers
            and words.text[words.ends[before] : mention.start] == "-"
        ):
            mention.first, mention.start = before, words.starts[before]
        if mention.kind in (Kind.CLASS, Kind.NUTRIENT, Kind.CAPS, Kind.FLUID, Kind.SHORT, Kind.SIGN):
            return
        tokens = words.words
        if letters := _HYPHENATED.match(original, mention.end):
            mention.last += 1
            mention.end = letters.end()
        for _ in range(2):
            last = mention.last
            if last >= len(tokens) or tokens[last] not in self._suffixes or not joined(words, last - 1, last + 1):
                return
            gap = words.text[mention.end : words.starts[last]]
            if "\n" in gap or ". " in gap or _BEFORE_MEALS.match(words.text, words.starts[last]):
                # "Aspirin. Dr. S" is the next sentence, not delayed release; "insulin AC & HS" says when.
                return
            best = 0
            for suffix in self._suffixes[tokens[last]]:
                size = suffix.count(" ") + 1
                if size > best and " ".join(tokens[last : last + size]) == suffix and joined(words, last, last + size):
                    best = size
            if not best or words.text[words.starts[last] : words.ends[last + best - 1]] == "l/a":
                # "T-bact L/A" is applied locally.
                return
            mention.last += best
            mention.end = words.ends[mention.last - 1]
            if words.text[mention.end - 2 : mention.end + 1] in _WITH_FULL_STOPS:
                mention.end += 1


# The last full stop of "L.A." belongs to it.
_WITH_FULL_STOPS = frozenset({".a.", ".l.", ".r.", ".d.", ".s."})
_DECIMALS = re.compile(r"(?<=\d[.,])\d")
_FIGURE_BEFORE = re.compile(r"\d[ \t-]?\Z")
_MASS = re.compile(r"[ \t]?(?:mg|mcg|g|ml|cc|units?|meq|%)(?![a-z0-9])")
_BEFORE_MEALS = re.compile(r"ac[ \t]*[,/&]?[ \t]*(?:and )?[ \t]*h\.?s")
# What tells products of one name apart behind a hyphen: letters ("Allegra-D") or the days of a pill ("Alesse-28").
_HYPHENATED = re.compile(r"-(?:[A-Z]{1,2}|2[148])(?![\w'])")


def _abbreviated(stretch: str) -> bool:
    """Is this written as an abbreviation: "ASA", "NSAIDs", "KCl", "FeSO4"?"""
    capitals = sum(letter.isupper() for letter in stretch)
    return capitals > 1 or (capitals == 1 and sum(map(str.isalpha, stretch)) == 1)


def _is_sign(original: str, start: int) -> bool:
    """Is the word at `start` written as a sign of a substance, with a capital, and no unit of a figure: "Mg 2 g"?"""
    return original[start].isupper() and not _FIGURE_BEFORE.search(original, max(0, start - 2), start)


def _head(names: Sequence[Sequence[str]]) -> tuple[tuple[int, ...], frozenset[str] | None]:
    """How many words the names have that begin alike, the longest first; and their second words where none is alone."""
    lengths = tuple(sorted({len(words) for words in names}, reverse=True))
    return lengths, None if lengths[-1] == 1 else frozenset(words[1] for words in names)


def key(name: str) -> str:
    """A name as it is compared: folded, its words joined by one blank."""
    return " ".join(WORD.findall(FoldedText.of(name).folded))


def _counts_items(words: Words, number: int) -> bool:
    """Does a word count the items of a list: "5. "?"""
    return words.words[number].isdigit() and words.text[words.ends[number] : words.ends[number] + 2] in (". ", ") ")


def _ends_of_words(name: str) -> list[int]:
    return [place for place, sign in enumerate(name) if sign == " "] + [len(name)]


def joined(words: Words, first: int, last: int) -> bool:
    """Do the words from `first` to `last` (behind the end) stand as close as the words of one name do?"""
    text, starts, ends = words.text, words.starts, words.ends
    return all(_BETWEEN.fullmatch(text, ends[i], starts[i + 1]) for i in range(first, last - 1))


def _mention(
    words: Words, first: int, last: int, kind: Kind, name: str, score: float = 1.0, source: str = LEXICON
) -> Mention:
    return Mention(words.starts[first], words.ends[last - 1], first, last, kind, name, score, source)
