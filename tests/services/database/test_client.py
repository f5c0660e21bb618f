"""The generated client: made once, made anew for another schema, refused for an unknown one."""

import gzip
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from services.database import client
from services.database.files import write_atomic


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation to write into, beside the real one."""
    made = tmp_path / "site" / "prisma"
    made.mkdir(parents=True)
    monkeypatch.setattr(client, "package_directory", lambda: made)
    return made


def test_the_installed_client_is_of_the_installed_schema_and_that_is_told_fast() -> None:
    client.ensure_client()
    begun = time.perf_counter()
    assert client.ensure_client() is False
    assert time.perf_counter() - begun < 0.2
    stored = json.loads(gzip.decompress(client.STORED.read_bytes()))
    assert stored["schema_sha256"] == client.schema_hash(client.schema_path())


def test_made_once_and_whole(package: Path) -> None:
    assert client.ensure_client() is True
    for name in ("client.py", "types.py", "models.py", "actions.py", "schema.prisma"):
        assert (package / name).exists()
    assert "_Prisma__engine" in (package / "client.py").read_text(encoding="utf-8")
    assert str(package.parent) not in (package / "client.py").read_text(encoding="utf-8")
    assert [path.name for path in package.parent.iterdir()] == ["prisma"]
    stamp = (package / client.STAMP).stat().st_mtime_ns
    assert client.ensure_client() is False
    assert (package / client.STAMP).stat().st_mtime_ns == stamp
    # Another schema's stamp, or a half-made client, is made anew.
    write_atomic(package / client.STAMP, json.dumps({"schema_sha256": "other"}))
    assert client.ensure_client() is True
    (package / "client.py").unlink()
    assert client.ensure_client() is True


def test_the_made_client_works_without_engine_or_node(package: Path) -> None:
    client.ensure_client()
    code = "from prisma import Prisma; c = Prisma(); print(hasattr(c, 'litellm_verificationtoken'), c.is_connected())"
    environment = {"PYTHONPATH": str(package.parent), "PATH": os.defpath}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "True False\n"


def test_the_types_of_all_tables_are_loaded_only_when_one_is_asked_for(package: Path) -> None:
    client.ensure_client()
    code = (
        "import sys; from prisma import Prisma, models, types; full = 'prisma." + client.TYPES + "'; "
        "print(full in sys.modules, hasattr(types, 'Nonesuch'), full in sys.modules); "
        "from prisma.types import LiteLLM_UserTableWhereInput as w, SortOrder; print(w.__name__)"
    )
    environment = {"PYTHONPATH": str(package.parent), "PATH": os.defpath}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["False False True", "LiteLLM_UserTableWhereInput"]


def test_another_schema_is_refused(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "schema.prisma"
    other.write_text(client.schema_path().read_text(encoding="utf-8") + "\n// newer\n", encoding="utf-8")
    monkeypatch.setattr(client, "schema_path", lambda: other)
    with pytest.raises(client.ClientError, match=r"the stored description is of LiteLLM 1\.106\.2's schema"):
        client.ensure_client()
    assert not (package / "client.py").exists()
