import json

import pytest

from services.common.errors import ApiError, error_response, error_type, param_path


@pytest.mark.parametrize(
    ("location", "path"),
    [
        (("body", "messages", 0, "role"), "messages[0].role"),
        (("body", "model"), "model"),
        (("body",), None),
        ((), None),
        (("query", "limit"), "query.limit"),
        (("body", 0, "a"), "[0].a"),
    ],
)
def test_param_path(location: tuple[str | int, ...], path: str | None) -> None:
    assert param_path(location) == path


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (403, "permission_error"),
        (404, "invalid_request_error"),
        (429, "rate_limit_error"),
        (500, "server_error"),
        (503, "server_error"),
    ],
)
def test_error_type(status: int, word: str) -> None:
    assert error_type(status) == word


def test_error_response_carries_everything() -> None:
    response = error_response(
        ApiError(429, "Wait.", type="slow_down", code="too_many", param="messages", headers={"Retry-After": "3"})
    )
    assert response.status_code == 429
    assert response.headers["retry-after"] == "3"
    assert json.loads(bytes(response.body)) == {
        "error": {"message": "Wait.", "type": "slow_down", "param": "messages", "code": "too_many"}
    }
