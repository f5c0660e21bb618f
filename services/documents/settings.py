"""What the service is told of ``gateway.documents``, and its limits.

Knows: names, defaults. Does not know: YAML; the supervisor gives the section as JSON in SIGNALBOX_DOCUMENTS.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields

ENVIRONMENT = "SIGNALBOX_DOCUMENTS"


@dataclass(frozen=True, slots=True)
class Limits:
    """Each is described in litellm_config.yaml. Sizes in MiB, times in seconds."""

    engine: str = "pdfium"
    ocr: str = "auto"
    ocr_engine: str = "auto"
    ocr_languages: str = "eng"
    active_content: str = "refuse"
    max_file_mb: int = 64
    max_pages: int = 2_000
    page_timeout_s: float = 60.0
    timeout_s: float = 600.0
    memory_mb: int = 1_024
    workers: int = 2
    quota_mb: int = 2_048
    max_files: int = 10_000

    @property
    def max_bytes(self) -> int:
        """Of one file."""
        return self.max_file_mb * 2**20


def limits_from(environ: Mapping[str, str]) -> Limits:
    """The section, or the defaults. Raises ValueError where the variable is no JSON object."""
    given = json.loads(environ.get(ENVIRONMENT) or "{}")
    if not isinstance(given, dict):
        raise ValueError(f"{ENVIRONMENT} must be a JSON object")
    names = {field.name for field in fields(Limits)}
    return Limits(**{name: value for name, value in given.items() if name in names})
