"""The stored description of the schema can be made again, bit by bit."""

import pytest

from services.database.client import STORED, schema_path
from services.database.dmmf import describe
from services.database.launcher import ENGINE


def test_the_stored_one_is_what_the_tool_makes() -> None:
    if not (ENGINE / "node_modules" / "@prisma" / "prisma-schema-wasm").exists():
        pytest.skip("the engine's development packages are not installed (npm ci without --omit=dev)")
    assert describe(schema_path()) == STORED.read_bytes()
