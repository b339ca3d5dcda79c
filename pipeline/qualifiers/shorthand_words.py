"""How shorthand tells the past of a drug, as a language has it: `qualifiers/shorthand.toml`."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache

from pipeline import resources
from pipeline.text.phrases import any_of

_NAME = re.compile(r"<(\w+)>")


class ShorthandWords:
    """The expressions of a language, as `qualifiers/shorthand.toml` has them."""

    def __init__(self, expressions: dict[str, list[str]]) -> None:
        known: dict[str, str] = {}
        for name, alternatives in expressions.items():
            filled = (_NAME.sub(lambda match: known[match[1]], text) for text in alternatives)
            known[name] = any_of(filled)
        joined = r"(?:[\w./%'-]+ ){0,3}[(]?\Z"
        self.time = re.compile(known["time"])
        self.before = re.compile(known["before"])
        self.range = re.compile(known["range"])
        self.course = re.compile(known["course"])
        self.long_course = re.compile(known["long_course"])
        self.stop = re.compile(known["stop"])
        self.over = re.compile(known["over"])
        self.outcome = re.compile(known["outcome"])
        self.none = re.compile(known["none"])
        self.this_visit = re.compile(known["this_visit"])
        self.delisted = re.compile(known["delisted"])
        self.trial = re.compile(known["trial"])
        self.tried = re.compile(known["tried"])
        self.since_then = re.compile(known["since_then"])
        self.took = re.compile(known["took"])
        self.used_long = re.compile(known["used_long"])
        self.current_one = re.compile(known["current_one"])
        self.dropped = re.compile(known["dropped"])
        self.failed = re.compile(rf"(?:{known['dosing']}\W{{0,3}})?{known['failed']}")
        self.harmed = re.compile(rf"{known['dosing']}(?: -+| –|,|:)? ?{known['harmed']}")
        self.alike = re.compile(rf"{known['dosing']}{known['alike']}")
        self.as_well = re.compile(known["as_well"])
        self.of_all = re.compile(known["of_all"])
        self.not_taken = re.compile(known["not_taken"])
        self.as_needed = re.compile(known["as_needed"])
        self.not_before = re.compile(known["not_before"])
        self.long_gap = re.compile(known["long_gap"])
        self.before_that = re.compile(known["before_that"])
        self.asked = re.compile(known["asked"])
        self.was_on = re.compile(known["was_on"])
        self.no_more = re.compile(known["no_more"])
        self.taking = re.compile(rf"{known['taking']} {joined}|{known['just']}")
        self.last_bout = re.compile(known["last_bout"])
        self.cured = re.compile(known["cured"])
        self.recently = re.compile(known["recently"])
        self.hour = re.compile(known["hour"])
        self.span_before = re.compile(rf"{known['from_to']} ?[-–:]? ?(?:[a-z/]+ )?\Z")
        self.done = re.compile(known["done"])
        self.leads = re.compile(known["leads"])
        self.closed = re.compile(known["closed"])
        self.last_of_list = re.compile(known["last_of_list"])
        self.of_list = re.compile(known["of_list"])
        self.when = re.compile(
            f"{known['time']}|(?!may\\b){known['month']}|\\bin the (?:spring|summer|fall|autumn|winter)\\b"
        )
        self.planned = re.compile(known["planned"])
        self.goes_on = re.compile(known["goes_on"])
        self.began = re.compile(known["began"])
        self.used_then = re.compile(
            rf"{known['dosing']}(?: ?\(?(?:\b(?:in|during|back in|around|~) (?:early |late |mid[ -]?)?{known['dated']}|{known['long_ago']}"
            rf"|\bafter (?:(?:his|her|the) )?(?:prior|previous|last|first)\b)"
            rf"| ?(?:{known['dated']},? ?[(-]? ?{known['outcome']}|[(,-]? ?{known['outcome']} ?{known['dated']})"
            rf"| ?[-–(,]? ?{known['used_at']}|{known['used_for']})"
        )
        self.treated_then = re.compile(
            rf"{known['dosing']},? ?\(?(?:(?:in |back in )?(?:{known['dated']}|{known['month']})|{known['recently']})"
        )
        self.treated = re.compile(rf"{known['treated']},? {joined}")
        self.beside = re.compile(rf"{known['beside']}\Z")
        self.on = re.compile(rf"{known['on']} {joined}")
        self.while_on = re.compile(rf"{known['while_on']} {joined}")
        self.harm = re.compile(known["harm"])
        self.turn = re.compile(known["turn"])
        self.step = re.compile(known["step"])
        self.succession = re.compile(rf"[^.;\n]{{0,60}}?({known['step']})(?: |{known['present']})*")
        self.sequence = re.compile(f"{known['time']}|{known['sequence']}")
        self.follows = re.compile(rf"\b{known['follows']} \Z")
        self.now = re.compile(rf"[^.;\n]{{0,60}}?({known['now']}) ")
        self.present = re.compile(rf"\s*{known['present']}")
        self.heading = re.compile(
            rf"(?:(?P<past>{known['past_heading']})|(?P<course>{known['course_heading']})|(?P<history>{known['history_heading']})|(?P<line>{known['line_heading']}))"
            r"(?: ?\([^()\n]{1,60}\))?(?:\s*:|\s+[-–—]\s| also\b|(?=[ \t]*\n))"
        )


@lru_cache(maxsize=len(resources.LANGUAGES))
def shorthand_words(lang: str) -> ShorthandWords | None:
    """The shorthand of a language, read once; None where it has none."""
    file = resources.path(lang, "qualifiers/shorthand.toml")
    return ShorthandWords(tomllib.loads(file.read_text(encoding="utf-8"))) if file.exists() else None
