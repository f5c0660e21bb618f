"""The base of every part of the ``gateway:`` section.

Knows: frozen, and an unknown key is an error. Does not know: any key.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of the section. A field with ``exclude`` is filled by the loader and is no key of the YAML; an alias is
    the YAML's name for a field that Python cannot call so."""

    model_config = ConfigDict(frozen=True, extra="forbid")
