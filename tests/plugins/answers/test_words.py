import pytest

from plugins.answers.words import MAX_CHARS, words_of


@pytest.mark.parametrize(
    ("text", "tokens", "anchored"),
    [
        ("Hello!", "hello", False),
        ("hiiiii 👋🏽", "hi", False),
        ("Grüß Gott", "gruss gott", False),
        ("Ok, what’s up then?", "what is up", False),
        ("which models are there", "which model are there", False),
        ("please list the models", "list model", False),
        ("thx :)", "thank", False),
        ("how r u", "how are you", False),
        ("I'm fine, you're not", "i am fine you are not", False),
        ("don't", "do not", False),
        ("where are the gateway's logs?", "where are log", True),
        ("where are the logs of Signalbox", "where are log", True),
        ("how do I add Ollama to signal box?", "how do i add ollama", True),
        ("what is a gateway", "what is a gateway", False),
        ("what is an API gateway", "what is an api gateway", False),
        ("what does x-signalbox-tier mean", "what doe x tier mean", True),
        ("why 403 data_boundary", "why 403 data boundary", True),
        ("litellm_config.yaml", "litellm config yaml", True),
        ("a + b", "", False),
        ("def f(): return {}", "", False),
        ("two\nlines", "", False),
        ("line at the end\n", "line at end", False),
        ("", "", False),
        ("a " * MAX_CHARS, "", False),
        ("\0", "", False),
    ],
)
def test_words(text: str, tokens: str, anchored: bool) -> None:
    found = words_of(text)
    assert (" ".join(found.tokens), found.anchored) == (tokens, anchored)


def test_a_question_that_is_known_to_be_about_the_gateway() -> None:
    assert words_of("where are the logs of", anchored=True).tokens == ("where", "are", "log")
    assert words_of("where are the logs of").tokens == ("where", "are", "log", "of")
