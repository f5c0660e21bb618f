"""``model_info.probe``, ``max_concurrency`` and ``reserved``."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.routing.config.operation import check_limits, check_probe
from plugins.routing.config.problems import Findings


@pytest.mark.parametrize(
    ("probe", "wrong"),
    [
        (None, None),
        (True, None),
        (False, None),
        ({}, None),
        ({"ask": "2+2?", "expect": "4|four"}, None),
        ("yes", "must be true, false"),
        ({"ask": 3}, "must be text"),
        ({"ask": " "}, "must be text"),
        ({"expect": "(["}, "no regular expression"),
        ({"answer": "4"}, "unknown key"),
    ],
)
def test_what_a_probe_may_be(probe: Any, wrong: str | None) -> None:
    findings = Findings()
    check_probe(probe, ("model_list", 0), findings)
    assert [message for _, message in findings.errors if wrong and wrong in message] == [
        message for _, message in findings.errors
    ]
    assert bool(findings.errors) == (wrong is not None)


@pytest.mark.parametrize(
    ("info", "wrong"),
    [
        ({}, None),
        ({"max_concurrency": 4, "reserved": {"t": 4}}, None),
        ({"max_concurrency": 0}, "positive whole number"),
        ({"max_concurrency": True}, "positive whole number"),
        ({"max_concurrency": 4, "reserved": {"t": 3, "u": 2}}, "holds 5 of max_concurrency 4"),
        ({"max_concurrency": 4, "reserved": ["t"]}, "mapping of team ids"),
        ({"max_concurrency": 4, "reserved": {"t": 0}}, "mapping of team ids"),
        ({"reserved": {"t": 1}}, "needs max_concurrency"),
    ],
)
def test_what_limits_may_be(info: dict[str, Any], wrong: str | None) -> None:
    findings = Findings()
    check_limits(info, ("model_list", 0), findings)
    assert [wrong in message for _, message in findings.errors if wrong] == ([True] if wrong else [])
