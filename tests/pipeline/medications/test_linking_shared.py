"""Links of what is said once for several drugs, and of what is not: lists, lengths, strokes, syringes."""

from __future__ import annotations

import pytest

from tests.pipeline.medications.test_linking import link

SHARED = [
    ("en", "[R:Oral] or [R:topical] [D:antibiotics] help.", {("antibiotics", "Oral"), ("antibiotics", "topical")}),
    (
        "en",
        "[D:Lortab] ([S:10 mg]) plus [D:Phenergan] ([S:25 mg]), [R:p.o.]",
        {("Lortab", "10 mg"), ("Phenergan", "25 mg"), ("Lortab", "p.o."), ("Phenergan", "p.o.")},
    ),
    (
        "en",
        "[D:Kenalog] [F:cream] and [D:Lidex] [F:ointment] that she uses [Q:as needed]",
        {("Kenalog", "cream"), ("Lidex", "ointment"), ("Kenalog", "as needed"), ("Lidex", "as needed")},
    ),
    (
        "en",
        "[D:Ibuprofen] [Q:t.i.d.] and [D:omeprazole] [S:20 mg], [Q:daily]",  # not two instructions of one form
        {("Ibuprofen", "t.i.d."), ("omeprazole", "20 mg"), ("omeprazole", "daily")},
    ),
    (
        "en",
        "[R:IV] sedation: [S:50 mg] [D:Demerol], [S:8 mg] of [D:Versed].",
        {("Demerol", "50 mg"), ("Versed", "8 mg"), ("Demerol", "IV"), ("Versed", "IV")},
    ),
    (
        "en",
        "[D:Atropine] [S:0.4 mg] [R:IM], and then [R:intravenous] medications of [D:Demerol] [S:50 mg]",
        {("Atropine", "0.4 mg"), ("Atropine", "IM"), ("Demerol", "intravenous"), ("Demerol", "50 mg")},
    ),
    (
        "fr",
        "Antibiothérapie [R:IV] par [D:céfotaxime] [S:1 g] et [D:métronidazole] [S:500 mg]",
        {("céfotaxime", "IV"), ("métronidazole", "IV"), ("céfotaxime", "1 g"), ("métronidazole", "500 mg")},
    ),
    (
        "en",
        "[S:1%] [D:lidocaine] and [D:epinephrine] [O:10 cc]",
        {("lidocaine", "1%"), ("lidocaine", "10 cc"), ("epinephrine", "10 cc")},
    ),
    (
        "en",
        "[D:Xalatan] drops. For asthma he uses [Q:p.r.n.] [D:Flovent] and [D:Serevent].",
        {("Flovent", "p.r.n."), ("Serevent", "p.r.n.")},
    ),
    (
        "en",
        "[D:vancomycin], [D:cefepime] and [D:metronidazole] [T:for 7 days]",
        {(drug, "for 7 days") for drug in ("vancomycin", "cefepime", "metronidazole")},
    ),
    (
        "en",
        "[Q:PRN] [R:SC]: [D:morphine] [S:2.5 mg], [D:midazolam] [S:5 mg]",
        {
            *((drug, said) for drug in ("morphine", "midazolam") for said in ("PRN", "SC")),
            ("morphine", "2.5 mg"),
            ("midazolam", "5 mg"),
        },
    ),
    ("en", "[D:aspirin], [D:metoprolol] and [D:Ambien] [Q:p.r.n.]", {("Ambien", "p.r.n.")}),
    ("en", "[D:aspirin], [D:fentanyl] or [D:morphine] [Q:p.r.n.]", {("fentanyl", "p.r.n."), ("morphine", "p.r.n.")}),
]


@pytest.mark.parametrize(("lang", "marked", "wanted"), SHARED)
def test_what_is_said_once_goes_to_each_drug_it_is_said_of(
    lang: str, marked: str, wanted: set[tuple[str, str]]
) -> None:
    assert {(drug, attribute) for drug, attribute, _ in link(marked, lang)} == wanted


@pytest.mark.parametrize(
    ("marked", "drugs"),
    [
        ("[D:fluclox] [S:500] [Q:qid] and [D:doxy] [S:100] [Q:bd] [T:7/7]", {"fluclox", "doxy"}),
        ("[D:mirtazapine] [S:45 mg] plus [D:aripiprazole] [S:5 mg] [T:for a year]", {"mirtazapine", "aripiprazole"}),
        ("[D:fluclox] [S:2g] [Q:qds] + [D:gent] [T:3 days]", {"gent"}),
        ("[D:amoxicillin] [S:1 g] [Q:tds] [T:for 5 days] and [D:doxy] [S:100] [Q:bd] [T:7/7]", {"doxy"}),
        ("[D:heparin] [O:5000 U] and [D:insulin] [O:10 U] [T:over 24 hours]", {"insulin"}),
        ("[D:Rocephin] [S:1 g] [Q:once] and [D:doxy] [S:100 mg] [Q:bd] [T:for 7 days]", {"doxy"}),
        ("[D:Flagyl] [S:1 g] [Q:once daily] and [D:doxy] [S:100 mg] [Q:bd] [T:for 7 days]", {"Flagyl", "doxy"}),
        ("[D:Rocephin] [S:1 g] [R:IM] and [D:doxy] [S:100 mg] [Q:bd] [T:for 7 days]", {"doxy"}),
    ],
)
def test_a_length_behind_two_joined_instructions_is_of_both(marked: str, drugs: set[str]) -> None:
    found = link(marked)
    last = [attribute for _, attribute, _ in found][-1]
    assert {drug for drug, attribute, _ in found if attribute == last} == drugs


def test_a_length_is_of_no_drug_that_is_given_once() -> None:
    found = link("[D:Rocéphine] [S:1 g] [Q:dose unique] + [D:doxy] [S:100 mg] [Q:x 2/j] [T:7 jours]", "fr")
    assert {drug for drug, attribute, _ in found if attribute == "7 jours"} == {"doxy"}


def test_two_drugs_around_a_stroke_share_no_time_that_is_of_the_second_alone() -> None:
    found = {(drug, attribute) for drug, attribute, _ in link("[D:ASA] [S:81]/[D:Brilinta] [S:90] [Q:BID]")}
    assert found == {("ASA", "81"), ("Brilinta", "90"), ("Brilinta", "BID")}


def test_three_drugs_around_strokes_and_any_way_of_giving_are_told_once() -> None:
    found = link("[D:Haldol] [S:5 mg] / [D:Ativan] [S:1 mg] / [D:Cogentin] [S:1 mg] [R:IM] [Q:q8h]")
    assert {drug for drug, attribute, _ in found if attribute == "q8h"} == {"Haldol", "Ativan", "Cogentin"}
    found = link("[D:Haldol] [S:5 mg]/[D:Ativan] [S:2 mg] [R:IM] [Q:q8h]")
    assert {(drug, attribute) for drug, attribute, _ in found if attribute in ("IM", "q8h")} == {
        ("Haldol", "IM"), ("Ativan", "IM"), ("Ativan", "q8h")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said", "drug"),
    [
        ("[D:Folvite] [S:1 mg] [Q:daily], [D:MTX] [O:8] [F:tabs] [Q:weekly] ([S:2.5 mg] each)", "2.5 mg", "MTX"),
        ("[D:Folvite] [S:1 mg] [Q:daily], [D:MTX] [O:8] [F:tabs] of [S:2.5 mg] each [Q:weekly]", "weekly", "MTX"),
        (
            "[D:Decadron] [S:40 mg] [Q:weekly] with [D:Pomalyst] [S:4 mg] [Q:daily] [T:days 1-21]",
            "days 1-21",
            "Pomalyst",
        ),
    ],
)
def test_each_tablet_and_the_days_of_a_cycle_are_of_the_last_drug(text: str, said: str, drug: str) -> None:
    assert {one for one, attribute, _ in link(text) if attribute == said} == {drug}


@pytest.mark.parametrize("place", ["both eyes", "each nostril", "both sides of the nose"])
def test_a_place_that_is_both_or_each_shares_nothing(place: str) -> None:
    text = (
        f"[D:Cozaar] [S:50 mg] [Q:daily], [D:Lasix] [S:40 mg] [Q:daily], [D:Lumigan] one [F:drop] {place} [Q:at night]."
    )
    assert [drug for drug, attribute, _ in link(text) if attribute == "drop"] == ["Lumigan"]


def test_what_is_mixed_in_one_syringe_is_given_by_one_route() -> None:
    mixed = link("[D:diamorphine] [S:20 mg] + [D:haloperidol] [S:3 mg] + [D:hyoscine] [S:1.2 mg] [R:SC]")
    assert {drug for drug, attribute, _ in mixed if attribute == "SC"} == {"diamorphine", "haloperidol", "hyoscine"}
    two = link("[D:aspirin] [S:300 mg] + [D:enoxaparin] [S:60 mg] [R:SC]")
    assert {drug for drug, attribute, _ in two if attribute == "SC"} == {"enoxaparin"}
