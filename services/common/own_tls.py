"""How parts of this machine trust the gateway where it serves TLS.

Knows: the certificate that ``up`` leaves under the state directory. Does not know: who signed it. Exactly that
certificate is trusted, whatever name it bears: the gateway is reached at an address of this machine.
"""

from __future__ import annotations

import ssl
from pathlib import Path

NAME = "gateway.pem"


def trusted(state: Path) -> ssl.SSLContext | bool:
    """What ``httpx`` takes as ``verify``. ``state``: the state directory. True where the gateway serves no TLS."""
    certificate = state / "run" / NAME
    if not certificate.exists():
        return True
    context = ssl.create_default_context(cafile=str(certificate))
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
