"""OMOP rows and the flat table, opened as their users open them."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pandas
import pytest

from pipeline import exporters
from pipeline.enrich import EnrichOptions
from pipeline.exporters.csv_table import COLUMNS
from pipeline.exporters.omop import DRUG_EXPOSURE, NOTE_NLP
from tests.pipeline.exporters.events import QUALIFIED, event, qualified, sample_events

TODAY = exporters.Context(today=datetime.date(2024, 5, 6))


def tables(name: str, *events: Any, context: exporters.Context = TODAY) -> dict[str, pandas.DataFrame]:
    """What a format wrote, in data frames; text stays text."""
    files: dict[str, bytes] = {}
    for file, block in exporters.get(name).export(events, context):
        files[file] = files.get(file, b"") + block
    return {
        file.removesuffix(".csv"): pandas.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
        for file, content in files.items()
    }


def row(frame: pandas.DataFrame, column: str, value: str) -> pandas.Series:
    """The only row with a value."""
    found = frame[frame[column] == value]
    assert len(found) == 1
    return found.iloc[0]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_omop_tables_of_sample_notes(language: str) -> None:
    events = sample_events(language)
    made = tables("omop", *events)
    terms, exposures, ids = made["NOTE_NLP"], made["DRUG_EXPOSURE"], made["source_ids"]
    assert tuple(terms.columns) == NOTE_NLP
    assert tuple(exposures.columns) == DRUG_EXPOSURE
    assert len(terms) == sum(len(one["entities"]) for one in events)
    assert terms["note_nlp_id"].tolist() == [str(number) for number in range(1, len(terms) + 1)]
    assert set(terms["note_id"]) <= set(ids[ids["table_name"] == "NOTE"]["id"])
    texts = {one["note"]["note_id"]: one["note"]["text"] for one in events}
    sources = dict(
        zip(ids[ids["table_name"] == "NOTE"]["id"], ids[ids["table_name"] == "NOTE"]["source_value"], strict=True)
    )
    for _, term in terms.iterrows():
        text, start = texts[sources[term["note_id"]]], int(term["offset"])
        assert text[start:].startswith(term["lexical_variant"])
        assert " ".join(term["lexical_variant"].split()) in term["snippet"]
        assert term["term_exists"] in ("Y", "N")
        assert term["term_temporal"] in ("Past", "Present", "")
    for name, width in (("snippet", 250), ("lexical_variant", 250), ("nlp_system", 250), ("term_modifiers", 2000)):
        assert terms[name].str.len().max() <= width
    for column in ("drug_exposure_start_date", "person_id", "drug_concept_id"):
        assert (exposures[column] != "").all()
    assert (exposures["drug_exposure_end_date"] == "")[exposures["days_supply"] == ""].all()
    assert (exposures["drug_exposure_end_date"] >= exposures["drug_exposure_start_date"])[
        exposures["drug_exposure_end_date"] != ""
    ].all()


def test_omop_says_what_the_patient_has_and_had() -> None:
    terms = tables("omop", qualified())["NOTE_NLP"]
    said = {
        words: tuple(row(terms, "lexical_variant", words)[["term_exists", "term_temporal"]])
        for words in ("Amoxicillin", "asthma", "diabetes", "hypertension", "penicillin", "lisinopril", "pneumonia")
    }
    assert said == {
        "Amoxicillin": ("Y", "Present"),
        "asthma": ("Y", "Past"),
        "diabetes": ("N", "Present"),
        "hypertension": ("N", "Present"),
        "penicillin": ("N", "Present"),
        "lisinopril": ("N", "Present"),
        "pneumonia": ("Y", "Present"),
    }
    assert "subject=family" in row(terms, "lexical_variant", "hypertension")["term_modifiers"]
    drug = row(terms, "lexical_variant", "Amoxicillin")["note_nlp_id"]
    strength = row(terms, "lexical_variant", "500 mg")
    assert strength["term_modifiers"] == f"label=STRENGTH,of_note_nlp_id={drug}"
    assert set(terms["nlp_date"]) == {"2024-05-06"}


def test_the_reaction_to_a_drug_is_neither_present_nor_past() -> None:
    terms = tables("omop", event("Allergies: penicillin (rash). He has pneumonia."))["NOTE_NLP"]
    assert row(terms, "lexical_variant", "rash")["term_temporal"] == ""
    assert "allergy=true" in row(terms, "lexical_variant", "rash")["term_modifiers"]


def test_only_what_is_taken_is_an_exposure() -> None:
    made = tables("omop", qualified())
    exposures = made["DRUG_EXPOSURE"]
    assert {"warfarin", "metformin", "lisinopril", "penicillin", "Prednisone"}.isdisjoint(
        exposures["drug_source_value"]
    )
    taken = row(exposures, "drug_source_value", "Amoxicillin")
    assert taken["drug_exposure_start_date"] == "2024-03-12"
    assert (taken["days_supply"], taken["drug_exposure_end_date"]) == ("7", "2024-03-18")
    assert taken["sig"] == "500 mg p.o. t.i.d. for 7 days as needed"
    assert taken["drug_type_concept_id"] == "32858"
    assert taken["dose_unit_source_value"] == "mg"
    persons = made["source_ids"]
    assert row(persons, "table_name", "PERSON")["source_value"] == "p7"
    assert tables("omop", event(note_datetime=None))["DRUG_EXPOSURE"].empty
    assert tables("omop", event(patient_id=None))["DRUG_EXPOSURE"].empty


def test_the_flat_table_has_posology_history_and_reasons() -> None:
    context = exporters.Context({"n/1": {"text": QUALIFIED}})
    (frame,) = tables("csv", qualified(), context=context).values()
    assert tuple(frame.columns) == COLUMNS
    drug = row(frame, "text", "Amoxicillin")
    assert tuple(drug[["dose_value", "dose_unit", "timing_code", "as_needed", "duration", "status"]]) == (
        "500", "mg", "TID", "true", "7 d", "active"
    )  # fmt: skip
    attribute = row(frame, "text", "500 mg")
    assert tuple(attribute[["drugs", "drug_texts"]]) == (drug["entity"], "Amoxicillin")
    assert attribute["link_reasons"]
    assert row(frame, "text", "asthma")["history"] == "true"
    assert row(frame, "text", "asthma")["history_reasons"].endswith(": History of")
    assert row(frame, "text", "Prednisone")["steps"].count("|") == 1


def test_a_row_has_every_code_of_its_mention() -> None:
    made = event("Héparine 5000 UI/j.", "fr")
    codes = [code["code"] for code in made["entities"][0]["codes"]]
    assert len(codes) > 1
    (frame,) = tables("csv", made).values()
    drug = row(frame, "text", "Héparine")
    assert (drug["system"], drug["code"]) == ("http://www.whocc.no/atc", " ".join(codes))


def test_the_duration_of_each_step_is_not_shown_as_that_of_the_course() -> None:
    (frame,) = tables("csv", event("Prednisone 40 mg daily for 5 days then 20 mg daily for 5 days.")).values()
    taper = row(frame, "text", "Prednisone")
    assert taper["duration"] == ""
    assert taper["posology"] == "1) 40 mg, once a day, for 5 days; 2) 20 mg, once a day, for 5 days"
    assert taper["steps"].count("for 5 days") == 2


def test_a_cell_is_never_a_formula() -> None:
    made = event("Aspirin 81 mg daily.", note_id="=1+1", patient_id="@x")
    (frame,) = tables("csv", made).values()
    assert set(frame["note_id"]) == {"'=1+1"}
    assert set(frame["patient_id"]) == {"'@x"}


def test_offsets_in_utf16_are_those_of_the_text() -> None:
    text = "👩‍⚕️ 𝟓 Aspirin 81 mg daily."
    made = event(text, options=EnrichOptions(offset_unit="utf16", text_echo="none"))
    context = exporters.Context({"n/1": {"text": text}}, datetime.date(2024, 5, 6))
    terms = tables("omop", made, context=context)["NOTE_NLP"]
    assert "Aspirin" in terms["lexical_variant"].tolist()
    assert row(terms, "lexical_variant", "Aspirin")["snippet"] == text
    (frame,) = tables("csv", made, context=context).values()
    assert "Aspirin" in frame["text"].tolist()
