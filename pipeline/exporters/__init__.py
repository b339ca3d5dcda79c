"""Formats that enriched events are exported to: a function for each, registered by its name.

A format gets the events as objects and, where it `needs_text`, the text of each note by note id; it yields bytes.
"""

from pipeline.exporters import csv_table
from pipeline.exporters.registry import Event, Exporter, Format, FormatError, Texts, formats, get, register

__all__ = ["Event", "Exporter", "Format", "FormatError", "Texts", "csv_table", "formats", "get", "register"]
