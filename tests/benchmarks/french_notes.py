"""French notes for benchmarks, every one distinct, made from parts written for this file. No patient, no corpus."""

from __future__ import annotations

import random

PROBLEMS = [
    "hypertension artérielle", "diabète de type 2", "asthme", "AVC ischémique", "infarctus du myocarde", "embolie pulmonaire",
    "fibrillation auriculaire", "BPCO", "insuffisance rénale", "phlébite", "pneumopathie", "lithiase urinaire", "migraine",
    "épilepsie", "dépression", "hypothyroïdie", "cancer du sein", "ulcère gastrique", "appendicectomie", "cholécystectomie",
    "fracture du col du fémur", "psoriasis", "pyélonéphrite", "zona", "anémie", "glaucome", "cataracte", "pancréatite", "angor",
    "insuffisance cardiaque",
]  # fmt: skip
COMPLAINTS = [
    "douleur thoracique", "dyspnée", "fièvre", "toux grasse", "céphalées", "malaise", "douleur abdominale", "vomissements",
    "lombalgie", "asthénie", "vertiges", "palpitations",
]  # fmt: skip
TERMS = {"problem": [*PROBLEMS, *COMPLAINTS, "HTA", "AVC", "IDM", "DT2"]}
_DRUGS = [
    "paracétamol 1 g",
    "amlodipine 5 mg",
    "metformine 1000 mg",
    "bisoprolol 2,5 mg",
    "ramipril 5 mg",
    "furosémide 40 mg",
]
_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # noqa: SIM905


def notes(count: int, length: int, *, seed: int) -> list[str]:
    """`count` reports of about `length` characters."""
    dice = random.Random(seed)  # noqa: S311  (no secret)
    return [_note(dice, length, f"{seed}-{number}") for number in range(count)]


def _note(dice: random.Random, length: int, number: str) -> str:
    parts = [_head(dice, number)]
    bodies = [_history, _family, _treatment, _present, _examination, _course]
    while sum(map(len, parts)) < length:
        parts += [body(dice) for body in bodies]
    parts.append(
        f"CONCLUSION\nÉvolution favorable. Contrôle à {dice.randint(2, 6)} mois avec le Dr {dice.choice('ABCDEFG')}."
    )
    text = "\n\n".join(parts)
    return text if len(text) < 1.3 * length else text[: int(1.1 * length)]


def _day(dice: random.Random) -> str:
    return f"{dice.randint(1, 28):02d}/{dice.randint(1, 12):02d}/{dice.randint(2001, 2021)}"


def _head(dice: random.Random, number: str) -> str:
    return (
        f"COMPTE RENDU D'HOSPITALISATION n° {number}\nPatient de {dice.randint(40, 92)} ans, hospitalisé du {_day(dice)} au "
        f"{_day(dice)} pour {dice.choice(COMPLAINTS)}."
    )


def _history(dice: random.Random) -> str:
    lines = [
        f"- {problem.capitalize()}{dice.choice(['', f' en {dice.randint(1985, 2020)}', f' opérée le {_day(dice)}', ' traitée'])}"
        for problem in dice.sample(PROBLEMS, dice.randint(4, 7))
    ]
    return "\n".join(("ANTÉCÉDENTS", *lines))


def _family(dice: random.Random) -> str:
    return f"Antécédents familiaux : père : {dice.choice(PROBLEMS)}, mère : {dice.choice(PROBLEMS)} à {dice.randint(40, 80)} ans."


def _treatment(dice: random.Random) -> str:
    lines = [
        f"- {drug} : 1 cp {dice.choice(['le matin', 'x 3/j', 'matin et soir'])}" for drug in dice.sample(_DRUGS, 4)
    ]
    return "\n".join(("TRAITEMENT HABITUEL", *lines))


def _present(dice: random.Random) -> str:
    first, second = dice.sample(COMPLAINTS, 2)
    old, denied = dice.sample(PROBLEMS, 2)
    return (
        f"HISTOIRE DE LA MALADIE\nLe patient présente une {first} depuis {dice.randint(2, 12)} jours, avec {second} depuis la "
        f"veille. Il n’a pas d’antécédent de {denied}. Un épisode similaire en {dice.choice(_MONTHS)} {dice.randint(2005, 2020)} "
        f"avait été rattaché à une {old}. Devant l’aggravation il y a {dice.randint(1, 5)} jours, il consulte aux urgences."
    )


def _examination(dice: random.Random) -> str:
    return (
        f"EXAMEN CLINIQUE\nTA {dice.randint(10, 18)}/{dice.randint(5, 10)}, FC {dice.randint(50, 120)}, SpO2 {dice.randint(88, 99)} %, "
        f"EVA {dice.randint(0, 9)}/10. Pas de {dice.choice(COMPLAINTS)}. Abdomen souple, mollets souples, pas d’œdème."
    )


def _course(dice: random.Random) -> str:
    return (
        f"ÉVOLUTION\nTraitement par {dice.choice(_DRUGS)} pendant {dice.randint(3, 10)} jours. Scanner du {_day(dice)} : pas de lésion "
        f"suspecte. Le {dice.randint(1, 28)} {dice.choice(_MONTHS)}, disparition de la {dice.choice(COMPLAINTS)}."
    )
