"""`csvdecode`: a reader of comma-separated values with the rules of Go's, which is stricter than Python's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.functions.function import FunctionCall, Parameter, function, normalised
from imdsguard.hcl.values.types import DYNAMIC, STRING, object_type
from imdsguard.hcl.values.value import Value, list_of, object_of, string

if TYPE_CHECKING:
    from collections.abc import Iterator


@function("csvdecode", DYNAMIC, Parameter("str", STRING))
def csvdecode(call: FunctionCall, text: Value) -> Value:
    """A list of objects: the first line names their attributes."""
    rows = records(str(text.raw))
    header = next(rows, None)
    if header is None:
        raise EvaluationError("missing header line")
    names = [normalised(name) for name in header]
    if len(set(names)) < len(names):
        again = next(name for name in names if names.count(name) > 1)
        raise EvaluationError(f'duplicate column name "{again[:80]}"')
    found: list[Value] = []
    for row in rows:
        if len(row) != len(names):
            raise EvaluationError("CSV parse error: wrong number of fields")
        call.context.bounds.items(len(row) + 1)
        found.append(object_of({n: string(normalised(cell)) for n, cell in zip(names, row, strict=True)}))
    return list_of(object_type(dict.fromkeys(names, STRING)), found)


def records(text: str) -> Iterator[list[str]]:
    """The records of a text; empty lines are none. Raises `EvaluationError`."""
    text = text.replace("\r\n", "\n")
    if text.endswith("\r"):
        text = text[:-1]
    position, line = 0, 1
    while position < len(text):
        if text[position] == "\n":
            position += 1
            line += 1
            continue
        fields: list[str] = []
        more = True
        while more:
            start = position
            field, position = (
                _quoted(text, position, line) if text.startswith('"', position) else _bare(text, position, line)
            )
            fields.append(field)
            more = text.startswith(",", position)
            line += text.count("\n", start, position)
            position += 1  # the comma or the line end
        line += 1
        yield fields


def _bare(text: str, start: int, line: int) -> tuple[str, int]:
    """A field without quotes, and where it ends."""
    line_end = text.find("\n", start)
    line_end = len(text) if line_end < 0 else line_end
    comma = text.find(",", start, line_end)
    end = line_end if comma < 0 else comma
    field = text[start:end]
    if '"' in field:
        raise EvaluationError(f'CSV parse error on line {line}: bare " in non-quoted field')
    return field, end


def _quoted(text: str, start: int, line: int) -> tuple[str, int]:
    """A field in quotes, and where it ends."""
    pieces: list[str] = []
    position = start + 1
    while True:
        quote = text.find('"', position)
        if quote < 0:
            raise EvaluationError(f'CSV parse error on line {line}: extraneous or missing " in quoted-field')
        pieces.append(text[position:quote])
        if not text.startswith('"', quote + 1):
            break
        pieces.append('"')
        position = quote + 2
    end = quote + 1
    if end < len(text) and text[end] not in ",\n":
        raise EvaluationError(f'CSV parse error on line {line}: extraneous or missing " in quoted-field')
    return "".join(pieces), end
