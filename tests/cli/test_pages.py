"""Pages: complete and escaped as text, and in a browser readable at every width, in light and dark."""

from __future__ import annotations

import copy
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.enrich import EnrichOptions
from tests.cli.browser import measure
from tests.cli.conftest import Run
from tests.pipeline.exporters.events import QUALIFIED, event, qualified, sample_events
from workers.cli.pages.page import page


class Reader(HTMLParser):
    """What a page says in its note: text without what is for the eye or for a screen reader only."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.note: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.ids += [values["id"]] if values.get("id") else []
        self.targets += (values.get("data-of") or "").split() + re.findall(r"^#(.+)", values.get("href") or "")
        if tag not in ("meta", "br"):
            self.inside.append(values.get("class") or tag)

    def handle_endtag(self, tag: str) -> None:
        self.inside.pop()

    def handle_data(self, data: str) -> None:
        if "text" in self.inside and not {"tag", "sr"} & set(self.inside):
            self.note.append(data)


def read(made: Any, text: str) -> Reader:
    reader = Reader()
    reader.feed(page([(made, text)]))
    return reader


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_note_stands_there_as_it_is(language: str) -> None:
    for made in sample_events(language):
        reader = read(made, made["note"]["text"])
        assert "".join(reader.note) == made["note"]["text"]
        assert set(reader.targets) <= set(reader.ids)
        assert len(reader.ids) == len(set(reader.ids))


_SPANS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 12), st.sampled_from(["DRUG", "FORM", "PROBLEM", "RISK"]))
)


@given(spans=_SPANS)
def test_overlapping_mentions_leave_the_text_whole(spans: list[tuple[int, int, str]]) -> None:
    text = "<b>Aspirin</b> & 👩‍⚕️ \"Plavix\"\t75 mg\nonce daily 'x' "
    made = copy.deepcopy(qualified())
    template = made["entities"][0]
    made |= {"sections": [], "relations": [], "medications": [], "unlinked": [], "warnings": []}
    made["entities"] = [
        {**template, "id": f"e{number}", "start": start, "end": min(start + length, len(text)), "label": label}
        for number, (start, length, label) in enumerate(spans)
    ]
    assert "".join(read(made, text).note) == text


def test_offsets_in_utf16() -> None:
    text = "👩‍⚕️ 𝟓 Aspirin 81 mg daily."
    made = event(text, options=EnrichOptions(offset_unit="utf16"))
    assert "".join(read(made, text).note) == text
    assert ">Aspirin<" in page([(made, text)])


def test_qualifiers_reasons_and_medications_are_shown() -> None:
    shown = page([(qualified(), QUALIFIED)])
    for words in ("asthma", "past", "allergy", "family", "not-taken", "History of", "3 times a day"):
        assert words in shown
    assert shown.count('role="row"') > 10


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1280])
def test_in_a_browser(tmp_path: Path, width: int, dark: bool) -> None:
    events = [qualified(), *sample_events("en")[:2], *sample_events("fr")[:2]]
    texts = [QUALIFIED, *(one["note"]["text"] for one in events[1:])]
    (tmp_path / "page.html").write_text(page(list(zip(events, texts, strict=True))), encoding="utf-8")
    found = measure(tmp_path / "page.html", width, dark=dark)
    assert found["overflow"] <= 0
    assert found["contrast"] >= 4.5  # WCAG 2 AA
    assert found["small"] >= 13
    assert [rail["links"] for rail in found["rails"]] == [len(one["relations"]) for one in events]
    assert all(rail["inside"] for rail in found["rails"])
    assert all(rail["paths"] for rail in found["rails"])
    assert found["shining"] > 1
    brightness = sum(map(int, re.findall(r"\d+", found["background"])[:3]))
    assert (brightness < 200) is dark


def test_report_writes_a_page_of_all_notes(inside: Run, tmp_path: Path) -> None:
    made = [*sample_events("en")[:2], {"type": "health.note.rejected.v1"}]
    (tmp_path / "events.jsonl").write_text("\n".join(map(json.dumps, made)), encoding="utf-8")
    done = inside("report", "events.jsonl", "--html", "page.html")
    assert (done.returncode, done.stderr) == (0, b"2 notes shown: page.html\n")
    shown = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert shown.count("<article") == 2
    one = inside("report", "events.jsonl", "--html", "-", "--note", made[0]["note"]["note_id"])
    assert one.stdout.count(b"<article") == 1
    none = inside("report", "events.jsonl", "--html", "page.html", "--note", "nope")
    assert b"no enriched event of nope to show" in none.stderr
    limited = inside("report", "events.jsonl", "--html", "page.html", "--limit", "1")
    assert b"1 note shown, 1 left out" in limited.stderr


def test_report_takes_the_texts_from_the_notes(inside: Run, tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text(json.dumps(qualified()), encoding="utf-8")
    without = inside("report", "events.jsonl", "--html", "page.html")
    assert (without.returncode, b"line 1" in without.stderr, b"--notes" in without.stderr) == (2, True, True)
    for text, code in ((QUALIFIED, 0), ("another text", 2)):
        (tmp_path / "notes.jsonl").write_text(json.dumps({"note_id": "n/1", "text": text}), encoding="utf-8")
        assert inside("report", "events.jsonl", "--html", "p.html", "--notes", "notes.jsonl").returncode == code


def test_of_a_note_that_came_twice_the_version_that_was_read_is_shown(inside: Run, tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text(json.dumps(qualified()), encoding="utf-8")
    one = {"note_id": "n/1", "text": QUALIFIED}
    command = ("report", "events.jsonl", "--html", "p.html", "--notes", "notes.jsonl")
    for more, code in (({"note_version": 2}, 0), ({}, 2)):
        lines = map(json.dumps, (one, one, one | {"text": "swordfish"} | more))
        (tmp_path / "notes.jsonl").write_text("no note\n" + "\n".join(lines), encoding="utf-8")
        done = inside(*command)
        assert done.returncode == code
    assert b"notes.jsonl, line 4: the note n/1 stands in line 2 with another text" in done.stderr
    assert b"swordfish" not in done.stderr
