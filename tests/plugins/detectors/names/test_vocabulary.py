from plugins.detectors.names.vocabulary import vocabulary


def test_ordinary_words_without_names() -> None:
    words = vocabulary(frozenset({"object"}))
    assert len(words) > 2_000
    assert {"return", "value", "because"} <= set(words)
    assert "object" not in words
    assert all(word.islower() for word in words)
