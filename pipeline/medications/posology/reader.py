"""One drug's posology, read from its attributes and the words around them."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pipeline import resources
from pipeline.medications.posology.amounts import Amount
from pipeline.medications.posology.combinations import Combinations
from pipeline.medications.posology.drips import NamedForms
from pipeline.medications.posology.elements import Element, Reading, bare, skip
from pipeline.medications.posology.further import share_unit
from pipeline.medications.posology.instruction import assemble
from pipeline.medications.posology.labels import conditions, ends_within, intervals, of_change, of_other_clause
from pipeline.medications.posology.meals import RegionalMeals
from pipeline.medications.posology.others import SENTENCE_ENDS, OtherThings, of_one_insulin
from pipeline.medications.posology.regions import Bounds, Neighbours, Places, Stretch, stretch
from pipeline.medications.posology.scales import Scales
from pipeline.medications.posology.scanner import scanner
from pipeline.medications.posology.shared import Shared
from pipeline.medications.posology.tables import Tables
from pipeline.medications.posology.titration import Titration
from pipeline.text.folding import fold
from pipeline.text.phrases import alternatives

Data = dict[str, Any]

_NUMBERS_ALONE = frozenset({"strength_without_unit"})
_NEXT = re.compile(r"[\s,;:.()-]*[^\s,;:.()-]")
# What may be a common word, and what says nothing.
_COMMON, _UNSAYING = frozenset({"timing", "route"}), frozenset({"word", "filler", "mark"})
_NO_PLACES = Places(())
# Attributes that are no part of a reason: "prn pain 1-2 q4h".
_NO_REASON = ("ROUTE", "DOSAGE")
# Behind the last attribute.
_NONE = (sys.maxsize, sys.maxsize)
# What holds more than its own place.
_PLACED = frozenset({"route", "form", "as_needed", "reason"})
# A box of what is taken, and no form of it.
_PACK = "pack"
# Of these nobody knows what gives them: an inhaler, or a spray under the tongue.
_PUFFS = {"{puff}"}
_LETTERS = re.compile(r"[^\W\d_]+")
# So many letters around an abbreviation tell whether all is in capitals.
_AROUND = 12
# A word of planning stands no further before the drug.
_TO_PLAN = 40
# What is said before a drug, and not of it.
_NOT_AHEAD = frozenset(
    {"word", "other", "as_needed", "reason", "changing", "by", "hold", "since", "end", "then", "except"}
)
_CHANGES = frozenset({"changing", "by", "hold", "since", "end", "then", "except"})
# What a new sentence may go on with: "Max 4 a day." "Take with food."
_GOES_ON = frozenset({"take", "max", "given", "by", "then", "old", "drug", "scale"})
# What an end that holds it is not: "until cultures are negative for 48 hours".
_OF_AN_END = frozenset({"duration", "length", "max"})


class Instruction(NamedTuple):
    """A drug whose instruction is to be read.

    Attributes:
        attributes: its attributes by their labels; `own`: the same in the order of the text.
        change: what the words before the drug do with it, where conditions and times behind it are of that.
        denied: is it said not to be taken? Then what nobody linked to it is not of it: "without epinephrine was injected".
        planned: is it only thought of? Then a condition may be one of beginning: "consider amlodipine if ...".
    """

    drug: Bounds
    attributes: dict[str, list[Bounds]]
    own: list[Bounds]
    change: str | None = None
    denied: bool = False
    planned: bool = False


class PosologyLanguage:
    """Reads posology in one language. Keeps nothing of a text."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._scanner = scanner(lang)
        self._tables = Tables(lang)
        self._combinations = Combinations(lang, self._scanner.amounts)
        self._others = OtherThings(lang)
        self._scales = Scales(lang)
        self._titration = Titration(lang)
        self._named_forms = NamedForms(lang)
        self._shared = Shared(lang)
        self._meals = RegionalMeals(lang)
        rows = resources.read_table(lang, "posology/forms.tsv")
        self._units = {row["code"]: row["unit"] for row in rows if row["unit"]}
        # A form for a place of the body names no route: "eye drops", beside "oral solution".
        self._sites = frozenset(resources.phrases(lang, "posology/linking.tsv").get("site", ()))
        words = resources.phrases(lang, "posology/words.tsv")
        self._skin = frozenset(words["skin"])
        self._capitals = frozenset(words.get("only_capital", ()))
        self._closing = frozenset(words.get("only_closing", ()))
        dated = alternatives(words["date_word"], to_the_end=True)
        self._closes = re.compile(
            rf"[ \t]*(?:[,;)]|\.(?!\w)|\Z|\n(?=\s*(?:\Z|[•*-]|\d{{1,2}}[.)]\s|(?i:(?!{dated}))[^\W\d_a-z]))|(?:for|x|prn)(?!\w))"
        )
        days = resources.read_table(lang, "posology/days.tsv")
        self._short_days = {row["written"] for row in days if row["only"]}
        self._limit_words = {word for phrase in words["max"] for word in phrase.split()}
        self._limits = re.compile(rf"(?<![^\W_]){alternatives(words['max'], to_the_end=True)}")
        self._plan = re.compile(rf"(?<![^\W_]){alternatives(words['plan'], to_the_end=True)}[^.;:\n]*\Z")
        self._until = re.compile(alternatives(words["until"]))

    def read(
        self, text: str, folded: str, instructions: Sequence[Instruction], neighbours: Neighbours
    ) -> list[tuple[Data, list[Data]]]:
        """The posology of each in the shape of the event, with warnings for what could not be read.

        Each step is taken for all of them before the next one, for a processor goes on faster with the same work.
        """
        supplied = self._tables.supplied(folded)
        drugs = dict(one.drug for one in instructions)
        scanned = [self._scanned(text, folded, one, neighbours) for one in instructions]
        self._meals.settle((elements for elements in scanned if elements), folded)
        chosen = [
            None
            if elements is None
            else self._of(one, elements, text, folded, neighbours.items(text) | supplied, drugs)
            for one, elements in zip(instructions, scanned, strict=True)
        ]
        self._shared.settle([one.drug for one in instructions], chosen, folded)
        readings = [None if of is None else assemble(of, text, self.lang, self._units) for of in chosen]
        return [
            ({"as_needed": False, "steps": [], "daily_dose": None}, [])
            if reading is None
            else (
                self._formed(reading.posology, one, of or (), text),
                self._warnings(reading, elements or (), one),
            )
            for one, elements, of, reading in zip(instructions, scanned, chosen, readings, strict=True)
        ]

    def _scanned(self, text: str, folded: str, one: Instruction, neighbours: Neighbours) -> list[Element] | None:
        """The elements of the words around a drug; None where nothing is said of it."""
        drug, own = one.drug, one.own
        pieces = neighbours.pieces(text, drug, own)
        hidden = neighbours.others(pieces, drug, own)
        (start, end), *rest = pieces
        first, last = (min(drug, own[0]), max(drug, own[-1])) if own else (drug, drug)
        if not own and (one.denied or self._says_nothing(folded, start, drug, end)):
            return None
        seen = stretch(folded, [(self._head(folded, start, first[0]), end), *rest], drug, hidden)
        parts = frozenset(
            seen.place(start) for label in _NO_REASON for start, _ in one.attributes.get(label, ()) if start >= drug[1]
        )
        elements = self._scanner.scan(seen.text, seen.place(last[1]), parts)
        self._place(elements, text, seen)
        self._combinations.settle(drug, elements, folded)
        if "STRENGTH" in one.attributes or "DURATION" in one.attributes:
            self._uncounted(elements, one.attributes, folded)
        ends_within(elements, folded, self._until)
        share_unit(elements)
        self._titration.settle(elements, drug, folded)
        self._named_forms.settle(elements, drug, folded)
        self._others.told_once(elements, drug, folded)
        self._others.findings(elements, drug, folded)
        self._others.pauses(elements, folded)
        self._others.of_others(elements)
        intervals(elements, one.attributes.get("FREQUENCY", ()), folded)
        return elements

    def _of(
        self,
        one: Instruction,
        elements: Sequence[Element],
        text: str,
        folded: str,
        items: frozenset[int],
        drugs: Mapping[int, int],
    ) -> list[Element]:
        """The elements that speak of a drug. `items`: where numbers of something else stand; `drugs`: where drugs begin."""
        chosen = [
            element
            for element in self._chosen(of_one_insulin(elements), text, one.own, items)
            if element.kind != "as_needed" or not _of_next(element, text, drugs)
        ]
        self._others.unrelieved(chosen, folded, drugs)
        if one.change is not None:
            of_change(chosen, one.change)
        elif one.planned and self._plan.search(folded, max(0, one.drug[0] - _TO_PLAN), one.drug[0]):
            conditions(chosen)
        self._named_form(chosen, text, one.drug)
        self._vague(chosen, one.attributes)
        return self._scales.settle(chosen, folded)

    def _says_nothing(self, folded: str, start: int, drug: Bounds, end: int) -> bool:
        """Is a drug without attributes only named, with nothing beside it that could be read?"""
        behind = _NEXT.match(folded, drug[1], end)
        if behind is not None and self._scanner.knows(folded, behind.end() - 1):
            return False
        if self._scanner.limited(folded, drug[1], end):
            return False
        return self._head(folded, start, drug[0]) == drug[0]

    def _head(self, folded: str, start: int, mark: int) -> int:
        """Where the words begin that lead to an instruction without one between that says nothing."""
        begin = mark
        before = folded[start:mark].rstrip()
        while before:
            place = start + len(before) - len(before.rsplit(None, 1)[-1])
            if not self._scanner.knows(folded, place):
                place = self._limit_around(folded, start, mark, place)
                if place < 0:
                    break
            begin = place
            before = folded[start:place].rstrip()
        return begin

    def _limit_around(self, folded: str, start: int, mark: int, place: int) -> int:
        """Where a limit of several words begins that holds a place, "no more THAN" three; -1 without one."""
        word = _LETTERS.match(folded, place)
        if word is None or word[0] not in self._limit_words:
            return -1
        limits = self._limits.finditer(folded, start, mark)
        return next((limit.start() for limit in limits if limit.start() <= place < limit.end()), -1)

    def _place(self, elements: Sequence[Element], text: str, seen: Stretch) -> None:
        """Turn the places of elements to those of the note, and look up the codes of what they name."""
        places = seen.places
        for element in elements:
            kind, start, end = element.kind, element.start, element.end
            element.start, element.end = places[start], places[end - 1] + 1
            if kind not in _PLACED:
                continue
            if kind == "route":
                element.value = _code(self._scanner.route_codes, seen.text[start:end])
            elif kind == "form":
                # "gel" and "gél" differ by an accent only.
                codes = self._scanner.form_codes
                own = _code(codes, text[element.start : element.end].lower())
                element.value = own or _code(codes, seen.text[start:end])
            elif element.value is not None:
                element.value = seen.bounds(*element.value)

    def _named_form(self, chosen: list[Element], text: str, drug: Bounds) -> None:
        """Add the form that ends the drug's name: "Nicotine patch"."""
        name = text[drug[0] : drug[1]]
        words = () if name.isalnum() else name.split()
        if len(words) > 1 and not any(element.kind == "form" for element in chosen):
            code = self._scanner.form_codes.get(bare(words[-1].lower()))
            if code is not None and code != _PACK:
                start = drug[1] - len(words[-1])
                chosen.append(Element("form", start, drug[1], code))

    def _formed(self, posology: Data, one: Instruction, elements: Sequence[Element], text: str) -> Data:
        """Add the form that is counted in the dose: in "1 tablet daily" the word is the unit and the form."""
        doses = {(dosage.get("dose") or {}).get("unit") for dosage in posology["steps"] or [posology]}
        if "form" in posology:
            return self._worn(self._routed(self._counted(posology, doses)))
        words = list(one.attributes.get("FORM", ()))
        for element in elements:
            if element.kind == "amount" and element.value.kind == "count" and element.value.measure and doses != _PUFFS:
                words += [found.span() for found in _LETTERS.finditer(text, element.start, element.end)]
        for start, end in words:
            code = _code(self._scanner.form_codes, text[start:end].lower())
            if code is not None and "form" not in posology and {self._units.get(code)} == doses:
                posology["form"] = {"text": text[start:end], "code": code}
        return self._worn(posology)

    def _counted(self, posology: Data, doses: set[str | None]) -> Data:
        """Take a form for the one that is counted, of which its word is a spelling: "500 MG GEL, 2 GEL" without accents."""
        form = posology["form"]
        unit = self._scanner.amounts.units.get(fold(form["text"]))
        if unit is not None and form["code"] not in self._units and doses == {unit.ucum}:
            code = next((code for code, counted in self._units.items() if counted == unit.ucum), form["code"])
            posology["form"] = {**form, "code": code}
        return posology

    def _worn(self, posology: Data) -> Data:
        """ "One patch to the skin": it acts through it."""
        route = posology.get("route")
        patch = (posology.get("form") or {}).get("code") == "patch"
        if patch and route is not None and fold(route["text"]) in self._skin:
            posology["route"] = {**route, "code": "transdermal"}
        return posology

    def _routed(self, posology: Data) -> Data:
        """Add the route that the form names where no other is said: "oral solution"."""
        if not any("route" in part for part in (posology, *posology["steps"])):
            word, blank, _ = posology["form"]["text"].partition(" ")
            named = blank and word.lower() not in self._sites
            code = _code(self._scanner.route_codes, word.lower()) if named else None
            if code is not None:
                posology["route"] = {"text": word, "code": code}
        return posology

    @staticmethod
    def _vague(chosen: list[Element], attributes: dict[str, list[Bounds]]) -> None:
        """Say where a frequency stands of which nothing can be read: what follows it is an instruction of its own."""
        frequencies = attributes.get("FREQUENCY", ())
        if not frequencies:
            return
        said = Places([(element.start, element.end) for element in chosen if element.kind not in _UNSAYING])
        vague = [bounds for bounds in frequencies if not said.touch(*bounds)]
        if vague:
            chosen += [Element("unread", start, end, code="frequency_unread") for start, end in vague]
            chosen.sort(key=lambda element: element.start)

    def _chosen(
        self, elements: Sequence[Element], text: str, own: Sequence[Bounds], items: frozenset[int]
    ) -> list[Element]:
        """The elements of the instruction: those of attributes, and those that stand with them without other words."""
        anchored = [False] * len(elements)
        kept = [False] * len(elements)
        going = fresh = begun = later = further = False
        # Both stand in the order of the text, and attributes do not overlap.
        following = iter((*own, _NONE))
        low, high = next(following)
        for number, element in enumerate(elements):
            kind = element.kind
            while high <= element.start:
                low, high = next(following)
            anchored[number] = inside = low < element.end
            if inside or kind == "drug":
                going, fresh, begun, later, further = True, False, True, False, False
            elif kind in ("word", "other"):
                going, fresh, later = False, False, later or fresh
                continue
            elif kind == "mark":
                fresh = fresh or not SENTENCE_ENDS.isdisjoint(element.value)
            elif fresh and kind != "filler":
                further = True
                going, fresh, later = (
                    going and bool(own) and self._continues(element),
                    False,
                    not self._continues(element),
                )
            if fresh and kind in ("as_needed", "reason"):
                going = False
            if element.code in _NUMBERS_ALONE and not inside:
                continue  # a date, a score: no amount that anyone took for one
            if kind == "form" and begun and not inside and _begins_sentence(text, element.start):
                going, fresh, later, further = False, False, True, True  # "1 mg/j. Collyre 2 gouttes le soir"
            if further and kind == "form":
                continue  # "Cardizem 240 mg. The patient also takes eye drops."
            if going or (begun and not fresh and _reaches(element, later=later)):
                kept[number] = (
                    (inside and high <= element.end) or kind not in _COMMON or self._allowed(elements, number, text)
                )
        self._backwards(elements, anchored, kept, text)
        return [
            element
            for number, element in enumerate(elements)
            if kept[number]
            and items.isdisjoint(range(element.start, element.end if element.kind == "slots" else element.start + 1))
            and (
                element.kind not in ("amount", "timing")
                or not self._others.holds(elements, number, text, anchored=anchored[number])
            )
        ]

    @staticmethod
    def _continues(element: Element) -> bool:
        return element.kind in _GOES_ON or (element.kind == "timing" and "count" in element.value.repeat)

    def _backwards(self, elements: Sequence[Element], anchored: Sequence[bool], kept: list[bool], text: str) -> None:
        """Keep what stands directly before an attribute or the drug: "take TWO of her Lasix"."""
        going = before_drug = apart = False
        for number in range(len(elements) - 1, -1, -1):
            element = elements[number]
            if kept[number] and (anchored[number] or element.kind == "drug"):
                going, before_drug, apart = True, element.kind == "drug", False
            elif (element.kind in _NOT_AHEAD and (before_drug or element.kind not in _CHANGES)) or (
                element.kind == "mark" and (before_drug or element.value not in (",", ":", "(", ")"))
            ):
                going = False
            elif element.kind == "mark":
                apart = True
            elif going and not kept[number]:
                # "irrigated with saline solution, and 0.5% Marcaine": a form is of what it follows.
                kept[number] = (
                    element.kind != "length"
                    and element.code not in _NUMBERS_ALONE
                    and not (apart and element.kind == "form")
                    and (element.kind not in _COMMON or self._allowed(elements, number, text))
                )

    def _allowed(self, elements: Sequence[Element], number: int, text: str) -> bool:
        """May a timing or a route that no attribute holds be read: not "on" for a frequency, nor "it" for a route?"""
        element = elements[number]
        words = text[element.start : element.end]
        if element.kind == "timing" and "dayOfWeek" in element.value.repeat:
            letters = _LETTERS.findall(words)
            return not any(one.islower() and (len(one) == 1 or one in self._short_days) for one in letters)
        if words.lower() not in self._capitals:
            return True
        if words in self._closing and number and elements[number - 1].kind == "amount":
            behind_amount = text[elements[number - 1].end : element.start].isspace()
            if behind_amount and self._closes.match(text, element.end):
                return True  # "atorvastatin 20mg on, ramipril 5mg om"
        around = text[max(0, element.start - _AROUND) : element.end + _AROUND]
        return words.isupper() and not around.isupper()  # "CAUTIONS ON TETRACYCLINE"

    def _uncounted(self, elements: Sequence[Element], attributes: dict[str, list[Bounds]], folded: str) -> None:
        """Take a bare number for no count where it is a strength ("ramipril 10 od") or an end ("until INR > 2").

        A time within an end is no course either: "until cultures are negative for 48 hours", nor is its number a limit:
        "jusqu'à 12 SA", "jusqu'à 18 mois".
        """
        lengths = attributes.get("DURATION", ())
        strengths, durations = Places(attributes.get("STRENGTH", ())), Places(lengths)
        ends = Places([bounds for bounds in lengths if self._until.match(folded, *bounds)])
        for number, element in enumerate(elements):
            kind = element.kind
            if kind == "amount":
                amount: Amount = element.value
                if amount.kind == "count" and amount.measure and (end := strengths.end_in(element.start, element.end)):
                    unit = (amount.quantity or {}).get("unit")
                    code = next((code for code, own in self._units.items() if own == unit), None)
                    element.kind, element.value, element.start = "form", code, skip(folded, end)
                    continue  # "Evorel 50 patch twice weekly"
                if amount.kind != "count" or amount.measure or amount.every:
                    continue
                if strengths.around(element.start, element.end) is not None:
                    element.kind, element.code = "unread", "strength_without_unit"
                elif durations.around(element.start, element.end) is not None:
                    element.kind, element.code = "unread", "duration_unread"
            elif (kind == "duration" and of_other_clause(elements, number, folded)) or (
                kind in _OF_AN_END and ends.around(element.start, element.end) is not None
            ):
                element.kind, element.code = "unread", "duration_unread"

    def _warnings(self, reading: Reading, elements: Sequence[Element], one: Instruction) -> list[Data]:
        found: list[Data] = []
        attributes, drug = one.attributes, list(one.drug)
        told: set[Bounds] = set()
        places = Places(one.own) if reading.unread else _NO_PLACES
        for code, start, end in reading.unread:
            inside = places.around(start, end) or (start, end)
            if inside not in told:
                told.add(inside)
                found.append({"code": code, "start": inside[0], "end": inside[1], "drug": drug, "by": "posology"})
        words = Places([(element.start, element.end) for element in elements if element.kind == "word"])
        read = Places(reading.read)
        warned = Places(told) if told else _NO_PLACES
        own = [(bounds, label) for label, spans in attributes.items() for bounds in spans]
        for (start, end), label in sorted(own):
            if warned.touch(start, end):
                continue
            if not read.touch(start, end):
                code = f"{label.lower()}_unread"
            elif label not in ("ROUTE", "FORM") and words.within(start, end):
                code = "partly_read"
            else:
                continue
            found.append({"code": code, "start": start, "end": end, "by": "posology"})
        posology = reading.posology
        for name in ("route", "form"):
            coded = posology.get(name)
            if coded and coded["code"] is None and not any(code == "several_routes" for code, *_ in reading.unread):
                found += [
                    {"code": f"{name}_unknown", "start": start, "end": end, "by": "posology"}
                    for start, end in attributes.get(name.upper(), ())[:1]
                ]
        return found


def _begins_sentence(text: str, place: int) -> bool:
    """Does a word with a capital stand behind a full stop, though that is one of an abbreviation?"""
    return text[place].isupper() and text[max(0, place - 4) : place].rstrip().endswith(".")


def _of_next(element: Element, text: str, drugs: Mapping[int, int]) -> bool:
    """Is "as needed" said of the drug behind it: "lisinopril 10 mg daily, p.r.n. nitroglycerin"?"""
    end = element.end + (text[element.end : element.end + 1] == "." and "." in text[element.start : element.end])
    behind = next((place for place in range(end, len(text)) if text[place] not in " \t"), len(text))
    return behind in drugs and text[max(0, element.start - 2) : element.start].rstrip(" \t").endswith(",")


def _code(codes: dict[str, str], written: str) -> str | None:
    return codes[written] if written in codes else codes.get(bare(written))


def _reaches(element: Element, *, later: bool) -> bool:
    """Is an element of the instruction though other words stand between? `later`: in a later sentence."""
    if later:
        return False
    if element.kind == "as_needed":
        return not element.code
    return element.kind == "max" or (element.kind == "timing" and element.value.flag == "repeat")
