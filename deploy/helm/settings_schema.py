"""Write the worker's settings and the names of alerts into the chart's schema of values:

    python -m deploy.helm.settings_schema

The rest of values.schema.json is kept by hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from workers.settings import Settings

SCHEMA = Path(__file__).parent / "anamnesis/values.schema.json"
RULES = Path(__file__).parent / "anamnesis/files/rules.yaml"

# What the chart itself gives the worker, and secrets, which come by reference only.
GIVEN_BY_THE_CHART = frozenset(
    {
        *("bootstrap_servers", "group_id", "group_instance_id", "input_topic", "output_topic", "deadletter_topic"),
        *("profiles", "shards", "state_dir", "log_format", "config", "http_host"),
        *("sasl_mechanism", "sasl_username", "sasl_password"),
        *("tls_enabled", "tls_ca_file", "tls_cert_file", "tls_key_file", "tls_key_password"),
    }
)
_KEPT = ("type", "enum", "minimum", "maximum", "exclusiveMinimum", "pattern", "minLength", "maxLength", "description")


def properties() -> dict[str, Any]:
    """JSON Schema of each setting that `settings` may hold, by its name."""
    described = Settings.model_json_schema()["properties"]
    found = {}
    for name, field in Settings.model_fields.items():
        if name in GIVEN_BY_THE_CHART:
            continue
        own = described[name]
        # One that may be left out is described as a choice with null.
        choice = next((each for each in own.get("anyOf", []) if each.get("type") != "null"), {})
        made = {key: value for key, value in {**choice, **own}.items() if key in _KEPT}
        if "ByteSize" in str(field.annotation):
            made = {"type": ["integer", "string"], "description": made["description"]}
        found[name] = made
    return found


def alerts() -> list[str]:
    """The alerts that `disabledAlerts` may name."""
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return sorted(rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule)


def render(schema: str) -> str:
    """The schema with the settings and alerts of this version."""
    values = json.loads(schema)
    values["properties"]["settings"]["properties"] = properties()
    values["properties"]["prometheusRule"]["properties"]["disabledAlerts"]["items"] = {"enum": alerts()}
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(render(SCHEMA.read_text(encoding="utf-8")), encoding="utf-8")
