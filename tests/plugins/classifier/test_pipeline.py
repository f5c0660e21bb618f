from __future__ import annotations

import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from plugins.classifier.pipeline import TextFeatures, build_pipeline, rescale, to_linear

TEXTS = ["translate to german", "translate to french", "write a poem", "write a story"] * 5
LABELS = ["translation", "translation", "writing", "writing"] * 5


@pytest.fixture
def fitted() -> Pipeline:
    return build_pipeline(min_df=1).fit(TEXTS, LABELS)


def test_it_has_the_names_of_an_estimator(fitted: Pipeline) -> None:
    assert fitted.classes_.tolist() == ["translation", "writing"]
    assert fitted.predict(["translate this to spanish", "write a song"]).tolist() == ["translation", "writing"]


def test_rescaling_changes_confidence_but_no_label(fitted: Pipeline) -> None:
    before = fitted.predict_proba(TEXTS)
    rescale(fitted, 5.0)
    after = fitted.predict_proba(TEXTS)
    assert after.max() < before.max()
    assert (after.argmax(axis=1) == before.argmax(axis=1)).all()


def test_rare_buckets_get_no_column() -> None:
    assert TextFeatures(min_df=6).fit(TEXTS).buckets_.size < TextFeatures(min_df=1).fit(TEXTS).buckets_.size


def test_the_number_of_columns_is_bounded() -> None:
    assert TextFeatures(min_df=1, max_columns=7).fit(TEXTS).buckets_.size == 7


def test_transform_is_what_fit_transform_gave() -> None:
    features = TextFeatures(min_df=1)
    first = features.fit_transform(TEXTS)
    assert np.abs((first - features.transform(TEXTS)).toarray()).max() == 0


def test_to_linear_keeps_three_classes() -> None:
    texts, labels = [*TEXTS, "add two numbers"] * 2, [*LABELS, "math"] * 2
    pipeline = build_pipeline(min_df=1).fit(texts, labels)
    linear = to_linear(pipeline)
    assert np.abs(pipeline.predict_proba(texts) - linear.predict_proba(texts)).max() < 1e-4
