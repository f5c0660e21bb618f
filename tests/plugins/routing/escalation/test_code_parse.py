"""Cases of ``code_parse``."""

from __future__ import annotations

import pytest

from plugins.routing.escalation.answer import Answer, Asked
from plugins.routing.escalation.code_parse import code_parse

GOOD = "def f(x):\n    y = x\n    return y\n"
BAD = "def f(x)\n    y = x\n    return y\n"


@pytest.mark.parametrize(
    ("intent", "text", "why"),
    [
        ("coding", f"```python\n{GOOD}```", None),
        ("coding", f"```python\n{BAD}```", "invalid_code"),
        ("coding", f"Here:\n```py\n{BAD}```\nDone.", "invalid_code"),
        ("coding", f"```python\n{BAD}", None),  # not closed: nobody knows where it ends
        ("coding", f"```javascript\n{BAD}```", None),
        ("coding", f"```python\n{BAD}```\nbecomes\n```python\n{GOOD}z = f(1)\n```", None),
        ("coding", "```python\n>>> def f(x)\n>>>   y\n>>>   z\n```", None),
        ("coding", "```python\n!pip install x\nimport x\nx.y(\n```", None),
        ("coding", "```python\ndef f(x):\n    ...\nelse\n```", None),
        ("coding", '```python\nx = "\\d"\ny = 1\nz = 2\n```', None),
        ("question", f"```python\n{BAD}```", None),
        ("coding", "no code at all", None),
    ],
)
def test_code_parse(intent: str, text: str, why: str | None) -> None:
    assert code_parse(Asked(intent=intent), Answer(text)) == why
