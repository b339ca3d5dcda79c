"""What the verifier concludes from the records of three topics. It knows the wire contract and nothing of the worker.

Each input record must have one outcome: an event, a retraction, a tombstone or a rejection. An outcome again is a
duplicate, and must have the same id. First outcomes of a key must stand in the order of its inputs.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Place = tuple[str, int, int]
"""Topic, partition, offset."""

NAMESPACE = uuid.UUID("8d0f9c52-6e0b-5a0e-9a55-3c1e0a9f7b21")
"""Published with the schemas: the namespace of all ids."""

EVENT, RETRACTION, TOMBSTONE, REJECTION = "enriched", "retracted", "tombstone", "rejected"
_TYPES = {"health.note.enriched.v1": EVENT, "health.note.retracted.v1": RETRACTION}
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Read:
    """A record as a client read it; `headers` None: not known. `written_at`: its timestamp, seconds since the epoch."""

    place: Place
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] | None = ()
    written_at: float = 0.0

    def header(self, name: str) -> str | None:
        """A header as text, None where there is none."""
        found = next((value for key, value in self.headers or () if key == name), None)
        return None if found is None else found.decode("utf-8", "replace")


@dataclass(slots=True)
class _Input:
    place: Place
    key: bytes | None
    digest: str
    headers: tuple[tuple[str, bytes], ...] | None
    note_id: str | None = None
    version: int = 1
    retracts: bool = False
    text: str | None = None
    text_digest: str | None = None


@dataclass(slots=True)
class _Outcome:
    kind: str
    mark: str | None
    fingerprint: str | None


@dataclass(slots=True)
class Verdict:
    """What was found. `examples` name places, never text."""

    inputs: int = 0
    gone: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    duplicated: int = 0
    out_of_order: int = 0
    unexplained: int = 0
    two_versions: int = 0
    stale_ends: int = 0
    spans: int = 0
    examples: dict[str, list[str]] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Nothing lost, nothing out of order, nothing that cannot be explained; duplicates are allowed."""
        return not (self.lost or self.out_of_order or self.unexplained)


class Judge:
    """Takes inputs and outcomes as they are read, in any interleaving, and says at any time what holds.

    With `spans` every entity of every event is compared with the text of its note, which is kept in memory for it.
    """

    def __init__(self, *, spans: bool = True) -> None:
        self._spans = spans
        self._inputs: dict[Place, _Input] = {}
        self._dropped: set[Place] = set()
        self._tombstones: dict[str, Place] = {}
        self._outputs: list[Read] = []
        self._letters: list[Read] = []

    def take_input(self, read: Read, *, held: bool = True) -> None:
        """A record of the input topic; not `held`: the broker had it once and has it no more."""
        if read.place in self._inputs and not held:
            return
        self._inputs[read.place] = _input(read, keep_text=self._spans)
        self._dropped.discard(read.place)
        if not held:
            self._dropped.add(read.place)
        if read.value is None:
            topic, partition, offset = read.place
            parts = (topic, str(partition), str(offset))
            mark = uuid.uuid5(NAMESPACE, "".join(f"{len(part)}:{part}" for part in parts))
            self._tombstones[str(mark)] = read.place

    def take_output(self, read: Read) -> None:
        """A record of the output topic."""
        self._outputs.append(read)

    def take_letter(self, read: Read) -> None:
        """A record of the dead letter topic."""
        self._letters.append(read)

    @property
    def waiting(self) -> int:
        """At least so many outcomes are missing."""
        held = len(self._inputs) - len(self._dropped)
        return max(0, held - len(self._outputs) - len(self._letters))

    def verdict(self) -> Verdict:
        """What holds of all that was taken."""
        return _Hearing(self._inputs, self._dropped, self._tombstones, self._spans).verdict(
            self._outputs, self._letters
        )


class _Hearing:
    """One pass over everything."""

    def __init__(
        self, inputs: Mapping[Place, _Input], dropped: set[Place], tombstones: Mapping[str, Place], spans: bool
    ) -> None:
        self._inputs = inputs
        self._dropped = dropped
        self._tombstones = tombstones
        self._check_spans = spans
        self._found = Verdict(inputs=len(inputs) - len(dropped))
        self._outcomes: dict[Place, list[_Outcome]] = defaultdict(list)
        self._retractions: dict[tuple[bytes | None, str, int], list[Place]] = defaultdict(list)
        for place, each in sorted(inputs.items()):
            if each.retracts and each.note_id is not None:
                self._retractions[each.key, each.note_id, each.version].append(place)
        self._told: Counter[tuple[bytes | None, str, int]] = Counter()

    def verdict(self, outputs: Iterable[Read], letters: Iterable[Read]) -> Verdict:
        kinds: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        for records, judge in ((outputs, self._output), (letters, self._letter)):
            order = _Order()
            for read in sorted(records, key=lambda each: each.place):
                place, outcome, fault = judge(read)
                if place is None or outcome is None or fault is not None:
                    self._note("unexplained", read.place, fault or "no input")
                    continue
                kinds[outcome.kind] += 1
                if outcome.kind == REJECTION:
                    reasons[read.header("dlq_reason") or "none"] += 1
                fresh = self._add(place, outcome, read.place)
                if order.take(self._inputs[place], read, fresh=fresh):
                    self._note("out_of_order", read.place, f"of {_named(place)}")
            self._found.stale_ends += order.stale_ends()
        self._found.outcomes = dict(kinds)
        self._found.reasons = dict(reasons)
        for place in sorted(self._inputs):
            if place not in self._outcomes:
                if place in self._dropped:
                    self._found.gone += 1
                else:
                    self._note("lost", place, "no outcome")
        return self._found

    def _add(self, place: Place, outcome: _Outcome, where: Place) -> bool:
        """Enter an outcome of a record; True for its first one."""
        earlier = self._outcomes[place]
        earlier.append(outcome)
        if len(earlier) == 1:
            return True
        first = earlier[0]
        if outcome.kind != first.kind:
            self._note("unexplained", where, f"{outcome.kind} and {first.kind} of {_named(place)}")
        elif any(outcome.mark == each.mark for each in earlier[:-1]):
            self._note("duplicated", where, f"of {_named(place)}")
        elif outcome.fingerprint is not None and all(outcome.fingerprint != each.fingerprint for each in earlier[:-1]):
            self._note("two_versions", where, f"of {_named(place)}")
        else:
            self._note("unexplained", where, f"another id for {_named(place)}")
        return False

    def _output(self, read: Read) -> tuple[Place | None, _Outcome | None, str | None]:
        mark = read.header("ce_id")
        if read.value is None:
            place = self._tombstones.get(mark or "")
            return self._explained(read, place, _Outcome(TOMBSTONE, mark, None))
        event = _json(read.value)
        kind = _TYPES.get(str(event.get("type")))
        if kind is None or read.header("ce_type") != event["type"] or mark != event.get("event_id"):
            return None, None, "headers and value disagree"
        note = event.get("note") or {}
        fingerprint = (event.get("pipeline") or {}).get("fingerprint")
        outcome = _Outcome(kind, mark, fingerprint)
        if kind == RETRACTION:
            return self._explained(read, self._retracted(read.key, note), outcome)
        origin = event.get("provenance") or {}
        place = (str(origin.get("topic")), origin.get("partition", -1), origin.get("offset", -1))
        found, outcome_found, fault = self._explained(read, place, outcome)
        if found is None or fault is not None:
            return found, outcome_found, fault
        return found, outcome, self._content(event, self._inputs[found])

    def _letter(self, read: Read) -> tuple[Place | None, _Outcome | None, str | None]:
        names = ("dlq_topic", "dlq_partition", "dlq_offset")
        topic, partition, offset = (read.header(name) or "" for name in names)
        if not (partition.isdigit() and offset.isdigit()):
            return None, None, "no coordinates"
        place, outcome, fault = self._explained(
            read, (topic, int(partition), int(offset)), _Outcome(REJECTION, None, None)
        )
        if place is None or fault is not None:
            return place, outcome, fault
        note = self._inputs[place]
        kept = hashlib.sha256(read.value or b"").hexdigest()
        digest = read.header("dlq_value_sha256") if read.header("dlq_value") == "withheld" else kept
        if digest != note.digest:
            return place, outcome, "not the original value"
        headers = tuple((name, value) for name, value in read.headers or () if not name.startswith("dlq_"))
        return place, outcome, None if note.headers in (None, headers) else "not the original headers"

    def _explained(
        self, read: Read, place: Place | None, outcome: _Outcome
    ) -> tuple[Place | None, _Outcome | None, str | None]:
        if place is None or place not in self._inputs:
            return None, None, "no input"
        return place, outcome, None if self._inputs[place].key == read.key else "another key"

    def _retracted(self, key: bytes | None, note: Mapping[str, Any]) -> Place | None:
        """Equal retractions have equal ids: the n-th outcome is of the n-th input, further ones of the last."""
        name = (key, str(note.get("note_id")), int(note.get("note_version", 1)))
        places = self._retractions.get(name)
        if not places:
            return None
        number = min(self._told[name], len(places) - 1)
        self._told[name] += 1
        return places[number]

    def _content(self, event: Mapping[str, Any], note: _Input) -> str | None:
        """What an event says that its note does not bear out."""
        told = event["note"]
        if told.get("note_id") != note.note_id or told.get("note_version") != note.version:
            return "another note"
        if told.get("text_sha256") != note.text_digest:
            return "another text"
        if not self._check_spans or event.get("offset_unit") != "code_point":
            return None
        text = note.text or ""
        for entity in event["entities"]:
            self._found.spans += 1
            if entity["text"] is not None and text[entity["start"] : entity["end"]] != entity["text"]:
                return "an entity that is not in the text"
        return None

    def _note(self, name: str, place: Place, words: str) -> None:
        setattr(self._found, name, getattr(self._found, name) + 1)
        shown = self._found.examples.setdefault(name, [])
        if len(shown) < _EXAMPLES:
            shown.append(f"{_named(place)}: {words}")


class _Order:
    """Order of the first outcomes of each key, within the topic that they stand in."""

    def __init__(self) -> None:
        self._highest: dict[tuple[int, bytes], int] = {}
        self._last: dict[tuple[int, bytes], int] = {}

    def take(self, note: _Input, read: Read, *, fresh: bool) -> bool:
        """Enter an outcome; True where it comes behind that of a later note."""
        if note.key is None:
            return False
        _, partition, offset = note.place
        name = partition, note.key
        self._last[name] = offset
        if not fresh:
            return False
        behind = offset < self._highest.get(name, -1)
        self._highest[name] = max(offset, self._highest.get(name, -1))
        return behind

    def stale_ends(self) -> int:
        """Keys whose last record is an older note's duplicate: who compacts keeps the wrong one."""
        return sum(self._last[name] < highest for name, highest in self._highest.items())


def _input(read: Read, *, keep_text: bool) -> _Input:
    digest = hashlib.sha256(read.value or b"").hexdigest()
    found = _Input(read.place, read.key, digest, read.headers)
    note = _json(read.value or b"")
    if isinstance(note.get("data"), dict):
        note = note["data"]
    text = note.get("text")
    found.note_id = note["note_id"] if isinstance(note.get("note_id"), str) else None
    found.version = note["note_version"] if isinstance(note.get("note_version"), int) else 1
    found.retracts = note.get("status") == "entered-in-error"
    if isinstance(text, str):
        found.text_digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        found.text = text if keep_text else None
    return found


def _json(value: bytes) -> dict[str, Any]:
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _named(place: Place) -> str:
    return f"{place[0]}:{place[1]}:{place[2]}"
