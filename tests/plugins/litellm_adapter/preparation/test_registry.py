"""The order is one literal list."""

from __future__ import annotations

from plugins.litellm_adapter.preparation.registry import PREPARERS, one_of_each


def test_names_are_those_of_the_files_and_each_stands_once() -> None:
    names = [p.name for p in one_of_each()]
    assert len(set(names)) == len(names) == len(PREPARERS)
    assert all(make.__module__.endswith(f".{made.name}") for make, made in zip(PREPARERS, one_of_each(), strict=True))
