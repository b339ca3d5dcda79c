"""Compile the drug names and the vocabulary of pipeline/resources from open lists.

    python -m pipeline.medications.compile_names LISTS WORDNET [--resources pipeline/resources]

LISTS is a folder with `fds_all_nhs_drugs.json` (NHS), `fds_drugs_dictionary_medlineplus.csv`,
`fds_drugs_dictionary_wikipedia.csv`, `medextractr_rxnorm_druglist.rda` and `parsigs_drug_names.txt` (RxNorm) and
`french_drugs_romedi.json` (Romedi by ATC code). WORDNET is the folder with `data.noun`, `data.adj` and `data.verb` of
WordNet 3.0. Needs the packages pyreadr, pandas and wordfreq, which the product itself does not.

Written: `en/medications/names.txt`, `names_rxnorm.txt` and `vocabulary_wordnet.txt`, `fr/medications/names.tsv` and
`{en,fr}/medications/vocabulary.txt`. Names that people check by hand (brands in everyday use, abbreviations, classes,
names with other meanings) stand in `curated.tsv`, which this script reads (a curated name is not written again) and
never writes. Licences of the lists: pipeline/resources/NOTICE.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyreadr
from wordfreq import top_n_list, zipf_frequency

# A word this frequent in general text (Zipf scale: 3 is once in a million words) is an ordinary word first: such
# names enter only by hand, with their kind, in curated.tsv.
ORDINARY = 2.9
# Names from RxNorm are many and unreviewed (botanicals, excipients, cosmetics): only words that general text does not
# know at all, or nearly.
ORDINARY_RXNORM = 2.3
# General text does not know the word.
UNKNOWN = 1.0
VOCABULARY_WORDS = 60_000

# Words that say how a product is made or used and are no part of its name.
FORM_WORDS = re.compile(
    r"\b(injections?|oral|topical|ophthalmic|otic|nasal( spray)?|inhalers?|inhalation|tablets?|capsules?|creams?|skin|"
    r"vaginal|rectal|transdermal( patch)?|patch|implant|eye drops?|eyes?|ears?|nose|drops?|liquid|suppositories|"
    r"combination products|systemic|lotion|ointment|gel|foam|enemas?|granules|lozenges|sublingual|buccal|and|for .*)\b",
)
# Endings of substances that notes measure, wear or excrete rather than prescribe, and of diseases and organisms.
NOT_A_DRUG = re.compile(r"(itis|osis|emia|oma|ectomy|scopy|graphy|ology|virus|coccus|bacter|cyte|blast|plasty|uria)$")
# How strong a product is belongs to no name: "doxy 100".
WITH_STRENGTH = re.compile(r"[a-z]{4} (10|40|50|100|200|250|400|500)$")


def fold(text: str) -> str:
    """Lower case without accents; typographic apostrophes made straight."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'").replace("œ", "oe"))
    return "".join(c for c in plain if not unicodedata.combining(c)).lower().strip()


def english_reviewed(lists: Path) -> Iterator[str]:
    """Names of lists that people keep: NHS, MedlinePlus and Wikipedia (common names and synonyms)."""
    for entry in json.loads((lists / "fds_all_nhs_drugs.json").read_text(encoding="utf-8")):
        for part in re.split(r"[()]", entry["name"]):
            yield FORM_WORDS.sub("", fold(part)).strip(" ,")
    for file in ("medlineplus", "wikipedia"):
        with (lists / f"fds_drugs_dictionary_{file}.csv").open(encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                for name in [row["Common name"], *row["Synonyms"].split("|")]:
                    plain = fold(re.sub(r"\(.*?\)|&lt;.*", "", name))
                    yield FORM_WORDS.sub("", plain).strip(" ,") if file == "medlineplus" else plain


def english_rxnorm(lists: Path) -> Iterator[str]:
    """Names of RxNorm that are no words of general text: single words, words joined by a hyphen, heads of brands.

    The lists also hold cosmetics and allergens by the thousand ("lemon hand sanitizer"). The head of a longer name
    counts only where several names share it ("klor-con 10", "klor-con m20") and general text does not know it at all.
    """
    table = pyreadr.read_r(str(lists / "medextractr_rxnorm_druglist.rda"))["rxnorm_druglist"]
    reviewed = [fold(str(name)) for name in table.iloc[:, 0]]
    products = [fold(line) for line in (lists / "parsigs_drug_names.txt").read_text(encoding="utf-8").splitlines()]
    for names, limit in ((reviewed, ORDINARY_RXNORM), (products, UNKNOWN)):
        for name in names:
            word = name.removesuffix(" acid")
            if re.fullmatch("[a-z]{5,}", word) and zipf_frequency(word, "en") < limit:
                yield name
    heads: Counter[str] = Counter()
    for name in {*reviewed, *products}:
        hyphenated = re.match(r"[a-z]{2,}-[a-z]{1,8}(?![a-z-])", name)
        if hyphenated and min(zipf_frequency(part, "en") for part in hyphenated[0].split("-")) < ORDINARY_RXNORM:
            heads[hyphenated[0]] += 2
        elif head := re.match(r"[a-z]{5,}(?=[ -])", name):
            heads[head[0]] += 1
    yield from (name for name, count in heads.items() if count > 1 and zipf_frequency(name, "en") < UNKNOWN)


def acceptable(name: str, language: str) -> bool:
    """Is this a name of one to three words, none of them a sentence, and not an ordinary word?"""
    words = re.findall(r"[a-z0-9]+", name)
    if not 1 <= len(words) <= 3 or len(name) < 4 or not re.fullmatch(r"[a-z][a-z0-9 '/-]*", name):
        return False
    if re.search(r"vaccin|\bplacebo\b|homeo", name) or NOT_A_DRUG.search(name) or WITH_STRENGTH.search(name):
        return False
    rare = [word for word in words if zipf_frequency(word, language) < ORDINARY and len(word) > 3]
    return bool(rare) if len(words) > 1 else zipf_frequency(name, language) < ORDINARY


def french(lists: Path) -> dict[str, set[str]]:
    """ATC codes by name; names of groups ("autres ...", "... en association") are left out or cut."""
    codes: dict[str, set[str]] = {}
    for code, names in json.loads((lists / "french_drugs_romedi.json").read_text(encoding="utf-8")).items():
        for name in names:
            plain = re.sub(r" en association$| lavement$|,? associations.*$| \d.*$", "", fold(name)).strip()
            plain = re.sub(r"\s*-\s*", "-", plain)
            if acceptable(plain, "fr") and not plain.startswith(("autres ", "anti", "autre ", "preparations ")):
                codes.setdefault(plain, set()).add(code)
    # "PARACETAMOL ARROW": the name of the maker behind a substance says nothing new.
    substances = {name for name in codes if " " not in name}
    return {
        name: found
        for name, found in codes.items()
        if " " not in name or name.split()[0] not in substances or re.search(r"[ /](et|d|b\d+|c|lp)\b|acide", name)
    }


def vocabulary(language: str, names: Iterable[str]) -> list[str]:
    """Words of general text of three letters or more that are no drug names."""
    taken = {name for name in names if " " not in name}
    found = {fold(word) for word in top_n_list(language, VOCABULARY_WORDS)}
    return sorted(word for word in found - taken if re.fullmatch("[a-z]{3,}", word))


# WordNet: the files of lexicographers that hold plants and substances, the synset of "drug", and what a gloss calls
# a drug. Words of one such meaning may be names of drugs.
WORDNET_OPEN = {20, 27}
WORDNET_DRUG = "n03247620"
GLOSS_OF_A_DRUG = re.compile(
    r"\b(drugs?|medicines?|medications?|antibiotic|trade ?names?|trademark|vitamins?|hormones?|an?esthetic|laxative|"
    r"steroids?|sedative|narcotic|ointment|antiseptic|dietary supplement)\b"
)


def wordnet(folder: Path, taken: set[str]) -> list[str]:
    """Words of WordNet of five letters or more that are no drugs, plants or substances in any of their meanings.

    General text hardly knows the words of anatomy, pathology, surgery and dentistry; WordNet does.
    """
    words: dict[str, set[str]] = {}
    above: dict[str, list[str]] = {}
    open_synsets: set[str] = set()
    for kind, file in (("n", "data.noun"), ("a", "data.adj"), ("v", "data.verb")):
        for line in (folder / file).read_text(encoding="utf-8").splitlines():
            if line.startswith(" "):
                continue
            head, _, gloss = line.partition("|")
            fields = head.split()
            synset, size = kind + fields[0], int(fields[3], 16)
            pointers = fields[5 + 2 * size :]
            above[synset] = [kind + pointers[i + 1] for i in range(0, len(pointers), 4) if pointers[i] in ("@", "@i")]
            if (kind == "n" and int(fields[1]) in WORDNET_OPEN) or GLOSS_OF_A_DRUG.search(gloss):
                open_synsets.add(synset)
            for word in fields[4 : 4 + 2 * size : 2]:
                words.setdefault(fold(re.sub(r"\(.*", "", word)), set()).add(synset)

    def is_a_drug(synset: str) -> bool:
        return synset == WORDNET_DRUG or any(map(is_a_drug, above.get(synset, ())))

    return sorted(
        word
        for word, synsets in words.items()
        if re.fullmatch("[a-z]{5,}", word)
        and word not in taken
        and not any(synset in open_synsets or is_a_drug(synset) for synset in synsets)
    )


def curated(folder: Path) -> set[str]:
    """The names that people keep by hand."""
    with (folder / "curated.tsv").open(encoding="utf-8") as handle:
        rows = csv.DictReader((line for line in handle if line.strip() and not line.startswith("#")), delimiter="\t")
        return {fold(row["name"]) for row in rows}


def write(path: Path, title: str, lines: Iterable[str]) -> None:
    """Write a list under a comment that says where it comes from."""
    text = f"# {title}\n# Written by pipeline.medications.compile_names; sources and licences: pipeline/resources/NOTICE.\n"
    path.write_text(text + "\n".join(lines) + "\n", encoding="utf-8")
    sys.stderr.write(f"{path}: {len(path.read_text(encoding='utf-8').splitlines()) - 2} lines\n")


def main() -> None:
    """Read the lists, write the resources."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lists", type=Path)
    parser.add_argument("wordnet", type=Path)
    parser.add_argument("--resources", type=Path, default=Path("pipeline/resources"))
    options = parser.parse_args()
    english, french_folder = (options.resources / lang / "medications" for lang in ("en", "fr"))

    by_hand = curated(english)
    names = {name for name in english_reviewed(options.lists) if acceptable(name, "en")}
    rxnorm = {name for name in english_rxnorm(options.lists) if acceptable(name, "en")} - names
    write(english / "names.txt", "English drug names of lists that people keep.", sorted(names - by_hand))
    write(english / "names_rxnorm.txt", "English drug names of RxNorm, unreviewed.", sorted(rxnorm - by_hand))
    names |= rxnorm
    general = vocabulary("en", names | by_hand)
    write(english / "vocabulary.txt", "English words that are no drugs.", general)
    rare = wordnet(options.wordnet, {*general, *(word for name in names | by_hand for word in name.split())})
    write(english / "vocabulary_wordnet.txt", "English words of WordNet that are no drugs.", rare)

    by_hand = curated(french_folder)
    codes = french(options.lists)
    rows = (f"{name}\t{' '.join(sorted(found))}" for name, found in sorted(codes.items()))
    write(french_folder / "names.tsv", "French drug names and their ATC codes.", ["name\tatc", *rows])
    write(french_folder / "vocabulary.txt", "French words that are no drugs.", vocabulary("fr", set(codes) | by_hand))


if __name__ == "__main__":
    main()
