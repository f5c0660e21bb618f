import pytest

from plugins.detectors.network import Network
from tests.plugins.detectors.support import found


@pytest.mark.parametrize(
    ("text", "type_", "piece"),
    [
        ("host 10.1.2.3 is down", "ip_address", "10.1.2.3"),
        ("fe80::1ff:fe23:4567:890a", "ip_address", "fe80::1ff:fe23:4567:890a"),
        ("00:1A:2B:3C:4D:5E", "mac_address", "00:1A:2B:3C:4D:5E"),
        ("00-1a-2b-3c-4d-5e", "mac_address", "00-1a-2b-3c-4d-5e"),
        ("see https://shop.example/x?y=1.", "domain_name", "https://shop.example/x?y=1"),
        ("postgres://app:s3cret@db.internal/x", "url_credentials", "postgres://app:s3cret@db.internal/x"),
        ("https://x.example/?access_token=abcdef123", "url_credentials", "https://x.example/?access_token=abcdef123"),
        ("１０.1.2.3", "ip_address", "１０.1.2.3"),
    ],
)
def test_found(text: str, type_: str, piece: str) -> None:
    assert found(Network(), text) == [(type_, piece)]


@pytest.mark.parametrize("text", ["version 1.2.3", "999.1.2.3", "127.0.0.1", "at 10:30:00", "a::b", "std::vector"])
def test_not_found(text: str) -> None:
    assert found(Network(), text) == []
