"""Dates of certificates: those of DATABASE_URL, and those that a person names. Knows: PEM, nothing of chains."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509

from services.doctor.finding import Finding
from services.doctor.site import Site

WARN_DAYS = 30.0
PARAMETERS = ("sslcert", "sslrootcert")


def check(site: Site) -> Iterator[Finding]:
    """One finding a certificate; none where no file is named."""
    query = parse_qsl(urlsplit(site.options.environ.get("DATABASE_URL", "")).query)
    named = [Path(value) for name, value in query if name in PARAMETERS and value != "system"]
    for path in (*site.certificates, *named):
        yield from read(path, datetime.now(UTC))


def read(path: Path, now: datetime) -> Iterator[Finding]:
    """A finding for each certificate in the file."""
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        yield Finding("certificate", "fail", f"{path} cannot be read: {error}", "name a PEM file with the certificate")
        return
    for certificate in found:
        days = (certificate.not_valid_after_utc - now).total_seconds() / 86400
        what = f"{path}: {certificate.subject.rfc4514_string()}, until {certificate.not_valid_after_utc:%Y-%m-%d}"
        if days < 0:
            yield Finding("certificate", "fail", what, "it has expired: renew it")
        elif certificate.not_valid_before_utc > now:
            yield Finding("certificate", "fail", f"{what}: not valid yet", "look at the clock, or wait")
        elif days < WARN_DAYS:
            yield Finding("certificate", "warn", f"{what}: {days:.0f} days", "renew it")
        else:
            yield Finding("certificate", "ok", what)
