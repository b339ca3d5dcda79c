"""Links: each reason of the closed list, on entities that are given, so that only the linker decides."""

from __future__ import annotations

import re
import sys

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, Span

import pipeline
from pipeline.medications.linking import LINK_REASONS, METHODS, Linking
from pipeline.medications.linking_before import Mention
from pipeline.medications.linking_rules import REASONS, RuleLinker, sentence_starts

assert pipeline.load  # registers the components

_LABELS = {"D": "DRUG", "S": "STRENGTH", "O": "DOSAGE", "T": "DURATION", "F": "FORM", "Q": "FREQUENCY", "R": "ROUTE"}
_MARKED = re.compile(r"\[(\w):([^\]]+)\]")


def link(marked: str, lang: str = "en") -> list[tuple[str, str, str]]:
    """Drug, attribute and reason of each link of a text in which entities are written "[D:aspirin]"."""
    doc = linked_doc(marked, lang)
    return [(one.drug.text, one.attribute.text, one.reason) for one in doc._.links]


def linked_doc(marked: str, lang: str = "en") -> Doc:
    nlp = spacy.blank(lang, config={"nlp": {"tokenizer": {"@tokenizers": "anamnesis.clinical_tokenizer.v1"}}})
    text, bounds, last = "", [], 0
    for match in _MARKED.finditer(marked):
        text += marked[last : match.start()]
        bounds.append((len(text), len(text) + len(match[2]), _LABELS[match[1]]))
        text += match[2]
        last = match.end()
    doc = nlp.make_doc(text + marked[last:])
    spans = [doc.char_span(start, end, label, alignment_mode="expand") for start, end, label in bounds]
    doc.set_ents([span for span in spans if span is not None])
    return Linking(lang)(doc)


CASES = [
    (
        "same_instruction",
        "[D:Ibuprofen] [S:200 mg] [Q:daily] [T:for two weeks].",
        [("Ibuprofen", "200 mg"), ("Ibuprofen", "daily"), ("Ibuprofen", "for two weeks")],
    ),
    ("amount_before_drug", "She was given [S:25 mg] of [D:Demerol].", [("Demerol", "25 mg")]),
    ("amount_before_drug", "Started on [R:IV] [D:heparin].", [("heparin", "IV")]),
    ("amount_before_drug", "[F:Tab]. [D:Metformin] [Q:BD], [F:Inj]. [D:Lantus] [Q:HS]", [("Lantus", "Inj")]),
    ("table_row", "[D:Fentanyl] [Q:q72h]. [F:Eye drops]: [D:latanoprost] [Q:qhs].", [("latanoprost", "Eye drops")]),
    ("table_row", "[D:Metformin] [Q:bid].\n[F:Cream]: [D:clobetasol]", [("clobetasol", "Cream")]),
    ("amount_before_drug", "[D:Lisinopril] [Q:daily]. [F:Drops] [D:latanoprost] [Q:qhs].", [("latanoprost", "Drops")]),
    ("same_instruction", "[D:Aspirin] [Q:daily], [F:tablets]. [D:Metformin] [Q:bid]", [("Aspirin", "tablets")]),
    ("same_instruction", "[D:Lasix] [S:40 mg] [R:p.o.] [Q:daily], [D:Norvasc] [Q:bid]", [("Lasix", "daily")]),
    (
        "same_instruction",
        "[D:Metformin] [S:500 mg] [R:p.o.] [Q:b.i.d. with meals], [D:Januvia] [S:100 mg] [Q:daily]",
        [("Metformin", "b.i.d. with meals"), ("Januvia", "daily")],
    ),
    ("table_row", "[S:40 mg] | [D:Lasix]\n[S:5 mg] | [D:Norvasc]", [("Lasix", "40 mg"), ("Norvasc", "5 mg")]),
    ("shared", "[D:aspirin] and [D:Plavix] [Q:daily]", [("aspirin", "daily")]),
    ("shared", "[D:Albuterol] or [D:Atrovent] [Q:q. 2h.]", [("Albuterol", "q. 2h.")]),
    ("each", "[D:Flovent] and [D:Serevent], [O:2 puffs] each.", [("Flovent", "2 puffs")]),
    ("in_order", "[D:Lasix]/[D:KCl] [S:40]/[S:20] [Q:qd]", [("Lasix", "40"), ("KCl", "20")]),
    ("shared", "[D:Lasix]/[D:KCl] [S:40]/[S:20] [Q:qd]", [("Lasix", "qd")]),
    (
        "shared",
        "[D:calcium] [S:500 mg]/[D:vitamin D] [S:200 units] [O:one] [F:tab] [R:p.o.] [Q:t.i.d.]",
        [("calcium", "one"), ("calcium", "tab"), ("calcium", "p.o."), ("calcium", "t.i.d.")],
    ),
    (
        "shared",
        "[D:sevredol] [S:10] [Q:prn], change to [R:sc]: [D:morphine] [S:30 mg] + [D:midazolam] [S:10 mg]",
        [("midazolam", "sc")],
    ),
    ("amount_before_drug", "[F:Tab.] [D:Metformin] [Q:BD], [F:Inj.] [D:Lantus] [Q:HS]", [("Lantus", "Inj.")]),
    (
        "in_order",
        "[D:Metoprolol] and [D:digoxin] [S:25 mg] and [S:0.125 mg], respectively",
        [("Metoprolol", "25 mg"), ("digoxin", "0.125 mg")],
    ),
    ("drug_between", "[D:Prevacid] to protect from [D:aspirin], [S:15 mg] [R:p.o.]", [("Prevacid", "15 mg")]),
    ("drug_between", "[D:Protonix] to protect the stomach from [D:aspirin], [S:40 mg]", [("Protonix", "40 mg")]),
    ("next_sentence", "I will start [D:Inderal]. He will take [S:10 mg] [Q:twice daily].", [("Inderal", "10 mg")]),
    (
        "later_step",
        "[D:prednisone] [S:40 mg] [T:for 3 days], then [S:20 mg] [T:for 3 days]",
        [("prednisone", "20 mg")],
    ),
    ("next_drug", "[Q:Daily] we gave the [D:aspirin].", [("aspirin", "Daily")]),
]


@pytest.mark.parametrize(("reason", "marked", "wanted"), CASES)
def test_link_has_its_reason(reason: str, marked: str, wanted: list[tuple[str, str]]) -> None:
    found = {(drug, attribute): why for drug, attribute, why in link(marked)}
    for pair in wanted:
        assert found.get(pair) == reason, f"{pair}: {found}"


def test_every_reason_of_the_list_has_a_case() -> None:
    assert {reason for reason, _, _ in CASES} == set(REASONS)


@pytest.mark.parametrize(
    ("lang", "marked", "wanted"),
    [
        ("fr", "[S:40 mg] de [D:Lasilix]", {("Lasilix", "40 mg")}),
        # What is given in one aerosol; what heads a line, before its drugs.
        (
            "fr",
            "[D:Bricanyl] [S:5 mg] + [D:Atrovent] [S:0,5 mg] [R:en aérosol] [Q:x 4/j]",
            {
                ("Bricanyl", "5 mg"),
                ("Atrovent", "0,5 mg"),
                *((drug, said) for drug in ("Bricanyl", "Atrovent") for said in ("en aérosol", "x 4/j")),
            },
        ),
        (
            "en",
            "[R:Nebs] [D:albuterol] [S:2.5 mg] + [D:Atrovent] [S:0.5 mg] [Q:q4h]",
            {
                ("albuterol", "2.5 mg"),
                ("Atrovent", "0.5 mg"),
                *((drug, said) for drug in ("albuterol", "Atrovent") for said in ("Nebs", "q4h")),
            },
        ),
        (
            "fr",
            "[R:aérosols] [D:Duovent] [Q:4x/j], [D:Lysomucil] [S:600]",
            {("Duovent", "aérosols"), ("Duovent", "4x/j"), ("Lysomucil", "600")},
        ),
        (
            "fr",
            "[D:Acupan] [S:20 mg] [R:IV] + [D:morphine] [S:5 mg] [R:SC]",
            {("Acupan", "20 mg"), ("Acupan", "IV"), ("morphine", "5 mg"), ("morphine", "SC")},
        ),
        (
            "fr",
            "[Q:midi] : [D:Amlor] [S:5] ; [D:Inexium] [S:20]",
            {("Amlor", "midi"), ("Amlor", "5"), ("Inexium", "midi"), ("Inexium", "20")},
        ),
        (
            "fr",
            "[D:Stalevo] [S:100]\n[Q:Coucher] [D:Modopar LP] [S:125]",
            {("Stalevo", "100"), ("Modopar LP", "Coucher"), ("Modopar LP", "125")},
        ),
        (
            "en",
            "[D:Metformin] [S:500 mg]\n[Q:twice daily] [D:aspirin]",
            {("Metformin", "500 mg"), ("Metformin", "twice daily")},
        ),
        # Hours in the first column; what was given in all.
        (
            "fr",
            "[Q:07h30]    [D:Stalevo] [S:100]    [O:1]\n[Q:22h00]    [D:Modopar LP] [S:125]    [O:2]",
            {
                ("Stalevo", "07h30"),
                ("Stalevo", "100"),
                ("Stalevo", "1"),
                ("Modopar LP", "22h00"),
                ("Modopar LP", "125"),
                ("Modopar LP", "2"),
            },
        ),
        (
            "fr",
            "[D:Aspégic] [S:250 mg] [R:IV], [D:morphine] titrée [S:6 mg] au total",
            {("Aspégic", "250 mg"), ("Aspégic", "IV"), ("morphine", "6 mg")},
        ),
        (
            "fr",
            "[D:Paracétamol] et [D:ibuprofène] [Q:si besoin]",
            {("Paracétamol", "si besoin"), ("ibuprofène", "si besoin")},
        ),
        (
            "fr",
            "[D:Solupred] [S:40 mg] [T:pendant 3 jours] puis [S:20 mg] [T:pendant 3 jours]",
            {
                ("Solupred", "40 mg"),
                ("Solupred", "pendant 3 jours"),
                ("Solupred", "20 mg"),
            },
        ),
        (
            "en",
            "[D:Ibuprofen] [S:200 mg] [Q:daily], [D:Dilaudid] [S:2mg] [Q:daily], [D:morphine] [R:intravenously].",
            {
                ("Ibuprofen", "200 mg"),
                ("Ibuprofen", "daily"),
                ("Dilaudid", "2mg"),
                ("Dilaudid", "daily"),
                ("morphine", "intravenously"),
            },
        ),
        (
            "en",
            "1. [D:Lasix] [S:40 mg] [R:p.o.] [Q:b.i.d.]\n2. [D:Zocor] [S:20 mg] [Q:q.h.s.]",
            {
                ("Lasix", "40 mg"),
                ("Lasix", "p.o."),
                ("Lasix", "b.i.d."),
                ("Zocor", "20 mg"),
                ("Zocor", "q.h.s."),
            },
        ),
    ],
)
def test_whole_instructions(lang: str, marked: str, wanted: set[tuple[str, str]]) -> None:
    assert {(drug, attribute) for drug, attribute, _ in link(marked, lang)} == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[D:Trazodone] [S:50 mg] [Q:qhs], Zorvexil [O:10] [Q:bid]", {("Trazodone", "50 mg"), ("Trazodone", "qhs")}),
        ("[D:Lasix] [S:40 mg] [Q:qam], then [S:20 mg] [Q:qpm]", {("Lasix", said) for said in ("40 mg", "qam", "20 mg", "qpm")}),
    ],
)  # fmt: skip
def test_a_name_that_nobody_knows_ends_the_instruction_before_it(text: str, wanted: set[tuple[str, str]]) -> None:
    assert {(drug, attribute) for drug, attribute, _ in link(text, "en")} == wanted


def test_attribute_without_a_drug_in_reach_is_said_and_not_forced() -> None:
    doc = linked_doc("Take [S:10 mg] [Q:daily]. " + "The weather was fine. " * 40 + "\n\nAllergic to [D:penicillin].")
    assert doc._.links == ()
    assert [span.text for span in doc._.unlinked] == ["10 mg", "daily"]


def test_attributes_without_any_drug_stay_unlinked() -> None:
    doc = linked_doc("[S:10 mg] [R:p.o.] [Q:daily] [T:for 3 days]")
    assert doc._.links == ()
    assert len(doc._.unlinked) == 4


def test_two_drugs_without_attributes_have_no_links() -> None:
    assert link("[D:aspirin] and [D:Plavix] were discussed.") == []


def test_getters_agree_with_the_links() -> None:
    doc = linked_doc("[D:aspirin] and [D:Plavix] [Q:daily]")
    aspirin, plavix, daily = doc.ents
    assert [span.text for span in daily._.drug] == ["aspirin", "Plavix"]
    assert aspirin._.attributes == {"FREQUENCY": [daily]} == plavix._.attributes
    assert all(0 < one.score <= 1 and one.method in METHODS for one in doc._.links)


def test_unknown_method_and_labels_on_both_sides_are_errors() -> None:
    with pytest.raises(ValueError, match="method"):
        Linking("en", method="magic")
    with pytest.raises(ValueError, match="heads and tails"):
        Linking("en", head_labels=["DRUG"], tail_labels=["DRUG"])
    with pytest.raises(ValueError, match="en, fr"):
        Linking("xx")


def test_own_labels_are_linked_too() -> None:
    nlp = spacy.blank("en")
    doc = nlp.make_doc("attempt twice")
    doc.set_ents([Span(doc, 0, 1, "ACT"), Span(doc, 1, 2, "TIMES")])
    doc = Linking("en", head_labels=["ACT"], tail_labels=["TIMES"])(doc)
    assert [(one.drug.text, one.attribute.text) for one in doc._.links] == [("attempt", "twice")]


def calls_for(count: int) -> int:
    """How many calls it takes to link a list of drugs with two attributes each: work, whatever the machine does."""
    text, mentions = "", []
    for number in range(count):
        for word, label in ((f"drug{number}", "DRUG"), ("10 mg", "STRENGTH"), ("daily", "FREQUENCY")):
            mentions.append(Mention(len(text), len(text) + len(word), label, label == "DRUG", number))
            text += word + " "
        text += "\n"
    linker, calls = RuleLinker("en"), 0

    def count_call(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count_call)
    try:
        linker(text, mentions)
    finally:
        sys.setprofile(None)
    return calls


def test_work_grows_with_the_number_of_entities_and_no_faster() -> None:
    assert calls_for(800) < 4.2 * calls_for(200)


@pytest.mark.parametrize(
    ("lang", "marked", "wanted"),
    [
        ("en", "[D:A] and [D:B]: [S:5 mg] and [S:2 mg] respectively", {("A", "5 mg"), ("B", "2 mg")}),
        ("en", "[D:A] and [D:B] were raised to [S:5 mg] [Q:b.i.d.] and [S:2 mg] [Q:daily], respectively.", {("A", "5 mg"), ("A", "b.i.d."), ("B", "2 mg"), ("B", "daily")}),
        ("en", "[D:A], [D:B] and [D:C] [S:5 mg], [S:2 mg] and [S:1 mg], respectively.", {("A", "5 mg"), ("B", "2 mg"), ("C", "1 mg")}),
        ("en", "[D:A] and [D:B], respectively [S:5 mg] and [S:2 mg].", {("A", "5 mg"), ("B", "2 mg")}),
        ("en", "She had [S:5 mg] and [S:2 mg] of [D:A] and [D:B], respectively.", {("A", "5 mg"), ("B", "2 mg")}),
        ("en", "[D:A] and [D:B] [Q:daily] and [Q:b.i.d.], respectively.", {("A", "daily"), ("B", "b.i.d.")}),
        ("fr", "[D:A] et [D:B] [S:5 mg] et [S:2 mg] respectivement", {("A", "5 mg"), ("B", "2 mg")}),
    ],
)  # fmt: skip
def test_what_is_told_respectively_is_linked_in_order(lang: str, marked: str, wanted: set[tuple[str, str]]) -> None:
    assert {(drug, attribute) for drug, attribute, _ in link(marked, lang)} == wanted


@pytest.mark.parametrize(
    "marked",
    [
        "[D:A], [D:B] and [D:C] [S:5 mg] and [S:2 mg], respectively.",
        "She had 5 mg and [S:2 mg] of [D:A] and [D:B], respectively.",
        "[D:A] and [D:B] [Q:daily and twice daily], respectively.",
    ],
)
def test_nothing_is_linked_in_order_where_the_numbers_differ(marked: str) -> None:
    assert link(marked) == []


def test_each_drug_with_its_own_amount_needs_no_order() -> None:
    found = {(drug, attribute) for drug, attribute, _ in link("[D:A] [S:5 mg] and [D:B] [S:2 mg] respectively.")}
    assert found == {("A", "5 mg"), ("B", "2 mg")}


@pytest.mark.parametrize("words", ["Discontinue", "Start", "Hold", "Also", "Home"])
def test_a_sentence_that_begins_behind_a_route_takes_nothing_with_it(words: str) -> None:
    marked = f"[D:Prevacid] to protect from [D:aspirin], [S:15 mg] [R:p.o.] {words} [D:Lasix]"
    assert {(drug, attribute) for drug, attribute, _ in link(marked)} == {("Prevacid", "15 mg"), ("Prevacid", "p.o.")}


def test_every_link_has_a_reason_of_the_closed_list() -> None:
    assert {*REASONS, "model"} == LINK_REASONS


def test_five_thousand_entities_are_linked_in_linear_work() -> None:
    doc = linked_doc("".join(f"[D:drug{number}] [S:10 mg] [Q:daily]\n" for number in range(1667)))
    assert len(doc.ents) == 5001
    assert len(doc._.links) == 2 * 1667


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from("DSOTFQR"), max_size=25), st.sampled_from([" ", ", ", ". ", "\n", "\n\n", " and ", " of "])
)
def test_links_always_join_a_drug_and_an_attribute_of_the_text(kinds: list[str], gap: str) -> None:
    words = {"D": "Lasix", "S": "40 mg", "O": "two", "T": "for 3 days", "F": "tablets", "Q": "daily", "R": "p.o."}
    doc = linked_doc(gap.join(f"[{kind}:{words[kind]}]" for kind in kinds))
    entities = set(doc.ents)
    for one in doc._.links:
        assert one.drug in entities
        assert one.drug.label_ == "DRUG"
        assert one.attribute in entities
        assert one.attribute.label_ != "DRUG"
        assert one.reason in REASONS
    attributes = [span for span in doc.ents if span.label_ != "DRUG"]
    linked = {one.attribute for one in doc._.links}
    assert set(doc._.unlinked) == set(attributes) - linked


def test_sentences_by_punctuation_alone() -> None:
    text = "One. Two\n\nThree"
    assert [text[start:][:3] for start in sentence_starts(text)] == ["One", "Two", "Thr"]
