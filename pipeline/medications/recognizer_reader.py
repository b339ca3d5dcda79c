"""Which amounts, forms, routes and times of a text belong to a drug, read from left to right.

Takes the items of a text in their order: names that are drugs (`pipeline.medications.recognizer_context` decides
which are) and candidates of the grammar.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.medications.figures import at_two_times, value_of
from pipeline.medications.grammar import (
    ACTIVITY,
    CLAUSE_BEGINS,
    CLAUSE_REACH,
    MEASURED,
    NUMBER,
    RATE,
    Candidate,
)
from pipeline.medications.lexicon import GRAMMAR, Mention
from pipeline.medications.recognizer_items import DRUG, Entity, Item
from pipeline.medications.recognizer_lengths import BESIDE, COMPARED, Lengths
from pipeline.medications.recognizer_numbers import SIGN_REACH

if TYPE_CHECKING:
    from pipeline.medications.recognizer_context import Context

# How many words may stand between an attribute and what it goes on from: "Lasix was increased to 80 mg".
_REACH = {"STRENGTH": 12, "DOSAGE": 9, ACTIVITY: 12, RATE: 9, "FREQUENCY": 6, "ROUTE": 3, "FORM": 2, "DURATION": 10}
_WEAK_REACH = 0
# "t.i.d." is of a drug wherever it stands, and so is a count behind "take".
_LATIN_REACH = 10
# A form behind words that belong to its name, and a percentage: of most things else there are percentages, too.
_FORM_REACH = 4
_COURSE_REACH = 4
_PERCENT_REACH = 4
# Instructions go on in the sentence behind, after a few words ("He will take 10 mg").
_CONTINUED_REACH = 6
_LOOK_AHEAD = 4
# Words between an amount and its drug: "10 cc of a mixture of Xylocaine".
_LINKS = 4
# An instruction that stands alone belongs to a drug this many characters before it at most.
_FARTHEST = 500
# And how long "it" was taken, this far.
_LAST_NAMED = 160
_LEAD = 40


class Reader(Lengths):
    """Reads the items of a text from left to right and keeps the attributes that go with a drug."""

    def __init__(self, context: Context, items: Sequence[Item]) -> None:
        super().__init__(context, items)
        self.entities: list[Entity] = []

    def read(self) -> list[Entity]:
        """The entities, in order."""
        context = self.context
        for place, item in enumerate(self.items):
            if item.start < self.passed or (self.last is not None and item.start < self.last.end):
                continue
            if isinstance(item, Mention):
                self._keep(Entity(item.start, item.end, DRUG, item.source, item.score, item.name))
                here = self.drug is not None and context.sentence(self.drug.start) == context.sentence(item.start)
                self.bare_before = here and self.bare
                self.drug, self.strength, self.bare, self.amount = item, False, False, None
            elif item.label != MEASURED and (drug := self._drug_of(item, place)):
                if (label := self._label(item, place, drug)) == "FREQUENCY" and self._repeated(item, drug):
                    label = "DURATION"
                if label:
                    start, end = item.start, item.end
                    if label == "DURATION" and (sign := COMPARED.search(self.text, max(0, start - SIGN_REACH), start)):
                        # "> 10 years"
                        start = sign.start(1)
                    # The full stop of "Tab. Metformin" belongs to the form.
                    end += label == "FORM" and end in context.leading
                    self._keep(Entity(start, end, label, GRAMMAR, 0.8 if item.weak else 0.9))
                    if label == "STRENGTH":
                        self.strength, self.bare = True, item.label == NUMBER
                        self.amount = value_of(self.text[item.start : item.end])
                    elif label in ("DOSAGE", "FORM"):
                        self.amount = None
        return self.entities

    def _keep(self, entity: Entity) -> None:
        self.entities.append(entity)
        self.last = entity

    def _drug_of(self, item: Candidate, place: int) -> Mention | None:
        """The drug that a candidate can belong to: one named before, or the next one ("25 mg of Demerol")."""
        if item.label == "DURATION" and self.rules["of"].match(self.text, item.end):
            # "Three days of antibiotics", but not "three days of diarrhea".
            if not self.rules["treatment"].match(self.text, item.end):
                return self._next_drug(item, place)
        if self.rules["form_in_front"].fullmatch(self.text, item.start, item.end):
            leads = item.label == "FORM" and (item.end - 1 in self.context.leading or self._begins_item(item, place))
            return self._next_drug(item, place) if leads else None
        following = self.items[place + 1] if place + 1 < len(self.items) else None
        if isinstance(following, Mention) and self.rules["times_drug"].fullmatch(self.text, item.end, following.start):
            # "Took 20 x paracetamol"
            return following if item.label == NUMBER else None
        if (
            item.label == NUMBER
            and isinstance(following, Mention)
            and self.rules["counted_drug"].fullmatch(self.text, item.end, following.start)
            and self.rules["of"].match(self.text, item.end)
        ):
            # "Took 2 of his wife's nitro"
            return following
        if item.label == "DURATION" and item.weak and self._length_of(item):
            if self._taken_so_long(item):
                return self.drug
            # "6 wks daptomycin"
            if isinstance(following, Mention) and not self.text[item.end : following.start].strip(" "):
                return following
            return None
        if self._goes_on(item) or self._of_last_named(item):
            return self.drug
        if item.label == "FREQUENCY" and self.rules["clock"].fullmatch(self.text, item.start, item.end):
            return None
        return self._next_drug(item, place) or (self.drug if self._stands_alone(item, place) else None)

    def _begins_item(self, item: Candidate, place: int) -> bool:
        """Does a form in one letter begin an item: "T metformin 1g BD, T gliclazide 80mg OD"?"""
        lead = self.text[max(0, item.start - _LEAD) : item.start]
        named = self.text[item.end - 1] != "." and self._at_next_drug(place)
        return named and self.rules["form_item"].search(lead) is not None

    def _stands_alone(self, item: Candidate, place: int) -> bool:
        """Is this an instruction of its own for a drug named further up: "The dose was increased to 60 mg t.i.d."?"""
        if item.weak or item.label not in ("STRENGTH", "DOSAGE", ACTIVITY, NUMBER) or self.drug is None:
            return False
        if item.start - self.drug.end > _FARTHEST or "\n\n" in self.text[self.drug.end : item.start]:
            return False
        lead = _CLAUSE.split(self.text[max(0, item.start - 60) : item.start])[-1]
        if self.rules["not_a_dose"].search(lead):
            return False
        if item.label == "STRENGTH" and self.rules["cell_lead"].search(lead):
            return True
        if item.label == "DOSAGE":
            # "Une optimisation à 10 mg/kg"
            changed = "/" in self.text[item.start : item.end] and self.rules["dose_lead"].search(lead)
            taken = changed or self.rules["taken_lead"].search(lead)
            return bool(taken or self.rules["given_behind"].match(self.text, item.end))
        if self.rules["dose_lead"].search(lead) or self.rules["given_behind"].match(self.text, item.end):
            return True
        following = self.items[place + 1] if place + 1 < len(self.items) else None
        return (
            item.label in ("STRENGTH", ACTIVITY)
            and isinstance(following, Candidate)
            and not following.weak
            and following.label in ("FREQUENCY", "ROUTE")
            and not self.text[item.end : following.start].strip(" ,")
        )

    def _of_last_named(self, item: Candidate) -> bool:
        """Is this how long somebody took what was named before: "It made her dream, but she took it for six years"?"""
        if self.drug is None or item.label != "DURATION" or item.start - self.drug.end > _LAST_NAMED:
            return False
        lead = max(self.drug.end, item.start - _LEAD)
        return self.rules["taken_it"].search(self.text, lead, item.start) is not None

    def _goes_on(self, item: Candidate) -> bool:
        last = self.last
        if last is None or self.drug is None:
            return False
        if self.text[last.end : item.start] in BESIDE and self.text[last.end - 1] not in ".;!?":
            return True
        context = self.context
        gap = context.between(last.end, item.start)
        if item.label in _OF_TIME and gap and self.rules["other_therapy"].fullmatch(gap[-1]):
            # "PT 2x/wk"
            return False
        here, there = context.sentence(item.start), context.sentence(last.end - 1)
        if not gap and here == there:
            return True
        aside = context.aside.match(self.text, last.end)
        if aside and aside.end() <= item.start:
            gap = context.between(aside.end(), item.start)
        weak = item.weak and item.label != NUMBER and not self._led_to_route(item)
        reach = _WEAK_REACH if weak else self._reach(item)
        if item.label == "FORM" and self._named_with(gap, last.label):
            reach = _FORM_REACH
        elif item.label == "FORM" and self._parted_from_form(gap):
            return False
        elif item.label == "DURATION" and item.weak and self._told_of_course(gap, item):
            reach = _COURSE_REACH
        elif item.label == "FREQUENCY" and weak and gap and all(map(self.rules["site_between"].fullmatch, gap)):
            # "1 drop both eyes on"
            reach = _COURSE_REACH
        elif item.label == "FREQUENCY" and not item.weak and any(map(self.rules["instructed"].fullmatch, gap)):
            reach = _LATIN_REACH
        if item.label == last.label == "ROUTE" and len(gap) == 1 and self._is("and", gap[0]):
            # "1 mg p.o. or IV"
            return here == there
        if here == there:
            return len(gap) <= reach and not self._barred(item, gap)
        if here != there + 1 or item.label == "FORM" or weak:
            return False
        lead = context.between(context.breaks[here - 1], item.start)
        if not lead:
            # "For the last few days, the patient ..." says when something else was.
            # "Si vomissements, consulter" is told of what comes behind.
            told = item.label == "DURATION" or self.rules["condition"].match(self.text, item.start)
            return not told or bool(_SENTENCE_END.match(self.text, item.end))
        return (
            len(lead) <= _CONTINUED_REACH
            and bool(self.rules["instruction"].fullmatch(lead[0]))
            and not self._barred(item, lead)
        )

    def _told_of_course(self, gap: Sequence[str], item: Candidate) -> bool:
        """Do words between a drug and a length tell of the course ("was given"), or what it is for ("for UTI - 7 d")?"""
        return all(map(self.rules["course_between"].fullmatch, gap)) or (
            self.last is not None
            and self.rules["length_for"].fullmatch(self.text, self.last.end, item.start) is not None
        )

    def _is(self, rule: str, word: str) -> bool:
        return self.rules[rule].fullmatch(word) is not None

    def _led_to_route(self, item: Candidate) -> bool:
        """Does a word say that what was given before goes on by this route: "relais PO", "puis IV"?"""
        return item.label == "ROUTE" and bool(self.rules["route_lead"].fullmatch(self._word_before(item.start)))

    def _named_with(self, gap: Sequence[str], last: str) -> bool:
        """Do these words belong to the name of a form ("cleansing lotion", "soap and solution")?"""
        if not gap or (self._is("and", gap[0]) and last != "FORM"):
            return False
        return all(self.rules["form_between"].fullmatch(word) for word in gap)

    def _parted_from_form(self, gap: Sequence[str]) -> bool:
        """Do these words part a drug from a form: "ointment, light patch", but "15 mg orodispersible tablets"?"""
        if len(gap) == 1:
            return self.rules["form_parted"].fullmatch(gap[0]) is not None
        return not all(map(self.rules["form_gap"].fullmatch, gap))

    def _reach(self, item: Candidate) -> int:
        """How many words may stand between an attribute and what it goes on from."""
        if item.label == "FREQUENCY" and (
            self.rules["latin"].match(self.text, item.start)
            or self.rules["takes"].fullmatch(self._word_before(item.start))
        ):
            return _LATIN_REACH
        if item.label == "STRENGTH" and self.text[item.end - 1] == "%":
            return _PERCENT_REACH
        if item.label == NUMBER and (
            self.rules["takes"].fullmatch(self._word_before(item.start))
            or self._of_form(item.end)
            or self._at_arrow(item)
        ):
            return _LATIN_REACH
        if item.label == NUMBER and self.context.changes_from(item.start):
            return _REACH["STRENGTH"]
        if item.label == NUMBER and self._changed_to(item, value_of(self.text[item.start : item.end])):
            gap = self.context.between(self.last.end, item.start) if self.last else []
            if all(map(self.rules["changing"].fullmatch, gap)):
                return _REACH["STRENGTH"]
        if self._led_to_route(item) or (
            item.label == "ROUTE" and self.rules["administered"].fullmatch(self._word_before(item.start))
        ):
            return _LATIN_REACH
        return _REACH.get(item.label, 3)

    def _barred(self, item: Candidate, words: Sequence[str]) -> bool:
        """Do words between a drug and an attribute show that the attribute is of something else?"""
        if item.label == "DURATION" and words and (self._worked(item, words) or self.context.at_level(self.last, item)):
            return False
        barriers = [
            self.rules["barrier"],
            *([self.rules["no_duration"]] if item.label == "DURATION" and not self._ended_after(item) else []),
        ]
        stopping = [word for word in words if any(barrier.fullmatch(word) for barrier in barriers)]
        if not stopping:
            return False
        number = self.context.sentence(item.start)
        sentence = self.context.breaks[number - 1] if number else 0
        if any(map(self.rules["applied"].fullmatch, self.context.between(sentence, item.start))):
            stopping = [word for word in stopping if not self.rules["applied_to"].fullmatch(word)]
            if not stopping:
                return False
        # "Every six hours as needed for pain for five days", "PRN cough x1 week": what it is taken for.
        told = self._is("for", words[0]) or (self.last is not None and self._as_needed(self.last))
        reason = told and len(words) <= _REASON_WORDS
        return not (reason and all(self.rules["reason"].fullmatch(word) for word in stopping))

    def _worked(self, item: Candidate, words: Sequence[str]) -> bool:
        """Do the words before a length say that the drug worked so long, or where it was taken?"""
        if self.rules["where_taken"].search(self.text, max(0, item.start - _LEAD), item.start) and len(words) <= _PLACE:
            return True
        if self.rules["of_hours"].fullmatch(self.text, item.start, item.end):
            return False
        named = words[1:] if self.rules["pronoun"].fullmatch(words[0]) else words
        return any(self.rules["worked"].fullmatch(" ".join(named[:count])) for count in (1, 2, 3))

    def _as_needed(self, entity: Entity) -> bool:
        return bool(self.rules["as_needed"].search(self.text, entity.start, entity.end))

    def _next_drug(self, item: Candidate, place: int) -> Mention | None:
        end = item.end
        if item.label == "FREQUENCY" and self.rules["done_often"].fullmatch(self._word_before(item.start)):
            return None
        if self._of_something_else(item):
            return None
        if item.label == "DURATION" and (since := self.rules["taken_since"].match(self.text, end)):
            following = self.items[place + 1] if place + 1 < len(self.items) else None
            return following if isinstance(following, Mention) and following.start == since.end() else None
        # "Au coucher, Temesta 1 mg"
        leads = item.label == "FREQUENCY" and bool(
            CLAUSE_BEGINS.search(self.text, max(0, item.start - CLAUSE_REACH), item.start)
        )
        put_on = item.label != "DURATION" or self.rules["put_on"].fullmatch(self._word_before(item.start))
        for following in self.items[place + 1 : place + 1 + _LOOK_AHEAD]:
            gap = self.context.between(end, following.start)
            if leads and self.rules["takes_then"].fullmatch(self.text, end, following.start):
                # "Every third day she takes bisacodyl"
                return following if isinstance(following, Mention) else None
            links = [word for word in gap if not (item.label == "ROUTE" and self._is("and", word))]
            if not put_on and gap and self._is("on", gap[0]):
                return None
            if len(gap) > (_LINKS if item.label == "DOSAGE" else _LINKS - 1) or not all(
                self.rules["link"].fullmatch(word) for word in links
            ):
                return None
            between = self.text[end : following.start]
            stop = _STOP.search(between)
            if stop and end + stop.start() in self.context.leading:
                # "Tab. Metformin"
                stop = None
            if item.label == "FREQUENCY" and between.endswith("("):
                # "Cystite x2 en 2022 (Monuril)"
                return None
            if ("," in between and not leads) or ";" in between or "\n\n" in between or stop:
                return None
            if "\n" in between and ((item.label == "FREQUENCY" and not leads) or (item.label == "FORM" and item.weak)):
                # At the end of a line it is of nothing on the next one.
                return None
            if item.label == "DURATION" and item.weak and not self._is("by", between.strip(" \t\n")):
                return None
            if _ARROW.search(between) or (_ANSWERED.search(between) and item.label in _AMOUNTS):
                # "Saignement 1100 ml : Syntocinon", "2,84 -> Novorapid": what is answered with the drug.
                return None
            if isinstance(following, Mention):
                return following
            end = following.end
        return None

    def _label(self, item: Candidate, place: int, drug: Mention) -> str | None:
        """The label of a candidate beside its drug; None where it is nothing."""
        name = self.text[drug.start : drug.end]
        stretch = self.text[item.start : item.end]
        if item.label == NUMBER:
            label = self._number(item, place, stretch)
            return "DOSAGE" if label == "STRENGTH" and self._units_left_out(name, stretch, item, place) else label
        if item.label == ACTIVITY:
            # "4 UI de Novorapid", whatever was named before.
            if self.rules["no_amount_before"].match(self.text, item.end):
                # "6 u PRBC"
                return None
            other = self._next_drug(item, place) if self.rules["of"].match(self.text, item.end) else None
            return self._activity(self.text[other.start : other.end] if other else name, stretch)
        if item.label == RATE:
            near = self.text[max(0, item.start - 30) : item.end + 15]
            worn = self.rules["patch"].search(f"{name} {near}") and not self.rules["infused"].search(near)
            return "STRENGTH" if worn else "DOSAGE"
        if item.label == "DURATION":
            return self._label_of_length(item, drug)
        if item.label == "FREQUENCY" and (
            self._point(item, stretch)
            or self._condition_of_another(item)
            or self._reason_behind(item)
            or self._right_eye(item, stretch)
            or (self.rules["no_frequency_before"].match(self.text, item.end) and not self._behind_amount(item))
        ):
            return None
        if item.label == "STRENGTH" and (
            self.rules["threshold"].search(self.text, max(0, item.start - SIGN_REACH), item.start)
            or (stretch.endswith(("%", "percent")) and self._share(item))
            or self.rules["no_strength_before"].match(self.text, item.end)
            or self.rules["no_strength_behind"].search(self.text, max(0, item.start - 24), item.start)
        ):
            return None
        if item.label == "FORM" and (
            self.rules["form_act"].match(self.text, item.start)
            or self.rules["dispensed"].search(self.text, max(0, item.start - 24), item.start)
            or self.rules["dispensed_behind"].match(self.text, item.end)
            or (place and self._counted_out(self.items[place - 1], item))
        ):
            return None
        if item.label == "ROUTE" and (
            self.rules["no_route_before"].match(self.text, item.end)
            or self.rules["no_route"].fullmatch(f"{self._word_before(item.start)} {stretch}")
        ):
            return None
        if item.label == "DOSAGE" and (self._other_amount(item) or self._distance(item, name, stretch)):
            return None
        if item.label in ("STRENGTH", "DOSAGE") and self._supplied(item.start):
            taken = self.rules["of"].match(self.text, item.end) or self._before_drug(place) or self._at_most(item)
            return item.label if taken else None
        return item.label

    def _units_left_out(self, name: str, stretch: str, item: Candidate, place: int) -> bool:
        """Is a bare number behind a drug that is given by units how many: "Lovenox 0,4 1/j", but "Innohep 0,45 : 1 inj"?"""
        if ("/" in stretch and not at_two_times(stretch)) or not self.rules["bare_units"].search(name):
            return False
        following = self.items[place + 1] if place + 1 < len(self.items) else None
        if isinstance(following, Candidate) and following.label in (NUMBER, "DOSAGE", "FORM"):
            return bool(self.text[item.end : following.start].strip(" :,\t"))
        return True

    def _at_most(self, item: Candidate) -> bool:
        """Is this an amount that is not to be exceeded: "no more than 2 g a day"?"""
        return bool(self.rules["at_most"].search(self.text, max(0, item.start - _LIMIT), item.start))

    def _share(self, item: Candidate) -> bool:
        """Is this percentage of something else, or how well something works: "35% better", "80% of predicted"?"""
        lead = self.text[max(0, item.start - 30) : item.start]
        return bool(self.rules["percent_of"].match(self.text, item.end) or self.rules["percent_behind"].search(lead))

    def _distance(self, item: Candidate, name: str, stretch: str) -> bool:
        """Is this a length of something that is not measured by its length on the skin?"""
        if not self.rules["length"].fullmatch(stretch):
            return False
        near = self.text[max(0, item.start - 12) : item.end + 15]
        return not self.rules["by_length"].search(f"{name} {near}")

    def _behind_amount(self, item: Candidate) -> bool:
        """Does a sign of how often stand right behind an amount or a way: "750mg bd level on Friday"?"""
        last = self.last
        return (
            last is not None
            and last.label in _AMOUNTS_AND_WAYS
            and self.text[last.end : item.start] in ("", " ")
            and self.rules["latin"].match(self.text, item.start) is not None
        )

    def _point(self, item: Candidate, stretch: str) -> bool:
        """Is this a point in time ("about a week ago") and not how often?"""
        if not self.rules["point"].fullmatch(stretch):
            return False
        lead = self.text[max(0, item.start - 20) : item.start]
        return bool(self.rules["point_behind"].match(self.text, item.end) or self.rules["point_lead"].search(lead))

    def _condition_of_another(self, item: Candidate) -> bool:
        """Is this when something else is done: "cesser la metformine si vomissements"?"""
        return (
            self.rules["condition"].match(self.text, item.start) is not None
            and self.rules["no_condition_behind"].search(self.text, max(0, item.start - 60), item.start) is not None
        )

    def _reason_behind(self, item: Candidate) -> bool:
        """Is this the reason behind how often: "le soir si nausées"? ("Si besoin" is of how often itself.)"""
        return self._right_behind_frequency(item) and self.rules["condition"].match(self.text, item.start) is not None

    def _right_eye(self, item: Candidate, stretch: str) -> bool:
        """Is this the right eye, not once daily?"""
        if not self.rules["right_eye"].fullmatch(stretch):
            return False
        told = self._right_behind_frequency(item) and self.rules["right_eye_before"].fullmatch(
            self._word_before(item.start)
        )
        return bool(told or self.rules["right_eye_behind"].match(self.text, item.end))

    def _other_amount(self, item: Candidate) -> bool:
        """Is this an amount of water, of blood, of what a drug is diluted in?"""
        lead = self.text[max(0, item.start - 40) : item.start]
        if self.rules["large_volume"].fullmatch(self.text, item.start, item.end):
            # "20 units in 1 L"
            if self.rules["diluted_in"].search(lead):
                return True
        return bool(
            self.rules["no_amount_before"].match(self.text, item.end) or self.rules["no_amount_behind"].search(lead)
        )

    def _activity(self, name: str, stretch: str) -> str:
        if self.rules["vitamin"].search(name):
            return "STRENGTH"
        if self.rules["by_units"].search(name) or not self.rules["international"].search(stretch):
            return "DOSAGE"
        return "STRENGTH"


# Words that say where a drug was taken, at most.
_PLACE = 4
# So far before an amount "no more than" is looked for.
_LIMIT = 24
_REASON_WORDS = 5
_ARROW = re.compile(r"->|→")
_ANSWERED = re.compile(r":\s")
_OF_TIME = frozenset({"FREQUENCY", "DURATION"})
_AMOUNTS = frozenset({"DOSAGE", NUMBER, ACTIVITY})
_AMOUNTS_AND_WAYS = frozenset({"STRENGTH", "DOSAGE", "FORM", "ROUTE"})
# A sentence ends, or the next item of a list begins.
_STOP = re.compile(r"[.!?]\s|\n[ \t]*(?:[-*•]|\d{1,2}[.)])[ \t]")
_SENTENCE_END = re.compile(r"\s*(?:[.;\n)]|$)")
_CLAUSE = re.compile(r"\n|;\s")
