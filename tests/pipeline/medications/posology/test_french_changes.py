"""What a French text says is done with each of several drugs: which cue is of which, what is denied, what is told of all."""

from __future__ import annotations

import pytest
from spacy.language import Language


def changes(profiles: dict[str, Language], text: str, lang: str = "fr") -> list[tuple[str, str]]:
    """The change and the status of each medication, in the order of the text."""
    doc = profiles[lang](text.replace("\\n", "\n"))
    return [(record.data["change"], record.data["status"]) for record in doc._.medications]


STOPPED, HELD, ON = ("stop", "stopped"), ("hold", "on-hold"), ("continue", "active")
BEGUN, TAKEN, MORE = ("start", "active"), ("none", "active"), ("increase", "active")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Amlor arrêté, Coversyl introduit, Tahor ajouté.", [STOPPED, BEGUN, BEGUN]),
        ("Amlor stoppé ce jour, Coversyl 5 mg, Tahor 20 mg.", [STOPPED, TAKEN, TAKEN]),
        ("On arrête le Tahor et on introduit le Crestor.", [STOPPED, BEGUN]),
        ("Je propose d'arrêter le Tahor, d'introduire du Crestor et de poursuivre le Kardégic.", [STOPPED, BEGUN, ON]),
        ("CAT : - arrêt Aldactone avant le dosage - Diffu-K 600 mg 2 gél x 3/j", [STOPPED, TAKEN]),
        ("Stop doxycycline, lévofloxacine 500 mg x 2/j IV.", [STOPPED, TAKEN]),
        ("Arrêt des injections de Lantus 3 jours, angine sous Clamoxyl.", [STOPPED, TAKEN]),
        # What is enumerated, or led by a colon, has one cue.
        ("Arrêt du Plavix 75 mg, du Tahor 20 mg et du Coversyl 5 mg.", [STOPPED, STOPPED, STOPPED]),
        ("Arrêter : Creon 25000, Inexium 40 mg le soir, Prozac.", [STOPPED, STOPPED, STOPPED]),
        ("Suspendre metformine et Forlax.", [HELD, HELD]),
    ],
)
def test_a_stop_reaches_no_drug_that_is_told_of_by_itself(profiles, text, wanted):
    assert changes(profiles, text) == wanted


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("fr", "Plavix et Tahor arrêtés.", [STOPPED, STOPPED]),
        ("fr", "Plavix 75 mg, Tahor 20 mg et Coversyl suspendus devant la chute.", [HELD, HELD, HELD]),
        ("fr", "La simvastatine et l'irbésartan sont suspendus.", [HELD, HELD]),
        ("fr", "Kardégic 75 mg, Tahor 20 mg, bisoprolol 5 mg : inchangés.", [ON, ON, ON]),
        ("fr", "Plavix et Tahor majoré.", [TAKEN, MORE]),
        ("fr", "Kardégic 75 mg. Plavix et Tahor arrêtés.", [TAKEN, STOPPED, STOPPED]),
        ("en", "Ramipril and Lasix were held.", [HELD, HELD]),
        ("en", "Ramipril 5 mg, Lasix 40 mg and metformin have been stopped.", [STOPPED, STOPPED, STOPPED]),
        ("en", "Aspirin 81 mg daily and Lasix was held.", [TAKEN, HELD]),
    ],
)
def test_a_plural_behind_an_enumeration_is_said_of_all_of_it(profiles, lang, text, wanted):
    assert changes(profiles, text, lang) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Metformine non poursuivie.", [STOPPED]),
        ("Coversyl 5 mg : non renouvelé.", [STOPPED]),
        ("Metformine non réintroduite. Bisoprolol non repris.", [STOPPED, STOPPED]),
        ("Le Coversyl n'a pas été repris.", [STOPPED]),
        ("Xarelto : ne pas reprendre.", [STOPPED]),
        ("Lasilix pas encore repris.", [HELD]),
        ("Arrêt temporaire du Glucophage.", [HELD]),
        ("Metformine poursuivie. Bisoprolol repris. Lasilix réintroduit.", [ON, ON, BEGUN]),
        ("Coversyl non arrêté, Tahor non modifié.", [ON, ON]),
        ("Bisoprolol 2,5 mg non majoré.", [TAKEN]),
        ("Sans changement : Tahor 20 mg, Kardégic 75 mg.", [ON, ON]),
        ("Coversyl 5 mg tant que double traitement.", [TAKEN]),
    ],
)
def test_what_is_denied_of_a_change_is_none_or_the_other_one(profiles, text, wanted):
    assert changes(profiles, text) == wanted


def test_what_is_told_of_no_stop_begins_and_ends_nothing(profiles):
    assert [change for change, _ in changes(profiles, "Pas d'arrêt du Kardégic. Sans reprise du Previscan.")] == [
        "none"
    ] * 2


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Médicaments stoppés : Plavix, Tahor 20 mg, Coversyl 5 mg le matin", [STOPPED, STOPPED, STOPPED]),
        (
            "Traitements arrêtés à la sortie\\n- Plavix 75 mg\\n- Tahor 20 mg\\n\\nKardégic 75 mg",
            [STOPPED, STOPPED, TAKEN],
        ),
        ("TRAITEMENT HABITUEL (suspendu à l'entrée)\\nMetformine 1000 mg x 3\\nRamipril 5 mg", [HELD, HELD]),
        (
            "Arrêtés : Plavix, Tahor\\nPoursuivis : Kardégic\\nIntroduits : Eliquis 5 mg x 2",
            [STOPPED, STOPPED, ON, BEGUN],
        ),
        ("Suspendre :\\n- Ramipril 5 mg\\n- Lasilix 40 mg\\nDébuter :\\n- Eliquis 5 mg x 2/j", [HELD, HELD, BEGUN]),
        ("Ne pas reprendre : Plavix, Tahor. Le bisoprolol est poursuivi.", [STOPPED, STOPPED, ON]),
        ("Arrêt de travail : 3 jours. Doliprane 1 g x 3/j.", [TAKEN]),
    ],
)
def test_the_heading_of_a_list_says_what_is_done_with_its_drugs(profiles, text, wanted):
    assert changes(profiles, text) == wanted


def test_what_is_stopped_at_this_visit_is_none_of_the_past(profiles):
    texts = "Traitements arrêtés à la sortie : Plavix, Tahor.", "Arrêtés : Plavix, Tahor\nIntroduits : Eliquis"
    assert not any(record.data["history"] for text in texts for record in profiles["fr"](text)._.medications)
