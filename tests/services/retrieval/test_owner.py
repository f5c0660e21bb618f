"""Who sees what."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from services.retrieval.owner import Owner, owner_of
from tests.services.retrieval.desk import ADMIN, MATE, ME, OTHER


@pytest.mark.parametrize(
    ("who", "sees"),
    [(ME, True), (MATE, True), (OTHER, False), (ADMIN, True), (Owner(""), False), (Owner("", None), False)],
)
def test_a_key_its_team_and_administrators(who: Owner, sees: bool) -> None:
    assert who.may("key-1", "team-1") is sees


def test_no_team_is_nobodys_team() -> None:
    assert not OTHER.may("key-9", None)


@pytest.mark.parametrize("who", [ME, OTHER, ADMIN])
def test_headers_say_the_same_again(who: Owner) -> None:
    headers = [(k.encode(), v.encode()) for k, v in who.headers().items()]
    assert owner_of(Request({"type": "http", "headers": headers})) == who
