"""Rules, their tests, the runbook, the dashboards and the worker's metrics speak of the same things."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from deploy.grafana.build import BOARDS, FOLDER, render
from deploy.grafana.model import VARIABLES, Board
from tests.deploy.rules import DEPLOY, alerts, load, metrics_in, rules
from tests.workers.test_metrics import worst_case

RUNBOOK = (DEPLOY / "RUNBOOK.md").read_text(encoding="utf-8")
CASES = [case["name"] for path in (DEPLOY / "prometheus/tests").glob("*.yaml") for case in load(path)["tests"]]

SPECIFIED = {
    "AnamnesisStalled",
    "AnamnesisLagGrowing",
    "AnamnesisLatencyHigh",
    "AnamnesisRejectedRatioHigh",
    "AnamnesisRebalanceStorm",
    "AnamnesisShardRestarts",
    "AnamnesisMemoryNearLimit",
    "AnamnesisTwoFingerprints",
    "AnamnesisEntitiesDown",
    "AnamnesisUnlinkedRatioHigh",
    "AnamnesisNoData",
}


def shown() -> set[str]:
    """Every sample name that a worker can show."""
    metrics = worst_case([((name, *labels), 1) for name, labels in COUNTED.items()])
    return {sample.name for family in metrics.registry.collect() for sample in family.samples}


COUNTED = {
    "entities": ("DRUG", "en"),
    "relations": ("DOSE",),
    "unlinked_attributes": ("DOSE",),
    "qualified": ("a", "b"),
}


def test_no_specified_alert_is_missing() -> None:
    assert set(alerts()) >= SPECIFIED


@pytest.mark.parametrize("name", alerts())
def test_an_alert_has_tests_a_runbook_section_and_a_panel(name: str) -> None:
    assert any(case.startswith(f"{name} fires: ") for case in CASES)
    assert any(case.startswith(f"{name} stays silent: ") for case in CASES)
    section = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", RUNBOOK, re.MULTILINE | re.DOTALL)
    assert section is not None
    assert all(word in section[1] for word in ("**Means**", "ook at**", "o**")), (
        "what it means, where to look, what to do"
    )
    annotations = alerts()[name]["annotations"]
    assert annotations["runbook_url"] == f"deploy/RUNBOOK.md#{name.lower()}"
    address = urlsplit(annotations["dashboard_url"])
    board = next(board for board in BOARDS if address.path == f"/d/{board.uid}")
    assert int(parse_qs(address.query)["viewPanel"][0]) in {panel.number for panel in board.panels}


def test_the_runbook_and_the_tests_know_no_alert_that_is_not_there() -> None:
    assert set(re.findall(r"^## (\w+)$", RUNBOOK, re.MULTILINE)) == set(alerts())
    assert {case.split()[0] for case in CASES} == set(alerts())
    assert set(re.findall(r"\]\(#(\w+)\)", RUNBOOK)) <= {name.lower() for name in alerts()}


def test_rules_and_panels_ask_only_for_what_a_worker_shows_or_a_rule_records() -> None:
    known = shown() | {rule["record"] for rule in rules() if "record" in rule}
    for rule in rules():
        assert metrics_in(rule["expr"]) <= known, rule
    for board in BOARDS:
        for panel in board.panels:
            for expression in panel.queries.values():
                assert metrics_in(expression) <= known, (board.uid, panel.title)


def test_every_metric_is_on_a_dashboard() -> None:
    asked = {
        name
        for board in BOARDS
        for panel in board.panels
        for expr in panel.queries.values()
        for name in metrics_in(expr)
    }
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in shown()}
    assert families == {re.sub(r"_(bucket|sum|count)$", "", name) for name in asked}


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_a_committed_dashboard_is_what_its_source_makes(board: Board) -> None:
    committed = (FOLDER / f"{board.uid}.json").read_text(encoding="utf-8")
    assert committed == render(board), "run: make deploy-files"
    made = json.loads(committed)
    panels = [panel for panel in made["panels"] if panel["type"] != "row"]
    assert [panel["id"] for panel in panels] == [panel.number for panel in board.panels]
    assert len({panel["id"] for panel in made["panels"]}) == len(made["panels"])
    assert [variable["name"] for variable in made["templating"]["list"]] == ["datasource", *VARIABLES]
    assert all(panel["description"] and panel["fieldConfig"]["defaults"]["unit"] for panel in panels)
    right_edges = {panel["gridPos"]["x"] + panel["gridPos"]["w"] for panel in panels}
    assert max(right_edges) <= 24
