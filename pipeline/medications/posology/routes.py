"""The route of an instruction that names one or several.

One route is that of all steps. A route of its own for each step ("100 mg IV, then 20 mg p.o.") stays with the step.
Where one and the same step names several, nobody says which is meant: side by side ("IV/PO", "p.o. or IM") they stay as
text without a code, else there is none; a warning tells of both.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from functools import lru_cache

from pipeline import resources
from pipeline.medications.posology.dosage import Step, Whole
from pipeline.medications.posology.elements import Data, Element
from pipeline.text.folding import fold
from pipeline.text.phrases import alternatives

_PARTING = frozenset(",;.(")
_WORD_BEHIND = re.compile(r"[ \t]+([^\W\d_]{2,})")
#: Says no more than any route by needle: "injected IM".
_GENERAL = "parenteral"
#: Routes into one of two places of the body.
SITED = frozenset({"ophthalmic", "otic", "nasal"})


def settle(steps: Sequence[Step], whole: Whole, text: str, lang: str) -> list[tuple[str, int, int]]:
    """Give the whole or each step its route; what cannot be settled comes back as warnings (code and place)."""
    if not any(step.routes for step in steps):
        return []
    named = [_different(step.routes) for step in steps]
    codes = {element.value for routes in named for element in routes}
    if _GENERAL in codes and len(codes) > 1:
        named = [[element for element in routes if element.value != _GENERAL] for routes in named]
    several = next((routes for routes in named if len(routes) > 1), None)
    if several is not None:
        start, end = several[0].start, several[-1].end
        if all(side_by_side(one, two, text, lang) for one, two in itertools.pairwise(several)):
            whole.route = {"text": text[start:end], "code": None}
        else:
            start = several[-1].start
        return [("several_routes", start, end)]
    said = [routes[0] for routes in named if routes]
    if not said:
        return []
    if steps[0].loading and named[0] and len(said) == 1 and said[0].start > _first_amount(steps[1:], said[0].end):
        steps[0].route = coded(said[0], text)
        return []  # "100 mg t.i.d., loading dose 1 g IV": nobody says how the rest is given
    if len({element.value for element in said}) == 1:
        whole.route = whole.route or coded(said[0], text)
        return []
    own: Data | None = None
    for step, routes in zip(steps, named, strict=True):
        own = coded(routes[0], text) if routes else own
        step.route = own
    return []


def side_by_side(one: Element, two: Element, text: str, lang: str) -> bool:
    """Are two routes said together: "IV/PO", "p.o. or IM"?"""
    return joins(text[one.end : two.start], lang)


def apart(one: Element, two: Element, leads_on: int, text: str, lang: str) -> bool:
    """Is a route behind a mark none of what the one before it is of? `leads_on`: where the instruction goes on behind it."""
    if one.value == two.value or _PARTING.isdisjoint(text[one.end : two.start]):
        return False
    if not side_by_side(one, two, text, lang):
        return True
    word = _WORD_BEHIND.match(text, two.end)
    return word is not None and word.start(1) != leads_on and not joins(word[1], lang)


def joins(written: str, lang: str) -> bool:
    """Is it only what joins routes: "/", "or"?"""
    return _joint(lang).fullmatch(fold(written)) is not None


@lru_cache(maxsize=len(resources.LANGUAGES))
def _joint(lang: str) -> re.Pattern[str]:
    kinds = resources.phrases(lang, "posology/words.tsv")
    words = alternatives([*kinds["either_drug"], *kinds["joining"], *kinds["then"]])
    return re.compile(rf"(?:[\s,.;/&+()-]|{words})*")


def _first_amount(steps: Sequence[Step], default: int) -> int:
    """Where the first amount of some steps stands."""
    return min((element.start for step in steps for _, element in step.amounts), default=default)


def both_sides(lang: str, written: str) -> bool:
    """Does a route name both of two places: "OU", "each nostril"?"""
    return _both_sides(lang).search(fold(written)) is not None


@lru_cache(maxsize=len(resources.LANGUAGES))
def _both_sides(lang: str) -> re.Pattern[str]:
    phrases = alternatives(resources.phrases(lang, "posology/words.tsv")["both_sides"], to_the_end=True)
    return re.compile(rf"(?<![^\W_]){phrases}")


def coded(element: Element, text: str) -> Data:
    """A route or a form as written, with its normal name."""
    return {"text": text[element.start : element.end], "code": element.value}


def _different(routes: Sequence[Element]) -> list[Element]:
    """The first element of each route."""
    first: dict[str | None, Element] = {}
    for element in routes:
        first.setdefault(element.value, element)
    return sorted(first.values(), key=lambda element: element.start)
