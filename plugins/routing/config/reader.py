"""Plain YAML values into the spec's types, with every mistake said in the words of the YAML.

Knows: the few kinds of value that the spec is made of (flags, numbers, words, lists, mappings, sections).
Does not know: which sections exist, lines. Types decide: a key added to the spec needs nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from plugins.routing.config.problems import Findings, Path, shown, unknown
from plugins.routing.types import DataClass, Tier

INVALID: Final = object()
"""Stands for a value that was reported and has no meaning."""

ENUM_NAMES: dict[type[IntEnum], str] = {Tier: "tier", DataClass: "data class"}


def word_of(kind: type[IntEnum], value: object) -> Any:
    """The member that a YAML word names, or INVALID."""
    if isinstance(value, str):
        for member in kind:
            if member.name.lower() == value.strip().lower():
                return member
    return INVALID


def read_section(kind: type[BaseModel], value: object, path: Path, findings: Findings) -> Any:
    """A mapping as a ``kind``; every wrong or unknown key is reported. An empty section takes the defaults.

    A wrong part takes its default as well, so that the checks after this one still see all the rest: whether
    anything was wrong is told by ``findings`` alone.
    """
    if value is None:
        return kind()
    short = getattr(kind, "SHORT", None)
    if short is not None and isinstance(value, bool | str):  # `egress: on` means `egress: {mode: on}`
        value = {short: value}
    if not isinstance(value, Mapping):
        findings.error(path, f"must be a mapping of keys, not {shown(value)}")
        return kind()
    fields = {f.alias or name: f for name, f in kind.model_fields.items() if not f.exclude}
    values: dict[str, Any] = {}
    for key, given in value.items():
        if key not in fields:
            findings.error((*path, str(key)), unknown("key", key, fields))
            continue
        read = read_field(fields[key], given, (*path, key), findings)
        if read is not INVALID and (read is not None or _allows_none(fields[key].annotation)):
            values[key] = read
    try:
        return kind(**values)
    except ValidationError as error:  # a rule of the model itself that no type tells
        for item in error.errors(include_url=False, include_input=False):
            findings.error((*path, *item["loc"]), item["msg"])
        return kind()


def read_field(field: FieldInfo, value: object, path: Path, findings: Findings) -> Any:
    """One value by its annotation and bounds. INVALID where it was reported; None where an empty one means
    "default"."""
    read = _read(field.annotation, value, path, findings)
    if read is INVALID or not isinstance(read, int | float) or isinstance(read, bool | IntEnum):
        return read
    for bound in field.metadata:
        low, above, high = getattr(bound, "ge", None), getattr(bound, "gt", None), getattr(bound, "le", None)
        bad = (
            (low is not None and read < low)
            or (above is not None and read <= above)
            or (high is not None and read > high)
        )
        if bad:
            findings.error(path, f"{shown(value)} is out of bounds (valid: {_bounds(field)})")
            return INVALID
    return read


def _bounds(field: FieldInfo) -> str:
    words: list[str] = []
    for bound in field.metadata:
        for name, text in (("gt", "more than {}"), ("ge", "at least {}"), ("le", "at most {}")):
            limit = getattr(bound, name, None)
            if limit is not None:
                words.append(text.format(limit))
    return ", ".join(words)


def _allows_none(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, UnionType) and NoneType in get_args(annotation)


def _read(kind: Any, value: object, path: Path, findings: Findings) -> Any:
    if _allows_none(kind):
        if value is None:
            return None
        kind = next(part for part in get_args(kind) if part is not NoneType)
    origin = get_origin(kind)
    if origin is Literal:
        return _read_literal(get_args(kind), value, path, findings)
    if origin in (tuple, frozenset):
        return _read_list(origin, get_args(kind)[0], value, path, findings)
    if origin is dict:
        return _read_mapping(get_args(kind)[1], value, path, findings)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return read_section(kind, value, path, findings)
    if isinstance(kind, type) and issubclass(kind, IntEnum):
        member = word_of(kind, value)
        if member is INVALID:
            words = [m.name.lower() for m in kind]
            findings.error(path, unknown(ENUM_NAMES.get(kind, "value"), value, words))
        return member
    return _read_scalar(kind, value, path, findings)


def _read_literal(words: tuple[str, ...], value: object, path: Path, findings: Findings) -> Any:
    if isinstance(value, bool):  # YAML 1.1 reads the bare words on and off as booleans
        value = "on" if value else "off"
    if isinstance(value, str) and value in words:
        return value
    findings.error(path, unknown("value", value, words))
    return INVALID


def _read_list(into: Any, kind: Any, value: object, path: Path, findings: Findings) -> Any:
    if not isinstance(value, list):
        example = f"[{value}]" if isinstance(value, str) else "[a, b]"
        findings.error(path, f"must be a list such as {example}, not {shown(value)}")
        return INVALID
    read = [_read(kind, item, (*path, i), findings) for i, item in enumerate(value)]
    return into(item for item in read if item is not INVALID)


def _read_mapping(kind: Any, value: object, path: Path, findings: Findings) -> Any:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        findings.error(path, f"must be a mapping of keys, not {shown(value)}")
        return INVALID
    read: dict[str, Any] = {}
    for key, item in value.items():
        if not isinstance(key, str) or not key.strip():
            findings.error((*path, str(key)), f"the key {shown(key)} must be text: put it in quotes")
            continue
        entry = _read(kind, item, (*path, key), findings)
        if entry is INVALID and issubclass(kind, IntEnum):
            entry = min(kind)  # reported; the name still counts where another key refers to it
        if entry is not INVALID:
            read[key] = entry
    return read


_SCALARS: dict[type, str] = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


def _read_scalar(kind: type, value: object, path: Path, findings: Findings) -> Any:
    if value is None:
        findings.error(path, f"is empty: give {_SCALARS[kind]}, or remove the key to take the default")
        return INVALID
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    sound = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    if sound and kind is float:
        sound = value == value and abs(value) != float("inf")  # type: ignore[arg-type]
    if sound and kind is str:
        sound = bool(str(value).strip())
    if not sound:
        findings.error(path, f"must be {_SCALARS[kind]}, not {shown(value)}")
        return INVALID
    return value
