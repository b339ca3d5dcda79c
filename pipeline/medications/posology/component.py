"""The posology of each medication, and its record: `doc._.medication_data` and `doc._.medications`.

The attributes that are linked to a drug are read one by one. What cannot be read wholly stays text, with a warning in
`doc._.warning_data`; no value is guessed. Several different amounts or frequencies of one drug (a taper, alternating
doses) become steps, in the order of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline import extensions, resources
from pipeline.medications.posology.amounts import Amount, Amounts, UnreadError, digits, spelled
from pipeline.medications.posology.timing import Frequencies, read_duration
from pipeline.text.folding import fold

Data = dict[str, Any]
_Bounds = tuple[int, int]

_DEPENDENT = ("history", "negation", "family", "hypothesis")
_PER_DAY = {"d": Decimal(1), "h": Decimal(24), "wk": Decimal(1) / 7}
# A cue of change is looked for this far before its drug, within its line.
_CHANGE_WINDOW = 40


@dataclass(frozen=True, slots=True)
class MedicationRecord:
    """A medication as it was read: the drug, its attributes, and the plain data of the event."""

    drug: Span
    attributes: dict[str, list[Span]]
    data: Data

    def __getattr__(self, name: str) -> Any:
        try:
            return self.data[name]
        except KeyError:
            raise AttributeError(name) from None


class PosologyReader:
    """Reads linked attributes; needs `doc._.link_data` of `anamnesis_linking`."""

    def __init__(self, lang: str, drug_labels: Iterable[str]) -> None:
        self.drug_labels = frozenset(drug_labels)
        self.tables = _tables(lang)

    def __call__(self, doc: Doc) -> Doc:
        """Read a Doc."""
        attributes: dict[_Bounds, dict[str, list[_Bounds]]] = {}
        for link in doc._.link_data or ():
            of_drug = attributes.setdefault(tuple(link["head"]), {})
            of_drug.setdefault(link["type"], []).append(tuple(link["tail"]))
        warnings: list[Data] = [w for w in doc._.warning_data or () if w.get("by") != "posology"]
        groups: dict[str, int] = {}
        records = []
        for drug in doc.ents:
            if drug.label_ not in self.drug_labels or _flag(drug, "allergy"):
                continue
            bounds = (drug.start_char, drug.end_char)
            own = attributes.get(bounds, {})
            group = groups.setdefault(_name(drug), len(groups) + 1)
            records.append(self._record(doc, drug, own, group, warnings))
        doc._.medication_data = records
        doc._.warning_data = warnings
        return doc

    def _record(
        self, doc: Doc, drug: Span, attributes: dict[str, list[_Bounds]], group: int, warnings: list[Data]
    ) -> Data:
        qualifiers = {name: _flag(drug, name) for name in _DEPENDENT}
        change, cues = self.tables.change(doc.text, drug.start_char)
        return {
            "drug": [drug.start_char, drug.end_char],
            "group": group,
            "attributes": {label: [list(b) for b in sorted(spans)] for label, spans in attributes.items()},
            "posology": self.tables.read(doc.text, attributes, warnings),
            "status": _status(qualifiers, change),
            "change": change,
            "change_cues": cues,
            **qualifiers,
            "codes": [dict(code) for code in drug._.codes or ()],
        }


class _Tables:
    """The readers of one language."""

    def __init__(self, lang: str) -> None:
        self.amounts = Amounts(lang)
        self.frequencies = Frequencies(lang, self.amounts)
        self.routes = _codes(lang, "routes")
        self.forms = _codes(lang, "forms")
        changes = resources.read_table(lang, "posology/changes.tsv")
        self._changes = {fold(row["cue"]): row["change"] for row in changes}
        words = "|".join(sorted(map(re.escape, self._changes), key=len, reverse=True))
        self._change = re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])")

    def change(self, text: str, start: int) -> tuple[str, list[Data]]:
        """The change that the words right before a drug announce, with its cue."""
        low = max(0, start - _CHANGE_WINDOW)
        before = re.split(r"[.;\n]", fold(text[low:start]))[-1]
        found = None
        for match in self._change.finditer(before):
            found = match
        if found is None:
            return "none", []
        place = start - len(before) + found.start()
        cue = {"kind": "lexical", "start": place, "end": place + len(found[0]), "rule": "change"}
        return self._changes[found[0]], [cue]

    def read(self, text: str, attributes: dict[str, list[_Bounds]], warnings: list[Data]) -> Data:
        """The posology in the shape of the event."""

        def each(label: str) -> list[tuple[_Bounds, str]]:
            return [(bounds, text[bounds[0] : bounds[1]]) for bounds in sorted(attributes.get(label, ()))]

        def warn(code: str, bounds: _Bounds) -> None:
            warnings.append({"code": code, "start": bounds[0], "end": bounds[1], "by": "posology"})

        def amounts_of(label: str) -> list[Amount]:
            found = []
            for bounds, words in each(label):
                try:
                    found.append(self.amounts.read(fold(words)))
                except UnreadError as error:
                    warn(error.code, bounds)
            return found

        strengths, doses = amounts_of("STRENGTH"), amounts_of("DOSAGE")
        posology: Data = {"as_needed": False, "steps": []}
        self._amount_fields(posology, strengths, doses)
        timings = []
        for bounds, words in each("FREQUENCY"):
            try:
                reading = self.frequencies.read(words)
            except UnreadError as error:
                warn(error.code, bounds)
                continue
            posology["as_needed"] = posology["as_needed"] or reading.as_needed
            if (timing := reading.timing()) is not None:
                timings.append(timing)
        for bounds, words in each("DURATION")[:1]:
            try:
                posology["duration"] = read_duration(self.amounts, words)
            except UnreadError as error:
                warn(error.code, bounds)
        for label, field, codes in (("ROUTE", "route", self.routes), ("FORM", "form", self.forms)):
            for bounds, words in each(label)[:1]:
                code = codes.get(_bare(words))
                posology[field] = {"text": words, "code": code}
                if code is None:
                    warn(f"{field}_unknown", bounds)
        self._times(posology, timings, doses or strengths)
        posology["daily_dose"] = _daily_dose(posology)
        return posology

    @staticmethod
    def _amount_fields(posology: Data, strengths: list[Amount], doses: list[Amount]) -> None:
        """A count or a volume is the dose and the strength stays; a mass alone is the dose."""
        plain = [amount for amount in doses if amount.quantity is not None]
        for amount in doses:
            if amount.kind == "rate":
                posology["rate"] = amount.ratio
        if len(plain) == 1:
            posology["dose"] = plain[0].quantity
        masses = [amount for amount in strengths if amount.kind == "quantity"]
        for amount in strengths:
            if amount.kind == "strength":
                posology["strength"] = amount.ratio
        if len(masses) == 1:
            if doses:
                posology["strength"] = {"numerator": masses[0].quantity, "denominator": None}
            else:
                posology["dose"] = masses[0].quantity

    @staticmethod
    def _times(posology: Data, timings: list[Data], amounts: list[Amount]) -> None:
        """One timing is the record's; several amounts or timings are steps, paired in order where they pair."""
        quantities = [amount.quantity for amount in amounts if amount.quantity is not None]
        if len(timings) == 1:
            posology["timing"] = timings[0]
        elif len(timings) > 1 and len(quantities) <= 1:
            whens = [timing["repeat"].get("when") for timing in timings]
            if all(whens) and all(len(timing["repeat"]) == 1 for timing in timings):
                merged = [code for when in whens for code in when or ()]
                posology["timing"] = {"repeat": {"when": merged}, "code": None}
        if len(quantities) > 1 and len(timings) in (0, 1, len(quantities)):
            for number, quantity in enumerate(quantities):
                step: Data = {"dose": quantity}
                if timings:
                    step["timing"] = timings[number] if len(timings) > 1 else timings[0]
                posology["steps"].append(step)


def _daily_dose(posology: Data) -> Data | None:
    """Dose times frequency, where both are known and nothing is taken as needed."""
    dose, timing = posology.get("dose"), posology.get("timing")
    if not dose or not timing or posology["as_needed"] or posology["steps"]:
        return None
    repeat = timing["repeat"]
    if "when" in repeat and "frequency" not in repeat:
        times = Decimal(len(repeat["when"]))
    elif {"frequency", "period", "periodUnit"} <= repeat.keys() and not {"frequencyMax", "periodMax"} & repeat.keys():
        share = _PER_DAY.get(repeat["periodUnit"])
        if share is None:
            return None
        times = Decimal(repeat["frequency"]) * share / Decimal(repeat["period"])
    else:
        return None
    if times != round(times, 6) or "dayOfWeek" in repeat or "count" in repeat:
        return None
    amounts = {name: digits(Decimal(dose[name]) * times) for name in ("value", "low", "high") if name in dose}
    return {**amounts, "unit": dose.get("unit"), "assumptions": []}


def _status(qualifiers: dict[str, bool | None], change: str) -> str:
    if qualifiers["negation"]:
        return "not-taken"
    if qualifiers["family"]:
        return "unknown"
    if qualifiers["hypothesis"]:
        return "intended"
    if change == "stop" or qualifiers["history"]:
        return "stopped" if change == "stop" else "completed"
    return "on-hold" if change == "hold" else "active"


def _flag(span: Span, name: str) -> bool | None:
    value: bool | None = getattr(span._, name) if Span.has_extension(name) else None
    return value


def _name(drug: Span) -> str:
    return fold(drug.text)


def _bare(words: str) -> str:
    return re.sub(r"\s+", " ", fold(words).replace(".", " ")).strip()


def _codes(lang: str, name: str) -> dict[str, str]:
    rows = spelled(resources.read_table(lang, f"posology/{name}.tsv"))
    return {_bare(written): row["code"] for written, row in rows}


@lru_cache(maxsize=len(resources.LANGUAGES))
def _tables(lang: str) -> _Tables:
    return _Tables(lang)


def _records(doc: Doc) -> list[MedicationRecord]:
    spans = {(entity.start_char, entity.end_char): entity for entity in doc.ents}
    return [
        MedicationRecord(
            spans[tuple(data["drug"])],
            {label: [spans[tuple(b)] for b in bounds] for label, bounds in data["attributes"].items()},
            data,
        )
        for data in doc._.medication_data or ()
    ]


extensions.value(Doc, "medication_data")
extensions.value(Doc, "warning_data")
extensions.value(Doc, "link_data")
extensions.value(Span, "codes")
extensions.computed(Doc, "medications", _records)


@Language.factory("anamnesis_posology", default_config={"drug_labels": ["DRUG"]})
def make_posology(nlp: Language, name: str, drug_labels: list[str]) -> PosologyReader:
    """Factory of PosologyReader for the language of the pipeline."""
    return PosologyReader(str(nlp.lang), drug_labels)
