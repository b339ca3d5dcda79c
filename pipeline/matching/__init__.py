"""The matcher: terms and expressions given by the user, and the shipped lists of problems and procedures."""

from pipeline.matching.matcher import TermMatcher

__all__ = ["TermMatcher"]
