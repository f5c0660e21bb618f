import pytest

from plugins.detectors.crypto import Crypto
from tests.plugins.detectors.support import pieces


@pytest.mark.parametrize(
    "address",
    [
        "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
        "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        "0x52908400098527886E0F7030069857D2E4169EE7",
    ],
)
def test_found(address: str) -> None:
    assert pieces(Crypto(), f"send it to {address}, please") == [address]


@pytest.mark.parametrize("text", ["1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", "0x1234", "bc1 is a prefix"])
def test_not_found(text: str) -> None:
    assert pieces(Crypto(), text) == []
