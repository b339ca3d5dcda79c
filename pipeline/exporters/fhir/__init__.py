"""fhir, fhir-ndjson: HL7 FHIR R4 (4.0.1) resources, as one Bundle or one resource a line.

What becomes what:

| mention | resource |
|---|---|
| medication that is or was taken | MedicationStatement with the record's status |
| negated medication | MedicationStatement, status not-taken |
| medication that the note plans (status intended) | MedicationRequest, intent plan, status active |
| hypothetical medication | MedicationRequest, intent proposal, status unknown |
| medication of a relative | nothing |
| drug one is allergic to | AllergyIntolerance; refuted where negated |
| reaction to it | the manifestation of that AllergyIntolerance; nothing where the note does not say of which |
| problem | Condition; inactive where it is history |
| negated or hypothetical problem | nothing |
| problem of a relative | FamilyMemberHistory; whose it is where the note's text is at hand and names one relative |
| procedure | Procedure; completed where it is history, else its status is unknown |
| the note | DocumentReference, which all others name as their source |

Everything clinical is `unconfirmed`: no clinician has looked at it. A patient or visit is a logical reference by the
identifier that the note carried. Ids are UUIDs derived from the event id: the same event gives the same resources.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from pipeline.exporters.fhir.resources import resources
from pipeline.exporters.registry import Block, Context, Event, register

# Decimals keep their digits: FHIR forbids to change the precision of an amount.
_encoder = msgspec.json.Encoder(decimal_format="number")


@register("fhir", "HL7 FHIR R4, one Bundle (collection)")
def export_bundle(events: Iterable[Event], context: Context) -> Iterator[Block]:
    """One Bundle of all resources, written as they come; without any it has no entry (FHIR knows no empty list)."""
    before = b'{"resourceType":"Bundle","type":"collection"'
    separator = b',"entry":['
    for event in events:
        for resource in resources(event, context.text(event)):
            entry = {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
            yield "", before + separator + _encoder.encode(entry)
            before, separator = b"", b",\n"
    yield "", before + b"}\n" if before else b"]}\n"


@register("fhir-ndjson", "HL7 FHIR R4, one resource a line")
def export_lines(events: Iterable[Event], context: Context) -> Iterator[Block]:
    """One resource a line, as bulk data takes it."""
    for event in events:
        for resource in resources(event, context.text(event)):
            yield "", _encoder.encode(resource) + b"\n"
