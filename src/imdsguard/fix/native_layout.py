"""Where an argument or a block is put in a body in native syntax, and how it is indented."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.terraform.decided.written import arguments, native

if TYPE_CHECKING:
    from imdsguard.fix.file_text import FileText
    from imdsguard.hcl.syntax.native_body import NativeBody
    from imdsguard.terraform.decided.written import Written

_LAST = {"lifecycle", "provisioner", "connection", "timeouts", "depends_on", "tags", "tags_all", "providers"}
"""What stands behind everything else ("Style Guide", Terraform: meta-arguments that are blocks come last; and tags)."""
_CLOSED = ("}", "},", "]", "],", "EOT", "EOF")
_INDENT = re.compile(r"[ \t]*")
_ONLY_COMMENT = re.compile(r"[ \t]*(#|//).*")


@record(frozen=True, slots=True)
class _Item:
    """An argument or a block of a body: its range, and whether it is a block."""

    name: str
    start: int
    end: int
    block: bool


def _items(body: NativeBody) -> list[_Item]:
    found = [_Item(name, start, end, block=False) for name, (start, _, end) in body.found.items()]
    for inner in body.inner:
        name = inner.labels[0] if inner.type == "dynamic" and inner.labels else inner.type
        found.append(_Item(name, inner.header, inner.end + 1, block=True))
    return sorted(found, key=lambda item: item.start)


def _indent_at(file: FileText, offset: int) -> str:
    match = _INDENT.match(file.text, file.line_start(offset))
    assert match is not None
    return match[0]


def unit_of(file: FileText) -> str:
    """One step of indentation: a tab where the file's first indented line has one, else two spaces."""
    first = re.search(r"^([ \t]+)\S", file.text, re.MULTILINE)
    return "\t" if first is not None and first[1].startswith("\t") else "  "


def inner_indent(file: FileText, body: NativeBody) -> str:
    """How the items of a body are indented."""
    for item in _items(body):
        line = file.line_start(item.start)
        if file.text[line : item.start].strip(" \t") == "":
            return file.text[line : item.start]
    return _indent_at(file, body.header) + unit_of(file) if body.type else ""


def with_argument(file: FileText, body: NativeBody, values: Mapping[str, Written], after: tuple[str, ...] = ()) -> str:
    """Give the file's text with arguments added to a body, behind the first of `after` that is there.

    Else they go behind the arguments that open the body; the last arguments of a resource stay the last.
    """
    indent = inner_indent(file, body)
    lines = arguments(values, indent, unit_of(file))
    text, newline = file.text, file.newline
    if "\n" not in text[body.start : body.end]:
        return _opened(file, body, lines)
    if "depends_on" in values:
        return _with_paragraph(file, body, newline.join(lines))
    items = _items(body)
    named = next((item for name in after for item in items if item.name == name and not item.block), None)
    anchor = named or _opening(items)
    added = "".join(line.replace("\n", newline) + newline for line in lines)
    if anchor is None:  # only blocks, or nothing: in front of them
        first = text.find("\n", body.start) + 1
        gap = newline if items else ""
        return text[:first] + added + gap + text[first:]
    at = file.line_end(anchor.end)
    large = "\n" in text[anchor.start : anchor.end] and _large(values) and _in_groups(text[body.start : body.end])
    return text[:at] + newline * (2 if large else 1) + added.removesuffix(newline) + text[at:]


def _large(values: Mapping[str, Written]) -> bool:
    """Whether something of it is written on several lines."""
    return any(isinstance(value, Mapping) for value in values.values())


def _in_groups(text: str) -> bool:
    """Whether its author sets what stands there apart by empty lines."""
    return re.search(r"\n[ \t]*\r?\n", text) is not None


def _opening(items: list[_Item]) -> _Item | None:
    """The last argument of those that open a body, before the first block and the first empty line."""
    found: _Item | None = None
    for item in items:
        if item.block or (item.name in _LAST and found is not None):
            break
        found = item
    return found


def _opened(file: FileText, body: NativeBody, lines: list[str]) -> str:
    """A body that stands on one line, on lines of its own."""
    text, newline = file.text, file.newline
    indent = _indent_at(file, body.header)
    held = text[body.start : body.end].strip()
    inner = indent + unit_of(file)
    moved = (line if line.startswith(inner) or not line else inner + line.lstrip() for line in lines)
    wanted = [*([inner + held] if held else []), *moved]
    joined = "".join(newline + line.replace("\n", newline) for line in wanted)
    return text[: body.start] + joined + newline + indent + text[body.end :]


def with_block(file: FileText, body: NativeBody, header: str, values: Mapping[str, Written]) -> str:
    """Give the file's text with a block added to a body: behind its other blocks, before what stands last."""
    indent, unit = inner_indent(file, body), unit_of(file)
    if "\n" not in file.text[body.start : body.end]:
        indent = _indent_at(file, body.header) + unit
    lines = [f"{indent}{header} {{", *arguments(values, indent + unit, unit), f"{indent}}}"]
    text, newline = file.text, file.newline
    block = newline.join(line.replace("\n", newline) for line in lines)
    if "\n" not in text[body.start : body.end]:
        return _opened(file, body, [*([""] if text[body.start : body.end].strip() else []), *lines])
    return _with_paragraph(file, body, block)


def _with_paragraph(file: FileText, body: NativeBody, block: str) -> str:
    """Put lines with empty lines around them behind the blocks of a body, before what stands last."""
    text, newline = file.text, file.newline
    items = _items(body)
    before = _first_of_the_last(file, items)
    blocks = [item for item in items if item.block and item.name not in _LAST]
    if blocks and (before is None or blocks[-1].start < before.start or not before.block):
        return _behind(file, blocks[-1].end, block)
    if before is not None and not blocks:
        at = _with_comments(file, before.start)
        lead = "" if _is_empty_above(file, at) else newline
        return text[:at] + lead + block + newline * 2 + text[at:]
    if items:  # behind all, comments that close the body among them
        return _behind(file, len(text[: file.line_start(body.end)].rstrip()), block)
    first = text.find("\n", body.start) + 1
    end = file.line_start(body.end)
    return text[: max(first, end)] + block + newline + text[max(first, end) :]


def _first_of_the_last(file: FileText, items: list[_Item]) -> _Item | None:
    """The first of the items that stand last in a body, if they do: nothing but such follows them.

    NewArguments among them count only where an empty line sets them apart.
    """
    found: _Item | None = None
    for item in reversed(items):
        if item.name not in _LAST:
            break
        found = item
    while found is not None and not found.block and not _is_empty_above(file, _with_comments(file, found.start)):
        later = [item for item in items if item.start > found.start]
        found = later[0] if later else None
    return found if found is None or found is not items[0] else None


def _with_comments(file: FileText, offset: int) -> int:
    """The start of the line of an item, with the comments right above it."""
    at = file.line_start(offset)
    while at > 0:
        above = file.line_start(at - 1)
        if not _ONLY_COMMENT.fullmatch(file.text[above : at - 1].rstrip("\r")):
            break
        at = above
    return at


def _is_empty_above(file: FileText, line: int) -> bool:
    """Whether the line above the one that starts there is empty."""
    return line > 0 and not file.text[file.line_start(line - 1) : line].strip()


def _behind(file: FileText, offset: int, block: str) -> str:
    """Put a block behind the line of an item, with empty lines around it."""
    text, newline = file.text, file.newline
    at = file.line_end(offset)
    following = text[at:].lstrip("\r")[1:]
    next_line = following.split("\n", 1)[0].strip()
    gap = newline if next_line and not next_line.startswith("}") else ""
    return text[:at] + newline * 2 + block + gap + text[at:]


def with_top_level_block(file: FileText, text: str) -> str:
    """Give the file's text with a block added at its end."""
    newline = file.newline
    body = file.text
    gap = "" if not body.strip() else newline if body.endswith("\n") else newline * 2
    return body + gap + text.replace("\n", newline)


def replaced(file: FileText, span: tuple[int, int], value: Written) -> str:
    """Give the file's text with an expression replaced."""
    start, end = span
    written = native(value, _indent_at(file, start), unit_of(file)).replace("\n", file.newline)
    return file.text[:start] + written + file.text[end:]


def with_item(file: FileText, span: tuple[int, int], values: Mapping[str, Written]) -> str:
    """Give the file's text with items added to the object expression that stands at `span`."""
    start, end = span
    text, newline = file.text, file.newline
    inside = text[start + 1 : end - 1]
    if "\n" not in inside:
        held = inside.strip().rstrip(",").rstrip()
        sep = " : " if re.match(r'^[\w"-]+\s*:', held) else " = "
        added = ", ".join(f"{name}{sep}{native(value)}" for name, value in values.items())
        return text[: start + 1] + (f" {held}, {added} " if held else f" {added} ") + text[end - 1 :]
    unit = unit_of(file)
    closing = file.line_start(end - 1)
    last = text[:closing].rstrip()
    first_item = re.match(r"[^\n]*\n(?:\s*\n|[ \t]*(?:#|//)[^\n]*\n)*([ \t]*)\S", inside)
    indent = first_item[1] if first_item else _indent_at(file, start) + unit
    shared = text[closing : end - 1].strip()  # the last item stands on the line of the closing brace
    if shared:
        last = text[: end - 1].rstrip()
    comma = "," if last.endswith(",") else ""
    lines = [line + comma for line in arguments(values, indent, unit)]
    added = "".join(line.replace("\n", newline) + newline for line in lines)
    if last.endswith(_CLOSED) and _large(values) and _in_groups(inside):
        added = newline + added
    if shared:
        return last + newline + added + _indent_at(file, start) + text[end - 1 :]
    return text[:closing] + added + text[closing:]
