"""The verifier itself: it finds what was planted, and finds nothing where there is nothing."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import uuid
from typing import Any

import pytest
from confluent_kafka import Producer

from tests.stream.judgement import NAMESPACE, Judge, Read, Verdict
from tests.stream.kafka import Cluster, Given

Headers = dict[str, str]


def note(number: int, key: str = "p1", **fields: Any) -> Read:
    body = {"note_id": f"n{number}", "text": f"Aspirin {number}", **fields}
    return Read(("in", 0, number), key.encode(), json.dumps(body).encode())


def event(source: Read, offset: int, *, mark: str = "", **changes: Any) -> Read:
    body = json.loads(source.value or b"")
    mark = mark or f"id-{source.place[2]}"
    value = {
        "type": "health.note.enriched.v1",
        "event_id": mark,
        "offset_unit": "code_point",
        "note": {
            "note_id": body["note_id"],
            "note_version": 1,
            "text_sha256": hashlib.sha256(body["text"].encode()).hexdigest(),
        },
        "entities": [{"start": 0, "end": 7, "text": "Aspirin"}],
        "pipeline": {"fingerprint": "f"},
        "provenance": {"topic": "in", "partition": 0, "offset": source.place[2]},
    } | changes
    headers = (("ce_id", mark.encode()), ("ce_type", b"health.note.enriched.v1"))
    return Read(("out", 0, offset), source.key, json.dumps(value).encode(), headers)


def letter(source: Read, offset: int, **changes: Any) -> Read:
    topic, partition, place = source.place
    dlq = {"dlq_reason": "json", "dlq_topic": topic, "dlq_partition": str(partition), "dlq_offset": str(place)}
    value = changes.pop("value", source.value)
    return Read(
        ("dead", 0, offset), source.key, value, tuple((name, text.encode()) for name, text in (dlq | changes).items())
    )


def judged(inputs: list[Read], outputs: list[Read], letters: list[Read] | None = None) -> Verdict:
    judge = Judge()
    for read in inputs:
        judge.take_input(read)
    for read in outputs:
        judge.take_output(read)
    for read in letters or []:
        judge.take_letter(read)
    return judge.verdict()


NOTES = [note(number, key=f"p{number % 3}") for number in range(9)]


def test_all_in_order_holds() -> None:
    verdict = judged(NOTES, [event(each, number) for number, each in enumerate(NOTES[:8])], [letter(NOTES[8], 0)])
    assert verdict.holds
    assert (verdict.inputs, verdict.outcomes, verdict.spans) == (9, {"enriched": 8, "rejected": 1}, 8)


def test_loss_is_found() -> None:
    verdict = judged(NOTES, [event(each, number) for number, each in enumerate(NOTES) if number != 4])
    assert (verdict.lost, verdict.holds, verdict.examples["lost"]) == (1, False, ["in:0:4: no outcome"])


def test_duplicates_do_not_hide_a_loss() -> None:
    events = [event(each, number) for number, each in enumerate(NOTES) if number != 4]
    verdict = judged(NOTES, [*events, event(NOTES[3], 20)])
    assert (verdict.lost, verdict.duplicated, verdict.holds) == (1, 1, False)


def test_a_duplicate_with_its_id_is_counted_and_allowed() -> None:
    events = [event(each, number) for number, each in enumerate(NOTES)]
    verdict = judged(NOTES, [*events, event(NOTES[8], 20)])
    assert (verdict.duplicated, verdict.holds, verdict.stale_ends) == (1, True, 0)
    verdict = judged(NOTES, [*events, event(NOTES[2], 20)])
    assert (verdict.duplicated, verdict.holds, verdict.stale_ends) == (1, True, 1)


def test_a_duplicate_with_another_id_is_unexplained_unless_another_version_made_it() -> None:
    events = [event(each, number) for number, each in enumerate(NOTES)]
    verdict = judged(NOTES, [*events, event(NOTES[2], 20, mark="other")])
    assert (verdict.unexplained, verdict.holds) == (1, False)
    verdict = judged(NOTES, [*events, event(NOTES[2], 20, mark="other", pipeline={"fingerprint": "g"})])
    assert (verdict.unexplained, verdict.two_versions, verdict.holds) == (0, 1, True)


def test_a_swap_within_a_key_is_found_and_one_between_keys_is_none() -> None:
    places = dict(enumerate(range(9)))
    places[0], places[3] = places[3], places[0]  # both of p0
    verdict = judged(NOTES, [event(NOTES[number], place) for number, place in places.items()])
    assert (verdict.out_of_order, verdict.holds) == (1, False)
    places = dict(enumerate(range(9)))
    places[0], places[1] = places[1], places[0]
    assert judged(NOTES, [event(NOTES[number], place) for number, place in places.items()]).holds


def test_a_rewind_from_a_committed_offset_is_in_order() -> None:
    order = [0, 3, 6, 3, 6, 1, 2, 4, 5, 7, 8]
    verdict = judged(NOTES, [event(NOTES[number], place) for place, number in enumerate(order)])
    assert (verdict.out_of_order, verdict.duplicated, verdict.holds) == (0, 2, True)


@pytest.mark.parametrize(
    ("stray", "words"),
    [
        (event(note(77), 0), "no input"),
        (Read(("out", 0, 0), b"someone else", event(NOTES[0], 0).value, event(NOTES[0], 0).headers), "another key"),
        (event(NOTES[0], 0, note={"note_id": "n0", "note_version": 1, "text_sha256": "x"}), "another text"),
        (event(NOTES[0], 0, note={"note_id": "n1", "note_version": 1}), "another note"),
        (event(NOTES[0], 0, entities=[{"start": 1, "end": 8, "text": "Aspirin"}]), "not in the text"),
        (event(NOTES[0], 0, event_id="not the header's"), "headers and value disagree"),
        (Read(("out", 0, 0), b"p0", None, (("ce_id", b"unknown"),)), "no input"),
    ],
)
def test_what_no_input_explains_is_told(stray: Read, words: str) -> None:
    verdict = judged(NOTES, [stray])
    assert (verdict.unexplained, verdict.holds) == (1, False)
    assert words in verdict.examples["unexplained"][0]


def test_a_rejection_must_bear_the_original_record() -> None:
    assert judged(NOTES[:1], [], [letter(NOTES[0], 0)]).holds
    assert judged(NOTES[:1], [], [letter(NOTES[0], 0, value=b"changed")]).unexplained == 1
    assert judged(NOTES[:1], [], [letter(NOTES[0], 0, added="header")]).unexplained == 1
    digest = hashlib.sha256(NOTES[0].value or b"").hexdigest()
    withheld = letter(NOTES[0], 0, value=b"", dlq_value="withheld", dlq_value_sha256=digest)
    assert judged(NOTES[:1], [], [withheld]).holds


def test_two_outcomes_that_contradict_each_other_are_unexplained() -> None:
    verdict = judged(NOTES[:1], [event(NOTES[0], 0)], [letter(NOTES[0], 0)])
    assert (verdict.unexplained, verdict.holds) == (1, False)


def test_tombstones_and_retractions_have_their_outcomes_in_order() -> None:
    gone = Read(("in", 0, 1), b"p0", None)
    withdrawn = note(2, key="p0", note_id="n0", status="entered-in-error")
    inputs = [NOTES[0], gone, withdrawn]
    mark = str(uuid.uuid5(NAMESPACE, "2:in1:01:1"))
    tombstone = Read(("out", 0, 1), b"p0", None, (("ce_id", mark.encode()),))
    value = {"type": "health.note.retracted.v1", "event_id": "r", "note": {"note_id": "n0", "note_version": 1}}
    headers = (("ce_id", b"r"), ("ce_type", b"health.note.retracted.v1"))
    retraction = Read(("out", 0, 2), b"p0", json.dumps(value).encode(), headers)
    verdict = judged(inputs, [event(NOTES[0], 0), tombstone, retraction])
    assert (verdict.outcomes, verdict.holds) == ({"enriched": 1, "tombstone": 1, "retracted": 1}, True)
    before = Read(("out", 0, -1), retraction.key, retraction.value, retraction.headers)
    assert judged(inputs, [event(NOTES[0], 0), tombstone, before]).out_of_order == 2


def test_what_the_broker_has_dropped_is_gone_or_explained_but_not_lost() -> None:
    judge = Judge()
    for read in NOTES[:3]:
        judge.take_input(Read(read.place, read.key, read.value, None), held=False)
    judge.take_input(NOTES[2])
    judge.take_output(event(NOTES[1], 0))
    verdict = judge.verdict()
    assert (verdict.inputs, verdict.gone, verdict.lost, verdict.unexplained) == (1, 1, 1, 0)


@pytest.mark.kafka
def test_the_program_reads_real_topics_and_says_it_by_its_exit_code(kafka: Cluster | Given) -> None:
    name = f"verifier-{uuid.uuid4().hex[:8]}"
    topics = {f"{name}-in": 1, f"{name}-out": 1, f"{name}-dead": 1}
    kafka.create_topics(topics)
    program = [sys.executable, "-m", "tests.stream.verifier"]
    source = ["--bootstrap", kafka.bootstrap_servers, "--input", f"{name}-in"]
    made = subprocess.run(
        [*program, "produce", *source, "--notes", "5", "--keys", "1"], capture_output=True, check=True
    )
    assert made.stdout == b"5 notes acknowledged\n"
    check = [*program, "check", *source, "--output", f"{name}-out", "--deadletter", f"{name}-dead"]
    missing = subprocess.run([*check, "--json"], capture_output=True, check=False)
    assert (missing.returncode, json.loads(missing.stdout)["lost"]) == (1, 5)

    producer = Producer({"bootstrap.servers": kafka.bootstrap_servers})
    for number in range(5):
        dlq = {"dlq_reason": "json", "dlq_topic": f"{name}-in", "dlq_partition": "0", "dlq_offset": str(number)}
        value = json.dumps(list(_notes(5))[number]).encode()
        producer.produce(f"{name}-dead", value, "patient-0", headers=dlq)
    assert producer.flush(10) == 0
    complete = subprocess.run(check, capture_output=True, check=False, text=True)
    assert (complete.returncode, complete.stderr) == (0, "")
    assert "verdict  holds" in complete.stdout
    assert subprocess.run([*check, "--max-rejected", "4"], capture_output=True, check=False).returncode == 1
    nowhere = subprocess.run([*check[:-1], "nowhere"], capture_output=True, check=False)
    assert (nowhere.returncode, nowhere.stderr.count(b"\n")) == (3, 1)


def _notes(count: int) -> Any:
    from tests.stream.verifier import numbered_notes

    return numbered_notes(count, 1, 1)
