"""``python services/release/verify.py [--public FILE]``: is everything under ``bundle/`` as it was bundled?

Knows: the list of checksums and its signature (Ed25519). Does not know: what the files are. It runs before anything is
installed, so it imports the standard library alone; the signature is checked by the openssl of the system.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

SUMS, SIGNATURE, PUBLIC = "SHA256SUMS", "SHA256SUMS.sig", "bundle.pub"


def wrong_files(folder: Path) -> list[str]:
    """What is missing, changed or not listed, one clause each; raises OSError where there is no list."""
    listed: dict[str, str] = {}
    for line in (folder / SUMS).read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
    wrong = []
    for name, digest in listed.items():
        path = folder / name
        if not path.is_file():
            wrong.append(f"{name} is missing")
        elif digest_of(path) != digest:
            wrong.append(f"{name} was changed")
    own = {SUMS, SIGNATURE, PUBLIC}
    there = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    return wrong + [f"{name} is not listed" for name in sorted(there - set(listed) - own)]


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def signed_by(folder: Path, public: Path) -> bool | None:
    """Whether the list was signed with the key of ``public`` (PEM); None where nothing here can tell."""
    openssl = shutil.which("openssl")
    if openssl is None:
        return None
    command = [openssl, "pkeyutl", "-verify", "-pubin", "-inkey", str(public), "-rawin"]
    command += ["-in", str(folder / SUMS), "-sigfile", str(folder / SIGNATURE)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def main(arguments: list[str] | None = None) -> int:
    """0 where all is right; 1 with what is wrong on standard error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("bundle"))
    parser.add_argument("--public", type=Path, help="the signer's key, as you got it another way than with the bundle")
    options = parser.parse_args(arguments)
    try:
        wrong = wrong_files(options.folder)
    except OSError as error:
        wrong = [f"{options.folder} is no bundle: {error.strerror or error}"]
    if not wrong and options.public is not None:
        answer = signed_by(options.folder, options.public)
        if answer is None:
            wrong = ["the signature cannot be checked: there is no openssl here"]
        elif not answer:
            wrong = [f"the list of checksums is not signed with {options.public}"]
    for clause in wrong:
        print(f"error: {clause}", file=sys.stderr)
    if not wrong:
        how = "signature and checksums" if options.public is not None else "checksums"
        print(f"{options.folder}: {how} are right")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
