"""Values as they are written, in native syntax and in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from imdsguard.model.instead import Expression

Written: TypeAlias = str | bool | int | Expression | Mapping[str, "Written"] | tuple["Written", ...]
"""What an edit may write: a text is a string, without anything interpolated."""


def native(value: Written, indent: str = "", unit: str = "  ") -> str:
    """Write a value in native syntax; an object on lines of its own, at `indent`."""
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return '"' + escaped.replace("${", "$${").replace("%{", "%%{") + '"'
    if isinstance(value, tuple):
        return "[" + ", ".join(native(item, indent, unit) for item in value) + "]"
    return "{\n" + "".join(line + "\n" for line in arguments(value, indent + unit, unit)) + indent + "}"


def on_one_line(value: Written) -> str:
    """Write a value in native syntax on one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {on_one_line(each)}" for name, each in value.items()) + " }"
    return native(value)


def arguments(values: Mapping[str, Written], indent: str, unit: str) -> list[str]:
    """Write arguments on lines of their own, aligned."""
    width = max(map(len, values))
    return [f"{indent}{name:<{width}} = {native(value, indent, unit)}" for name, value in values.items()]


def json_text(value: Written, indent: str, unit: str) -> str:
    """Write a value as JSON, at `indent`; without a `unit` on one line."""
    from json import dumps

    if isinstance(value, Expression):
        return dumps("${" + value.text + "}", ensure_ascii=False)
    if isinstance(value, (bool, int)):
        return dumps(value)
    if isinstance(value, str):
        return dumps(value.replace("${", "$${").replace("%{", "%%{"), ensure_ascii=False)
    inner = indent + unit
    newline = f"\n{inner}" if unit else ""
    between = f",\n{inner}" if unit else ", "
    end = f"\n{indent}" if unit else ""
    if isinstance(value, tuple):
        return "[" + newline + between.join(json_text(item, inner, unit) for item in value) + end + "]"
    members = [f"{dumps(name)}: {json_text(item, inner, unit)}" for name, item in value.items()]
    return "{" + newline + between.join(members) + end + "}"
