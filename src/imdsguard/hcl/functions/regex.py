"""Regular expressions: RE2's, so that no pattern takes more than linear time. Texts are searched as UTF-8."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.functions.function import ArgumentProblem, FunctionCall, Parameter, function, normalised
from imdsguard.hcl.values.types import DYNAMIC, STRING, ListType, ObjectType, TupleType, Type, object_type
from imdsguard.hcl.values.value import Value, list_of, null, object_of, string, tuple_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.hcl.bounds import Bounds

PATTERN = Parameter("pattern", STRING)
TEXT = Parameter("string", STRING)

_QUOTED = re.compile(r"\\Q.*?(?:\\E|$)", re.DOTALL)
_GROUP = re.compile(r"\\.|\(\?P?<(\w+)>", re.DOTALL)
_REFERENCE = re.compile(r"\$(?:(\$)|(\w+)|\{(\w+)\})")


def compiled(pattern: str) -> Any:
    """Compile with RE2. Raises `EvaluationError`."""
    import re2

    _refuse_what_go_refuses(pattern)
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern.encode(), options)
    except re2.error as error:
        reason = error.args[0] if error.args else "it cannot be parsed"
        reason = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise EvaluationError(f"invalid regexp pattern: {reason}") from None


def _refuse_what_go_refuses(pattern: str) -> None:
    """Two things that RE2 in C++ accepts. Raises `EvaluationError`."""
    plain = _QUOTED.sub("", pattern)
    if "\\C" in re.findall(r"\\.", plain):
        raise EvaluationError("invalid regexp pattern: invalid escape sequence in \\C")
    if not all(name.isascii() for name in _GROUP.findall(plain)):
        raise EvaluationError("invalid regexp pattern: invalid named capture")


def _group_names(expression: Any) -> list[str]:
    """The names of all groups in order, empty for those without."""
    names = {index: name for name, index in expression.groupindex.items()}
    if names and len(names) < expression.groups:
        pattern = expression.pattern
        # Of groups with the same name RE2 tells only one.
        text = pattern.decode() if isinstance(pattern, bytes) else pattern
        written = [name for name in _GROUP.findall(_QUOTED.sub("", text)) if name]
        if len(written) == expression.groups:
            return written
    found = [names.get(i, b"") for i in range(1, expression.groups + 1)]
    return [name.decode() if isinstance(name, bytes) else name for name in found]


def _match_type(pattern: Value) -> Type:
    """What a match of the pattern is: a string, a tuple of its groups, or an object of its named groups."""
    if not pattern.is_known:
        return DYNAMIC
    try:
        names = _group_names(compiled(str(pattern.raw)))
    except EvaluationError as error:
        raise ArgumentProblem(0, error.message) from None
    if not names:
        return STRING
    if any(names) and not all(names):
        raise ArgumentProblem(0, "invalid regexp pattern: cannot mix both named and unnamed capture groups")
    return object_type(dict.fromkeys(names, STRING)) if names[0] else TupleType((STRING,) * len(names))


def _one_type(pattern: Value, _: Value) -> Type:
    return _match_type(pattern)


def _all_type(pattern: Value, _: Value) -> Type:
    return ListType(_match_type(pattern))


@function("regex", _one_type, PATTERN, TEXT)
def first_match(call: FunctionCall, pattern: Value, text: Value) -> Value:
    """The first match."""
    expression, data = compiled(str(pattern.raw)), str(text.raw).encode()
    call.context.bounds.text(len(data))
    match = expression.search(data)
    if match is None:
        raise EvaluationError("pattern did not match any part of the given string")
    return _value(expression, match, call.type)


@function("regexall", _all_type, PATTERN, TEXT)
def all_matches(call: FunctionCall, pattern: Value, text: Value) -> Value:
    """All matches that do not overlap."""
    assert isinstance(call.type, ListType)
    expression, data = compiled(str(pattern.raw)), str(text.raw).encode()
    bounds, kind = call.context.bounds, call.type.element
    found: list[Value] = []
    for match in _matches(expression, data, bounds):
        found.append(_value(expression, match, kind))
        bounds.items(1)
    return list_of(kind, found)


def _value(expression: Any, match: Any, kind: Type) -> Value:
    if kind == STRING:
        return _text(match.group())
    groups = [_text(g) for g in match.groups()]
    if isinstance(kind, ObjectType):
        return object_of(dict(zip(_group_names(expression), groups, strict=True)))
    return tuple_of(groups)


def _text(data: bytes | None) -> Value:
    return null(STRING) if data is None else string(normalised(data.decode("utf-8", "replace")))


def _matches(expression: Any, data: bytes, bounds: Bounds) -> Iterator[Any]:
    """Matches as Go finds them: an empty one that touches the one before does not count."""
    position, previous_end = 0, -1
    while position <= len(data):
        bounds.step()
        bounds.check_time()
        match = expression.search(data, position)
        if match is None:
            return
        start, end = match.span()
        if end > start or start != previous_end:
            yield match
        previous_end = end
        position = end if end > position else position + _width(data, position)


def _width(data: bytes, position: int) -> int:
    """How many bytes the character at a position has."""
    width = 1
    while position + width < len(data) and data[position + width] & 0xC0 == 0x80:
        width += 1
    return width


def replace_all(bounds: Bounds, pattern: str, text: str, replacement: str) -> str:
    """Replace all matches; `$1`, `${1}` and `${name}` stand for groups. Raises `EvaluationError`."""
    expression, data = compiled(pattern), text.encode()
    pieces: list[bytes] = []
    done = size = 0
    for match in _matches(expression, data, bounds):
        start, end = match.span()
        piece = data[done:start] + _expanded(expression, match, replacement).encode()
        size += len(piece)
        bounds.text(size)
        pieces.append(piece)
        done = end
    return b"".join((*pieces, data[done:])).decode("utf-8", "replace")


def _expanded(expression: Any, match: Any, replacement: str) -> str:
    def group(reference: re.Match[str]) -> str:
        dollar, bare, braced = reference.groups()
        if dollar:
            return "$"
        name = bare or braced
        index = _group_index(expression, name)
        found = match.group(index) if index is not None else None
        return found.decode("utf-8", "replace") if found else ""

    return _REFERENCE.sub(group, replacement)


def _group_index(expression: Any, name: str) -> int | None:
    """The group that a name or number means, if there is one."""
    if name.isascii() and name.isdigit() and (name == "0" or name[0] != "0"):
        return int(name) if len(name) < 9 and int(name) <= expression.groups else None
    names = _group_names(expression)
    return names.index(name) + 1 if name in names else None
