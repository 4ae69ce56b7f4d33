"""What a reference to a resource instance gives: what the code sets, and exact unknowns for everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError
from imdsguard.hcl.values.types import DYNAMIC, STRING
from imdsguard.hcl.values.value import (
    NO_REFINEMENT,
    NOT_NULL,
    NULL,
    OpenObject,
    Pending,
    Value,
    object_of,
    tuple_of,
    unknown,
)
from imdsguard.model.reason import AFTER_APPLY, Reason, ReasonKind
from imdsguard.model.value import Reference, Step
from imdsguard.terraform.source.blocks import nested_blocks

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.terraform.source.configuration import Declaration
    from imdsguard.terraform.source.merged_body import MergedBody
    from imdsguard.terraform.source.scopes import EvaluationScope

    Once = Callable[[str, Callable[[], Value]], Value]

META = frozenset({"count", "for_each", "provider", "depends_on", "lifecycle", "connection", "provisioner", "dynamic"})
"""What every resource has: no argument of the provider's ("Resources: meta-arguments")."""

TERRAFORM_DATA = frozenset({"id", "input", "output", "triggers_replace"})
"""The attributes of `terraform_data`, whose provider is Terraform itself."""

_NEVER_NULL = {"id": STRING, "arn": STRING}


def instance_object(declaration: Declaration, address: str, scope: EvaluationScope, once: Once) -> Value:
    """Give the object that one instance of a resource is in expressions. `once` remembers what a label stands for."""
    if declaration.labels[0] == "terraform_data" and declaration.kind == "resource":
        return once(address, lambda: _terraform_data(declaration, address, scope))
    reason = AFTER_APPLY if declaration.kind == "resource" else Reason(ReasonKind.DATA_SOURCE, address)
    known: dict[str, Value] = {}

    def attribute(name: str) -> Value:
        if name not in known:
            found = once(f"{address}.{name}", lambda: _configured(declaration.body, scope, name, address))
            known[name] = found
        return known[name]

    def _configured(body: MergedBody, scope: EvaluationScope, name: str, address: str) -> Value:
        after = unknown(
            _NEVER_NULL.get(name, DYNAMIC),
            Reason(ReasonKind.AFTER_APPLY, f"{address}.{name}") if declaration.kind == "resource" else reason,
            (Reference(address, (name,)),),
            exact=True,
            refinement=NOT_NULL if name in _NEVER_NULL and declaration.kind == "resource" else NO_REFINEMENT,
        )
        expression = body.expression(name) if name not in META else None
        if expression is not None:
            value = scope.evaluate(expression)
            # A null argument counts as not set: what the provider then computes is not known.
            return after if value.is_null else value.via(Step(f"{address}.{name}", expression.place))
        found = nested_blocks(body, scope, name) if name not in META else None
        if found is None or (not found.items and found.unknown is None):
            return after
        if found.unknown is not None:
            assert found.unknown.pending is not None
            return unknown(reason=found.unknown.pending.reason, references=found.unknown.pending.references)
        return tuple_of(_block(e.body, e.scope, address, (name, i), reason) for i, e in enumerate(found.items))

    return OpenObject(attribute, Pending(reason, (Reference(address),), exact=True))


def _block(
    body: MergedBody, scope: EvaluationScope, address: str, path: tuple[str | int, ...], reason: Reason
) -> Value:
    """Give a nested block as an object: `aws_instance.web.metadata_options[0]`."""

    def attribute(name: str) -> Value:
        here = (*path, name)
        expression = body.expression(name)
        if expression is not None:
            value = scope.evaluate(expression)
            if not value.is_null:
                return value.via(Step(str(Reference(address, here)), expression.place))
        found = nested_blocks(body, scope, name)
        if found.unknown is not None and found.unknown.pending is not None:
            return unknown(reason=found.unknown.pending.reason, references=found.unknown.pending.references)
        if found.items:
            return tuple_of(_block(e.body, e.scope, address, (*here, i), reason) for i, e in enumerate(found.items))
        return unknown(reason=reason, references=(Reference(address, here),), exact=True)

    return OpenObject(attribute, Pending(reason, (Reference(address, path),), exact=True))


def _terraform_data(declaration: Declaration, address: str, scope: EvaluationScope) -> Value:
    """Give a `terraform_data`, whose provider is Terraform itself: `output` will be what `input` is."""
    body = declaration.body
    for name in body.names():
        if name not in META and name not in TERRAFORM_DATA - {"id", "output"}:
            raise EvaluationError(f'terraform_data has no argument "{name}"', declaration.place)
    values = {}
    for name in ("input", "triggers_replace"):
        expression = body.expression(name)
        value = scope.evaluate(expression) if expression is not None else NULL
        values[name] = value.via(Step(f"{address}.{name}", expression.place)) if expression is not None else value

    def after(name: str, type_: object = STRING) -> Value:
        from imdsguard.hcl.values.types import Type

        assert isinstance(type_, Type)
        refinement = NOT_NULL if name == "id" else NO_REFINEMENT
        reason = Reason(ReasonKind.AFTER_APPLY, f"{address}.{name}")
        return unknown(type_, reason, (Reference(address, (name,)),), exact=True, refinement=refinement)

    given = values["input"]
    output = NULL if given.is_null else after("output", given.type).with_marks(given.marks)
    return object_of({**values, "id": after("id"), "output": output})
