"""Every problem is a 4xx that says what to do."""

from __future__ import annotations

from typing import Any

import pytest

from services.documents.problems import PROBLEMS, DocumentProblem, told_back

VALUES: dict[str, Any] = {"named": "PDF", "holds": "DOCX", "what": "scripts", "pages": 9, "most": 5, "seconds": 3.0}


@pytest.mark.parametrize("code", PROBLEMS)
def test_each(code: str) -> None:
    problem = DocumentProblem(code, **VALUES)
    assert 400 <= problem.status < 500
    assert "{" not in problem.message
    again = told_back(problem.told())
    assert (again.code, again.status, again.message) == (code, problem.status, problem.message)


def test_a_worker_cannot_make_up_a_code() -> None:
    assert told_back({"code": "owned", "message": 5}).code == "unreadable"
