"""What goes wrong with a backup."""

from __future__ import annotations


class BackupError(Exception):
    """A backup cannot be made, trusted or brought back. The message says why and what to do."""
