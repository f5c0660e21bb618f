from __future__ import annotations

import numpy as np
import pytest

from plugins.classifier import metrics

TRUTH = ["a", "a", "b", "b"]
BEST = ["a", "b", "b", "b"]


def test_accuracy_and_f1() -> None:
    assert metrics.accuracy(TRUTH, BEST) == 0.75
    assert metrics.macro_f1(TRUTH, BEST) == pytest.approx((2 / 3 + 0.8) / 2)
    assert metrics.accuracy([], []) == 0


def test_confusion_counts_pairs() -> None:
    assert metrics.confusion(TRUTH, BEST) == {"a": {"a": 1, "b": 1}, "b": {"b": 2}}


@pytest.mark.parametrize(
    ("confidence", "correct", "expected"),
    [([1.0, 1.0], [True, True], 0.0), ([1.0, 1.0], [True, False], 0.5), ([0.6, 0.6], [True, False], 0.1)],
)
def test_calibration_error(confidence: list[float], correct: list[bool], expected: float) -> None:
    assert metrics.expected_calibration_error(np.array(confidence), np.array(correct)) == pytest.approx(expected)


@pytest.mark.parametrize(("precision", "threshold"), [(1.0, 0.9), (0.7, 0.6), (0.5, 0.5)])
def test_threshold_is_the_lowest_that_holds(precision: float, threshold: float) -> None:
    confidence = np.array([0.9, 0.8, 0.6, 0.5])
    correct = np.array([True, False, True, False])
    if precision == 0.7:
        correct = np.array([True, False, True, True])
        assert metrics.threshold_for(confidence, correct, precision) == 0.5
        return
    assert metrics.threshold_for(confidence, correct, precision) == threshold


def test_threshold_is_one_where_it_never_holds() -> None:
    assert metrics.threshold_for(np.array([0.9]), np.array([False]), 0.95) == 1.0


def test_abstention() -> None:
    confidence = np.array([0.9, 0.4])
    assert metrics.abstention(confidence, np.array([True, False]), 0.5) == (0.5, 1.0)
    assert metrics.abstention(confidence, np.array([True, False]), 0.95) == (0.0, 1.0)


def test_balanced_accuracy_weighs_both_sides_alike() -> None:
    large = {"code": True, "chat": False}
    assert metrics.balanced_large(["code", "chat", "chat", "chat"], ["chat", "chat", "chat", "chat"], large) == 0.5
