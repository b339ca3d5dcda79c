"""What a dashboard is made of, and how its queries are narrowed by the variables.

A worker counts when its `anamnesis_pipeline_info` matches the variables, so that nothing is assumed of the scrape but
`instance`, and `job`, `namespace` and `cluster` where there are several.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

VARIABLES = ("cluster", "namespace", "group", "profile", "version")
TARGET = "cluster, namespace, job, instance"
INFO = "anamnesis_pipeline_info{" + ",".join(f'{name}=~"${name}"' for name in VARIABLES) + "}"
OBJECTIVE_SECONDS = 30

Kind = Literal["lines", "stack", "number", "table"]


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel.

    `number` is its id, which alerts point at: it is never given to another panel. `queries` are expressions by legend,
    `unit` is Grafana's name of it, `warn_above` and `warn_below` colour what lies beyond.
    """

    number: int
    title: str
    about: str
    unit: str
    queries: dict[str, str]
    kind: Kind = "lines"
    width: int = 12
    most: float | None = None
    warn_above: float | None = None
    warn_below: float | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard: panels by the title of their row."""

    uid: str
    title: str
    about: str
    rows: dict[str, tuple[Panel, ...]]

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All of them, from top to bottom."""
        return tuple(panel for panels in self.rows.values() for panel in panels)


def selector(metric: str, labels: dict[str, str]) -> str:
    """A metric of ours with label matchers; a value that begins with ~ is a regular expression."""
    matchers = [f'{name}=~"{value[1:]}"' if value[:1] == "~" else f'{name}="{value}"' for name, value in labels.items()]
    return f"anamnesis_{metric}" + (f"{{{','.join(matchers)}}}" if matchers else "")


def chosen(expression: str) -> str:
    """The series of workers that the variables choose."""
    return f"({expression} and on ({TARGET}) {INFO})"


def gauge(metric: str, aggregate: str = "sum", by: str = "", **labels: str) -> str:
    """A gauge of the chosen workers, aggregated."""
    return f"{aggregate}{f' by ({by})' if by else ''} {chosen(selector(metric, labels))}"


def total(metric: str, by: str = "", over: str = "$__rate_interval", **labels: str) -> str:
    """The sum of a counter's rates at the chosen workers, a second."""
    return f"sum{f' by ({by})' if by else ''} {chosen(f'rate({selector(metric, labels)}[{over}])')}"


def increase(metric: str, by: str, over: str) -> str:
    """By how much a counter rose at the chosen workers."""
    return f"sum by ({by}) {chosen(f'increase({selector(metric, {})}[{over}])')}"


def mean(metric: str, by: str = "", **labels: str) -> str:
    """The mean of a histogram."""
    return f"{total(metric + '_sum', by, **labels)} / {total(metric + '_count', by, **labels)}"


def quantiles(metric: str, **labels: str) -> dict[str, str]:
    """Median and the two quantiles that objectives speak of."""
    return {
        f"p{share * 100:g}": f"histogram_quantile({share}, {total(metric + '_bucket', 'le', **labels)})"
        for share in (0.5, 0.95, 0.99)
    }


def fresh(over: str = "$__rate_interval") -> str:
    """The share of notes with an outcome within the objective."""
    within = total("end_to_end_seconds_bucket", over=over, le=rf"~{OBJECTIVE_SECONDS}(\\.0)?")
    return f"{within} / {total('end_to_end_seconds_count', over=over)}"


def outcomes() -> str:
    """Outcomes a second, of every kind."""
    return f"({total('notes_published_total')} + {total('notes_rejected_total')})"
