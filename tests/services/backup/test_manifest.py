"""The list at the head of an archive."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.backup.errors import BackupError
from services.backup.manifest import Manifest, parse

GOOD = Manifest(5.0, {"litellm": "1.2"}, ["20240101_a"], {"state/x": "00"}, {"state/x": 3})


def test_written_and_read() -> None:
    assert parse(GOOD.text().encode()) == GOOD


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 2}, "install a newer Signalbox"),
        ({"sha256": {"../x": "00"}}, "wrong name"),
        ({"sha256": {"/etc/passwd": "00"}}, "wrong name"),
        ({"sha256": {"state/../../x": "00"}}, "wrong name"),
        ({"sha256": {"elsewhere/x": "00"}}, "wrong name"),
        ({"sha256": 5}, "cannot be read"),
        ({"made": "soon"}, "cannot be read"),
    ],
)
def test_what_is_not_ours_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(BackupError, match=said):
        parse(json.dumps({**json.loads(GOOD.text()), **change}).encode())


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b"\xff"])
def test_no_list_at_all(text: bytes) -> None:
    with pytest.raises(BackupError, match="no backup of Signalbox"):
        parse(text)


def test_a_newer_schema_is_refused_and_an_older_or_unknown_old_one_is_not() -> None:
    GOOD.refuse_newer(["20240101_a", "20240202_b"])
    GOOD.refuse_newer(["20250101_squashed"])
    with pytest.raises(BackupError, match=r"newer version \(litellm 1.2\).*20240101_a"):
        GOOD.refuse_newer(["20230101_z"])
