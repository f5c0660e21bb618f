"""YAML text as plain data, with the line of every value.

Knows: PyYAML's nodes and marks, duplicate keys, aliases. Does not know: which keys mean something.
PyYAML reads YAML 1.1, as LiteLLM does: ``off`` is false and ``1e-9`` is text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from plugins.routing.config.problems import Findings, Path


@dataclass(frozen=True, slots=True)
class Document:
    """``data``: plain dicts, lists and scalars. ``lines``: the line, from 1, of each path that has one of its
    own."""

    data: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line of ``path``, or of the nearest part of the file that contains it."""
        for end in range(len(path), -1, -1):
            found = self.lines.get(path[:end])
            if found is not None:
                return found
        return 1


class BrokenYamlError(Exception):
    """The text is not YAML. ``line`` counts from 1; ``message`` says what the parser met."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def read_yaml(text: str, findings: Findings) -> Document:
    """Parses one document. Duplicate keys become errors in ``findings``.

    Raises BrokenYamlError where the text cannot be parsed, holds an unsafe tag, or an alias contains itself.
    """
    try:
        loader = yaml.SafeLoader(text)
        try:
            node = loader.get_single_node()
            lines: dict[Path, int] = {}
            if node is not None:
                _walk(node, lines, findings)
            data = loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise BrokenYamlError(line, _words(error)) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, int(error.position)) + 1
        raise BrokenYamlError(line, "not valid YAML: a control character is not allowed here") from error
    except (RecursionError, ValueError) as error:
        # ValueError: a value such as the date 2026-99-99, which YAML 1.1 recognises and Python refuses.
        kind = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise BrokenYamlError(1, f"not valid YAML: {kind}") from error
    return Document(data, lines)


def _words(error: yaml.MarkedYAMLError) -> str:
    parts = [part for part in (error.context, error.problem) if part]
    hint = ""
    if error.problem and "\\t" in error.problem:
        hint = " (indent with spaces, not tabs)"
    elif error.problem and "mapping values are not allowed" in error.problem:
        hint = " (check the indentation, and quote text that contains ': ')"
    return f"not valid YAML: {', '.join(parts)}{hint}"


def _walk(root: yaml.Node, lines: dict[Path, int], findings: Findings) -> None:
    """Fills ``lines``. An aliased node is visited once, where it stands first: a chain of aliases stays
    linear."""
    seen: set[int] = set()
    open_nodes: set[int] = set()
    stack: list[tuple[yaml.Node, Path, bool]] = [(root, (), False)]
    while stack:
        node, path, leaving = stack.pop()
        if leaving:
            open_nodes.discard(id(node))
            continue
        if id(node) in open_nodes:
            raise yaml.MarkedYAMLError(problem="an alias contains itself", problem_mark=node.start_mark)
        lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in seen:
            continue
        seen.add(id(node))
        children = _children(node, path, lines, findings)
        if children:
            open_nodes.add(id(node))
            stack.append((node, path, True))
            stack.extend((child, child_path, False) for child, child_path in reversed(children))


def _children(node: yaml.Node, path: Path, lines: dict[Path, int], findings: Findings) -> list[tuple[yaml.Node, Path]]:
    if isinstance(node, yaml.SequenceNode):
        return [(child, (*path, i)) for i, child in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return []
    found: list[tuple[yaml.Node, Path]] = []
    first_line: dict[str, int] = {}
    for key, value in node.value:
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
        line = key.start_mark.line + 1
        if key.tag == "tag:yaml.org,2002:merge":
            found.append((value, path))
            continue
        if name in first_line:
            # The second line is the one at fault: YAML readers silently let it win.
            lines[*path, name] = line
            findings.error((*path, name), f"duplicate key (first on line {first_line[name]})")
            continue
        first_line[name] = line
        lines[*path, name] = line
        found.append((value, (*path, name)))
    return found
