"""Dates of certificates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.doctor.certificates import check, read
from tests.services.doctor.sites import site

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def _pem(begin: datetime, end: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway.example")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(begin).not_valid_after(end)
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize(
    ("first", "last", "wanted"), [(-9, 90, "ok"), (-9, 20, "warn"), (-9, -1, "fail"), (5, 90, "fail")]
)
def test_dates(tmp_path: Path, first: int, last: int, wanted: str) -> None:
    file = tmp_path / "c.pem"
    file.write_bytes(_pem(NOW + timedelta(days=first), NOW + timedelta(days=last)))
    (found,) = read(file, NOW)
    assert found.grade == wanted
    assert "gateway.example" in found.what


def test_named_files_and_those_of_the_database_url(tmp_path: Path) -> None:
    url = f"postgresql://u@h/x?sslmode=verify-full&sslrootcert={tmp_path}/ca.pem&sslkey={tmp_path}/k.pem"
    one = replace(site(tmp_path, environ={"DATABASE_URL": url}), certificates=(tmp_path / "own.pem",))
    found = list(check(one))
    assert [f.grade for f in found] == ["fail", "fail"]
    assert "own.pem" in found[0].what
    assert "ca.pem" in found[1].what
    assert list(check(site(tmp_path))) == []
