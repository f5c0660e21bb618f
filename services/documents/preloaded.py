"""Imported once by the process that job processes are forked from, so that none of them waits for imports.

Knows: what the readers import. Does not know: jobs. Nothing here starts a thread or opens a file.
"""

from __future__ import annotations

import contextlib
import os

from services.common.telemetry import switch_off

switch_off(os.environ)

import pdfplumber  # noqa: E402, F401
import pypdfium2  # noqa: E402, F401

from services.documents import worker  # noqa: E402, F401

with contextlib.suppress(ImportError):
    import unstructured.partition.csv
    import unstructured.partition.docx
    import unstructured.partition.email
    import unstructured.partition.html
    import unstructured.partition.md
    import unstructured.partition.pptx
    import unstructured.partition.text
    import unstructured.partition.xlsx  # noqa: F401
