"""Past or present, mention by mention, in whole French notes: letters, emergency sheets, orders, lists of many layouts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.profiles import profile

_MARKED = re.compile(r"\{([^|}]+)\|([pd])([+-])\}")
_LABELS = {"p": "PROBLEM", "d": "DRUG"}

SENTENCES = [
    ("2023-07-21 |", "Monsieur né en janvier 1948, {BPCO|p-} stade III."),
    ("2023-07-21 |", "Patiente née en 1972 : {myélome|p-} à IgG."),
    ("2023-12-12 |", "Transférée le 01/12/2023 après un {AVC|p+} survenu le 14/11/2023."),
    ("2023-12-12 |", "Hospitalisée le 01/12/2023 pour {pneumopathie|p-}."),
    ("2023-12-12 |", "Depuis la dernière consultation (mars 2023) : {chutes|p-}, {constipation|p-}."),
    ("2024-06-10 |", "Suivi pour {diabète|p-}, {infarctus|p+} en 2010."),
    ("2024-06-10 |", "{Fièvre|p+}, {toux|p+} et {dyspnée|p+} en janvier 2020."),
    ("2024-06-10 |", "{Zona|p+} il y a 6 mois, {douleurs|p-} persistantes."),
    ("2024-06-10 |", "{Acitrétine|d+} en 2016, {chéilite|p+}."),
    (
        "2024-06-10 |",
        "Le {valproate|d+} prescrit en 2021 par son neurologue a été interrompu après deux mois ({alopécie|p+}).",
    ),
    ("2024-06-10 |", "Le {valproate|d-} a été interrompu hier ({alopécie|p-})."),
    ("2024-06-10 |", "L2 : {FOLFIRI|d+} x 8 (2023), arrêt pour {neuropathie|p+}."),
    ("2024-06-10 |", "{Prurit|p-} depuis l'introduction du traitement en avril."),
    ("2024-06-10 |", "Le patient, qui a eu un {cancer|p+} en 2012, consulte pour {toux|p-}."),
    ("2024-06-10 |", "Consulte pour {lombalgie|p-}, déjà eu un épisode de {sciatique|p+} en 2018."),
    ("2023-12-12 |", "{Douleur|p-} chez un patient aux antécédents de {phlébite|p+}."),
]


def notes() -> list[tuple[str, str]]:
    text = (Path(__file__).parent / "french_notes.txt").read_text(encoding="utf-8")
    return [tuple(note.split("\n", 1)) for note in re.split(r"^=== ", text, flags=re.MULTILINE)[1:]]


@pytest.fixture(scope="module")
def french():
    return profile("fr", "given")


@pytest.mark.parametrize(("dates", "marked"), [*SENTENCES, *notes()], ids=lambda value: value[:40])
def test_past_is_told_from_present(french, dates, marked):
    note, birth = (day.strip() or None for day in dates.split("|"))
    text, mentions, last = "", [], 0
    for match in _MARKED.finditer(marked):
        text += marked[last : match.start()]
        mentions.append((len(text), len(text) + len(match[1]), match[2], match[3] == "+"))
        text += match[1]
        last = match.end()
    doc = french.make_doc(text + marked[last:])
    doc._.note_datetime, doc._.birth_datetime = note, birth
    doc.ents = [doc.char_span(start, end, _LABELS[kind], alignment_mode="expand") for start, end, kind, _ in mentions]
    french(doc)
    wrong = [
        f"{span.text} is {'past' if past else 'present'}: {span._.history_evidence}"
        for span, (_, _, _, past) in zip(doc.ents, mentions, strict=True)
        if span._.history is not past
    ]
    assert wrong == []
