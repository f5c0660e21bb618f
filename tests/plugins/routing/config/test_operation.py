"""``model_info.probe``."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.routing.config.operation import check_probe
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
