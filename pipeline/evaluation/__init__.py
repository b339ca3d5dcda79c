"""Scores against gold notes: of a profile, any spaCy model, files of events, or Amazon Comprehend Medical.

`systems` read notes, `report` counts what they found (how: `scoring`), `statistics` says how sure the figures are and
whether two systems differ, `findings` lists what went wrong where.
"""

from pipeline.evaluation.findings import Finding, Findings
from pipeline.evaluation.report import Evaluator, GoldError, Report, part_of
from pipeline.evaluation.scoring import Counts, GoldNote, HistoryCounts, Mention, NoteScore, Table
from pipeline.evaluation.statistics import Comparison, compare
from pipeline.evaluation.systems import Profiles, Reading, ReadingError, SpacyModel, System

__all__ = [
    "Comparison",
    "Counts",
    "Evaluator",
    "Finding",
    "Findings",
    "GoldError",
    "GoldNote",
    "HistoryCounts",
    "Mention",
    "NoteScore",
    "Profiles",
    "Reading",
    "ReadingError",
    "Report",
    "SpacyModel",
    "System",
    "Table",
    "compare",
    "part_of",
]
