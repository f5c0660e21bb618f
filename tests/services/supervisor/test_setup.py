"""Addresses as parts are told them."""

from __future__ import annotations

import pytest

from services.supervisor.setup import base_url


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:4000"),
        ("0.0.0.0", "http://127.0.0.1:4000"),
        ("::", "http://[::1]:4000"),
        ("::1", "http://[::1]:4000"),
        ("box.example", "http://box.example:4000"),
    ],
)
def test_the_address_as_a_client_writes_it(host: str, url: str) -> None:
    assert base_url(host, 4000) == url
