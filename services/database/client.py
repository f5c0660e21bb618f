"""The generated Prisma Python client, made without Node, npm, the Prisma CLI or an engine binary.

`prisma generate` asks a Rust engine what the schema says and hands the answer to prisma-client-py's generator. The
answer for LiteLLM's schema is kept in `dmmf.json.gz` (made by `python -m services.database.dmmf`), with the hash of the
schema it belongs to; here it goes into the generator directly.

The generated files belong into the installed `prisma` package: LiteLLM imports them from there. A stamp beside them
tells for which schema they were made, and by which version of this module.
"""

import gzip
import hashlib
import importlib.util
import json
import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from services.database.files import exclusive, write_atomic

STORED = Path(__file__).parent / "dmmf.json.gz"
STAMP = "signalbox-client.json"
REVISION = 2
"""Raise when what is written here changes, so that installed clients are made anew."""

# LiteLLM wraps the client's engine by assigning `_Prisma__engine`, the name of prisma-client-py 0.11; 0.15 calls it
# `_internal_engine`. Without this its counting of running queries before a reconnect is silently off.
ALIAS = """

# --- added by Signalbox: the name that LiteLLM assigns (litellm/proxy/db/prisma_client.py) ---
setattr(
    Prisma,
    '_Prisma__engine',
    property(
        lambda self: self._internal_engine,
        lambda self, engine: setattr(self, '_internal_engine', engine),
    ),
)
"""

# The types of LiteLLM's 98 tables are 10 MB of source: 330 MB of memory and 4 s of every import, in each worker. They
# are for type checkers; at run time only these few are asked for. So they move aside and are loaded if something asks.
TYPES = "types_of_all_tables"
LAZY_TYPES = f'''"""Made by Signalbox: the types of all tables are in `{TYPES}`, loaded when one of them is wanted."""

from ._types import DatasourceOverride, HttpConfig, MetricsFormat, SortMode, SortOrder


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from . import {TYPES}

    return getattr({TYPES}, name)
'''


class ClientError(RuntimeError):
    """The client cannot be made; the message says what to do."""


def schema_path() -> Path:
    """The schema of the installed LiteLLM. Raises `ClientError`."""
    spec = importlib.util.find_spec("litellm")
    if spec is None or spec.origin is None:
        raise ClientError("litellm is not installed: run make install")
    return Path(spec.origin).parent / "proxy" / "schema.prisma"


def package_directory() -> Path:
    """Where the installed prisma package is. Raises `ClientError`."""
    spec = importlib.util.find_spec("prisma")
    if spec is None or spec.origin is None:
        raise ClientError("prisma is not installed: run make install")
    return Path(spec.origin).parent


def schema_hash(schema: Path) -> str:
    return hashlib.sha256(schema.read_bytes()).hexdigest()


def _wanted(digest: str) -> dict[str, Any]:
    return {"schema_sha256": digest, "prisma": version("prisma"), "revision": REVISION}


def is_current(package: Path, digest: str) -> bool:
    """Whether the package holds the client of this schema."""
    try:
        found: object = json.loads((package / STAMP).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return False
    return found == _wanted(digest) and (package / "client.py").exists()


def stored_parameters(digest: str) -> dict[str, Any]:
    """What the generator must be told. Raises `ClientError` if that belongs to another schema."""
    stored = json.loads(gzip.decompress(STORED.read_bytes()))
    if stored["schema_sha256"] != digest:
        raise ClientError(
            f"the stored description is of LiteLLM {stored['litellm']}'s schema ({stored['schema_sha256'][:12]}), and "
            f"the installed LiteLLM {version('litellm')} has another ({digest[:12]}): install LiteLLM "
            f"{stored['litellm']}, or run `python -m services.database.dmmf` and test the new schema"
        )
    parameters: dict[str, Any] = stored["parameters"]
    return parameters


def ensure_client() -> bool:
    """Makes the client if the installed one is not of this schema. Two callers at once: the second finds it made.

    Returns whether it was made now. Must run before anything imports `prisma` in the process that will use it.
    Raises `ClientError`.
    """
    schema, package = schema_path(), package_directory()
    digest = schema_hash(schema)
    if is_current(package, digest):
        return False
    if not os.access(package, os.W_OK):
        raise ClientError(f"{package} is not writable: run `python -m services.database.client` once as its owner")
    with exclusive(package / ".signalbox-client.lock", wait=True):
        if is_current(package, digest):
            return False
        _generate(schema, package, digest)
    return True


def _generate(schema: Path, package: Path, digest: str) -> None:
    """Into a temporary directory first; then file by file by rename, the stamp last."""
    parameters = stored_parameters(digest)
    with tempfile.TemporaryDirectory(dir=package.parent, prefix=".prisma-client-") as made:
        target = Path(made) / "prisma"
        text = schema.read_text(encoding="utf-8")
        parameters["generator"]["output"]["value"] = str(target)
        parameters["generator"]["sourceFilePath"] = parameters["schemaPath"] = str(schema)
        parameters["datamodel"] = text
        # The engine is named by PRISMA_QUERY_ENGINE_BINARY at run time; nothing is looked for beside the client.
        parameters["binaryPaths"] = {"queryEngine": {}}
        for datasource in parameters["datasources"]:
            datasource["sourceFilePath"] = str(schema)
        _run_generator(parameters)
        client = target / "client.py"
        client.write_text(client.read_text(encoding="utf-8") + ALIAS, encoding="utf-8")
        (target / "types.py").rename(target / f"{TYPES}.py")
        (target / "types.py").write_text(LAZY_TYPES, encoding="utf-8")
        (package / STAMP).unlink(missing_ok=True)
        for file in sorted(target.rglob("*")):
            relative = file.relative_to(target)
            if file.is_file() and "__pycache__" not in relative.parts and _differs(file, package / relative):
                (package / relative).parent.mkdir(parents=True, exist_ok=True)
                file.replace(package / relative)
    write_atomic(package / STAMP, json.dumps(_wanted(digest)) + "\n", mode=0o644)


def _differs(file: Path, installed: Path) -> bool:
    return not installed.exists() or installed.read_bytes() != file.read_bytes()


def _run_generator(parameters: dict[str, Any]) -> None:
    # Here, because importing prisma's generator takes half a second and is needed once in the life of an installation.
    from prisma._compat import model_parse
    from prisma.generator.generator import Generator
    from prisma.generator.models import PythonData

    Generator().generate(model_parse(PythonData, parameters))


def main() -> int:
    """`python -m services.database.client`: for installers and container images."""
    try:
        made = ensure_client()
    except ClientError as error:
        print(f"signalbox: {error}", file=sys.stderr)
        return 1
    print(f"prisma client: {'made' if made else 'up to date'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
