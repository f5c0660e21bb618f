"""One YAML file into one immutable configuration, or into everything that is wrong with it.

Knows: the order of reading, and how a problem gets its line. Does not know: LiteLLM's own sections, which
stay in ``raw`` unread. Request code never comes here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from plugins.routing.config.deployments import deployments_from
from plugins.routing.config.gateway import read_gateway
from plugins.routing.config.lines import BrokenYamlError, Document, read_yaml
from plugins.routing.config.model_list import check_model_list
from plugins.routing.config.problems import ConfigError, Findings, Path, Problem, dotted, nearly, shown, unknown
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.config.third_parties import check_third_parties
from plugins.routing.types import Deployment

__all__ = ["Config", "ConfigError", "Problem", "load_config", "parse_config", "read_text"]

SECTIONS: tuple[str, ...] = (
    "gateway",
    "model_list",
    "litellm_settings",
    "general_settings",
    "router_settings",
    "environment_variables",
)
"""Top-level keys that are in use; another is LiteLLM's business, and an error only where it is nearly one of
these."""


@dataclass(frozen=True, slots=True)
class Config:
    """A file that was accepted. ``raw``: the whole YAML as plain data; not to be changed. ``warnings``: what
    is allowed and probably not meant."""

    path: FilePath
    raw: Mapping[str, Any]
    spec: GatewaySpec
    deployments: tuple[Deployment, ...]
    warnings: tuple[Problem, ...] = ()


def load_config(path: FilePath) -> Config:
    """Reads and parses the file. Raises ConfigError, also where the file cannot be read or is not UTF-8."""
    return parse_config(read_text(path), str(path))


def read_text(path: FilePath) -> str:
    """The file's text. Raises ConfigError where it cannot be read or is not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        why = "no such file" if isinstance(error, FileNotFoundError) else (error.strerror or str(error))
        raise ConfigError([Problem(str(path), 1, "", f"cannot be read: {why}")]) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError([Problem(str(path), line, "", "is not UTF-8 text")]) from error


def parse_config(text: str, filename: str) -> Config:
    """Parses YAML text; ``filename`` is what problems are reported under. Raises ConfigError with every
    problem."""
    findings = Findings()
    try:
        document = read_yaml(text, findings)
    except BrokenYamlError as error:
        raise ConfigError([Problem(filename, error.line, "", error.message)]) from error
    raw = document.data
    if raw is None:
        message = "is empty: it needs at least `gateway: {}`, and model_list for models not found by themselves"
        raise ConfigError([Problem(filename, 1, "", message)])
    if not isinstance(raw, dict):
        message = f"must be a mapping with keys such as model_list and gateway, not {shown(raw)}"
        raise ConfigError([Problem(filename, 1, "", message)])
    spec = read_gateway(raw.get("gateway"), findings)
    entries = check_model_list(raw.get("model_list"), spec, findings)
    _check_sections(raw, findings)
    check_third_parties(raw, spec, findings)
    if findings.errors:
        raise ConfigError(_problems(findings.errors, document, filename))
    return Config(
        path=FilePath(filename),
        raw=raw,
        spec=spec,
        deployments=deployments_from(entries, spec),
        warnings=_problems(findings.warnings, document, filename),
    )


def _check_sections(raw: Mapping[Any, Any], findings: Findings) -> None:
    for key, value in raw.items():
        if key in SECTIONS:
            if key.endswith("_settings") and value is not None and not isinstance(value, dict):
                findings.error((key,), f"must be a mapping of keys, not {shown(value)}")
            continue
        if any(nearly(str(key), section) for section in SECTIONS):
            findings.error((str(key),), unknown("section", key, SECTIONS))


def _problems(found: list[tuple[Path, str]], document: Document, filename: str) -> tuple[Problem, ...]:
    problems = [Problem(filename, document.line(path), dotted(path), message) for path, message in found]
    return tuple(sorted(dict.fromkeys(problems), key=lambda p: p.line))
