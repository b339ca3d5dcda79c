"""Formats that enriched events are exported to: a function for each, registered by its name.

A format gets the events as objects and a Context (the notes by their id, the day); it yields pieces of its file or,
for a format of several files, of each file of its folder.
"""

from pipeline.exporters import annotation, csv_table, fhir, omop
from pipeline.exporters.registry import Context, Event, Exporter, Format, FormatError, formats, get, register

__all__ = [
    "Context",
    "Event",
    "Exporter",
    "Format",
    "FormatError",
    "annotation",
    "csv_table",
    "fhir",
    "formats",
    "get",
    "omop",
    "register",
]
