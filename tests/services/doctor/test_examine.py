"""All checks together."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from services.doctor import examine as module
from services.doctor.examine import CHECKS, examine
from services.doctor.finding import Finding
from services.doctor.site import Site
from tests.services.doctor.sites import site


def test_a_check_that_breaks_hides_no_other(tmp_path: Path) -> None:
    def broken(_: Site) -> Iterable[Finding]:
        raise OSError("gone")

    found = examine(site(tmp_path), (("one", broken), ("two", lambda _: [Finding("two", "ok", "fine")])))
    assert [(f.name, f.grade) for f in found] == [("one", "warn"), ("two", "ok")]


def test_every_check_is_in_the_list() -> None:
    files = {p.stem for p in Path(module.__file__).parent.glob("*.py")} - {"__init__", "examine", "finding", "site"}
    listed = {check.__module__.rsplit(".", 1)[1] for _, check in CHECKS}
    assert listed == files


def test_a_broken_configuration_stops_no_check(tmp_path: Path) -> None:
    found = examine(site(tmp_path, "gateway: {nonsense: 1}\n"))
    assert not any("could not be checked" in f.what for f in found)
    assert all(f.todo for f in found if f.grade != "ok"), "says what to do"
    assert {"configuration", "disk", "database", "backup"} <= {f.name for f in found}
