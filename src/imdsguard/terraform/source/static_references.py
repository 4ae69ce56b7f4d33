"""What Terraform finds wrong in all that a resource refers to, before it evaluates anything.

A reference to what is not declared and a circle stop `terraform plan` even where the value would never be chosen. So
the references of a wanted resource are followed, through locals, variables and outputs, and each fault is reported
once. What no wanted resource leads to is not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from imdsguard.hcl.errors import EvaluationError, LimitReached, StaticError
from imdsguard.model.problem import Problem
from imdsguard.terraform.source.blocks import iterator_name
from imdsguard.terraform.source.configuration import META_ARGUMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.terraform.source.instance import ModuleInstance
    from imdsguard.terraform.source.lazy_expression import LazyExpression
    from imdsguard.terraform.source.merged_body import MergedBody
    from imdsguard.terraform.source.source_cache import SourceCache

_WITH_SELF = frozenset({"lifecycle", "provisioner", "connection"})
_ELSEWHERE = frozenset({"provider", "providers", "depends_on", "iterator", "dynamic"}) | _WITH_SELF
"""Arguments that are no expressions, and blocks (which in JSON look like arguments) that are read in other ways."""
_NONE: frozenset[str] = frozenset()

_Name: TypeAlias = tuple["ModuleInstance", str, str]
"""A local, variable or output of a module instance."""
_Written: TypeAlias = tuple["ModuleInstance", "LazyExpression", frozenset[str]]
"""An expression, the module instance that it belongs to, and the names that are bound around it."""


class StaticReferenceCheck:
    """Follows references and reports the faults. Keeps what it has seen: everything is looked at once."""

    def __init__(self, cache: SourceCache) -> None:
        self._cache = cache
        self._expressions: set[LazyExpression] = set()
        self._done: set[_Name] = set()

    def check(self, instance: ModuleInstance, body: MergedBody, bound: frozenset[str] = _NONE) -> None:
        """Check the expressions of a block and its nested blocks; `bound` are names that are known there alone."""
        bound |= {name for name, by in (("each", "for_each"), ("count", "count")) if body.expression(by) is not None}
        for name in body.names():
            expression = body.expression(name)
            if expression is not None and name not in _ELSEWHERE:
                self._follow((instance, expression, bound))
        for layer in body.layers() if len(body.bodies) > 1 else (body,):
            for type_ in layer.types():
                if type_ in _WITH_SELF:
                    continue
                for nested in layer.nested(type_):
                    content = nested.body.first("content") if nested.dynamic else None
                    if content is None:
                        self.check(instance, nested.body, bound)
                        continue
                    expression = nested.body.expression("for_each")
                    if expression is not None:
                        self._follow((instance, expression, bound))
                    try:
                        iterator = iterator_name(nested.body.expression("iterator")) or type_
                    except EvaluationError as error:
                        self._cache.report(Problem(error.message, error.place, "Terraform refuses this"))
                        continue
                    self.check(instance, content, bound | {iterator})

    def check_call(self, instance: ModuleInstance, name: str) -> None:
        """Check the arguments of a module call against the variables of the module: none too many, none missing."""
        call = instance.module.calls[name]
        child = _child(instance, name)
        if child is None or child.summary:
            return
        for argument in call.body.names():
            expression = call.body.expression(argument)
            if argument not in child.module.variables and argument not in META_ARGUMENTS and expression is not None:
                message = f'an argument named "{argument}" is not expected here: the module has no such variable'
                self._cache.report(Problem(message, expression.place, "Terraform refuses this"))
        for variable, declaration in child.module.variables.items():
            if declaration.body.expression("default") is None and call.body.expression(variable) is None:
                message = f'the argument "{variable}" is missing: the module has this variable, and no default for it'
                self._cache.report(Problem(message, call.place, "Terraform refuses this"))

    def _follow(self, start: _Written) -> None:
        """Go through everything that an expression refers to, depth first and without recursion."""
        chain: list[_Name] = []
        open_: list[Iterator[_Name]] = [iter(self._names(start))]
        on_chain: set[_Name] = set()
        while open_:
            name = next(open_[-1], None)
            if name is None:
                open_.pop()
                if chain:
                    on_chain.discard(chain[-1])
                    self._done.add(chain.pop())
                continue
            if name in on_chain:
                self._circle([*chain[chain.index(name) :], name])
            elif name not in self._done:
                chain.append(name)
                on_chain.add(name)
                written = _written(name)
                open_.append(iter(self._names(written) if written is not None else ()))

    def _names(self, written: _Written) -> tuple[_Name, ...]:
        """What an expression refers to in turn; reports what is not declared."""
        instance, expression, bound = written
        first = expression not in self._expressions
        self._expressions.add(expression)
        found: dict[_Name, None] = {}
        try:
            for traversal in expression.compiled().traversals:
                if traversal.root in bound:
                    continue
                try:
                    instance.declared(traversal.root, traversal.steps, traversal.place)
                    name = _named(instance, traversal.root, traversal.steps)
                except EvaluationError as error:
                    if first:
                        self._report(error.message, error, expression)
                    continue
                if name is not None:
                    found[name] = None
        except EvaluationError as error:
            if first:
                self._report(error.message, error, expression)
        except LimitReached as limit:
            if first:
                self._cache.report(Problem(limit.message, expression.place))
        return tuple(found)

    def _circle(self, names: list[_Name]) -> None:
        labels = " -> ".join(_label(name) for name in names)
        written = _written(names[0])
        place = written[1].place if written is not None else None
        self._cache.report(Problem(f"these refer to each other in a circle: {labels}", place, "break the circle"))

    def _report(self, message: str, error: EvaluationError, expression: LazyExpression | None) -> None:
        place = error.place or (expression.place if expression is not None else None)
        remedy = "Terraform refuses this" if error.stage == "static" else ""
        self._cache.report(Problem(message, place, remedy) if remedy else Problem(message, place))


def _named(instance: ModuleInstance, root: str, steps: tuple[object, ...]) -> _Name | None:
    """The local, variable or output that a reference is to. Raises `EvaluationError` for an output not there."""
    if root in ("local", "var"):
        return instance, root, str(steps[0])
    if root != "module":
        return None
    call = instance.module.calls[str(steps[0])]
    several = call.body.expression("for_each") is not None or call.body.expression("count") is not None
    rest = list(steps[2:] if several and len(steps) > 1 and not isinstance(steps[1], str) else steps[1:])
    child = _child(instance, call.name) if rest and isinstance(rest[0], str) else None
    if child is None:
        return None
    output = str(rest[0])
    if output not in child.module.outputs:
        if child.summary:
            return None
        raise StaticError(f'module {child.address} has no output "{output}"')
    return child, "output", output


def _child(instance: ModuleInstance, name: str) -> ModuleInstance | None:
    """One instance of a module call, if there is any: their code is the same."""
    children = instance.children(name)
    return next(iter(children.values()), None) if children else None


def _written(name: _Name) -> _Written | None:
    """The expression that gives a name its value."""
    instance, kind, label = name
    if kind == "local":
        expression = instance.module.locals.get(label)
        return (instance, expression, _NONE) if expression is not None else None
    if kind == "output":
        expression = instance.module.outputs[label].body.expression("value")
        return (instance, expression, _NONE) if expression is not None else None
    if instance.call is None or instance.parent is None or label in META_ARGUMENTS:
        return None
    expression = instance.call.body.expression(label)
    return (instance.parent, expression, frozenset({"each", "count"})) if expression is not None else None


def _label(name: _Name) -> str:
    instance, kind, label = name
    prefix = f"{instance.address}." if instance.address else ""
    return f"{prefix}{label}" if kind == "output" else f"{prefix}{kind}.{label}"
