"""Fixtures of the rooms that look for models."""

from __future__ import annotations

from tests.support.tiny_gguf import tiny_gguf

__all__ = ["tiny_gguf"]
