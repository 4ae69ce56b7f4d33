"""Which resources Terraform makes before another one: all that it refers to or names in `depends_on`, in turn.

Told of resource blocks, not of instances, as Terraform's own graph tells it: addresses have no keys here. Followed only
when a rule asks. (Terraform language documentation, "The depends_on Meta-Argument", "References to Values")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.terraform.source.configuration import META_ARGUMENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from imdsguard.terraform.source.configuration import Declaration
    from imdsguard.terraform.source.instance import ModuleInstance
    from imdsguard.terraform.source.lazy_expression import LazyExpression
    from imdsguard.terraform.source.merged_body import MergedBody

MOST = 20_000
"""How many names are followed for one resource; what lies beyond is not known to come before."""

_Name: TypeAlias = tuple["ModuleInstance", str, str]
"""A module instance, and a kind of name in it: `resource`, `local`, `var`, `output`, `module` (all that is in it)."""
_NOT_MADE = ("provisioner", "connection")


class CreationOrder:
    """Answers for the resources of one root. Keeps its answers: launches of one block ask the same."""

    def __init__(self) -> None:
        self._before: dict[str, frozenset[str]] = {}

    def before(self, instance: ModuleInstance, declaration: Declaration) -> Callable[[str], bool]:
        """Give the question whether the resource with some address is made before this one."""

        def asked(address: str) -> bool:
            from imdsguard.terraform.documents.addresses import unkeyed

            name = instance.absolute(declaration)
            if name not in self._before:
                self._before[name] = frozenset(_made_before((instance, "resource", declaration.address)))
            return unkeyed(address) in self._before[name]

        return asked


def _made_before(start: _Name) -> Iterator[str]:
    """Follow names from a resource, breadth first."""
    seen = {_identity(start)}
    waiting = [start]
    for name in waiting:
        if name is not start and name[1] == "resource":
            yield _identity(name)[1]
        try:
            for following in _next(name):
                if _identity(following) not in seen and len(waiting) < MOST:
                    seen.add(_identity(following))
                    waiting.append(following)
        except (EvaluationError, LimitReached):
            continue  # what cannot be read is reported where it is evaluated, and orders nothing


def _identity(name: _Name) -> tuple[str, str]:
    from imdsguard.terraform.documents.addresses import unkeyed

    instance, kind, label = name
    return kind, unkeyed(f"{instance.address}.{label}" if instance.address else label)


def _next(name: _Name) -> Iterator[_Name]:
    """What a name waits for directly."""
    instance, kind, label = name
    module = instance.module
    if kind == "resource":
        declaration = _declared(instance, label)
        if declaration is not None:
            yield from _of_body(instance, declaration.body)
            yield from _of_call(instance)
    elif kind == "local":
        yield from _of_expression(instance, module.locals.get(label))
    elif kind == "output" and label in module.outputs:
        yield from _of_body(instance, module.outputs[label].body)
    elif kind == "var" and instance.call is not None and instance.parent is not None and label not in META_ARGUMENTS:
        yield from _of_expression(instance.parent, instance.call.body.expression(label))
    elif kind == "module":
        child = _child(instance, label)
        if child is not None:
            yield from ((child, "resource", each.address) for each in child.module.resources.values())
            yield from ((child, "output", each) for each in child.module.outputs)
            yield from ((child, "module", each) for each in child.module.calls)


def _of_call(instance: ModuleInstance) -> Iterator[_Name]:
    """What the module blocks around a resource wait for."""
    while instance.call is not None and instance.parent is not None:
        body, instance = instance.call.body, instance.parent
        for argument in ("count", "for_each"):
            yield from _of_expression(instance, body.expression(argument))
        yield from _of_depends_on(instance, body)


def _of_body(instance: ModuleInstance, body: MergedBody) -> Iterator[_Name]:
    for argument in body.names():
        if argument not in ("depends_on", "provider"):
            yield from _of_expression(instance, body.expression(argument))
    yield from _of_depends_on(instance, body)
    for layer in body.layers() if len(body.bodies) > 1 else (body,):
        for type_ in layer.types():
            if type_ not in _NOT_MADE:
                for nested in layer.nested(type_):
                    yield from _of_body(instance, nested.body)
                    content = nested.body.first("content") if nested.dynamic else None
                    if content is not None:
                        yield from _of_body(instance, content)


def _of_expression(instance: ModuleInstance, expression: LazyExpression | None) -> Iterator[_Name]:
    try:
        traversals = expression.compiled().traversals if expression is not None else ()
    except (EvaluationError, LimitReached):
        return
    for traversal in traversals:
        yield from _named(instance, traversal.root, traversal.steps)


def _of_depends_on(instance: ModuleInstance, body: MergedBody) -> Iterator[_Name]:
    expression = body.expression("depends_on")
    for steps in references(expression) if expression is not None else ():
        yield from _named(instance, str(steps[0]), steps[1:])


def _named(instance: ModuleInstance, root: str, steps: Sequence[object]) -> Iterator[_Name]:
    """What a reference is to. Of a module's outputs only the one that is named counts."""
    names = [step for step in steps[:3] if isinstance(step, str)]
    if not names:
        return
    if root in ("local", "var"):
        yield instance, root, names[0]
    elif root == "module":
        child = _child(instance, names[0]) if names[0] in instance.module.calls else None
        output = next((name for name in names[1:] if child is not None and name in child.module.outputs), None)
        if child is not None and output is not None:
            yield child, "output", output
        else:
            yield instance, "module", names[0]
    elif root in ("data", "ephemeral", "resource") and len(names) > 1:
        yield instance, "resource", ".".join(names[:2]) if root == "resource" else ".".join((root, *names[:2]))
    else:
        yield instance, "resource", f"{root}.{names[0]}"


def references(expression: LazyExpression) -> list[tuple[str | int, ...]]:
    """Read a list of references, as in `depends_on` and `ignore_changes` (`all` is one); in JSON they are strings."""
    from imdsguard.hcl.syntax.nodes import Tuple
    from imdsguard.hcl.syntax.static import reference_node, static_traversal

    try:
        node = reference_node(expression.source)
        items = node.items if isinstance(node, Tuple) else (node,)
        return [steps for item in items if (steps := static_traversal(item))]
    except EvaluationError:
        return []


def _declared(instance: ModuleInstance, label: str) -> Declaration | None:
    kind, type_, name = (["resource", *label.split(".")] if label.count(".") == 1 else label.split("."))[:3]
    return instance.module.resources.get((kind, type_, name))


def _child(instance: ModuleInstance, name: str) -> ModuleInstance | None:
    """One instance of a module call, if there is any: their code is the same."""
    children = instance.children(name) if name in instance.module.calls else None
    return next(iter(children.values()), None) if children else None
