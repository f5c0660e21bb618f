"""``make sbom`` and ``make audit``: what is in here, and what is known against it.

Knows: the two well-kept tools (CycloneDX's and pip-audit) and how they are called. Does not know: packages, advisories.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

LOCK = Path("requirements/runtime.lock")
OFFLINE = (
    "the vulnerability report needs a network (or a mirror of the advisories): run `make audit` on a connected machine "
    "with this lock file, it reads nothing else"
)
_NO_NETWORK = ("ConnectionError", "Max retries exceeded", "Name or service not known", "ServiceError", "Timeout")


def sbom_command(python: str, out: Path) -> list[str]:
    """Writes CycloneDX JSON of the lock file, hashes included."""
    words = [python, "-m", "cyclonedx_py", "requirements", str(LOCK), "--pyproject", "pyproject.toml"]
    return [*words, "--output-reproducible", "--of", "JSON", "-o", str(out)]


def audit_command(python: str, out: Path) -> list[str]:
    """Reads the lock file alone, and resolves nothing."""
    words = [python, "-m", "pip_audit", "--require-hashes", "--disable-pip", "-r", str(LOCK)]
    return [*words, "--progress-spinner", "off", "--format", "json", "--output", str(out)]


def run(words: Sequence[str]) -> tuple[int, str]:
    """Exit status and what it said on standard error."""
    done = subprocess.run(list(words), capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def main(arguments: list[str] | None = None) -> int:
    """``sbom`` or ``audit``. An audit exits 1 where something is known, 2 where there is no network."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("sbom", "audit"))
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    out = options.out or Path("build") / f"{options.what}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    make = sbom_command if options.what == "sbom" else audit_command
    status, said = run(make(sys.executable, out))
    if options.what == "audit" and any(word in said for word in _NO_NETWORK):
        print(f"error: {OFFLINE}", file=sys.stderr)
        return 2
    if status != 0 and not (options.what == "audit" and out.exists()):
        print(said[-2000:], file=sys.stderr)
    if out.exists():
        print(f"written to {out}")
    return status


if __name__ == "__main__":
    sys.exit(main())
