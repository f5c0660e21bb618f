"""Layers, sizes and namesakes are held here and not by memory. Knows: the import rules of the design. Reads
sources only."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAX_LINES = 300
MAX_FUNCTION_LINES = 50


def python_files(*tops: str) -> list[Path]:
    found = (p for top in tops for p in (ROOT / top).rglob("*.py"))
    return sorted(p for p in found if "node_modules" not in p.parts)


SOURCES = python_files("plugins", "services")
TESTS = python_files("tests")
ROOMS = ("plugins", "services", "litellm", "tests")

# Which of our own packages (and litellm) a room may import, beside itself. The longest matching room counts.
ALLOWED: dict[str, tuple[str, ...]] = {
    "plugins.routing": (),
    "plugins.signals": (
        "plugins.routing",
        "plugins.classifier",
        "plugins.answers",
        "plugins.detectors",
        "plugins.skills",
    ),
    "plugins.policies": ("plugins.routing",),
    "plugins.classifier": ("plugins.routing",),
    "plugins.answers": ("plugins.routing",),
    "plugins.skills": ("plugins.routing", "plugins.classifier"),  # the same features, the same kind of artefact
    "plugins.detectors": ("plugins.routing",),
    "plugins.scrub": ("plugins.routing", "plugins.detectors"),
    "plugins.ledger": (),  # an auditor needs no gateway
    "plugins.registry": ("plugins.signals", "plugins.policies"),
    "plugins.assembly": ("plugins.registry", "plugins.routing"),
    "plugins.litellm_hooks": ("plugins.litellm_adapter",),
    "plugins.litellm_adapter": ("plugins", "services.common", "litellm"),
    "services.common": (),
    # explain decides with the real router; `signalbox router` trains and measures the classifier
    "services.cli": (
        "services",
        "plugins.routing",
        "plugins.registry",
        "plugins.assembly",
        "plugins.classifier",
        "plugins.skills",
        "plugins.detectors",
        "plugins.ledger",
    ),
    "services.supervisor": ("services", "plugins.routing", "plugins.registry", "plugins.assembly"),
    # shows the ledger's end, the classifier's card and the configuration's history
    "services.console": (
        "services.common",
        "plugins.routing",
        "plugins.ledger",
        "plugins.classifier",
        "services.supervisor.history",
    ),
    "services.discovery": (
        "services.common",
        "services.llm",
        "services.audio",
        "plugins.routing",
    ),  # folders
    "services.models": ("services.common", "services.llm", "services.audio"),  # what may lie in that folder
    "services.instant": ("services.common", "plugins.answers", "plugins.skills"),
    # the verdict's form and the data classes, the ledger, the detectors for a second look
    "services.egress": ("services.common", "plugins.routing", "plugins.ledger", "plugins.detectors"),
    "services.probes": ("services.common", "plugins.routing"),  # modes, by their names
    "services.backup": ("services.common", "services.database", "services.supervisor"),
    "services.erasure": ("services", "plugins.ledger"),  # removes what all of them keep, and writes that down
    "services.doctor": ("services", "plugins.routing"),  # looks at everything, is looked at by cli alone
    "services": ("services.common",),
}
# What the pure core may import from outside.
CORE_MAY_IMPORT = {"pydantic", "yaml", "annotated_types", "typing_extensions"}


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module_of(path).split(".")
                keep = len(package) - node.level + (path.name == "__init__.py")
                base = ".".join([*package[:keep], *([base] if base else [])])
            yield base
            if base in ("plugins", "services"):
                yield from (f"{base}.{alias.name}" for alias in node.names)


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def room_of(module: str) -> tuple[str, tuple[str, ...]]:
    fitting = [room for room in ALLOWED if within(module, room)]
    room = max(fitting, key=len, default=module)
    own = ".".join(module.split(".")[:2]) if room == "services" else room
    return own, ALLOWED.get(room, ())


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_a_room_imports_only_what_it_may(path: Path) -> None:
    module = module_of(path)
    own, allowed = room_of(module)
    wrong = [
        name
        for name in imports_of(path)
        if name.split(".")[0] in ROOMS
        and name not in ("plugins", "services")
        and not any(within(name, package) for package in (own, *allowed))
    ]
    assert wrong == [], f"{module} may import {(own, *allowed)}"


def test_the_core_imports_the_standard_library_pydantic_and_yaml_only() -> None:
    wrong = {
        f"{module_of(path)}: {name}"
        for path in SOURCES
        if within(module_of(path), "plugins.routing")
        for name in imports_of(path)
        if name.split(".")[0] not in sys.stdlib_module_names
        and name.split(".")[0] not in CORE_MAY_IMPORT
        and not within(name, "plugins.routing")
    }
    assert wrong == set()


def test_signals_and_policies_never_import_each_other_even_within_a_room() -> None:
    wrong = [
        f"{module_of(path)}: {name}"
        for path in SOURCES
        for room in ("plugins.signals", "plugins.policies")
        if within(module_of(path), room) and module_of(path) != room
        for name in imports_of(path)
        if within(name, room) and name != room and not name.split(".")[-1].startswith("_")
    ]
    assert wrong == []


@pytest.mark.parametrize("path", SOURCES + TESTS, ids=module_of)
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= MAX_LINES
    long = [
        f"{node.name} (line {node.lineno})"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION_LINES
    ]
    assert long == []


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_no_globals_and_a_docstring(path: Path) -> None:
    tree = ast.parse(path.read_bytes())
    assert not [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Global)]
    assert not tree.body or ast.get_docstring(tree), "says what it knows and does not know"


@pytest.mark.parametrize("path", [p for p in SOURCES if not p.stem.startswith("__")], ids=module_of)
def test_every_source_file_has_its_namesake_test(path: Path) -> None:
    relative = path.relative_to(ROOT)
    assert (ROOT / "tests" / relative.parent / f"test_{relative.stem.lstrip('_')}.py").exists()
