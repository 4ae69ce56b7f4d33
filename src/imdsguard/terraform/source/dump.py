"""A whole configuration computed as `terraform plan` would: outputs and resources, or the errors that stop it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.hcl.values.jsonform import expect_form
from imdsguard.hcl.values.marks import deep_marks
from imdsguard.hcl.values.value import EPHEMERAL, SENSITIVE, Value, object_of
from imdsguard.terraform.source.objects import META, instance_object
from imdsguard.terraform.source.variables import flag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imdsguard.model.place import Place
    from imdsguard.model.reason import Reason
    from imdsguard.terraform.source.configuration import Declaration
    from imdsguard.terraform.source.expansion import Key
    from imdsguard.terraform.source.instance import ModuleInstance
    from imdsguard.terraform.source.scopes import EvaluationScope
    from imdsguard.terraform.source.tree import ModuleTree


class UncountedError(EvaluationError):
    """Which instances there are is not known, for `cause`: a plan would stop here."""

    def __init__(self, cause: Reason | None, place: Place) -> None:
        super().__init__("which instances there are is not known", place)
        self.cause = cause


def dump(tree: ModuleTree, say: Callable[[Reason], str]) -> dict[str, Any]:
    """Compute everything in a root and its modules: `outputs` and `resources`, or `error` (the first) and `errors`.

    `say` puts reasons into words.
    """
    top = tree.top
    resources: dict[str, Any] = {}
    for instance in _instances(top):
        check_module(instance)
        for declaration in instance.module.resources.values():
            if declaration.kind == "resource":
                resources.update(_resource(instance, declaration))
    outputs = {name: _output(top, name) for name in sorted(top.module.outputs)}
    errors = [str(problem) for problem in tree.cache.problems]
    errors += [_told(error, say) for error in tree.evaluation.errors]
    if errors:
        return {"error": errors[0], "errors": list(dict.fromkeys(errors))}
    return {"outputs": outputs, "resources": {address: resources[address] for address in sorted(resources)}}


def _told(error: EvaluationError, say: Callable[[Reason], str]) -> str:
    cause = error.cause if isinstance(error, UncountedError) else None
    message = f"{error.message}: {say(cause)}" if cause is not None else error.message
    return f"{error.place}: {message}" if error.place else message


def _instances(instance: ModuleInstance) -> Iterator[ModuleInstance]:
    yield instance
    for name, call in instance.module.calls.items():
        try:
            expansion = instance.call_expansion(name)
            if expansion.unknown is not None:
                _note(instance, UncountedError(_cause(expansion.unknown), call.place))
            for child in (instance.children(name) or {}).values():
                yield from _instances(child)
        except (EvaluationError, LimitReached) as error:
            _note(instance, error)


def _cause(value: Value) -> Reason | None:
    return value.pending.reason if value.pending is not None else None


def _note(instance: ModuleInstance, error: EvaluationError | LimitReached) -> None:
    found = error if isinstance(error, EvaluationError) else EvaluationError(error.message)
    instance.tree.evaluation.errors.append(found)


def check_module(instance: ModuleInstance) -> None:
    """Compute what nothing may refer to, and check what Terraform checks: arguments, validations, references."""
    module = instance.module
    check_references(instance)
    if instance.call is not None:
        from imdsguard.terraform.source.configuration import META_ARGUMENTS

        for name in instance.call.body.names():
            if name not in module.variables and name not in META_ARGUMENTS:
                _note(instance, EvaluationError(f'the module has no variable "{name}"', instance.call.place))
    for name, declaration in module.variables.items():
        value = instance.variable(name)
        if value.is_known:
            _check(instance, declaration, "validation")
    for name in module.locals:
        instance.local(name)
    for name, declaration in module.outputs.items():
        instance.output(name)
        _check(instance, declaration, "precondition")


def check_references(instance: ModuleInstance) -> None:
    """Note every reference to what is not declared, in branches that are never chosen, too."""
    module = instance.module
    expressions = list(module.locals.values())
    expressions += [
        expression for d in module.outputs.values() if (expression := d.body.expression("value")) is not None
    ]
    for expression in expressions:
        try:
            expression.compiled().check(instance)
        except EvaluationError as error:
            _note(instance, error)
        except LimitReached:
            pass  # noted when it is evaluated


def _check(instance: ModuleInstance, declaration: Declaration, kind: str) -> None:
    """Note a condition that is false. One that is not known, or rests on a value without one, says nothing yet."""
    for nested in declaration.body.nested(kind):
        expression = nested.body.expression("condition")
        if expression is None:
            continue
        value = instance.safe(expression)
        if value.raw is False or value.raw == "false":
            label = ".".join((declaration.kind, *declaration.labels))
            _note(instance, EvaluationError(f"a {kind} of {label} is not fulfilled", expression.place))


def _output(top: ModuleInstance, name: str) -> dict[str, Any]:
    declaration = top.module.outputs[name]
    value = top.output(name)
    marks = deep_marks(value)
    declared = flag(declaration.body.expression("sensitive"), top.constants, default=False)
    if SENSITIVE in marks and not declared:
        _note(
            top,
            EvaluationError(
                f'output "{name}" holds a sensitive value and must say sensitive = true', declaration.place
            ),
        )
    if EPHEMERAL in marks:
        _note(top, EvaluationError(f'output "{name}" of a root module must not be ephemeral', declaration.place))
    form = _form(top, value, declaration)
    if "unknown" in form:
        form.pop("type", None)
    elif value.is_null:
        form["type"] = "dynamic"  # a plan keeps no type of a null
    form.pop("sensitive", None)
    return {**form, "sensitive": True} if declared else form


def _form(instance: ModuleInstance, value: Value, declaration: Declaration) -> dict[str, Any]:
    try:
        return expect_form(value)
    except EvaluationError as error:  # an infinity, which no plan can hold
        _note(instance, EvaluationError(error.message, error.place or declaration.place))
        return {}


def _resource(instance: ModuleInstance, declaration: Declaration) -> dict[str, Any]:
    found: dict[str, Any] = {}
    try:
        expansion = instance.expansion(declaration)
    except (EvaluationError, LimitReached) as error:
        _note(instance, error)
        return {}
    if expansion.unknown is not None and expansion.error is None:
        _note(instance, UncountedError(_cause(expansion.unknown), declaration.place))
    if expansion.unknown is not None:
        return {}
    for key, scope in expansion.scopes.items():
        value = _planned(instance, declaration, key, scope)
        if EPHEMERAL in deep_marks(value):
            _note(instance, EvaluationError("an argument of a resource must not be ephemeral", declaration.place))
        form = _form(instance, value, declaration)
        entry: dict[str, Any] = {"mode": "managed", "type": declaration.labels[0], "name": declaration.name}
        if key is not None:
            entry["index"] = key
        if instance.address:
            entry["module_address"] = instance.address
        entry["values"] = form.get("value", {})
        for name in ("unknown", "sensitive"):
            if name in form:
                entry[name] = form[name]
        found[instance.absolute(declaration, key)] = entry
    return found


def _planned(instance: ModuleInstance, declaration: Declaration, key: Key, scope: EvaluationScope) -> Value:
    """Give the planned values: of `terraform_data` all; of other types, whose schema is not known here, what is set."""
    if declaration.labels[0] == "terraform_data":
        return instance_object(declaration, instance.absolute(declaration, key), scope, instance.once)
    body = declaration.body
    expressions = {
        name: expression
        for name in body.names()
        if name not in META and (expression := body.expression(name)) is not None
    }
    return object_of({name: instance.safe(expression, scope) for name, expression in expressions.items()})
