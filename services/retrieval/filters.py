"""Filters over a file's attributes: comparisons, joined by and / or.

Knows: OpenAI's filter objects (https://platform.openai.com/docs/guides/retrieval#attribute-filtering). Does not know:
files. An attribute that a file lacks fits only ``ne`` and ``nin``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.common.errors import ApiError

MAX_DEPTH = 10
MAX_CONDITIONS = 100

Value = str | float | bool
Test = Callable[[Mapping[str, Value]], bool]


def compiled(given: Any, param: str = "filters") -> Test:
    """A function from attributes to whether they fit. Raises ApiError (400) with the place of a mistake."""
    return _Compiler().any(given, param, 1)


class _Compiler:
    def __init__(self) -> None:
        self._conditions = 0

    def any(self, given: Any, param: str, depth: int) -> Test:
        if not isinstance(given, Mapping):
            raise ApiError(400, f"{param} must be an object with a type.", param=param)
        self._conditions += 1
        if depth > MAX_DEPTH or self._conditions > MAX_CONDITIONS:
            raise ApiError(400, f"{param} is nested or long beyond {MAX_DEPTH} levels or {MAX_CONDITIONS} conditions.")
        kind = given.get("type")
        if kind in ("and", "or"):
            return self._compound(kind, given.get("filters"), f"{param}.filters", depth)
        return _comparison(kind, given, param)

    def _compound(self, kind: str, inner: Any, param: str, depth: int) -> Test:
        if not isinstance(inner, list) or not inner:
            raise ApiError(400, f"{param} must be a list that is not empty.", param=param)
        tests = [self.any(one, f"{param}[{index}]", depth + 1) for index, one in enumerate(inner)]
        if kind == "and":
            return lambda held: all(test(held) for test in tests)
        return lambda held: any(test(held) for test in tests)


def _comparison(kind: Any, given: Mapping[str, Any], param: str) -> Test:
    key, value = given.get("key"), given.get("value")
    if kind not in (*_EQUALITY, *_ORDER, *_MEMBERS):
        words = ", ".join((*_EQUALITY, *_ORDER, *_MEMBERS, "and", "or"))
        raise ApiError(400, f"{param}.type must be one of: {words}.", param=f"{param}.type")
    if not isinstance(key, str) or not key:
        raise ApiError(400, f"{param}.key must be the name of an attribute.", param=f"{param}.key")
    if kind in _MEMBERS:
        if not isinstance(value, list) or not all(isinstance(one, str | int | float | bool) for one in value):
            raise ApiError(400, f"{param}.value must be a list of strings or numbers.", param=f"{param}.value")
        wanted = kind == "in"
        return lambda held: any(_same(held[key], one) for one in value) is wanted if key in held else not wanted
    if not isinstance(value, str | int | float | bool):
        raise ApiError(400, f"{param}.value must be a string, a number or a boolean.", param=f"{param}.value")
    if kind in _EQUALITY:
        equal = kind == "eq"
        return lambda held: _same(held[key], value) is equal if key in held else not equal
    compare = _ORDER[kind]
    return lambda held: key in held and _ordered(held[key], value) and compare(held[key], value)


_EQUALITY = ("eq", "ne")
_MEMBERS = ("in", "nin")
_NUMBERS = (int, float)
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "gt": lambda a, b: bool(a > b),
    "gte": lambda a, b: bool(a >= b),
    "lt": lambda a, b: bool(a < b),
    "lte": lambda a, b: bool(a <= b),
}


def _same(a: Value, b: Value) -> bool:
    """True is not 1."""
    return isinstance(a, bool) is isinstance(b, bool) and a == b


def _ordered(a: Value, b: Value) -> bool:
    """Whether the two can be put in an order: both numbers, or both strings (dates as ISO text)."""
    kind = type(b)
    return type(a) in _NUMBERS if kind in _NUMBERS else kind is str and type(a) is str
