"""What the documents tell a platform engineer: values are rendered and run, commands and names are those that exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from typer.main import get_command

from deploy.grafana.build import BOARDS
from schemas.rejected import Reason
from tests.deploy.conftest import KUBERNETES, Render
from tests.deploy.manifests import problems
from tests.deploy.rules import CHART, DEPLOY, ROOT, load
from tests.workers.test_metrics import worst_case
from tests.workers.test_tracing import NOTES, Collector, collector, exchange, worker
from workers.cli.app import app
from workers.embedded import EmbeddedBroker
from workers.settings import Settings

__all__ = ["collector"]

README = (DEPLOY / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[1]


def values_of_traces() -> dict[str, Any]:
    """The one block of values in the section on traces."""
    [block] = re.findall(r"```yaml\n(.*?)```", section("Traces"), re.DOTALL)
    found: dict[str, Any] = yaml.safe_load(block)
    return found


@pytest.fixture
def traced(render: Render) -> list[dict[str, Any]]:
    return render(values_of_traces())


def of_kind(manifests: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    [found] = [manifest for manifest in manifests if manifest["kind"] == kind]
    return found


def environment(manifests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    [container] = of_kind(manifests, "Deployment")["spec"]["template"]["spec"]["containers"]
    found: list[dict[str, Any]] = container["env"]
    return found


@pytest.mark.deploy
@pytest.mark.parametrize("version", KUBERNETES)
def test_kubernetes_takes_the_values_for_traces(render: Render, version: str) -> None:
    assert problems(render(values_of_traces(), version=version), version) == []


@pytest.mark.deploy
def test_the_values_for_traces_open_the_way_to_the_collector_and_no_other(
    traced: list[dict[str, Any]], render: Render
) -> None:
    rules = of_kind(traced, "NetworkPolicy")["spec"]["egress"]
    usual = of_kind(render(), "NetworkPolicy")["spec"]["egress"]
    [opened] = [rule for rule in rules if rule not in usual]
    given = {each["name"]: each.get("value") for each in environment(traced)}
    endpoint = re.fullmatch(r"http://[\w-]+\.([\w-]+):(\d+)", given["ANAMNESIS_TRACING_ENDPOINT"] or "")
    assert endpoint is not None
    assert opened["ports"] == [{"port": int(endpoint[2]), "protocol": "TCP"}]
    [peer] = opened["to"]
    assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": endpoint[1]}


@pytest.mark.deploy
def test_without_an_endpoint_nothing_of_traces_is_rendered(render: Render) -> None:
    assert not [each["name"] for each in environment(render()) if "TRACING" in each["name"] or "OTEL" in each["name"]]


@pytest.mark.deploy
def test_the_log_in_at_the_collector_comes_by_reference(traced: list[dict[str, Any]]) -> None:
    [header] = [each for each in environment(traced) if each["name"].startswith("OTEL_")]
    assert header["name"] == "OTEL_EXPORTER_OTLP_HEADERS"
    assert set(header) == {"name", "valueFrom"}
    reference = header["valueFrom"]["secretKeyRef"]
    made = re.search(r"create secret generic (\S+) --from-literal=(\w+)='", section("Traces"))
    assert made is not None
    assert (reference["name"], reference["key"]) == made.groups()


@pytest.mark.deploy
def test_a_worker_with_the_rendered_environment_logs_in_and_sends_its_spans(
    traced: list[dict[str, Any]], collector: Collector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chart's variables as they are but for where broker and collector are, and the Secret's value as documented."""
    value = re.search(r"--from-literal=headers='([^']+)'", section("Traces"))
    assert value is not None
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", value[1])
    for each in environment(traced):
        if each["name"].startswith("ANAMNESIS_") and "value" in each:
            monkeypatch.setenv(each["name"], each["value"])
    topics = Settings()
    with EmbeddedBroker(topics.input_topic, topics.output_topic, topics.deadletter_topic) as broker:
        here = {
            "bootstrap_servers": broker.bootstrap_servers,
            "tracing_endpoint": f"http://127.0.0.1:{collector.server_port}",
        }
        with worker(tmp_path, **here) as process:
            exchange(Settings(**here), tmp_path, process, NOTES)
    assert collector.paths == {"/v1/traces"}
    assert collector.logged_in == {"Bearer TOKEN"}
    assert {"queue", "shard"} <= {span.name for span in collector.spans}


# ---- What the documents name is there

DOCUMENTS = {name: (DEPLOY / name).read_text(encoding="utf-8") for name in ("README.md", "RUNBOOK.md", "CAPACITY.md")}
VALUES = load(CHART / "values.yaml")


def code(text: str) -> list[str]:
    """Lines of console blocks, without comments, and code spans."""
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line.split("  #")[0].split(" # ")[0].strip() for block in blocks for line in block.splitlines()]
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [*lines, *re.findall(r"`([^`\n]+)`", prose)]


def spans(pattern: str) -> list[tuple[str, str]]:
    """Code that matches, with its document."""
    found = {(name, each) for name, text in DOCUMENTS.items() for each in code(text) if re.fullmatch(pattern, each)}
    return sorted(found)


@pytest.mark.parametrize(("document", "line"), spans(r"(?:kubectl exec (?:-i )?\S+ -- )?anamnesis [a-z].*"))
def test_a_command_of_the_documents_exists_with_its_options(document: str, line: str) -> None:
    command: Any = get_command(app)
    words = shlex.split(line[line.index("anamnesis ", line.find(" -- ") + 1) :])[1:]
    while words and hasattr(command, "commands"):
        assert words[0] in command.commands, f"{document}: {line}"
        command = command.commands[words.pop(0)]
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options, f"{document}: {line}"


@pytest.mark.parametrize(("document", "target"), spans(r"make [a-z-]+"))
def test_a_target_of_the_documents_is_in_the_makefile(document: str, target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target.removeprefix('make ')}:", makefile, re.MULTILINE), document


@pytest.mark.parametrize(("document", "path"), spans(rf"(?:{'|'.join(VALUES)})(?:\.\w+)+(?:: .+)?"))
def test_a_value_that_the_documents_name_is_one(document: str, path: str) -> None:
    found: Any = VALUES | {"settings": dict.fromkeys(Settings.model_fields)}
    for name in path.split(":")[0].split("."):
        assert name in found, f"{document}: {path}"
        found = found[name]


@pytest.mark.parametrize(("document", "name"), spans(r"[a-z]+_[a-z_]+"))
def test_a_setting_that_the_documents_name_is_one(document: str, name: str) -> None:
    """Or a reason of rejections, or a metric: those have tests of their own."""
    metrics = {family.removeprefix("anamnesis_") for family in families()}
    known = {*Settings.model_fields, *get_args(Reason), *metrics, "dashboard_url"}
    assert name in known, document


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_of_the_documents_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", DOCUMENTS[name]):
        path, _, anchor = target.partition("#")
        assert (DEPLOY / path).exists(), target
        if anchor:
            text = DOCUMENTS[path or name]
            titles = [title.lower().replace(" ", "-") for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE)]
            assert anchor in titles, target


def families() -> set[str]:
    """The names of all metrics of a worker, as they are scraped."""
    kinds = {family.name: family.type for family in worst_case([]).registry.collect()}
    return {f"{name}_total" if kind == "counter" else name for name, kind in kinds.items()}


def test_the_readme_says_what_each_metric_means_and_knows_no_other() -> None:
    rows = re.findall(r"^\| (`.*?`) \| (.+) \|$", section("What each metric means"), re.MULTILINE)
    assert all(meaning.strip() for _, meaning in rows)
    named = [name for names, _ in rows for name in re.findall(r"`(\w+)(?:\{[^}]*\})?`", names)]
    assert len(named) == len(set(named))
    assert {f"anamnesis_{name}" for name in named} == families()


def test_the_runbook_says_what_to_do_about_each_reason_of_rejections() -> None:
    rows = re.findall(r"^\| (`.*?`) \| (.+) \| (.+) \|$", DOCUMENTS["RUNBOOK.md"], re.MULTILINE)
    named = [reason for reasons, _, _ in rows for reason in re.findall(r"`(\w+)`", reasons)]
    assert sorted(named) == sorted(get_args(Reason))


@pytest.mark.parametrize("event", ["shard replaced", "shard recycled"])
def test_a_line_of_the_log_that_the_runbook_names_is_written(event: str) -> None:
    assert f"`{event}`" in DOCUMENTS["RUNBOOK.md"]
    assert f'("{event}"' in (ROOT / "workers/shards.py").read_text(encoding="utf-8")


def test_panels_that_the_runbook_names_are_on_their_dashboard() -> None:
    boards = {board.title.removeprefix("Anamnesis: ").capitalize(): board for board in BOARDS}
    short = {title.split(" and ")[0]: board for title, board in boards.items()}
    named = re.findall(r"\*(\w[\w ]+) / ([^*]+)\*", DOCUMENTS["RUNBOOK.md"])
    assert len(named) > 20
    for board, panel in named:
        assert panel in {each.title for each in short[board].panels}, f"{board} / {panel}"
