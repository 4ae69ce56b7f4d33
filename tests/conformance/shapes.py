"""The shape of an expression, told in the same words from our tree and from python-hcl2's.

A shape is nested tuples: what kind of node it is and what stands in it. Text, numbers and places are left out: of a
template only its interpolations count, of a heredoc nothing (python-hcl2 reads it as one token).
"""

from __future__ import annotations

from typing import Any, TypeAlias

from imdsguard.hcl.syntax import nodes

Shape: TypeAlias = Any


def ours(node: Any) -> Shape:  # noqa: C901
    """The shape of one of our nodes."""
    if isinstance(node, nodes.Literal):
        return "text" if isinstance(node.value, str) else "constant"
    if isinstance(node, nodes.Parens):
        return ours(node.inner)
    if isinstance(node, nodes.Wrap):
        return _text([ours(node.inner)])
    if isinstance(node, nodes.Template):
        return _text([ours(part) for part in node.parts if not isinstance(part, nodes.Literal)])
    if isinstance(node, (nodes.TemplateFor, nodes.TemplateIf)):
        return "directive"
    if isinstance(node, nodes.VariableNode):
        return ("name", node.name)
    if isinstance(node, nodes.SplatItem):
        return "item"
    if isinstance(node, nodes.GetAttr):
        return (".", ours(node.source), node.name)
    if isinstance(node, nodes.IndexNode):
        return ("[]", ours(node.source), ours(node.key))
    if isinstance(node, nodes.Splat):
        return ("*", ours(node.source), ours(node.each))
    if isinstance(node, nodes.Tuple):
        return ("tuple", *(ours(item) for item in node.items))
    if isinstance(node, nodes.Object):
        return ("object", *((_key(ours(item.key)), ours(item.value)) for item in node.items))
    if isinstance(node, nodes.For):
        parts = [node.collection, node.key_result, node.result, node.condition]
        return ("for", node.group, *(ours(part) for part in parts if part is not None))
    if isinstance(node, nodes.CallNode):
        return ("call", node.name, node.expand, *(ours(a) for a in node.arguments))
    if isinstance(node, nodes.Unary):
        return _signed(node.operator, ours(node.operand))
    if isinstance(node, nodes.Binary):
        return (node.operator, ours(node.left), ours(node.right))
    assert isinstance(node, nodes.Conditional)
    return ("?", ours(node.condition), ours(node.then), ours(node.otherwise))


def theirs(tree: Any) -> Shape:
    """The shape of one of python-hcl2's trees."""
    kind, parts = tree.data, inner(tree)
    if kind in ("expr_term", "conditional", "binary_op") and len(parts) == 1:
        return theirs(parts[0]) if hasattr(parts[0], "data") else "constant"
    if kind == "identifier":
        word = str(tree.children[0])
        return "constant" if word in ("true", "false", "null") else ("name", word)
    if kind in ("int_lit", "float_lit", "literal_value"):
        return "constant"
    if kind in ("heredoc_template", "heredoc_template_trim"):
        return "text"
    if kind == "string":
        return _string(tree)
    if kind == "unary_op":
        return _signed(str(tree.children[0]).strip(), theirs(parts[-1]))
    if kind == "binary_op":
        symbol, right = inner(parts[1])
        return (str(symbol.children[0]).strip(), theirs(parts[0]), theirs(right))
    if kind == "conditional":
        return ("?", *(theirs(part) for part in parts))
    if kind == "function_call":
        return _call(tree)
    if kind == "tuple":
        return ("tuple", *(theirs(item) for item in parts))
    if kind == "object":
        return ("object", *((_key(theirs(inner(inner(e)[0])[0])), theirs(inner(e)[1])) for e in parts))
    if kind in ("for_tuple_expr", "for_object_expr"):
        return _for(tree)
    if kind.endswith("_expr_term"):
        source, step = parts
        return _step(theirs(source), step)
    return (kind, *(theirs(part) for part in parts))


def inner(tree: Any) -> list[Any]:
    """The children that are trees, without line ends and comments."""
    return [c for c in tree.children if hasattr(c, "data") and c.data != "new_line_or_comment"]


def _words(tree: Any) -> list[str]:
    return [str(c) for c in tree.children if not hasattr(c, "data")]


def _signed(sign: str, operand: Shape) -> Shape:
    """A number with its sign is one token to python-hcl2."""
    return "constant" if sign == "-" and operand == "constant" else (sign, operand)


def _text(parts: list[Shape]) -> Shape:
    """A template: one with directives has no more shape than that, and constants in one are text."""
    if "directive" in parts:
        return "directive"
    kept = [part for part in parts if part not in ("text", "constant")]
    return ("text", *kept) if kept else "text"


def _key(shape: Shape) -> Shape:
    """A bare name as key is a text to us, be it a keyword or not."""
    return "text" if shape in ("constant", ("keyword",)) or (isinstance(shape, tuple) and shape[0] == "name") else shape


def _string(tree: Any) -> Shape:
    parts = [p for part in inner(tree) for p in inner(part)]
    if any(p.data not in ("interpolation", "escaped_interpolation", "string_chars") for p in parts):
        return _text(["directive" for p in parts if p.data.startswith("template")])
    return _text([theirs(inner(p)[0]) for p in parts if p.data == "interpolation"])


def _call(tree: Any) -> Shape:
    names = [str(c.children[0]) for c in inner(tree) if c.data == "identifier"]
    arguments = next((c for c in inner(tree) if c.data == "arguments"), None)
    given = inner(arguments) if arguments is not None else []
    expand = arguments is not None and "..." in [word.strip() for word in _words(arguments)]
    return ("call", "::".join(names), expand, *(theirs(a) for a in given))


def _for(tree: Any) -> Shape:
    intro, *rest = inner(tree)
    condition = [theirs(inner(part)[0]) for part in rest if part.data == "for_cond"]
    results = [theirs(part) for part in rest if part.data != "for_cond"]
    grouped = "..." in [word.strip() for word in _words(tree)]
    return ("for", grouped, theirs(inner(intro)[-1]), *results, *condition)


def _step(source: Shape, step: Any) -> Shape:
    parts = inner(step)
    if step.data == "get_attr":
        return (".", source, str(parts[0].children[0]))
    if step.data in ("braces_index", "short_index"):
        return ("[]", source, theirs(parts[0]) if parts else "constant")
    item: Shape = "item"
    for part in parts:
        item = _step(item, part)
    return ("*", source, item)
