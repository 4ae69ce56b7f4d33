"""Functions on strings. Characters are grapheme clusters where Terraform counts them, see `graphemes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.functions import letters
from imdsguard.hcl.functions.arguments import still, whole
from imdsguard.hcl.functions.function import ArgumentProblem, FunctionCall, Parameter, function, native, normalised
from imdsguard.hcl.functions.graphemes import clusters
from imdsguard.hcl.values.types import BOOL, NUMBER, STRING, ListType
from imdsguard.hcl.values.value import (
    FALSE,
    NOT_NULL,
    TRUE,
    Refinement,
    Value,
    boolean,
    list_of,
    sketch_of,
    sketched,
    string,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.hcl.values.value import Number

TEXT = Parameter("str", STRING)
STRINGS = ListType(STRING)


@native("upper", STRING, Parameter("str", STRING, dynamic=True))
def upper(text: str) -> str:
    """`upper("a")` is "A"."""
    return letters.upper(text)


@native("lower", STRING, Parameter("str", STRING, dynamic=True))
def lower(text: str) -> str:
    """`lower("A")` is "a"."""
    return letters.lower(text)


@native("title", STRING, TEXT)
def title(text: str) -> str:
    """`title("a b")` is "A B"."""
    return letters.title(text)


@native("chomp", STRING, TEXT, sketches=(0,))
def chomp(text: str) -> str:
    """Remove all line ends at the end."""
    return text.rstrip("\r\n")


@native("trim", STRING, TEXT, Parameter("cutset", STRING), sketches=(0,))
def trim(text: str, cutset: str) -> str:
    """Remove characters of `cutset` at both ends."""
    return text.strip(cutset) if cutset else text


@native("trimprefix", STRING, TEXT, Parameter("prefix", STRING), sketches=(0,))
def trimprefix(text: str, prefix: str) -> str:
    """Remove a prefix."""
    return text.removeprefix(prefix)


@native("trimsuffix", STRING, TEXT, Parameter("suffix", STRING), sketches=(0,))
def trimsuffix(text: str, suffix: str) -> str:
    """Remove a suffix."""
    return text.removesuffix(suffix)


@native("trimspace", STRING, TEXT, sketches=(0,))
def trimspace(text: str) -> str:
    """Remove white space at both ends."""
    return text.strip(letters.SPACES)


@native("strrev", STRING, Parameter("str", STRING, dynamic=True))
def strrev(text: str) -> str:
    """Reverse the characters."""
    return "".join(reversed(clusters(text)))


@native("substr", STRING, TEXT, Parameter("offset", NUMBER), Parameter("length", NUMBER))
def substr(text: str, offset: Number, length: Number) -> str:
    """`substr("hello", 1, 3)` is "ell"; a negative offset counts from the end, a negative length is "to the end"."""
    start, count = whole(offset), whole(length)
    parts = clusters(text)
    if start < 0:
        start = max(0, start + len(parts))
    elif count == 0:
        return ""
    # With a negative offset and a length of 0 Terraform takes everything: its loop never meets the length.
    return "".join(parts[start : start + count] if count > 0 else parts[start:])


@function("strcontains", BOOL, TEXT, Parameter("substr", STRING))
def strcontains(_: FunctionCall, text: Value, part: Value) -> Value:
    """Whether a string is in another."""
    assert isinstance(text.raw, str)
    return boolean(str(part.raw) in text.raw)


@function("startswith", BOOL, Parameter("str", STRING, unknown=True), Parameter("prefix", STRING))
def startswith(call: FunctionCall, text: Value, prefix: Value) -> Value:
    """Whether a string starts with another, decided by the known prefix of an unknown string if possible."""
    wanted = str(prefix.raw)
    if text.pending is None:
        return boolean(str(text.raw).startswith(wanted))
    known = text.pending.refinement.prefix
    if known.startswith(wanted):
        return TRUE
    return FALSE if known and not wanted.startswith(known) else call.unknown()


@function("endswith", BOOL, TEXT, Parameter("suffix", STRING))
def endswith(_: FunctionCall, text: Value, suffix: Value) -> Value:
    """Whether a string ends with another."""
    return boolean(str(text.raw).endswith(str(suffix.raw)))


@function("indent", STRING, Parameter("spaces", NUMBER), TEXT, sketches=(1,))
def indent(call: FunctionCall, spaces: Value, text: Value) -> Value:
    """Add spaces after each line end."""
    width, content = whole(spaces.raw), str(text.raw)
    if width < 0:
        raise ArgumentProblem(0, "the number of spaces must not be negative")
    call.context.bounds.text(len(content) + width * content.count("\n"))
    return string(content.replace("\n", "\n" + " " * width))


@function("replace", STRING, TEXT, Parameter("substr", STRING), Parameter("replace", STRING), sketches=(0, 2))
def replace(call: FunctionCall, text: Value, part: Value, replacement: Value) -> Value:
    """Replace all occurrences; `part` is a regular expression if it stands between slashes."""
    content, old, new = str(text.raw), str(part.raw), str(replacement.raw)
    if len(old) > 1 and old[0] == old[-1] == "/":
        from imdsguard.hcl.functions.regex import replace_all

        return string(normalised(replace_all(call.context.bounds, old[1:-1], content, new)))
    call.context.bounds.text(len(content) + content.count(old) * len(new))
    return string(normalised(content.replace(old, new)))


@function("join", STRING, Parameter("separator", STRING), variadic=Parameter("lists", STRINGS), picks=1)
def join(call: FunctionCall, separator: Value, *lists: Value) -> Value:
    """Join the strings of lists."""
    if not lists:
        raise EvaluationError("at least one list is required")
    if not all(v.wholly_known for v in lists):
        only = _only_part(str(separator.raw), lists)
        if only is not None:
            return still(STRING, only, NOT_NULL)
        parts = [v for strings in lists for v in (strings.elements() if strings.is_known else (strings,))]
        return sketched(call.unknown(), str(separator.raw).join(map(sketch_of, parts)))
    items: list[str] = []
    for i, strings in enumerate(lists):
        for j, item in enumerate(strings.elements()):
            if item.is_null:
                where = f" of list {i + 1}" if len(lists) > 1 else ""
                raise ArgumentProblem(i + 1, f"element {j}{where} is null; cannot concatenate null values")
            items.append(str(item.raw))
    glue = str(separator.raw)
    call.context.bounds.text(sum(map(len, items)) + len(glue) * len(items))
    return string(normalised(glue.join(items)))


def _only_part(glue: str, lists: Sequence[Value]) -> Value | None:
    """The one unknown string of which the whole result consists, or None."""
    if not all(v.is_known for v in lists):
        return None
    members = [member for v in lists for member in v.elements()]
    parts = [m for m in members if m.raw != ""] if not glue else members
    return parts[0] if len(parts) == 1 and not parts[0].is_known else None


@function("split", STRINGS, Parameter("separator", STRING), TEXT)
def split(_: FunctionCall, separator: Value, text: Value) -> Value:
    """Split at each separator; at an empty one, between all characters."""
    glue, content = str(separator.raw), str(text.raw)
    parts = content.split(glue) if glue else list(content)
    return list_of(STRING, [string(normalised(p)) for p in parts])


@function("sort", STRINGS, Parameter("list", STRINGS, unknown=True), picks=0)
def sort(call: FunctionCall, strings: Value) -> Value:
    """Sort strings by their code points."""
    if not strings.wholly_known:
        if strings.pending is not None:
            known = strings.pending.refinement
            return call.unknown(Refinement(min_length=known.min_length, max_length=known.max_length))
        length = len(list(strings.elements()))
        return call.unknown(Refinement(min_length=length, max_length=length))
    for i, item in enumerate(strings.elements()):
        if item.is_null:
            raise EvaluationError(f"given list element {i} is null; a null string cannot be sorted")
    return list_of(STRING, sorted((v.without_marks() for v in strings.elements()), key=lambda v: str(v.raw)))
