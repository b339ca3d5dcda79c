"""Numbers and amounts: figures, words, fractions, Roman figures, ranges, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.medications.posology.amounts import Amounts
from pipeline.medications.posology.numbers import Numbers, UnreadError, digits

NUMBERS = {lang: Numbers(lang) for lang in ("en", "fr")}
AMOUNTS = {lang: Amounts(lang, numbers) for lang, numbers in NUMBERS.items()}


@pytest.mark.parametrize(
    ("lang", "written", "value"),
    [
        ("en", "50,000", "50000"),
        ("en", "1,234,567", "1234567"),
        ("en", ".25", "0.25"),
        ("en", "1 1/2", "1.5"),
        ("en", "1-1/2", "1.5"),
        ("en", "½", "0.5"),
        ("en", "2½", "2.5"),
        ("en", "1 and 1/2", "1.5"),
        ("en", "twenty-five", "25"),
        ("en", "two hundred and fifty", "250"),
        ("en", "fifty thousand", "50000"),
        ("en", "one and a half", "1.5"),
        ("en", "half a", "0.5"),
        ("fr", "50 000", "50000"),
        ("fr", "0,25", "0.25"),
        ("fr", "2.5", "2.5"),
        ("fr", "quatre-vingt-dix", "90"),
        ("fr", "soixante-quinze", "75"),
        ("fr", "deux cents", "200"),
        ("fr", "cent cinquante", "150"),
        ("fr", "mille", "1000"),
        ("fr", "un et demi", "1.5"),
        ("fr", "trois quarts", "0.75"),
        ("fr", "xv", "15"),
        ("fr", "xl", "40"),
    ],
)
def test_number_is_read(lang: str, written: str, value: str) -> None:
    assert NUMBERS[lang].number(written) == Decimal(value)


@pytest.mark.parametrize(
    ("lang", "written", "code"),
    [
        ("en", "1,5", "ambiguous_number"),
        ("fr", "1.000", "ambiguous_number"),
        ("en", "1/3", "amount_unread"),
        ("en", "4/4", "amount_unread"),
        ("en", "9" * 40, "amount_out_of_range"),
        ("fr", "9" * 40, "amount_out_of_range"),
    ],
)
def test_number_that_cannot_be_read_is_refused(lang: str, written: str, code: str) -> None:
    with pytest.raises(UnreadError) as error:
        NUMBERS[lang].number(written)
    assert error.value.code == code


@given(st.integers(min_value=0, max_value=10**6), st.integers(min_value=1, max_value=999))
def test_figures_are_read_as_they_stand(whole: int, part: int) -> None:
    assert NUMBERS["en"].number(f"{whole}.{part}") == Decimal(f"{whole}.{part}")
    assert NUMBERS["fr"].number(f"{whole},{part}1") == Decimal(f"{whole}.{part}1")
    assert NUMBERS["en"].number(f"{whole:,}") == whole


@given(st.decimals(min_value=0, max_value=10**9, places=4, allow_nan=False))
def test_digits_say_the_same_number_without_exponent(number: Decimal) -> None:
    written = digits(number)
    assert Decimal(written) == number
    assert "e" not in written.lower()


@pytest.mark.parametrize(
    ("lang", "written", "kind", "quantity"),
    [
        ("en", "40 mg", "quantity", {"value": "40", "unit": "mg"}),
        ("en", "0.5-1 mg", "quantity", {"low": "0.5", "high": "1", "unit": "mg"}),
        ("en", "500mg-1g", "quantity", {"low": "0.5", "high": "1", "unit": "g"}),
        ("en", "2.4m iu", "quantity", {"value": "2400000", "unit": "[iU]"}),
        ("fr", "2,4 mui", "quantity", {"value": "2400000", "unit": "[iU]"}),
        ("fr", "3 millions d'unites", "quantity", {"value": "3000000", "unit": "U"}),
        ("en", "two tablets", "count", {"value": "2", "unit": "{tbl}"}),
        ("fr", "1/4 de comprime", "count", {"value": "0.25", "unit": "{tbl}"}),
        ("fr", "un comprime et demi", "count", {"value": "1.5", "unit": "{tbl}"}),
        ("en", "30 cc", "quantity", {"value": "30", "unit": "mL"}),
        ("en", "100 mcg", "quantity", {"value": "100", "unit": "ug"}),
    ],
)
def test_amount_is_read(lang: str, written: str, kind: str, quantity: dict[str, str]) -> None:
    end, amount = AMOUNTS[lang].match(written, 0) or (0, None)
    assert end == len(written)
    assert amount is not None
    assert (amount.kind, amount.quantity) == (kind, quantity)


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("5/500 mg", [("5", "mg"), ("500", "mg")]),
        ("10-325 mg", [("10", "mg"), ("325", "mg")]),
        ("1 g/125 mg", [("1", "g"), ("125", "mg")]),
        ("160/4.5 mcg", [("160", "ug"), ("4.5", "ug")]),
        ("50/12.5/200 mg", [("50", "mg"), ("12.5", "mg"), ("200", "mg")]),
    ],
)
def test_amounts_of_several_ingredients_are_never_one(written: str, parts: list[tuple[str, str]]) -> None:
    _, amount = AMOUNTS["en"].match(written, 0) or (0, None)
    assert amount is not None
    assert amount.quantity is None
    assert [(part["value"], part["unit"]) for part in amount.parts] == parts


@pytest.mark.parametrize(
    ("written", "kind", "numerator", "denominator"),
    [
        ("400 mg/5 ml", "strength", ("400", "mg"), ("5", "mL")),
        ("1 mg per kg", "rate", ("1", "mg"), ("1", "kg")),
        ("5 mcg/kg/min", "rate", ("5", "ug"), ("1", "kg.min")),
        ("90 mg/kg/day", "rate", ("90", "mg"), ("1", "kg.d")),
        ("125 ml/hr", "rate", ("125", "mL"), ("1", "h")),
        ("90 mcg/actuation", "strength", ("90", "ug"), ("1", "{puff}")),
        ("75 mg/m2", "rate", ("75", "mg"), ("1", "m2")),
    ],
)
def test_ratio_is_read(written: str, kind: str, numerator: tuple[str, str], denominator: tuple[str, str]) -> None:
    _, amount = AMOUNTS["en"].match(written, 0) or (0, None)
    assert amount is not None
    assert amount.ratio is not None
    assert amount.kind == kind
    assert amount.ratio["numerator"] == dict(zip(("value", "unit"), numerator, strict=True))
    assert amount.ratio["denominator"] == dict(zip(("value", "unit"), denominator, strict=True))


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("0 mg", "zero_amount"),
        ("10-5 mg", "range_backwards"),
        ("8/500", "strength_without_unit"),
        ("9" * 40 + " mg", "amount_out_of_range"),
        ("5 mg/0 ml", "zero_amount"),
    ],
)
def test_amount_that_cannot_be_read_is_refused(written: str, code: str) -> None:
    with pytest.raises(UnreadError) as error:
        AMOUNTS["en"].match(written, 0)
    assert error.value.code == code
