"""Zones and the conditions of sending something there: jurisdiction, retention, training.

Knows: what a zone may state, what a rule may require, how ``zones`` is written short and long. Does not know: requests,
deployments.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from plugins.routing.config.problems import Findings, Path
from plugins.routing.config.section import Section
from plugins.routing.types import DataClass, Requirement


class ZoneTerms(Section):
    """What is known of a zone, or of one deployment (``model_info``). ``retention_days``: how long the provider keeps
    what it is sent. None: nobody said, which no requirement accepts."""

    region: str | None = None
    retention_days: int | None = Field(default=None, ge=0)
    trains_on_data: bool | None = None


class Require(Section):
    """``region``: any of these. ``retention_days``: at most. ``trains_on_data``: exactly. None: does not matter."""

    region: tuple[str, ...] | None = None
    retention_days: int | None = Field(default=None, ge=0)
    trains_on_data: bool | None = None

    def requirement(self) -> Requirement:
        """The same as the policies read it."""
        return Requirement(self.region, self.retention_days, self.trains_on_data)


class Rule(Section):
    """What class ``data_class`` and above needs of a zone below restricted, beside the zone's own highest class."""

    data_class: DataClass = Field(default=DataClass.INTERNAL, alias="class")
    require: Require = Require()


def split_zones(boundary: object, path: Path, findings: Findings) -> tuple[object, dict[str, Any]]:
    """The section with every zone in the short form, ``name: class``, and the conditions of those in the long one,
    ``name: {max: class, region: ..., ...}``."""
    if not isinstance(boundary, Mapping) or not isinstance(boundary.get("zones"), Mapping):
        return boundary, {}
    short: dict[Any, Any] = {}
    terms: dict[str, Any] = {}
    for name, given in boundary["zones"].items():
        if not isinstance(given, Mapping):
            short[name] = given
            continue
        if "max" not in given:
            findings.error((*path, "zones", str(name)), "max is missing: the highest class that this zone may be given")
        short[name] = given.get("max", "public")
        terms[str(name)] = {key: value for key, value in given.items() if key != "max"}
    return {**boundary, "zones": short}, terms
