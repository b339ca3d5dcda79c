"""Make the dashboards' JSON: `python -m deploy.grafana.build` writes it, `--check` tells whether it is current."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as shown
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from deploy.grafana import content, kafka, overview, shards
from deploy.grafana.model import VARIABLES, Board, Panel

BOARDS = (overview.BOARD, shards.BOARD, content.BOARD, kafka.BOARD)
FOLDER = Path(__file__).parents[1] / "helm/anamnesis/files/dashboards"

_SOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
_FIRST_ROW = 1000
_HEIGHT = {"number": 5, "lines": 8, "stack": 8, "table": 8}


def render(board: Board) -> str:
    """A dashboard as JSON."""
    made = (
        dashboard.Dashboard(board.title)
        .uid(board.uid)
        .description(board.about)
        .tags(["anamnesis"])
        .readonly()
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .time("now-3h", "now")
        .refresh("30s")
        .timezone("browser")
        .with_variable(dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus"))
        .link(
            dashboard.DashboardLink("Anamnesis")
            .type(models.DashboardLinkType.DASHBOARDS)
            .tags(["anamnesis"])
            .as_dropdown(True)
            .include_vars(True)
            .keep_time(True)
        )
    )
    for name in VARIABLES:
        made = made.with_variable(_variable(name))
    for number, (title, panels) in enumerate(board.rows.items()):
        made = made.with_row(dashboard.Row(title).id(_FIRST_ROW + number))
        for panel in panels:
            made = made.with_panel(_panel(panel))
    return json.dumps(made.build(), cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _variable(name: str) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(name)
        .label(name.capitalize())
        .datasource(_SOURCE)
        .query(f"label_values(anamnesis_pipeline_info, {name})")
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(models.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        # Also where a label is absent: a Prometheus of one cluster seldom says which.
        .all_value(".*")
        .current(models.VariableOption(selected=True, text="All", value="$__all"))
    )


def _panel(panel: Panel) -> timeseries.Panel | stat.Panel | table.Panel:
    builder: timeseries.Panel | stat.Panel | table.Panel
    match panel.kind:
        case "number":
            builder = stat.Panel().graph_mode(shown.BigValueGraphMode.AREA)
        case "table":
            builder = table.Panel().with_transformation(
                models.DataTransformerConfig(id_val="organize", options={"excludeByName": {"Time": True}})
            )
        case "lines" | "stack":
            builder = (
                timeseries.Panel()
                .fill_opacity(30 if panel.kind == "stack" else 8)
                .legend(
                    common.VizLegendOptions()
                    .show_legend(True)
                    .display_mode(shown.LegendDisplayMode.LIST)
                    .placement(shown.LegendPlacement.BOTTOM)
                )
            )
            if panel.kind == "stack":
                builder = builder.stacking(common.StackingConfig().mode(shown.StackingMode.NORMAL))
            if panel.warn_above is not None or panel.warn_below is not None:
                builder = builder.thresholds_style(
                    common.GraphThresholdsStyleConfig().mode(shown.GraphTresholdsStyleMode.DASHED)
                )
    builder = (
        builder.id(panel.number)
        .title(panel.title)
        .description(panel.about)
        .datasource(_SOURCE)
        .unit(panel.unit)
        .min(0)
        .height(_HEIGHT[panel.kind])
        .span(panel.width)
        .thresholds(_thresholds(panel))
    )
    if panel.most is not None:
        builder = builder.max(panel.most)
    for place, (legend, expr) in enumerate(panel.queries.items()):
        builder = builder.with_target(_target(panel, chr(ord("A") + place), legend, expr))
    return builder


def _target(panel: Panel, name: str, legend: str, expr: str) -> prometheus.Dataquery:
    query = prometheus.Dataquery().ref_id(name).expr(expr).legend_format(legend)
    if panel.kind == "table":
        return query.instant().format(PromQueryFormat.TABLE)
    return query.range()


def _thresholds(panel: Panel) -> dashboard.ThresholdsConfig:
    steps = [models.Threshold(value=None, color="green")]
    if panel.warn_above is not None:
        steps.append(models.Threshold(value=panel.warn_above, color="orange"))
    if panel.warn_below is not None:
        steps = [models.Threshold(value=None, color="orange"), models.Threshold(value=panel.warn_below, color="green")]
    return dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps)


def main() -> int:
    """Write or check."""
    check = "--check" in sys.argv[1:]
    stale = []
    FOLDER.mkdir(parents=True, exist_ok=True)
    for board in BOARDS:
        path, text = FOLDER / f"{board.uid}.json", render(board)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path.name)
            if not check:
                path.write_text(text, encoding="utf-8")
    if check and stale:
        sys.stderr.write(f"not current: {', '.join(stale)}; run: make deploy-files\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
