import pytest

from plugins.answers.render import fill


@pytest.mark.parametrize(
    ("answer", "values", "filled"),
    [
        ("{models} at {base_url}", {"models": "a, b", "base_url": "http://x/v1"}, "a, b at http://x/v1"),
        ('{"model": "auto"} {unknown} {}', {"models": "a"}, '{"model": "auto"} {unknown} {}'),
        ("{config}", {}, "{config}"),
        ("{models}", {"models": "{state}", "state": "secret"}, "{state}"),  # filled once, not again
    ],
)
def test_fill(answer: str, values: dict[str, str], filled: str) -> None:
    assert fill(answer, values) == filled
