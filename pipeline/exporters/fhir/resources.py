"""The resources of one event, as plain dictionaries; the table in the package says what becomes what."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.annotation.gold import ATTRIBUTES
from pipeline.exporters.allergies import is_reaction, reactions
from pipeline.exporters.fhir.dosage import concept, dosages, ratio
from pipeline.exporters.fhir.relatives import relative
from pipeline.exporters.registry import Event
from pipeline.exporters.words import cut, instruction
from schemas.ids import NAMESPACE

Resource = dict[str, Any]

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_SYSTEMS = {
    "ATC": "http://www.whocc.no/atc",
    "ICD-10": "http://hl7.org/fhir/sid/icd-10",
    "ICD-10-CM": "http://hl7.org/fhir/sid/icd-10-cm",
    "LOINC": "http://loinc.org",
    "RXNORM": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "SNOMED CT": "http://snomed.info/sct",
}


def resources(event: Event, text: str | None) -> Iterator[Resource]:
    """The note's DocumentReference, then a resource for each mention that stands for something of the patient."""
    source = _Source(event, text)
    yield source.document()
    records = {record["drug"]: record for record in event["medications"]}
    for entity in event["entities"]:
        if entity["label"] in ATTRIBUTES:
            continue
        if entity["id"] in records:
            made = source.medication(entity, records[entity["id"]])
        elif is_reaction(entity):
            made = None
        elif _holds(entity, "allergy"):
            made = source.allergy(entity)
        elif entity["label"] == "DRUG":
            made = None
        elif entity["label"] == "PROCEDURE":
            made = source.procedure(entity)
        else:
            made = source.problem(entity)
        if made is not None:
            yield made


def _holds(entity: Mapping[str, Any], qualifier: str) -> bool:
    return bool(((entity["qualifiers"] or {}).get(qualifier) or {}).get("value"))


class _Source:
    """One event and what all its resources share."""

    def __init__(self, event: Event, text: str | None) -> None:
        self.event = event
        self.text = text
        self.note = event["note"]
        self.subject = _logical("Patient", self.note["patient_id"])
        self.date = self.note["note_datetime"]
        self.reactions = reactions(event)

    def document(self) -> Resource:
        """The note, without its text."""
        kind = self.note["note_type"] or {}
        made = self._resource("DocumentReference", "note")
        made |= {"identifier": [{"value": self.note["note_id"]}]}
        made["status"] = self.note["status"]
        coding = {name: kind[name] for name in ("system", "code", "display") if kind.get(name)}
        if coding:
            made["type"] = {"coding": [_coding(coding)]}
        made["subject"] = self.subject
        if self.date is not None:
            made["date"] = self.date
        # BCP-47, which the language of an attachment is bound to.
        made["content"] = [{"attachment": {"contentType": "text/plain", "language": self.note["language"]}}]
        if self.note["visit_id"] is not None:
            made["context"] = {"encounter": [_logical("Encounter", self.note["visit_id"])]}
        return made

    def medication(self, entity: Mapping[str, Any], record: Mapping[str, Any]) -> Resource | None:
        """A statement of what is or was (not) taken, or a request of what is planned or considered."""
        if record["family"]:
            return None
        considered = bool(record["hypothesis"]) and not record["negation"]
        planned = considered or record["status"] == "intended"
        made = self._resource("MedicationRequest" if planned else "MedicationStatement", entity["id"])
        product = self._product(entity, record)
        if product is not None:
            made["contained"] = [product]
        if considered:
            made |= {"status": "unknown", "intent": "proposal"}
        elif planned:
            made |= {"status": "active", "intent": "plan"}
        else:
            made["status"] = record["status"]
        if product is not None:
            made["medicationReference"] = {"reference": f"#{product['id']}"}
        else:
            made["medicationCodeableConcept"] = self._code(entity, record["codes"])
        made["subject"] = self.subject
        visit = self.note["visit_id"]
        if visit is not None:
            made["encounter" if planned else "context"] = _logical("Encounter", visit)
        if self.date is not None:
            made["authoredOn" if planned else "dateAsserted"] = self.date
        made["supportingInformation" if planned else "derivedFrom"] = [self._document()]
        if record["change"] != "none":
            made["note"] = [{"text": f"change: {record['change']}"}]
        if steps := dosages(record["posology"], instruction(self.event, record, self.text)):
            made["dosageInstruction" if planned else "dosage"] = steps
        return made

    def allergy(self, entity: Mapping[str, Any]) -> Resource | None:
        """What the patient is allergic to, or by the note is not."""
        if _holds(entity, "family") or _holds(entity, "hypothesis"):
            return None
        refuted = _holds(entity, "negation")
        made = self._resource("AllergyIntolerance", entity["id"])
        made["clinicalStatus"] = _status("allergyintolerance-clinical", "inactive" if refuted else "active")
        made["verificationStatus"] = _status("allergyintolerance-verification", "refuted" if refuted else "unconfirmed")
        if entity["label"] == "DRUG":
            made["category"] = ["medication"]
        made["code"] = self._code(entity, entity["codes"])
        made["patient"] = self.subject
        if not refuted and (of_it := self.reactions.get(entity["id"])):
            made["reaction"] = [{"manifestation": [self._code(one, one["codes"]) for one in of_it]}]
        return self._dated(made, "recordedDate") | self._encounter()

    def problem(self, entity: Mapping[str, Any]) -> Resource | None:
        """A condition of the patient, now or in the past, or one of the family."""
        if _holds(entity, "negation") or _holds(entity, "hypothesis"):
            return None
        if _holds(entity, "family"):
            made = self._resource("FamilyMemberHistory", entity["id"])
            made |= {"status": "partial", "patient": self.subject}
            self._dated(made, "date")
            code = relative(self.event, entity, self.text)
            made["relationship"] = {"coding": [{"system": f"{_TERMINOLOGY}/v3-RoleCode", "code": code}]}
            return made | {"condition": [{"code": self._code(entity, entity["codes"])}]}
        past = ((entity["qualifiers"] or {}).get("history") or {}).get("value")
        made = self._resource("Condition", entity["id"])
        if past is not None:
            made["clinicalStatus"] = _status("condition-clinical", "inactive" if past else "active")
        made["verificationStatus"] = _status("condition-ver-status", "unconfirmed")
        made["code"] = self._code(entity, entity["codes"])
        made["subject"] = self.subject
        self._dated(made, "recordedDate")
        return made | self._encounter() | {"evidence": [{"detail": [self._document()]}]}

    def procedure(self, entity: Mapping[str, Any]) -> Resource | None:
        """A procedure of the patient; whether one of the present was done is not known."""
        if any(_holds(entity, name) for name in ("negation", "hypothesis", "family")):
            return None
        made = self._resource("Procedure", entity["id"])
        made["status"] = "completed" if _holds(entity, "history") else "unknown"
        made["code"] = self._code(entity, entity["codes"])
        made["subject"] = self.subject
        return made | self._encounter() | {"report": [self._document()]}

    def _product(self, entity: Mapping[str, Any], record: Mapping[str, Any]) -> Resource | None:
        """The contained Medication where strength or form are known; None where the name says all."""
        strength = ratio(record["posology"].get("strength"))
        form = concept(record["posology"].get("form"))
        if strength is None and form is None:
            return None
        code = self._code(entity, record["codes"])
        made: Resource = {"resourceType": "Medication", "id": "med", "code": code}
        if form is not None:
            made["form"] = form
        if strength is not None:
            made["ingredient"] = [{"itemCodeableConcept": code, "strength": strength}]
        return made

    def _span(self, entity: Mapping[str, Any]) -> str | None:
        words = cut(self.event, entity, self.text)
        return " ".join(words.split()) if words else None

    def _code(self, entity: Mapping[str, Any], codes: list[Mapping[str, Any]]) -> Resource:
        # The display of our lists is the term that was found; in a Coding it would have to be the system's own.
        made: Resource = {"coding": [_coding({**code, "display": None}) for code in codes]} if codes else {}
        if words := self._span(entity) or next((code["display"] for code in codes if code.get("display")), None):
            made["text"] = words
        elif not codes:
            made["extension"] = [{"url": _ABSENT, "valueCode": "masked"}]
        return made

    def _resource(self, kind: str, part: str) -> Resource:
        return {"resourceType": kind, "id": self._id(part), "meta": {"source": f"urn:uuid:{self.event['event_id']}"}}

    def _id(self, part: str) -> str:
        return str(uuid.uuid5(NAMESPACE, f"{self.event['event_id']}/{part}"))

    def _document(self) -> Resource:
        return {"reference": f"urn:uuid:{self._id('note')}", "type": "DocumentReference"}

    def _dated(self, made: Resource, name: str) -> Resource:
        if self.date is not None:
            made[name] = self.date
        return made

    def _encounter(self) -> Resource:
        visit = self.note["visit_id"]
        return {"encounter": _logical("Encounter", visit)} if visit is not None else {}


def _logical(kind: str, value: str | None) -> Resource:
    """A reference by identifier; a patient whom the note does not name is a reference that says so."""
    if value is None:
        return {"type": kind, "extension": [{"url": _ABSENT, "valueCode": "unknown"}]}
    return {"type": kind, "identifier": {"value": value}}


def _status(system: str, code: str) -> Resource:
    return {"coding": [{"system": f"{_TERMINOLOGY}/{system}", "code": code}]}


def _coding(code: Mapping[str, Any]) -> Resource:
    """A Coding; a system that is neither known nor a URI is left out, as FHIR wants a URI there."""
    system = str(code.get("system") or "")
    uri = _SYSTEMS.get(system.upper(), system if ":" in system else "")
    found = {"system": uri, "code": code.get("code"), "display": code.get("display")}
    return {name: value for name, value in found.items() if value}
