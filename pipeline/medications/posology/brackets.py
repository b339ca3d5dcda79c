"""What stands in brackets behind a dose: what is taken otherwise, or of how many parts it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from pipeline import resources
from pipeline.medications.posology.amounts import Amount, quantity_of
from pipeline.medications.posology.elements import Element
from pipeline.medications.posology.numbers import UnreadError
from pipeline.medications.posology.scanner import scanner
from pipeline.text.folding import fold
from pipeline.text.phrases import alternatives

_DOSES = frozenset({"amount", "slots"})
# Units of mass in powers of ten of a gram.
_GRAMS = {"g": 0, "mg": -3, "ug": -6}


def without_home(elements: Sequence[Element], text: str, lang: str) -> list[Element]:
    """The elements without brackets behind a dose that say what is taken otherwise: "3 mg qhs (2 mg at home)"."""
    found: list[Element] = []
    dosed = False
    close = 0
    for element in elements:
        if element.start < close:
            continue
        if dosed and element.kind == "mark" and element.value.endswith("("):
            end = text.find(")", element.end) + 1 or len(text)
            inside = [one for one in elements if element.start < one.start < end]
            doses = any(one.kind in _DOSES for one in inside)
            close = end if doses and _home(lang).search(fold(text[element.end : end])) is not None else 0
            if not close and doses and _of_some(inside):
                close = end
                found.append(Element("unread", inside[0].start, inside[-1].end, code="amount_unread"))
            if close:
                continue
        dosed |= element.kind in _DOSES
        found.append(element)
    return found


def _of_some(inside: Sequence[Element]) -> bool:
    """Is a dose in brackets that of a condition: "5 mg b.i.d. (2.5 MG IF Cl < 30)"? A form that is counted may be what is taken."""
    amounts = [one.value for one in inside if one.kind == "amount"]
    conditional = inside[0].kind in ("amount", "unread") and any(
        one.kind == "as_needed" and one.code == "condition" for one in inside
    )
    return conditional and not any(amount.measure == "count" for amount in amounts)


@lru_cache(maxsize=len(resources.LANGUAGES))
def _home(lang: str) -> re.Pattern[str]:
    phrases = alternatives(resources.phrases(lang, "posology/words.tsv")["home"], to_the_end=True)
    return re.compile(rf"(?<![^\W_]){phrases}")


def parted(elements: Sequence[Element], text: str, lang: str) -> list[Element]:
    """The elements, where brackets that tell of how many parts a mass is say the strength: "650 mg (2 x 325 mg tabs)"."""
    found = list(elements)
    for place in range(len(found) - 1, 0, -1):
        opening, dose = found[place], found[place - 1]
        if dose.kind != "amount" or opening.kind != "mark" or opening.value.strip() != "(":
            continue
        parts = _parts(lang).match(fold(text[opening.start :]))
        strength = _strength(dose.value, parts, lang) if parts is not None else None
        if parts is None or strength is None:
            continue
        start, end = opening.start + parts.start("mass"), opening.start + parts.end()
        amount = Amount("strength", ratio={"numerator": strength, "denominator": None}, measure="mass")
        inside = [one for one in found[place + 1 :] if opening.end <= one.start < end]
        kept = [one for one in inside if one.kind == "form"]
        part = Element("amount", start, opening.start + parts.end("mass"), amount)
        behind = [one for one in found[place + 1 :] if one.start >= end]
        found[place:] = [part, *(replace(one) for one in kept), *behind]
    return found


def _strength(dose: Amount, parts: re.Match[str], lang: str) -> dict[str, str] | None:
    """The mass of each part, if so many of them make the dose."""
    quantity = dose.quantity or {}
    unit = quantity.get("unit", "")
    if dose.kind != "quantity" or dose.every is not None or unit not in _GRAMS or "value" not in quantity:
        return None
    reader = scanner(lang)
    written = reader.amounts.units.get(parts["unit"] or "")
    own = written.ucum if written is not None else unit
    try:
        number, mass = reader.numbers.number(parts["number"]), reader.numbers.number(parts["mass"])
    except UnreadError:
        return None
    if own not in _GRAMS or number * mass.scaleb(_GRAMS[own] - _GRAMS[unit]) != Decimal(quantity["value"]):
        return None
    return quantity_of(mass, None, own)


@lru_cache(maxsize=len(resources.LANGUAGES))
def _parts(lang: str) -> re.Pattern[str]:
    reader = scanner(lang)
    units = alternatives(word for word, unit in reader.amounts.units.items() if unit.ucum in _GRAMS)
    number = reader.numbers.pattern
    return re.compile(
        rf"\(\s*(?P<number>{number})(?P<between>[^\d()]{{1,16}}?)(?P<mass>{number})\s?(?P<unit>{units})?(?![^\W_])[^\d()]{{0,16}}\)"
    )
