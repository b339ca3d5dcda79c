"""Which figures count what is taken, and which do not."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from pipeline import resources
from pipeline.medications.posology.amounts import Amount, runs
from pipeline.medications.posology.dosage import MAX_COUNT, Step, largest, same_kind
from pipeline.medications.posology.elements import Element
from pipeline.text.folding import fold
from pipeline.text.phrases import alternatives

# A word of taking stands in so many characters before a count.
_TO_VERB = 40
_HALF = Decimal("0.5")
_IN_PARTS = frozenset(".,")
# "1-2 q6h" are tablets; more may be something else.
_MOST_OF_RANGE = 3
# Forms that are spread, and from how many grams on a figure behind them is of what is supplied.
_SPREAD = frozenset({"cream", "ointment", "gel", "lotion", "paste"})
_SMALLEST_PACK = 15
# Between the doses of a row; so many numbers are one, and none is more than so many times the next one.
_IN_ROW = frozenset({"mark", "then", "filler"})
_LEAST_IN_ROW, _MOST_FALL = 2, 3
_PACKED = frozenset({"{tbl}", "{cap}", "{patch}", "{sachet}", "{suppository}"})
_GIVEN = frozenset({"{dose}", "{injection}", "{application}"})


def as_strength(amount: Amount) -> Amount:
    """A mass as what one form holds; any other amount as it is."""
    if amount.kind != "quantity" or amount.measure != "mass":
        return amount
    return Amount("strength", ratio={"numerator": amount.quantity, "denominator": None}, measure="mass")


def pack(amount: Amount, last: Element) -> bool:
    """Is an amount how much the tube or the tub holds: "gel 500 g"? `last`: the element before it."""
    spread = last.kind == "form" and last.value in _SPREAD
    grams = amount.kind == "quantity" and (amount.quantity or {}).get("unit") == "g"
    return spread and grams and largest(amount) >= _SMALLEST_PACK


def uncounted(amount: Amount, written: str, step: Step) -> bool:
    """Is a number without a unit none that counts what is taken: "Ritalin 50 a day", "Xanax 0.25 daily"?"""
    number = largest(amount)
    if "low" in (amount.quantity or {}) and not step.amounts:
        low = Decimal((amount.quantity or {})["low"])
        if number > _MOST_OF_RANGE or (low % 1 != 0 and not _IN_PARTS.isdisjoint(written)):
            return True  # "Dilaudid 2-4 q4h", "Ativan 0.5-1": of milligrams or of tablets?
    decimal = number % 1 != 0 and not _IN_PARTS.isdisjoint(written)
    if decimal and (not step.amounts or _by_mass(step)):
        return True  # "1 mg t.i.d., 0.5 b.i.d."
    return number > MAX_COUNT or (decimal and number % _HALF != 0)


# Two products that are to hand, before what is taken of them.
_TWO_PRODUCTS = ["amount", "then", "amount", "form"]


def _by_mass(step: Step) -> bool:
    """Is a mass all that is taken in a step whose time is said?"""
    return step.timed() and [amount.measure for amount, _ in step.amounts] == ["mass"]


def in_row(elements: Sequence[Element]) -> list[Element]:
    """The elements, where numbers alone that fall or rise from the dose before them have its unit: "60 mg, then 40, 30, 20"."""
    found = list(elements)
    dose: Amount | None = None
    row: list[int] = []
    for number, element in enumerate(found):
        amount = element.value if isinstance(element.value, Amount) else None
        if amount is not None and amount.kind == "count" and not (amount.measure or amount.every or amount.worded):
            row.append(number)
            continue
        if element.kind in _IN_ROW and not (element.kind == "mark" and element.value != ","):
            continue
        _take_unit(found, row, dose)
        if amount is not None and element.kind == "amount":
            dose = amount if amount.kind == "quantity" and amount.measure == "mass" else None
            _take_unit(found, row, dose, behind=True)
        row = []
    _take_unit(found, row, dose)
    return found


def _take_unit(elements: list[Element], row: Sequence[int], dose: Amount | None, *, behind: bool = False) -> None:
    """Give the numbers of a row the unit of the dose beside them, if there are several that go on from it.

    `behind`: does the dose end the row: "60, 40, 20 mg"?
    """
    if dose is None or dose.quantity is None or len(row) < _LEAST_IN_ROW:
        return
    if not behind and elements[row[0] - 1].kind not in _IN_ROW:
        return
    numbers = [largest(elements[place].value) for place in row]
    numbers.insert(len(row) if behind else 0, largest(dose))
    pairs = list(itertools.pairwise(numbers))
    if all(b < a <= b * _MOST_FALL for a, b in pairs) or all(a < b <= a * _MOST_FALL for a, b in pairs):
        for place in row:
            quantity = {**elements[place].value.quantity, "unit": dose.quantity["unit"]}
            amount = Amount("quantity", quantity, measure=dose.measure)
            elements[place] = replace(elements[place], kind="amount", value=amount, code="")


def without_products(elements: Sequence[Element]) -> list[Element]:
    """The elements, where two masses before a form are those of two products: "100 mg and 25 mg tablets: take 125 mg"."""
    found = list(elements)
    first = next((at for at, one in enumerate(found) if one.kind == "amount"), len(found))
    kinds = [one.kind for one in found[first : first + len(_TWO_PRODUCTS)]]
    if (
        kinds != _TWO_PRODUCTS
        or found[first + 1].value != "joining"
        or not all(map(_is_mass, found[first : first + 3 : 2]))
    ):
        return found
    taken = next((one for one in found[first + len(_TWO_PRODUCTS) :] if one.kind == "amount"), None)
    if taken is None or not _is_mass(taken):
        return found
    told = Element("unread", found[first].start, found[first + 2].end, code="strength_unread")
    return [*found[:first], told, *found[first + 3 :]]


def _is_mass(element: Element) -> bool:
    amount: Amount = element.value
    return amount.kind == "quantity" and amount.measure == "mass"


def without_supply(step: Step, text: str, lang: str) -> None:
    """Take away how many forms were supplied, beside what each of them holds: "30 tablets of A 5/325"."""
    if step.timed() or step.as_needed:
        return
    kept = [pair for pair in step.amounts if not (_is_pack(pair[0]) and not was_taken(pair[1], text, lang))]
    if kept and len(kept) < len(step.amounts) and all(amount.kind in ("strength", "quantity") for amount, _ in kept):
        step.forms_behind = {len(kept) - 1} if kept[-1][0].kind == "quantity" else set()
        step.amounts = kept


def was_taken(count: Element, text: str, lang: str) -> bool:
    """Do the words before a count say that so many were taken: "she TOOK 20 tablets of A 500 mg"?"""
    return _taken(lang).search(fold(text[max(0, count.start - _TO_VERB) : count.start])) is not None


@lru_cache(maxsize=len(resources.LANGUAGES))
def _taken(lang: str) -> re.Pattern[str]:
    kinds = resources.phrases(lang, "posology/words.tsv")
    verbs, about = (alternatives(kinds[kind], to_the_end=True) for kind in ("was_taken", "was_taken_about"))
    return re.compile(rf"(?<![^\W_]){verbs}\s+(?:{about}\s*)?\Z")


def _is_pack(amount: Amount) -> bool:
    return (amount.quantity or {}).get("unit") in _PACKED and largest(amount) > MAX_COUNT


def in_fluid(step: Step) -> None:
    """Make what is in a fluid that runs at a rate its strength: "50 units in 50 mL at 6 units/h" is no dose of 50 units."""
    if step.volume is None or "value" not in step.volume or not any(runs(amount) for amount, _ in step.amounts):
        return
    for place, (amount, element) in enumerate(step.amounts):
        if amount.kind == "quantity" and amount.measure != "volume" and amount.every is None:
            ratio = {"numerator": amount.quantity, "denominator": step.volume}
            step.amounts[place] = (Amount("strength", ratio=ratio, measure=amount.measure), element)


def takings(amount: Amount) -> int:
    """How many takings an amount of doses says: "four doses of Thymoglobulin" are no dose of four; else 0."""
    number = counted(amount) if (amount.quantity or {}).get("unit") == "{dose}" else 0
    return number if number <= MAX_COUNT else 0  # "the 2100 dose of Senna" is that of nine in the evening


def counted(amount: Amount) -> int:
    """How many acts of giving an amount counts: "2 injections", "3 doses"; 0 for one, and for what is no such act."""
    quantity = amount.quantity or {}
    if quantity.get("unit") not in _GIVEN or amount.every is not None or "value" not in quantity:
        return 0
    number = Decimal(quantity["value"])
    return int(number) if number > 1 and number % 1 == 0 else 0


def units_before(step: Step) -> Amount | None:
    """The units of a step, which the bare numbers behind it are of too: "8 units with breakfast, 10 with lunch"."""
    before = step.amounts[-1][0] if step.amounts and step.timed() else None
    return before if before is not None and before.measure == "activity" and before.kind == "quantity" else None


def in_parts(step: Step) -> list[Step]:
    """The steps that its like amounts are, one behind the other, where a length is said of each of them.

    "40/30/20 mg" are doses in turn where they fall or rise, and no combination.
    """
    amounts = step.amounts
    if len(amounts) == 1 and in_order(amounts[0][0]):
        whole, element = amounts[0]
        amounts = [(Amount("quantity", part, measure=whole.measure), element) for part in whole.parts]
    like = all(amount.kind == "quantity" and same_kind(amount, amounts[0][0]) for amount, _ in amounts)
    if len(amounts) < 2 or not like or step.forms_behind:
        return [step]
    return [replace(step, amounts=[pair], repeat=dict(step.repeat)) for pair in amounts]


def in_order(amount: Amount) -> bool:
    """Are the parts of an amount three or more that fall or rise?"""
    return rises_or_falls([Decimal(part["value"]) for part in amount.parts])


def rises_or_falls(numbers: Sequence[Decimal]) -> bool:
    """Do three numbers or more rise, or fall?"""
    pairs = list(itertools.pairwise(numbers))
    return len(pairs) > 1 and (all(a > b for a, b in pairs) or all(a < b for a, b in pairs))


def supplied(step: Step, text: str, lang: str) -> bool:
    """Is a step only the number of forms that were supplied: "1 od, 28 capsules"?"""
    if step.timed() or step.as_needed or len(step.amounts) != 1:
        return False
    amount, element = step.amounts[0]
    if was_taken(element, text, lang):
        return False
    return amount.kind == "count" and bool(amount.measure) and largest(amount) > MAX_COUNT
