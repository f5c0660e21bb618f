"""What libraries would tell their makers, switched off.

Knows: the variables that they read. Does not know: which of them a part uses. onnxruntime's wheels send events over
HTTPS from the moment that the library is loaded, unless told not to in the environment before that.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from types import MappingProxyType

OFF = MappingProxyType(
    {
        "DO_NOT_TRACK": "1",
        "ORT_DISABLE_TELEMETRY": "1",
        "ANONYMIZED_TELEMETRY": "False",
        "SCARF_NO_ANALYTICS": "true",
        "UNSTRUCTURED_DISABLE_NOTICE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
)


def switch_off(environ: MutableMapping[str, str]) -> None:
    """Call with ``os.environ`` before such a library is imported."""
    environ.update(OFF)
