"""Write the worker's settings into the chart's schema of values: `python -m deploy.helm.settings_schema`.

The rest of values.schema.json is kept by hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workers.settings import Settings

SCHEMA = Path(__file__).parent / "anamnesis/values.schema.json"

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


def render(schema: str) -> str:
    """The schema with the settings of this version."""
    values = json.loads(schema)
    values["properties"]["settings"]["properties"] = properties()
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(render(SCHEMA.read_text(encoding="utf-8")), encoding="utf-8")
