"""Where a member is put in a JSON text, and how it is indented: as what stands around it."""

from __future__ import annotations

import re
from json import dumps
from typing import TYPE_CHECKING

from imdsguard.fix.file_text import NotEditableError
from imdsguard.terraform.decided.written import json_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.fix.file_text import FileText
    from imdsguard.hcl.syntax.json_text import JsonValue
    from imdsguard.terraform.decided.written import Written

_INDENT = re.compile(r"[ \t]*")


def _indent_at(file: FileText, offset: int) -> str:
    match = _INDENT.match(file.text, file.line_start(offset))
    assert match is not None
    return match[0]


def _unit(file: FileText) -> str:
    """One step of indentation: what the first indented line of the file has; nothing in a file of one line."""
    match = re.search(r"\n([ \t]+)\S", file.text)
    return match[1] if match else "  " if "\n" in file.text.strip() else ""


def replaced(file: FileText, span: tuple[int, int], value: Written) -> str:
    """Give the file's text with a value replaced."""
    start, end = span
    if start > 0 and file.text[start - 1] == '"' and file.text[end : end + 1] == '"':
        start, end = start - 1, end + 1  # a place inside a string is that of its text
    written = json_text(value, _indent_at(file, start), _unit(file)).replace("\n", file.newline)
    return file.text[:start] + written + file.text[end:]


def with_members(file: FileText, span: tuple[int, int], values: Mapping[str, Written]) -> str:
    """Give the file's text with members added at the end of the object that stands at `span`."""
    start, end = span
    text = file.text
    if text[start : start + 1] != "{" or text[end - 1 : end] != "}":
        raise NotEditableError("what is to be edited is no object of the file")
    inside = text[start + 1 : end - 1]
    on_lines = "\n" in inside or not inside.strip()
    unit = _unit(file) if on_lines else ""
    first = re.match(r"\s*\n([ \t]*)\S", inside)
    outer = _indent_at(file, end - 1) if "\n" in inside else _indent_at(file, start)
    indent = first[1] if first else outer + unit
    members = [f"{dumps(name)}: {json_text(value, indent, unit)}" for name, value in values.items()]
    between = f",\n{indent}" if unit else ", "
    added = between.join(members)
    if not inside.strip():
        lead, tail = (f"\n{indent}", f"\n{outer}") if unit else ("", "")
        return text[: start + 1] + (lead + added + tail).replace("\n", file.newline) + text[end - 1 :]
    at = start + 1 + len(inside.rstrip())
    return text[:at] + (between + added).replace("\n", file.newline) + text[at:]


def with_block(file: FileText, value: JsonValue, name: str, values: Mapping[str, Written]) -> str:
    """Give the file's text with a block added to an object: in an array where its other blocks are in arrays."""
    nested = [each.value for each in value.properties if _is_blocks(each.value)]
    arrays = [each for each in nested if each.kind == "array"]
    written: Written = (dict(values),) if arrays and len(arrays) * 2 >= len(nested) else dict(values)
    return with_members(file, (value.start, value.end), {name: written})


def _is_blocks(value: JsonValue) -> bool:
    return value.kind == "object" or (value.kind == "array" and any(item.kind == "object" for item in value.items))
