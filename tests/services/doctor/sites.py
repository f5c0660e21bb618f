"""A site for checks, with nothing running."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from services.doctor.site import Site, site_of
from services.supervisor.options import read_options


def site(folder: Path, yaml: str = "gateway: {}\n", environ: Mapping[str, str] | None = None) -> Site:
    """State and configuration in ``folder``."""
    file = folder / "litellm_config.yaml"
    file.write_text(yaml)
    return site_of(read_options(environ or {}, config=str(file), state=str(folder / "state"), port=1))
