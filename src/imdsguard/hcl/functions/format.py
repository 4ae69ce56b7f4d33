"""`format` and `formatlist`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.hcl.functions import format_verbs as verbs
from imdsguard.hcl.functions.arguments import is_sequence, still
from imdsguard.hcl.functions.format_verbs import Verb
from imdsguard.hcl.functions.function import ArgumentProblem, FunctionCall, Parameter, function, normalised
from imdsguard.hcl.values.types import DYNAMIC, STRING, ListType, Primitive, SetType, TupleType
from imdsguard.hcl.values.value import NOT_NULL, Refinement, Value, derived, list_of, sketch_of, sketched, string

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.hcl.bounds import Bounds

FORMAT = Parameter("format", STRING)
# A null or unknown of no type makes the whole result unknown and untyped: Terraform's declaration lacks `dynamic`.
ARGUMENTS = Parameter("args", null=True, unknown=True)

_VERB = re.compile(r"%([0#\-+ ]*)([1-9][0-9]*)?(?:\.([0-9]*))?(?:\[([1-9][0-9]*)\])?([a-zA-Z])", re.ASCII)


@function("format", STRING, FORMAT, variadic=ARGUMENTS)
def formatted(call: FunctionCall, template: Value, *arguments: Value) -> Value:
    """`format("%s-%d", "a", 1)` is "a-1"; of an unknown result the text before the first verb is known."""
    text = str(template.raw)
    if not all(v.wholly_known for v in arguments):
        if text == "%s" and len(arguments) == 1 and isinstance(arguments[0].type, Primitive):
            return still(STRING, arguments[0], NOT_NULL)
        result = call.unknown(Refinement(prefix=_certain_prefix(text)))
        return sketched(result, _sketch(text, arguments, call.context.bounds))
    return string(normalised(format_text(text, arguments, call.context.bounds)))


def _sketch(template: str, arguments: Sequence[Value], bounds: Bounds) -> str | None:
    """What is known of a text in which some arguments are not."""
    try:
        return format_text(template, arguments, bounds)
    except (ArgumentProblem, EvaluationError, LimitReached):
        return None


def _certain_prefix(template: str) -> str:
    """The text before the first verb, without its last character, which what follows might combine with."""
    end = template.find("%")
    return verbs.safe_prefix(template[:end]) if end > 0 else ""


@function("formatlist", ListType(STRING), FORMAT, variadic=ARGUMENTS)
def formatlist(call: FunctionCall, template: Value, *arguments: Value) -> Value:
    """A list of texts: lists among the arguments give an element each time, others stay the same."""
    bounds = call.context.bounds
    text = str(template.raw)
    length, chooser = -1, -1
    waits = False
    for i, argument in enumerate(arguments):
        if not is_sequence(argument.type) or argument.is_null:
            waits = waits or (argument.type is DYNAMIC and not argument.is_known)
            continue
        if not isinstance(argument.type, TupleType) and not _length_known(argument):
            waits = True
            continue
        own = len(argument.type.elements) if isinstance(argument.type, TupleType) else len(tuple(argument.elements()))
        if length == -1:
            length, chooser = own, i
        elif own != length:
            raise ArgumentProblem(
                i + 1,
                f"argument {i + 1} has length {own}, which is inconsistent with argument {chooser + 1} of length "
                f"{length}",
            )
        waits = waits or not argument.is_known
    if waits:
        return call.unknown()
    count = 1 if length == -1 else length
    bounds.items(count)
    columns = [tuple(v.elements()) if is_sequence(v.type) and not v.is_null else (v,) * count for v in arguments]
    rows = zip(*columns, strict=True) if columns else iter([()] * count)
    return list_of(STRING, [_row(text, row, i, bounds) for i, row in enumerate(rows)])


def _length_known(items: Value) -> bool:
    if not items.is_known:
        return False
    return not isinstance(items.type, SetType) or items.wholly_known or len(tuple(items.elements())) < 2


def _row(text: str, row: Sequence[Value], index: int, bounds: Bounds) -> Value:
    if not all(v.wholly_known for v in row):
        return sketched(derived(STRING, *row, refinement=NOT_NULL), _sketch(text, row, bounds))
    try:
        return string(normalised(format_text(text, row, bounds)))
    except EvaluationError as error:
        raise EvaluationError(f"error on format iteration {index}: {error.message}") from None


def format_text(template: str, arguments: Sequence[Value], bounds: Bounds) -> str:
    """Put values in for the verbs, or sketches of what is not known. Raises `EvaluationError` and `LimitReached`."""
    pieces: list[str] = []
    size = position = highest = 0
    following = 1
    while position < len(template):
        start = template.find("%", position)
        if start < 0:
            pieces.append(template[position:])
            break
        pieces.append(template[position:start])
        if template.startswith("%%", start):
            pieces.append("%")
            position = start + 2
            continue
        match = _VERB.match(template, start)
        if match is None:
            raise EvaluationError(f"invalid format string starting at offset {start}")
        verb = _verb(match, following, start, bounds)
        highest = max(highest, verb.argument)
        following = verb.argument + 1
        if verb.argument > len(arguments):
            raise EvaluationError(
                f'not enough arguments for "{verb.raw}" at {start}: need index {verb.argument} but have '
                f"{len(arguments)} total"
            )
        value = arguments[verb.argument - 1]
        piece = verbs.render(verb, value) if value.wholly_known else sketch_of(value)
        size += len(piece)
        bounds.text(size)
        pieces.append(piece)
        position = match.end()
    if highest < len(arguments):
        used = f"only {highest} used by format string" if highest else "no verbs in format string"
        raise ArgumentProblem(highest + 1, f"too many arguments; {used}")
    return "".join(pieces)


def _verb(match: re.Match[str], following: int, offset: int, bounds: Bounds) -> Verb:
    flags, width, precision, argument, mode = match.groups()
    for number in (width, precision, argument):
        if number and len(number) > 9:
            raise EvaluationError(f"invalid format string starting at offset {offset}")
    bounds.text(int(width or 0) + int(precision or 0))
    return Verb(
        raw=match.group(),
        offset=offset,
        mode=mode,
        argument=int(argument) if argument else following,
        flags=frozenset(flags),
        width=int(width) if width else None,
        precision=int(precision or 0) if precision is not None else None,
    )
