"""The dashboard and the alert rules: the real tool takes the rules, and both ask only for what ``/metrics`` tells."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from plugins.litellm_adapter.load_figures import FIGURES as LOADS
from plugins.litellm_adapter.metrics import Metrics
from tests.plugins.litellm_adapter.test_metrics import ROW

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "signalbox.rules.yaml"
DASHBOARD = DEPLOY / "grafana" / "signalbox.json"
FROM_THE_LOG = {
    "signalbox_tier_share",
    "signalbox_tier_latency_mean_ms",
    "signalbox_weighted_latency_ms",
    "signalbox_hour_spend_usd",
    "signalbox_hour_saved_usd",
    "signalbox_hour_accepted",
    "signalbox_hour_usd_per_accepted",
}
"""``log_figures``."""


def dashboard() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(DASHBOARD.read_text())
    return loaded


def expressions() -> list[str]:
    rules = [rule["expr"] for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
    return rules + [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """Names that ``/metrics`` tells, with their labels."""
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    metrics = Metrics()
    metrics.decided(ROW)
    metrics.judged.labels("good").inc()
    metrics.answered(200)
    metrics.began("d")
    metrics.waits("d", 1)
    for counter, label in ((metrics.refusals, "p"), (metrics.boundary, "c")):
        counter.labels(label).inc()
    found: dict[str, set[str]] = {name: set() for name in FROM_THE_LOG}
    found |= {f"signalbox_{name}": {"deployment"} for name, _, _ in LOADS}
    for family in metrics.registry.collect():
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def test_promtool_takes_the_rules() -> None:
    if shutil.which("promtool") is None:
        pytest.skip("no promtool on PATH: install the package `prometheus` to check the alert rules with it")
    done = subprocess.run(["promtool", "check", "rules", str(RULES)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "11 rules found" in done.stdout + done.stderr


def test_promtool_takes_what_the_gateway_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("no promtool on PATH: install the package `prometheus` to check the figures with it")
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    metrics = Metrics()
    metrics.decided(ROW)
    done = subprocess.run(["promtool", "check", "metrics"], input=metrics.text(), capture_output=True)
    assert done.returncode in (0, 3), done.stderr  # 3: advice on names alone
    assert b"error" not in done.stderr.lower(), done.stderr


def test_every_expression_asks_for_what_is_told(told: dict[str, set[str]]) -> None:
    for expression in expressions():
        names = set(re.findall(r"\bsignalbox_[a-z_0-9]+", expression)) or {"up"}
        assert names <= set(told) | {"up"}, expression
        labels = set().union(*(told.get(name, set()) for name in names)) | {"job"}
        used = set(re.findall(r"(\w+)\s*(?:=~|!=|!~|=)\s*\"", expression))
        for group in re.findall(r"by \(([^)]*)\)", expression):
            used |= {label.strip() for label in group.split(",")}
        assert used <= labels, expression


def test_every_alert_says_what_it_is_and_how_bad() -> None:
    for group in yaml.safe_load(RULES.read_text())["groups"]:
        for rule in group["rules"]:
            assert rule["alert"].startswith("Signalbox")
            assert rule["labels"]["severity"] in ("critical", "warning", "info")
            assert rule["annotations"]["summary"]


def test_the_dashboard_is_one_that_grafana_imports() -> None:
    board = dashboard()
    assert board["title"]
    assert board["schemaVersion"] >= 36
    assert [v["type"] for v in board["templating"]["list"]] == ["datasource"]
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids)) == 20
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        assert panel["title"]
        assert panel["type"] in ("stat", "timeseries")
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert [t["refId"] for t in panel["targets"]] == ["A", "B"][: len(panel["targets"])]
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert max(x for x, _ in cells) < 24
        assert not taken & cells, panel["title"]
        taken |= cells
