"""Whether a value fits a JSON Schema that a caller sent.

Knows: jsonschema. Does not know: requests. A schema of a stranger is handled with care: nothing is fetched for it, and
one with regular expressions (which can take forever) or of great size is not held against an answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import SchemaError, UnknownType, _WrappedReferencingError  # type: ignore[import-untyped]
from referencing import Registry

MAX_SCHEMA_CHARS = 100_000


def fits(value: Any, schema: Mapping[str, Any]) -> bool:
    """True also where the schema cannot be used."""
    try:
        text = json.dumps(schema)
        if len(text) > MAX_SCHEMA_CHARS or '"pattern' in text:
            return True
        Draft202012Validator.check_schema(schema)
        return bool(Draft202012Validator(schema, registry=Registry()).is_valid(value))
    except (SchemaError, UnknownType, _WrappedReferencingError, ValueError, TypeError, RecursionError):
        return True
