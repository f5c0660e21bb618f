"""Development tool: describes LiteLLM's schema anew for `client`, after an upgrade of LiteLLM.

    python -m services.database.dmmf      (needs Node, and `npm ci` with development packages in engine/)

Writes `dmmf.json.gz`: {"schema_sha256", "litellm", "parameters"}; the same input gives the same bytes.
"""

import gzip
import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from services.database.client import STORED, schema_hash, schema_path
from services.database.launcher import ENGINE, find_node


def describe(schema: Path) -> bytes:
    """The file's content for a schema. Raises `subprocess.CalledProcessError` if the schema is not valid."""
    command = [str(find_node()), str(ENGINE / "dmmf.mjs"), str(schema)]
    parameters = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    stored = {"schema_sha256": schema_hash(schema), "litellm": version("litellm"), "parameters": parameters}
    text = json.dumps(stored, sort_keys=True, separators=(",", ":"))
    return gzip.compress(text.encode(), 9, mtime=0)


def main() -> int:
    schema = schema_path()
    STORED.write_bytes(describe(schema))
    print(f"{STORED.name}: {STORED.stat().st_size} bytes for {schema}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
