"""What a number of a note that stands without a unit is: a count, a strength, or nothing of a drug."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from pipeline.medications import figures
from pipeline.medications.grammar import ACTIVITY, NUMBER, RATE, Candidate
from pipeline.medications.lexicon import Kind, Mention
from pipeline.medications.recognizer_dispensed import GLUE, start_of
from pipeline.medications.recognizer_items import DRUG, Item
from pipeline.medications.recognizer_neighbours import Neighbours

# Before a frequency a number up to this is a count ("Lantus 20 at bedtime").
_MOST_TAKEN = 20.0
# Behind these an arrow may lead to what a dose is changed to, and a further amount may stand without its unit.
_CHANGED_FROM = frozenset({"FREQUENCY", "ROUTE", "DURATION"})
# The words before the day of the last time are no longer than this.
_LAST = 30
_TIMED = frozenset({"FREQUENCY", "DURATION", "ROUTE"})
# So far before a number a sign of comparison is looked for.
SIGN_REACH = 6
# "Half a tablet", "one-half of a tablet".
_OF_A = re.compile(r"^[ \t]+(?:(?:of[ \t]+)?an?|d'une?|de)(?=[ \t]+$)")
_CLAUSE_ENDS = re.compile(r"[ \t]*(?:[,;)\n]|\.\s|$)")
_ONE_AND_A_HALF = 1.5
# A dose is changed by a factor up to this.
_MOST_TIMES = 5
# What is so many times another number behind it is no count of it: "Creon 25,000 6 with meals".
_MANY_TIMES = 100
# A gap so wide is between two columns.
_COLUMN = 3
# The words in brackets before an earlier dose are no longer than this.
_FORMER = 32
# "2 pm", "10:30 am", but "40 pm".
_HOUR = re.compile(r"(?<![\d.])(?:1[0-2]|0?[1-9])(?::\d\d)?$")
_OF_TABLETS = re.compile(r"[ \t]+(?:(?:of(?:[ \t]+an?)?|x)[ \t]+)?")
_ARROW = re.compile(r"[ \t]*(?:[-=]+>|→|>>?|\bpuis\b|\bthen\b)[ \t]*")


class Numbers(Neighbours):
    """Decides about numbers from the items around them and from what was read last."""

    def _number(self, item: Candidate, place: int, stretch: str) -> str | None:
        before = self._word_before(item.start)
        article = self.rules["article"].fullmatch(before)
        if (
            item.start in self.context.items and self.text[item.end : item.end + 1] in (".", ")")
        ) or self._counts_items(item, stretch):
            return None
        each_time = figures.EACH_TIME.fullmatch(stretch) and self._counted_each_time()
        if "/" in stretch and (
            self.rules["day_before"].fullmatch(before)
            or self.rules["day_behind"].match(self.text, item.start)
            or self.rules["day_of_last"].search(self.text, max(0, item.start - _LAST), item.end)
        ):
            # "Until 12/5", "zosyn 12/4->", "last Taxol 1/15"
            return None
        if (figures.DATE.fullmatch(stretch) and not each_time) or self.rules["threshold"].search(
            self.text, max(0, item.start - SIGN_REACH), item.start
        ):
            return None
        if self.text[item.start - 1 : item.start] == "#" or self._supplied(item.start):
            return None
        if item.start > 1 and self.text[item.start - 1] == "-" and self.text[item.start - 2].isalpha():
            # "Catapres patch TTS-2"
            return None
        if self._of_tablets(item, place) and figures.few(figures.value_of(stretch)) and not article:
            return "DOSAGE"
        if self._of_strength(item, place):
            return "DOSAGE"
        if figures.few(figures.value_of(stretch)) and self.rules["to_be_taken"].match(self.text, item.end):
            # "Simvastatin 40mg tablets. One to be taken at night"
            return "DOSAGE"
        following = self.items[place + 1] if place + 1 < len(self.items) else None
        follows = ""
        release = self.rules["release"].match(self.text, item.end)
        end = release.end() if release else item.end
        if isinstance(following, Mention) and self.rules["times_drug"].fullmatch(self.text, item.end, following.start):
            # "Took 20 x paracetamol", "2 x Sando-K"
            return "DOSAGE"
        if isinstance(following, Mention) and self.rules["counted_drug"].fullmatch(
            self.text, item.end, following.start
        ):
            lead = self._word_before(self._first_count(item, place).start)
            taken = self.rules["takes"].fullmatch(lead) or (
                self.rules["given"].fullmatch(lead) and following.kind != Kind.CLASS
            )
            counted = taken or (stretch.isalpha() and following.kind != Kind.CLASS and self._instructed(place + 1))
            several = figures.few(figures.value_of(stretch)) or self._form_at(place + 1)
            if counted and several and "." not in stretch:
                return "DOSAGE"
            # "Amlor 5 cotareg 160"
            return self._beside_two(item, stretch, end)
        if isinstance(following, Candidate) and self._follows(end, following):
            follows = following.label
        value = figures.value_of(stretch)
        last = self.last
        if former := self._former(item, value):
            # "(était 1 co)"
            return "DOSAGE" if follows == "FORM" else former
        if self._behind_arrow(item, value) and follows != "FORM":
            return "STRENGTH"
        if last is not None and last.label == "DOSAGE" and self._by_units():
            # "Lantus 20 -> 24"
            if _ARROW.fullmatch(self.text, last.end, item.start):
                return "DOSAGE"
        if changed := self._changed(item, following):
            return changed
        if each_time:
            return "DOSAGE"
        at_drug = last is not None and last.label == DRUG and self._beside(last.end, item.start)
        if at_drug and "/" in stretch and self.drug is not None and self.drug.kind == Kind.CLASS:
            # "On steroids - 148/92": no product that has two strengths.
            return None
        if isinstance(following, Candidate) and (joint := _ARROW.fullmatch(self.text, item.end, following.start)):
            if not at_drug and self.rules["analyte"].fullmatch(before):
                return None
            if at_drug and not self.strength and self._changed_bare(value, following):
                return "DOSAGE" if self._by_units() else "STRENGTH"
            # "Losartan 50->100 mg", "Lantus 20 -> 24 UI", "0,75 puis 1,5 mg"
            label = {"STRENGTH": "STRENGTH", "DOSAGE": "DOSAGE", ACTIVITY: "DOSAGE"}.get(following.label)
            if label or not joint[0].strip().isalpha():
                return label
        if self._bracketed(item, stretch, value):
            return "STRENGTH"
        # "Doliprane orodisp 500 2 cp"
        at_form = isinstance(following, Candidate) and following.label in (NUMBER, "DOSAGE") and self._at_form(item)
        if (at_form or (at_drug and not self.strength)) and self._bare_strength(stretch, following, end):
            return "STRENGTH"
        of_form = figures.DECIMAL.fullmatch(stretch) or (
            "/" in stretch and value is not None and value >= figures.LEAST_OF_TWO
        )
        if of_form and not self.strength and last is not None and last.label == "FORM":
            # "Tazorac cream 0.1", "Tylenol elixir 160/5"
            return "STRENGTH" if not self.text[last.end : item.start].strip(" ,\t") else None
        uncounted = value is not None and (value > figures.MOST_COUNTED or figures.DECIMAL.fullmatch(stretch))
        if follows == "DURATION" and at_drug and not self.strength and self.rules["small"].fullmatch(stretch):
            # "Ozempic 0,25 4 sem"
            return "STRENGTH"
        if uncounted and last is not None and last.label == "FORM":
            if self.rules["strength_of_form"].fullmatch(self.text, last.end, item.start):
                # "2 cp de 90", "4 cp de 2,5"
                return "STRENGTH"
        if value is not None and value > figures.MOST_COUNTED and last is not None:
            if follows in ("FREQUENCY", "DURATION") and self._at_uncounted_form(item):
                # "Voltarène cp 50 x2/j", but "Laroxyl gouttes 10 le soir"
                return "STRENGTH"
            if follows == "DURATION" and (self.bare or (at_drug and not self.strength) or self._next_step(value)):
                # "Prednisone 20 5 jours, 10 5 jours", "nicotine 21 mg x 6 wks then 14 x 2 wks"
                return "STRENGTH"
        if follows == "FORM" and isinstance(following, Candidate):
            if (
                article
                or self._counted_out(item, following)
                or self._article(stretch, following)
                or self.rules["dispensed"].search(self.text, max(0, following.start - 24), following.start)
                or self.rules["dispensed_behind"].match(self.text, following.end)
            ):
                return None
            # "Seretide 125 evohaler", but "Rifater 5cp": what is glued to its form is counted.
            one = self._in_singular(following) or self.rules["patch"].match(self.text, following.start) is not None
            single = one and item.end < following.start and value is not None and value > figures.MOST_COUNTED
            # "Imodium, 6 gél": behind a comma it is counted.
            single = single and "," not in self.text[last.end : item.start] if last is not None else False
            return "STRENGTH" if at_drug and not self.strength and single and stretch.isdigit() else "DOSAGE"
        if self._taken_once(item, value) or self._first_dose(item, value):
            return "DOSAGE"
        if self._changed_to(item, value) and (
            follows in ("FREQUENCY", "ROUTE", "DURATION")
            or any(self.rules[rule].match(self.text, item.end) for rule in ("ends_strength", "ends_bare"))
        ):
            return "STRENGTH"
        if follows in ("FREQUENCY", "ROUTE"):
            if self._next_strength(stretch, value, before):
                return "STRENGTH"
            if follows == "ROUTE" and self._before_class(place + 2):
                # "Failed 2 oral antibiotics"
                return None
            large = value is not None and (value > figures.MOST_COUNTED or self._injected(following))
            if at_drug and large and not self.strength:
                return "STRENGTH"
            if value is None or value <= _MOST_TAKEN:
                # "Lasix 40 in the morning and 20 at noon": both without the unit.
                # But in "Creon 25,000 6 with meals" the second number counts.
                again = self.bare and last is not None and last.label != "STRENGTH"
                return "STRENGTH" if again and value is not None and value > figures.MOST_COUNTED else "DOSAGE"
            if self._by_units() and (self.rules["next_dose"].fullmatch(before) or self._at_arrow(item)):
                # "Garder 22 le soir", "Lantus 30 nocte -> 34 nocte"
                return "DOSAGE"
            # "Vanco PO 125 QID"
            named = last is not None and (last.label in (DRUG, "ROUTE") or self._worn(last)) and not self.strength
            return "STRENGTH" if named else None
        if self.rules["takes"].fullmatch(before) and figures.few(value) and not figures.measured(stretch):
            return "DOSAGE" if self.rules["ends_count"].match(self.text, item.end) else None
        if last is not None and last.label == "STRENGTH" and not (gap := self.text[last.end : item.start]).strip(" \t"):
            # "Nebilox 5 mg 1/2, Tahor"; in the next column: "Stalevo 100     1"
            column = (len(gap) >= _COLUMN or "\t" in gap) and value is not None and figures.few(value)
            counted = figures.PART.fullmatch(stretch) or column
            return "DOSAGE" if counted and _CLAUSE_ENDS.match(self.text, end) else None
        part = figures.PART.fullmatch(stretch) and self.rules["ends_strength"].match(self.text, end)
        if part and (at_drug or self.rules["next_dose"].fullmatch(before)):
            # "Previscan 3/4 ce soir, puis 1/2."
            return "DOSAGE"
        if self._last_step(item, value):
            return "STRENGTH"
        if self._at_form(item) and uncounted and last is not None:
            # "Fentanyl patch 50.", "fentanyl patch 25 tried"
            alone = any(self.rules[rule].match(self.text, end) for rule in ("ends_strength", "no_unit"))
            return "STRENGTH" if self._worn(last) and alone else None
        return self._alone(stretch, value, item.start, end) if at_drug and not self.strength else None

    def _beside_two(self, item: Candidate, stretch: str, end: int) -> str | None:
        """What a number between two names is: the strength of the first, or nothing."""
        last = self.last
        if last is None or last.label != DRUG or not self._beside(last.end, item.start):
            return None
        return self._alone(stretch, figures.value_of(stretch), item.start, end)

    def _next_strength(self, stretch: str, value: float | None, before: str) -> bool:
        """Is this a further dose of the drug: "400 bid, then 200 qd", "5 mg M/W/F and 2.5 other days"?"""
        if value is None or not self.strength or self.last is None:
            return False
        if figures.of_two_strengths(stretch):
            return True
        if (
            self.amount
            and self.amount <= figures.MOST_COUNTED
            and self.last.label in _TIMED
            and self._comparable(value)
        ):
            # "0.5 mg SL, 0.5 BID, 1 BID"
            return True
        if self._by_new_way(value) or self._told_apart(value):
            return True
        if value > _MOST_TAKEN or self.rules["small"].fullmatch(stretch):
            timed = self.last.label in ("FREQUENCY", "DURATION") and value > _MOST_TAKEN and self._comparable(value)
            return self.bare or timed or bool(self.rules["next_dose"].fullmatch(before))
        if self._next_step(value):
            # "40 mg daily x 5 days, 20 daily x 5 days"
            return True
        timed = self.last.label in ("FREQUENCY", "DURATION", "STRENGTH")
        return timed and bool(figures.DECIMAL.fullmatch(stretch)) and value > _ONE_AND_A_HALF

    def _told_apart(self, value: float) -> bool:
        """Is this a part of the dose before, in brackets behind it: "350 mg (150 mane + 200 nocte)"?"""
        last = self.last
        if last is None or last.label != "STRENGTH" or not self.amount or value >= self.amount:
            return False
        return self.text[last.end : last.end + 2] == " (" and self._comparable(value)

    def _bracketed(self, item: Candidate, stretch: str, value: float | None) -> bool:
        """Is this the strength of a product, in brackets behind its name: "Syndopa Plus (100/25)"?"""
        last = self.last
        return (
            last is not None
            and last.label == DRUG
            and not self.strength
            and value is not None
            and (value > figures.MOST_COUNTED or figures.of_two_strengths(stretch))
            and self.text[last.end : item.start].strip(" ") == "("
            and self.text[item.end : item.end + 1] == ")"
        )

    def _last_step(self, item: Candidate, value: float | None) -> bool:
        """Is this the last dose of several, and nothing else said of it: "25 x 2 wks then 50 x 2 wks then 100"?"""
        return (
            value is not None
            and self.strength
            and self.last is not None
            and self.last.label in _TIMED
            and self.rules["last_step"].fullmatch(self.text, self.last.end, item.start) is not None
            and self.rules["ends_strength"].match(self.text, item.end) is not None
            and self._comparable(value)
        )

    def _next_step(self, value: float) -> bool:
        return self.last is not None and self.last.label == "DURATION" and self._comparable(value)

    def _comparable(self, value: float) -> bool:
        """Can a number be a further amount of the drug, told without its unit? Units of insulin are counted."""
        if self.drug is None or not self.amount or self._by_units():
            return False
        least = min(figures.MOST_COUNTED, self.amount / 2)
        return value > least and self.amount / _MOST_TIMES <= value <= self.amount * _MOST_TIMES

    def _former(self, item: Candidate, value: float | None) -> str | None:
        """What the dose before is, in brackets: "200 mg nocte (was 400)", "10 UI (au lieu de 14)"."""
        lead = self.rules["former_dose"].search(self.text, max(0, item.start - _FORMER), item.start)
        if lead is None or value is None:
            return None
        if self._by_units():
            return "DOSAGE" if self.last is not None and self.last.label == "DOSAGE" else None
        return "STRENGTH" if self.strength and self._comparable(value) else None

    def _by_units(self) -> bool:
        """Is the current drug one that is given by units: insulins, heparins?"""
        drug = self.drug
        return drug is not None and self.rules["by_units"].search(self.text, drug.start, drug.end) is not None

    def _changed_bare(self, value: float | None, following: Candidate) -> bool:
        """Are both ends of a change told without their unit: "metoprolol 25 -> 50"?"""
        other = figures.value_of(self.text[following.start : following.end]) if following.label == NUMBER else None
        if value is None or other is None:
            return False
        return max(value, other) > figures.MOST_COUNTED and value / _MOST_TIMES <= other <= value * _MOST_TIMES

    def _behind_arrow(self, item: Candidate, value: float | None) -> bool:
        """Is this what a dose is changed to: "metoprolol 25 mg -> 50"?"""
        last = self.last
        if last is None or value is None or not (arrow := _ARROW.fullmatch(self.text, last.end, item.start)):
            return False
        # "Cinacalcet 30 mg daily -> 60"
        told = last.label in _CHANGED_FROM and self.strength and not arrow[0].strip().isalpha()
        return self._comparable(value) and (told or last.label == "STRENGTH")

    def _before_class(self, place: int) -> bool:
        following = self.items[place] if place < len(self.items) else None
        beside = following is not None and self.text[self.items[place - 1].end : following.start] in GLUE
        return beside and isinstance(following, Mention) and following.kind == Kind.CLASS

    def _beside(self, end: int, start: int) -> bool:
        """Is a drug followed by a number at once, or by what leads to its dose?"""
        return not self.text[end:start].strip(" :,-|\t↑↗↘↓") or bool(
            self.rules["dose_joint"].fullmatch(self.text, end, start)
        )

    def _alone(self, stretch: str, value: float | None, start: int, end: int) -> str | None:
        """What a number right behind a drug is that nothing follows: "lisinopril 20.", "ASA 81 since", "folate 1,"."""
        last = self.last
        if value is None or last is None:
            return None
        if self.rules["laboratory_before"].fullmatch(self._word_before(last.start)):
            # "Trough ustekinumab 1.1"
            return None
        joint = self.rules["dose_joint"].fullmatch(self.text, last.end, start)
        plain = not self.text[last.end : start].strip(" :,-\t")
        if (
            "/" in stretch
            and value >= figures.LEAST_OF_TWO
            and (plain or not figures.MONTH_AND_YEAR.fullmatch(stretch))
        ):
            return "STRENGTH"
        if not joint:
            return None
        measured = self.rules["measured_drug"].search(self.text, last.start, last.end)
        # A small number is a strength where the dose is changed to it, and where the drug before has one without its
        # unit: "thiamine 100, folate 1"; and tablets are counted in no tenths: "Flomax 0.4".
        tenths = self.rules["small"].fullmatch(stretch) or (not measured and figures.TENTHS.fullmatch(stretch))
        bare = value > figures.MOST_COUNTED or tenths or self.bare_before
        counted = self.rules["bare_units"].search(self.text, last.start, last.end)
        if not (bare or counted or joint[0].strip()):
            return None
        if self.rules["ends_strength"].match(self.text, end) or (counted and figures.DECIMAL.fullmatch(stretch)):
            return "STRENGTH"
        if measured:
            return None
        on = self.rules["ends_bare"].match(self.text, end) or (plain and self.rules["no_unit"].match(self.text, end))
        return "STRENGTH" if on else None

    def _of_tablets(self, item: Candidate, place: int) -> bool:
        """Is this how many tablets of a strength: "two 5 mg tablets", "half of a 25 mg tablet"?"""
        following = self.items[place + 1 : place + 3]
        if len(following) < 2 or not all(isinstance(other, Candidate) for other in following):
            return False
        strength, form = following
        return (
            isinstance(strength, Candidate)
            and isinstance(form, Candidate)
            and (strength.label, form.label) == ("STRENGTH", "FORM")
            and bool(_OF_TABLETS.fullmatch(self.text, item.end, strength.start))
            and not self.text[strength.end : form.start].strip(" -")
        )

    def _of_form(self, end: int) -> bool:
        """Does what is counted in tablets or capsules stand right behind a number: "1 cp", "1/8 de comprimé"?"""
        following = self.items[bisect_left(self.items, end, key=start_of) :][:1]
        return (
            bool(following)
            and isinstance(following[0], Candidate)
            and following[0].label == "FORM"
            and self._follows(end, following[0])
            and self.rules["countable"].fullmatch(self.text, following[0].start, following[0].end) is not None
        )

    def _changed(self, item: Candidate, following: Item | None) -> str | None:
        """What a number is that a change of dose begins or ends with: "augmenté de 75 à 100"."""
        text, last = self.text, self.last
        if isinstance(following, Candidate) and self.rules["changed_between"].fullmatch(
            text, item.end, following.start
        ):
            if not self.context.changes_from(item.start) or self.drug is None:
                return None
            counted = following.label in ("DOSAGE", ACTIVITY, RATE) or self._of_form(following.end) or self._by_units()
            return "DOSAGE" if counted else "STRENGTH"
        ends = (
            last is not None
            and last.label in ("DOSAGE", "STRENGTH")
            and self.rules["changed_between"].fullmatch(text, last.end, item.start)
            and self.context.changes_from(last.start)
        )
        return last.label if ends and last is not None else None

    def _counted_each_time(self) -> bool:
        """Is what was named last given by drops or by units?"""
        if self.last is None or self.drug is None:
            return False
        form = self.last.label == "FORM" and not self.rules["countable"].fullmatch(
            self.text, self.last.start, self.last.end
        )
        return form or self._by_units()

    def _at_form(self, item: Candidate) -> bool:
        """Does a number follow a form that stands right behind its drug?"""
        last, drug = self.last, self.drug
        return (
            last is not None
            and drug is not None
            and last.label == "FORM"
            and not self.strength
            and not self.text[drug.end : last.start].strip(" ")
            and not self.text[last.end : item.start].strip(" ")
        )

    def _at_uncounted_form(self, item: Candidate) -> bool:
        """Does it, and is it a form that only tablets have?"""
        if self.last is None or not self._at_form(item):
            return False
        return self.rules["countable"].fullmatch(self.text, self.last.start, self.last.end) is not None

    def _changed_to(self, item: Candidate, value: float | None) -> bool:
        """Is this what a dose is changed to, told without its unit? Units of insulin are counted."""
        if value is None or self.drug is None:
            return False
        if value <= figures.MOST_COUNTED and not (self.amount and self.amount / _MOST_TIMES <= value):
            # "2 mg x2 → 3 x2", but "100 x2 → 1 le soir"
            return False
        if self._by_units():
            return False
        return bool(self.rules["changed_to"].search(self.text, max(0, item.start - 60), item.start))

    def _follows(self, end: int, following: Candidate) -> bool:
        """Does a candidate stand right behind a number?"""
        gap = self.text[end : following.start]
        if following.label == "FORM":
            gap = _OF_A.sub("", gap)
        clock = (
            following.label == "FREQUENCY"
            and self.rules["clock"].fullmatch(self.text, following.start, following.end)
            and _HOUR.search(self.text, max(0, end - 5), end)
        )
        return not clock and not gap.strip(" ,x\t(-")

    def _bare_strength(self, stretch: str, following: Mention | Candidate | None, end: int) -> bool:
        """Is a number right behind a drug its strength without the unit: "Xanax 0.5 q.4h.", "aspirin 80 one daily"?

        Tablets are counted in halves and quarters, never in decimals; and what another count follows is no count.
        """
        if not isinstance(following, Candidate) or self.text[end : following.start].strip(" \t,:("):
            return False
        value = figures.value_of(stretch)
        if value is None or following.label not in (NUMBER, "DOSAGE", "FORM", "ROUTE", "FREQUENCY"):
            return False
        if value >= figures.MOST_COUNTED and self.rules["single"].fullmatch(self.text, following.start, following.end):
            # "Périndopril 4 1/j": so much, once.
            return True
        if (pair := figures.PAIR.fullmatch(stretch)) and float(pair[1]) > float(pair[2]):
            # "Suboxone 8-2 film": a range rises.
            return True
        if figures.DECIMAL.fullmatch(stretch):
            # "1.5 tablets", "0.5 tab" are counted; tablets of 2.5 mg exist.
            form = self.text[following.start : following.end]
            counted = following.label == "FORM" and self.rules["countable"].fullmatch(form)
            return not (counted and (value == _ONE_AND_A_HALF or (value < 1 and not form.endswith("s"))))
        if figures.of_two_strengths(stretch):
            return True
        if following.label in ("FREQUENCY", "ROUTE") and stretch.isdigit() and self._taken_in_small_doses():
            return True
        return (
            value > figures.MOST_COUNTED
            and following.label in (NUMBER, "DOSAGE")
            and (
                figures.few(other := figures.value_of(self.text[following.start : following.end]))
                or (other is not None and value >= _MANY_TIMES * other)
                or self._counts(following)
            )
        )

    def _taken_in_small_doses(self) -> bool:
        """Is a small number behind this drug an amount: "perindopril 4 od"?"""
        drug = self.drug
        return drug is not None and self.rules["small_doses"].fullmatch(self.text, drug.start, drug.end) is not None

    def _counts(self, number: Candidate) -> bool:
        """Does a number count the form right behind it: "Creon 24 5 caps"?"""
        place = bisect_right(self.items, number.start, key=start_of)
        form = self.items[place] if place < len(self.items) else None
        return isinstance(form, Candidate) and form.label == "FORM" and self.text[number.end : form.start] in GLUE
