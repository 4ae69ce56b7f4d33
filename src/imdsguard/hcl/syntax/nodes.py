"""The expression tree: what the parser makes and the compiler reads. Every node knows its place.

Names follow HCL's own specification ("HCL Native Syntax Specification": expressions).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from imdsguard.hcl.syntax.literal import Literal as Literal
from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.place import Place


@record(frozen=True, slots=True)
class Template:
    """A quoted string, heredoc or template file: parts are joined as text.

    A quoted string or heredoc without interpolation is a `Literal`. `"${x}"`, one lone interpolation, is a `Wrap`.
    """

    parts: tuple[Node, ...]
    place: Place


@record(frozen=True, slots=True)
class Wrap:
    """`"${x}"`: gives x itself, unconverted."""

    inner: Node
    place: Place


@record(frozen=True, slots=True)
class TemplateFor:
    """`%{ for k, v in x }...%{ endfor }`. `key` is None when only one name is given."""

    key: str | None
    value: str
    collection: Node
    body: Template
    place: Place


@record(frozen=True, slots=True)
class TemplateIf:
    """`%{ if c }...%{ else }...%{ endif }`."""

    condition: Node
    then: Template
    otherwise: Template | None
    place: Place


@record(frozen=True, slots=True)
class VariableNode:
    """The root name of a traversal: `var`, `local`, `aws_instance`, or a name bound by `for`."""

    name: str
    place: Place


@record(frozen=True, slots=True)
class GetAttr:
    """`x.name`."""

    source: Node
    name: str
    place: Place


@record(frozen=True, slots=True)
class IndexNode:
    """`x[key]`, and the legacy `x.0` (then `key` is a number literal and `legacy` is true)."""

    source: Node
    key: Node
    place: Place
    legacy: bool = False


@record(frozen=True, slots=True)
class Splat:
    """`x[*].a[0]` (full) or `x.*.a` (attribute-only).

    `each` is the expression applied to every element, whose root is `SplatItem`; what HCL applies to the whole
    result (an index after `.*`) stands outside this node.
    """

    source: Node
    each: Node
    place: Place


@record(frozen=True, slots=True)
class SplatItem:
    """The current element inside `Splat.each`."""

    place: Place


@record(frozen=True, slots=True)
class Tuple:
    """`[a, b]`."""

    items: tuple[Node, ...]
    place: Place


@record(frozen=True, slots=True)
class ObjectItem:
    """One `key = value`. A bare identifier as key is a `Literal` string; `(expr)` is that expression in `Parens`."""

    key: Node
    value: Node


@record(frozen=True, slots=True)
class Object:
    """`{ a = 1, (k) = 2 }`."""

    items: tuple[ObjectItem, ...]
    place: Place


@record(frozen=True, slots=True)
class For:
    """`[for k, v in x : v if c]` and `{for k, v in x : k => v... if c}`.

    `key_result` is None for the tuple form; `group` says that `...` is written.
    """

    key: str | None
    value: str
    collection: Node
    key_result: Node | None
    result: Node
    condition: Node | None
    group: bool
    place: Place


@record(frozen=True, slots=True)
class CallNode:
    """`name(args...)`; `expand` says that the last argument is followed by `...`. `core::x` keeps its namespace."""

    name: str
    arguments: tuple[Node, ...]
    expand: bool
    place: Place


@record(frozen=True, slots=True)
class Unary:
    """`-x` or `!x`."""

    operator: str
    operand: Node
    place: Place


@record(frozen=True, slots=True)
class Binary:
    """`a + b` and the other operators of two operands."""

    operator: str
    left: Node
    right: Node
    place: Place


@record(frozen=True, slots=True)
class Conditional:
    """`c ? a : b`."""

    condition: Node
    then: Node
    otherwise: Node
    place: Place


@record(frozen=True, slots=True)
class Parens:
    """`(x)`: matters where a bare name would be a key or a traversal."""

    inner: Node
    place: Place


Node: TypeAlias = (
    Literal
    | Template
    | Wrap
    | TemplateFor
    | TemplateIf
    | VariableNode
    | GetAttr
    | IndexNode
    | Splat
    | SplatItem
    | Tuple
    | Object
    | For
    | CallNode
    | Unary
    | Binary
    | Conditional
    | Parens
)
