"""What job processes are forked from has the readers imported, and no thread beside its own."""

from __future__ import annotations

import subprocess
import sys


def test_the_readers_are_there() -> None:
    script = (
        "import services.documents.preloaded, sys, threading\n"
        "wanted = ('pypdfium2', 'pdfplumber', 'unstructured.partition.docx', 'unstructured.partition.html')\n"
        "print([m for m in wanted if m not in sys.modules], threading.active_count())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] 1"
