"""The SBOM is made here; the vulnerability report says plainly where there is no network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.release import reports
from services.release.reports import audit_command, main

ROOT = Path(__file__).parents[3]


def test_the_sbom_names_every_pinned_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["sbom", "--out", str(tmp_path / "sbom.json")]) == 0
    told = json.loads((tmp_path / "sbom.json").read_text())
    assert told["bomFormat"] == "CycloneDX"
    found = {(c["name"], c.get("version")) for c in told["components"]}
    assert ("litellm", "1.106.2") in found
    assert len(found) > 100


def test_an_audit_without_a_network_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reports, "run", lambda _: (1, "requests.exceptions.ConnectionError: Max retries exceeded"))
    assert main(["audit", "--out", str(tmp_path / "a.json")]) == 2
    assert "on a connected machine" in capsys.readouterr().err


def test_an_audit_that_found_something_keeps_its_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "a.json"

    def found(words: list[str]) -> tuple[int, str]:
        assert words[1:] == audit_command("py", out)[1:]
        out.write_text("{}")
        return 1, "Found 1 known vulnerability"

    monkeypatch.setattr(reports, "run", found)
    assert main(["audit", "--out", str(out)]) == 1
