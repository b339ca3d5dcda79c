"""What crosses the wire: typed events, envelope, ids, limits, and the published JSON Schema and AsyncAPI."""

from schemas.dates import DateError, parse_note_datetime
from schemas.decode import DecodedNote, decode_note
from schemas.enriched import EnrichedNote
from schemas.envelope import (
    enriched_headers,
    read_envelope,
    rejected_headers,
    retracted_headers,
    tombstone_headers,
    without_dlq,
)
from schemas.ids import NAMESPACE, coordinates_id, event_id
from schemas.language import language_to_read, primary_subtag
from schemas.limits import Limits
from schemas.note import Note
from schemas.present import encode, present
from schemas.rejected import RejectedError, Rejection, Retraction

__all__ = [
    "NAMESPACE",
    "DateError",
    "DecodedNote",
    "EnrichedNote",
    "Limits",
    "Note",
    "RejectedError",
    "Rejection",
    "Retraction",
    "coordinates_id",
    "decode_note",
    "encode",
    "enriched_headers",
    "event_id",
    "language_to_read",
    "parse_note_datetime",
    "present",
    "primary_subtag",
    "read_envelope",
    "rejected_headers",
    "retracted_headers",
    "tombstone_headers",
    "without_dlq",
]
