import pytest

from plugins.detectors.secrets import Secrets, entropy, looks_random
from tests.plugins.detectors.support import found

LETTERS = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1eF3hJ5"


@pytest.mark.parametrize(
    "secret",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_" + LETTERS,
        "github_pat_" + LETTERS,
        "sk-proj-" + LETTERS,
        "sk-ant-api03-" + LETTERS,
        "glpat-" + LETTERS[:20],
        "AIza" + LETTERS[:35],
        "hf_" + LETTERS[:34],
        "npm_" + LETTERS,
        "sk_live_" + LETTERS[:24],
        "SG." + LETTERS[:22] + "." + (LETTERS + LETTERS)[:43],
        "xoxb-123456789012-123456789012-abcdefabcdef",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    ],
)
def test_keys_of_providers(secret: str) -> None:
    assert ("secret", secret) in found(Secrets(), f"use {secret} for now")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("password: Tr0ub4dor&3", "Tr0ub4dor&3"),
        ("my password is hunter2x9", "hunter2x9"),
        ('"api_key" = "9f86d081884c7d659a2f"', "9f86d081884c7d659a2f"),
        ("DB_PASSWORD=aX9!kk20Lm", "aX9!kk20Lm"),
        ("Passwort ist Gh7#kLm2", "Gh7#kLm2"),
        ("contraseña: Qw3rty!9z", "Qw3rty!9z"),
        ("client_secret => Zx81cvB77q", "Zx81cvB77q"),
    ],
)
def test_assignments(text: str, value: str) -> None:
    assert found(Secrets(), text) == [("secret", value)]


@pytest.mark.parametrize("kind", ["RSA ", "EC ", "OPENSSH ", "", "ENCRYPTED "])
def test_private_keys(kind: str) -> None:
    text = f"-----BEGIN {kind}PRIVATE KEY-----\nMIIEow\n-----END {kind}PRIVATE KEY-----"
    assert found(Secrets(), f"see {text}!") == [("private_key", text)]


@pytest.mark.parametrize(
    "text",
    [
        "the password is required",
        "password: changeme",
        "token = os.environ['TOKEN']",
        "api_key: <your-api-key>",
        "the secret is patience",
        "How many tokens is 4096?",
        "key: value",
        "skip-level meetings and SKUs",
    ],
)
def test_not_found(text: str) -> None:
    assert found(Secrets(), text) == []


def test_entropy_and_randomness() -> None:
    assert entropy("aaaa") == 0
    assert entropy("abcd") == 2
    assert looks_random("aX9!kk20Lm")
    assert not looks_random("password")
