"""Unknowns that are nevertheless the same value: those computed in one way from what whoever made them has named.

Who makes an unknown may give it a symbol (`Pending.symbol`): a name of the one value that it will be, the same wherever
it is used. What is computed from such unknowns and from known values alone gets a symbol, too: the operation and its
operands; of a text that is put together, the text with a symbol in each gap. Unknowns of one type and one symbol are
equal, whatever they will be.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from imdsguard.hcl.values.size import size_of
from imdsguard.hcl.values.types import Primitive
from imdsguard.hcl.values.value import GAP, LONGEST_SKETCH, Pending, Value
from imdsguard.model.record import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

HEAVIEST = 500
"""How much an operand may weigh (see `size.py`): what is computed from a heavier one gets no symbol."""


def sign(name: str) -> str:
    """Make a symbol that no text from scanned code is taken for, and that stands out in one."""
    return f"{GAP}{name}{GAP}"


def symbolic(result: Value, operation: str, operands: Sequence[Value]) -> Value:
    """The result of an operation, which must hang on nothing but its operands; with a symbol, if all of them allow."""
    pending = result.raw
    if not isinstance(pending, Pending) or pending.symbol is not None or not _any_symbol(operands):
        return result
    symbol = symbol_of(operation, operands)
    return result if symbol is None else with_symbol(result, symbol)


def symbolic_text(result: Value, pieces: Sequence[Value]) -> Value:
    """The unknown text that is made of these texts, one after the other; with a symbol, if all of them allow."""
    if not _any_symbol(pieces):
        return result
    texts = [piece.raw.symbol if isinstance(piece.raw, Pending) else piece.raw for piece in pieces]
    known = [text for text in texts if isinstance(text, str)]
    if len(known) < len(texts) or sum(map(len, known)) > LONGEST_SKETCH:
        return result
    return with_symbol(result, "".join(known))


def with_symbol(value: Value, symbol: str) -> Value:
    """The unknown value, with this symbol."""
    pending = value.raw
    assert isinstance(pending, Pending)
    named = replace(pending, symbol=symbol)
    return Value(value.type, named, value.marks, value.origin)


def symbol_of(operation: str, operands: Iterable[Value | str]) -> str | None:
    """Name what the operation makes of values (and of plain texts); None if an unknown among them has no symbol."""
    from hashlib import sha256

    digest = sha256(operation.encode())

    def put(text: str) -> None:
        data = text.encode("utf-8", "surrogatepass")
        digest.update(b"%d:%b" % (len(data), data))

    for operand in operands:
        if isinstance(operand, str):
            put(operand)
        elif size_of(operand)[0] > HEAVIEST or not _feed(operand, put):
            return None
    return sign(digest.hexdigest()[:32])


def same_symbol(a: Value, b: Value) -> bool:
    """Whether two values are unknowns that will be one value."""
    if not isinstance(a.raw, Pending) or not isinstance(b.raw, Pending):
        return False
    return a.raw.symbol is not None and a.raw.symbol == b.raw.symbol and a.type == b.type


def _any_symbol(operands: Iterable[Value]) -> bool:
    """Whether an unknown has one, before any that has none; direct elements are looked at, too."""
    for operand in operands:
        for value in (operand, *operand.elements()):
            if isinstance(value.raw, Pending):
                return value.raw.symbol is not None
    return False


def _feed(value: Value, put: Callable[[str], None]) -> bool:
    """Write out all that tells a value from others; whether there was nothing in it that has no name."""
    raw = value.raw
    if isinstance(raw, Pending):
        if raw.symbol is None:
            return False
        put(f"?{value.type.name} {raw.symbol}")
        return True
    put(value.type.name if isinstance(value.type, Primitive) else value.type.__class__.__name__)
    if isinstance(raw, tuple):
        put(f"[{len(raw)}")
        return all(_feed(each, put) for each in raw)
    if isinstance(raw, Mapping):
        put(f"{{{len(raw)}")
        for name, each in raw.items():
            put(name)
            if not _feed(each, put):
                return False
        return True
    put("~" if raw is None else f"={raw}")
    return True
