"""Exactly one certificate is trusted, whatever name it bears."""

from __future__ import annotations

import ssl
from pathlib import Path

from services.common.own_tls import NAME, trusted
from tests.support.certificate import self_signed


def test_without_a_certificate_all_is_as_usual(tmp_path: Path) -> None:
    assert trusted(tmp_path) is True


def test_only_this_one_is_trusted(tmp_path: Path) -> None:
    certificate, _ = self_signed(tmp_path)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / NAME).write_bytes(certificate.read_bytes())
    context = trusted(tmp_path)
    assert isinstance(context, ssl.SSLContext)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert not context.check_hostname
    assert len(context.get_ca_certs()) <= 1
