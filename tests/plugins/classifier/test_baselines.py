from __future__ import annotations

import pytest

from plugins.classifier.baselines import compare


def test_all_are_measured_on_the_same_rows() -> None:
    truth = ["question", "question", "writing", "coding"]
    table = compare(truth, {"ours": truth}, {"always large": [True] * 4})
    assert table["ours"] == table["oracle"] == {"accuracy": 1.0, "balanced": 1.0, "large": 0.25}
    assert table["best single size"] == table["majority intent"] == {"accuracy": 0.75, "balanced": 0.5, "large": 0.0}
    assert table["always large"]["accuracy"] == pytest.approx(0.25)
