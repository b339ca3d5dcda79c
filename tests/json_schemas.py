"""Validators of JSON Schema.

Their library reads a grammar of addresses when it is imported, which takes seconds, and each process of a test run imports
every file of tests: so it is imported at its first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema.protocols import Validator


def validator(schema: dict[str, Any], draft: str = "Draft202012") -> Validator:
    """A validator of a schema, which itself is not checked."""
    import jsonschema

    kind: type[Validator] = getattr(jsonschema, f"{draft}Validator")
    return kind(schema)
