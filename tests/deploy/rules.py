"""What the rules file holds, for the tests."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "helm/anamnesis"
RULES = CHART / "files/rules.yaml"

_METRIC = re.compile(r"\banamnesis_[a-z0-9_]+|\b(?:job|instance):anamnesis_[a-z0-9_]+:[a-z0-9_]+")


def load(path: Path) -> Any:
    """One YAML document."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def rules() -> list[dict[str, Any]]:
    """All rules."""
    return [rule for group in load(RULES)["groups"] for rule in group["rules"]]


def alerts() -> dict[str, dict[str, Any]]:
    """Alerts by name."""
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


def metrics_in(expression: str) -> set[str]:
    """Names of metrics and recorded series that an expression asks for."""
    return set(_METRIC.findall(expression))
