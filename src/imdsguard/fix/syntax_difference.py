"""In what two texts of a file differ, by our own reader: arguments by name, and blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.syntax.source import SourceText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.fix.file_text import FileText
    from imdsguard.hcl.syntax.json_text import JsonValue
    from imdsguard.hcl.syntax.native_body import NativeBody


def changed_names(file: FileText, text: str) -> frozenset[str]:
    """Give the names of the arguments and blocks that differ; none where a text is broken."""
    before, after = _flat(file.label, file.text), _flat(file.label, text)
    keys = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    return frozenset(_name(key, before.keys() & after.keys()) for key in keys)


def _name(key: tuple[str, ...], both: set[tuple[str, ...]]) -> str:
    """The name of what is new: of a block that only one text has, the block's."""
    for length in range(1, len(key) + 1):
        if not any(other[:length] == key[:length] for other in both):
            return key[length - 1].partition("#")[0]
    return key[-1].partition("#")[0]


def _flat(label: str, text: str) -> dict[tuple[str, ...], str]:
    source = SourceText.of_text(label, text)
    if label.endswith(".json"):
        from imdsguard.hcl.errors import EvaluationError
        from imdsguard.hcl.syntax.json_text import parse_json

        try:
            return dict(_members(parse_json(source), (), text))
        except EvaluationError:
            return {}
    from imdsguard.hcl.syntax.native import scan

    body, problems = scan(source)
    return {} if problems else dict(_arguments(body, (), text))


def _arguments(body: NativeBody, path: tuple[str, ...], text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, (_, start, end) in body.found.items():
        yield (*path, name), text[start:end].strip()
    counted: dict[tuple[str, ...], int] = {}
    for inner in body.inner:
        key = (*path, inner.type, *inner.labels)
        counted[key] = counted.get(key, 0) + 1
        numbered = (*key[:-1], f"{key[-1]}#{counted[key]}")
        yield numbered, ""
        yield from _arguments(inner, numbered, text)


def _members(value: JsonValue, path: tuple[str, ...], text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    if value.kind == "object":
        yield (*path, "{}"), ""
        for each in value.properties:
            yield from _members(each.value, (*path, each.name), text)
    elif value.kind == "array":
        yield (*path, "[]"), ""
        for number, item in enumerate(value.items):
            yield from _members(item, (*path, str(number)), text)
    else:
        yield path, text[value.start : value.end]
