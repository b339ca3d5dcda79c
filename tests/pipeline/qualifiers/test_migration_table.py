"""What pipeline/README.md says about moving from the reference is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import spacy

import pipeline

README = (Path(pipeline.__file__).parent / "README.md").read_text(encoding="utf-8")

DIFFERENCES = [
    ("Antécédents : asthme, HTA.", None, {"asthme": True, "HTA": True}),
    ("Pas d'antécédent d'asthme", None, {"asthme": False}),
    ("Père : antécédents d'infarctus", None, {"infarctus": False}),
    ("Antécédents d'asthme, hospitalisé hier", None, {"asthme": True}),
    ("AVC en 2015, avec fièvre et toux depuis 3 jours", "2021-09-05", {"AVC": True, "fièvre": False, "toux": False}),
    ("ANTÉCÉDENTS\n- asthme\n- toux ce jour", None, {"asthme": True, "toux": False}),
    ("Histoire de la maladie :\ntoux", None, {"toux": False}),
    ("TA 12/8, EVA 3/10, OCT normale, vu par M. Mai pour toux", "2021-12-05", {"toux": False}),
    ("toux, contrôle à 3 mois", "2021-09-05", {"toux": False}),
    ("Il a eu un AVC en décembre", "2021-09-05", {"AVC": True}),
    ("AVC il y a treize jours", None, {"AVC": False}),
    ("AVC il y a quatre-vingt-dix jours", None, {"AVC": True}),
    ("AVC il y a 3ans, toux depuis 48h", None, {"AVC": True, "toux": False}),
]


@pytest.fixture(scope="module")
def nlp():
    made = spacy.blank("fr")
    for name in ("sentences", "normalizer", "sections", "dates"):
        made.add_pipe(f"anamnesis_{name}")
    made.add_pipe("anamnesis_matcher", config={"terms": {"x": ["asthme", "HTA", "infarctus", "AVC", "fièvre", "toux"]}})
    made.add_pipe("anamnesis_negation")
    made.add_pipe("anamnesis_family", config={"use_sections": True})
    made.add_pipe("anamnesis_history", config={"use_sections": True, "use_dates": True})
    return made


@pytest.mark.parametrize(("text", "note", "expected"), DIFFERENCES)
def test_a_deliberate_difference(nlp, text, note, expected):
    doc = nlp.make_doc(text)
    doc._.note_datetime = note
    assert {entity.text: entity._.history for entity in nlp(doc).ents} == expected


@pytest.mark.parametrize(
    "component", ["dates", "sections", "normalizer", "matcher", "history", "negation", "family", "allergy"]
)
def test_every_setting_is_in_the_tables(component):
    made = spacy.blank("fr")
    made.add_pipe(f"anamnesis_{component}")
    names = set(made.get_pipe_config(f"anamnesis_{component}")) - {"factory"}
    written = set(re.findall(r"`(?:anamnesis_\w+)?\.?(\w+)`", README))
    assert names <= written
