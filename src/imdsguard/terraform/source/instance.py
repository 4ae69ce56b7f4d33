"""A module instance: the scope in which a module's expressions are evaluated, each name computed when asked for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from imdsguard.hcl.errors import EvaluationError, LimitReached, StaticError
from imdsguard.hcl.values.symbol import sign
from imdsguard.hcl.values.types import DYNAMIC, STRING
from imdsguard.hcl.values.value import (
    EPHEMERAL,
    FALSE,
    NOT_NULL,
    NULL,
    SENSITIVE,
    Value,
    object_of,
    string,
    tuple_of,
    unknown,
    with_choices,
)
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.value import Reference, Step
from imdsguard.terraform.source.configuration import META_ARGUMENTS
from imdsguard.terraform.source.evaluation import NoNames
from imdsguard.terraform.source.expansion import Expansion, expand
from imdsguard.terraform.source.scopes import follow, reason_of
from imdsguard.terraform.source.variables import constant, flag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from imdsguard.hcl.bounds import Bounds
    from imdsguard.hcl.values.constraint import Constraint
    from imdsguard.model.place import Place
    from imdsguard.terraform.source.configuration import Declaration, Module
    from imdsguard.terraform.source.evaluation import Evaluation
    from imdsguard.terraform.source.expansion import Key
    from imdsguard.terraform.source.files import RepositoryFiles
    from imdsguard.terraform.source.lazy_expression import LazyExpression
    from imdsguard.terraform.source.scopes import EvaluationScope
    from imdsguard.terraform.source.variables import Given


DEEP = 40
"""How deep references go before locals are computed one after the other instead of through each other."""


WORKSPACE = unknown(STRING, Reason(ReasonKind.NO_WORKSPACE), refinement=NOT_NULL, symbol=sign("terraform.workspace"))
"""`terraform.workspace`, where nothing says which one it is."""


class InstanceTree(Protocol):
    """What an instance asks of the tree that it stands in."""

    evaluation: Evaluation

    @property
    def generated(self) -> bool:
        """Whether the root module may have files that are not here: they may declare variables."""
        ...

    def instantiate(self, parent: ModuleInstance, call: Declaration) -> dict[Key, ModuleInstance] | None:
        """Make the instances of a module call, by key; None if the module's code is not there."""


class ModuleInstance:
    """One instance of a module within a root. Implements the language's `Scope`.

    `address` is `module.a["x"].module.b`, empty for the root. `call` and `outer` are the call that made it, and the
    scope of that call. `uncertain` is the unknown that decides how many there are of it; `certain`: one exists in any
    case. `doubt` says why its code may not be what is deployed.
    """

    def __init__(
        self, tree: InstanceTree, module: Module, address: str = "", parent: ModuleInstance | None = None,
        call: Declaration | None = None, outer: EvaluationScope | None = None, given: Mapping[str, Given] | None = None,
        uncertain: Value | None = None, certain: bool = True, doubt: str = "", summary: bool = False,
    ) -> None:  # fmt: skip
        self.tree = tree
        self.module = module
        self.address = address
        self.parent = parent
        self.call = call
        self.outer = outer
        self.uncertain = uncertain
        self.doubt = doubt
        self.summary = summary
        self.certain = certain
        self.given = given or {}
        self._evaluation: Evaluation = tree.evaluation
        self.constants = NoNames(self.bounds, self.files)
        self._preparing = False
        self._values: dict[tuple[str, str], Value] = {}
        self._expressions: dict[LazyExpression, Value] = {}
        self._expansions: dict[tuple[str, ...], Expansion] = {}
        self._resources: dict[tuple[str, str, str], Value] = {}
        self._children: dict[str, dict[Key, ModuleInstance] | None] = {}

    @property
    def bounds(self) -> Bounds:
        """The bounds of the root."""
        return self.tree.evaluation.bounds

    @property
    def files(self) -> RepositoryFiles:
        """The files of the root."""
        return self.tree.evaluation.files

    @property
    def identity(self) -> object:
        """The instance itself."""
        return self

    def evaluate(self, expression: LazyExpression) -> Value:
        """Evaluate in this module, once. Raises `EvaluationError` and `LimitReached`."""
        if expression not in self._expressions:
            self._expressions[expression] = expression.compiled().evaluate(self)
        return self._expressions[expression]

    def resolve(self, root: str, steps: Sequence[str | Value], place: Place) -> tuple[Value, int]:
        """Resolve a reference of this module. Raises `StaticError` for what is not declared."""
        if root in ("each", "count", "self"):
            where = {"each": "for_each", "count": "count"}.get(root)
            only = f"with {where} set" if where else "in provisioners, connections and conditions"
            raise StaticError(f'"{root}" can be used only in a resource, data source or module {only}', place)
        if not steps or not isinstance(steps[0], str):
            raise StaticError(f'"{root}" must be followed by a name', place)
        name = steps[0]
        if root == "var":
            return follow(self.variable(name, place), steps, 1, f"var.{name}", self._written(name), place)
        if root == "local":
            expression = self.module.locals.get(name)
            return follow(
                self.local(name, place), steps, 1, f"local.{name}", expression.place if expression else None, place
            )
        if root == "module":
            return self._module_value(name, steps, place)
        if root in ("path", "terraform", "tofu"):
            return self._surrounding(root, name, place), 1
        if root in ("data", "ephemeral", "resource"):
            if len(steps) < 2 or not isinstance(steps[1], str):
                raise StaticError(f'"{root}.{name}" must be followed by a name', place)
            return self.resource(root, name, steps[1], place), 2
        return self.resource("resource", root, name, place), 1

    def declared(self, root: str, steps: Sequence[str | Value], place: Place) -> None:
        """Raise `StaticError` if a reference is to something not declared in this module; nothing is evaluated."""
        from imdsguard.terraform.source.declared import check_declared

        if root == "var" and self._may_declare:
            return
        if not check_declared(self.module, root, steps, place):
            self.resolve(root, steps, place)

    def _surrounding(self, root: str, name: str, place: Place) -> Value:
        """Give `path.module`, `terraform.workspace` and their like. Raises `StaticError`."""
        top = self.files.absolute(".")
        if root == "path":
            if name == "root":
                return string(".")
            if name == "cwd":
                return string(top.replace(os.sep, "/"))
            if name == "module":
                return string(os.path.relpath(self.module.folder, top).replace(os.sep, "/"))
        elif name == "workspace":
            given = self._evaluation.workspace
            return string(given) if given is not None else WORKSPACE
        elif name == "applying":
            return FALSE.with_marks(frozenset({EPHEMERAL}))
        raise StaticError(f'"{root}" has no attribute "{name}"', place)

    @property
    def providers(self) -> frozenset[str]:
        """The local names of the providers that the module requires: only their functions can be called."""
        required = (nested for block in self.module.settings for nested in block.body.nested("required_providers"))
        return frozenset(name for nested in required for name in nested.body.names())

    # --- variables, locals, outputs ---

    def variable(self, name: str, place: Place | None = None) -> Value:
        """Give the value of a variable. Raises `StaticError` if it is not declared."""
        declared = name in self.module.variables
        if not declared and not self._may_declare:
            raise StaticError(f'no variable "{name}" is declared in this module', place)
        key = ("var", name)
        if key not in self._values:
            compute = self._variable if declared else self._declared_elsewhere
            self._values[key] = self._evaluation.once(self, f"var.{name}", lambda: compute(name))
        return self._values[key]

    @property
    def _may_declare(self) -> bool:
        """Whether a file that is not here may declare variables of this module: one that Terragrunt writes."""
        return self.parent is None and self.tree.generated

    def _declared_elsewhere(self, name: str) -> Value:
        if name in self.given:
            return self.given[name].evaluate(None, self.constants)
        return unknown(reason=Reason(ReasonKind.NO_VALUE, f"var.{name}"))

    def _argument(self, name: str) -> LazyExpression | None:
        """The argument of the module's call that gives the variable its value."""
        return self.call.body.expression(name) if self.call is not None and name not in META_ARGUMENTS else None

    def _written(self, name: str) -> Place | None:
        """Where the value of a variable is written."""
        argument = self._argument(name)
        if argument is not None:
            return argument.place
        if name in self.given:
            return self.given[name].place
        declaration = self.module.variables.get(name)
        default = declaration.body.expression("default") if declaration is not None else None
        return default.place if default is not None else declaration.place if declaration is not None else None

    def constraint(self, name: str) -> Constraint | None:
        """Give the declared type of a variable, None if it has none. Raises `EvaluationError`."""
        expression = self.module.variables[name].body.expression("type")
        if expression is None:
            return None
        from imdsguard.hcl.syntax.static import reference_node
        from imdsguard.hcl.values.constraint import parse_constraint

        return parse_constraint(reference_node(expression.source, quoted=False))

    def _variable(self, name: str) -> Value:
        body = self.module.variables[name].body
        constraint = self.constraint(name)
        default = body.expression("default")
        nullable = flag(body.expression("nullable"), self.constants, default=True)
        argument = self._argument(name)
        value: Value | None = None
        if argument is not None and self.outer is not None:
            value = self.outer.evaluate(argument)
        elif name in self.given:
            value = self.given[name].evaluate(constraint.type if constraint else None, self.constants)
        if value is not None and value.is_null and not nullable and default is not None:
            value = None
        if value is None and default is not None:
            value = constant(default, self.constants)
        if value is None:
            value = self._without_value(name, constraint, nullable=nullable)
        elif constraint is not None:
            value = _converted(constraint, value, self._written(name))
        if value.is_null and not nullable:
            raise EvaluationError(f"var.{name} must not be null", self._written(name))
        marks = {SENSITIVE} if flag(body.expression("sensitive"), self.constants, default=False) else set()
        if flag(body.expression("ephemeral"), self.constants, default=False):
            marks.add(EPHEMERAL)
        return value.with_marks(frozenset(marks)) if marks else value

    def refused(self) -> Iterator[tuple[str, EvaluationError]]:
        """Give the variables whose given values do not fit their types, each with the error and its place."""
        for name, given in self.given.items():
            if name not in self.module.variables:
                continue
            try:
                constraint = self.constraint(name)
            except EvaluationError:  # told where the variable is declared
                continue
            try:
                value = given.evaluate(constraint.type if constraint is not None else None, self.constants)
                if constraint is not None:
                    _converted(constraint, value, given.place)
            except EvaluationError as error:
                yield name, type(error)(error.message, error.place or given.place)
            except LimitReached:  # what asks for the value says so
                continue

    def undeclared(self) -> Iterator[tuple[str, Place]]:
        """Give the names in variables files for which there is no variable, each with its place: Terraform warns."""
        for name, given in self.given.items():
            if name not in self.module.variables and given.expression is not None:
                yield name, given.place

    def _without_value(self, name: str, constraint: Constraint | None, *, nullable: bool) -> Value:
        declared = self.module.variables[name]
        if self.call is not None:
            error = EvaluationError(f'module "{self.call.name}" needs the argument "{name}"', self.call.place)
        else:
            error = EvaluationError(f"no value is given for var.{name}", declared.place)
        self._evaluation.errors.append(error)
        type_ = constraint.type if constraint is not None else DYNAMIC
        reason = Reason(ReasonKind.NO_VALUE, f"var.{name}")
        return unknown(type_, reason, refinement=NOT_NULL) if not nullable else unknown(type_, reason)

    def local(self, name: str, place: Place | None = None) -> Value:
        """Give the value of a local. Raises `StaticError` if it is not declared."""
        expression = self.module.locals.get(name)
        if expression is None:
            raise StaticError(f'no local value "{name}" is declared in this module', place)
        key = ("local", name)
        if key not in self._values:
            if self.bounds.meter.depth >= DEEP and not self._preparing:
                self._prepare(name)
            self._values[key] = self._evaluation.once(self, f"local.{name}", lambda: self.evaluate(expression))
        return self._values[key]

    def _prepare(self, name: str) -> None:
        """Compute what a local refers to, deepest first, so that a long chain of locals needs no deep recursion."""
        self._preparing = True
        try:
            seen, todo = {name}, [name]
            while todo:
                expression = self.module.locals[todo[-1]]
                try:
                    named = [t.steps[0] for t in expression.compiled().traversals if t.root == "local" and t.steps]
                except (EvaluationError, LimitReached):
                    named = []
                named = [n for n in named if isinstance(n, str) and n in self.module.locals and n not in seen]
                new = [n for n in named if isinstance(n, str) and ("local", n) not in self._values]
                seen.update(new)
                todo += new
                if not new:
                    done = todo.pop()
                    if done != name:
                        self.local(done)
        finally:
            self._preparing = False

    def output(self, name: str, place: Place | None = None) -> Value:
        """Give the value of an output. Raises `EvaluationError` if it is not declared."""
        if name not in self.module.outputs:
            if self.summary:
                return self._not_told()
            raise EvaluationError(f'module {self.address or "root"} has no output "{name}"', place)
        key = ("output", name)
        if key not in self._values:
            self._values[key] = self._evaluation.once(self, f"{self.address}.{name}", lambda: self._output(name))
        return self._values[key]

    def _output(self, name: str) -> Value:
        body = self.module.outputs[name].body
        expression = body.expression("value")
        if expression is None:
            raise EvaluationError(f'output "{name}" has no value', self.module.outputs[name].place)
        value = self.evaluate(expression)
        if flag(body.expression("sensitive"), self.constants, default=False):
            value = value.with_marks(frozenset({SENSITIVE}))
        return value.via(Step(f"{self.address}.{name}" if self.address else f"output.{name}", expression.place))

    # --- child modules ---

    def children(self, name: str) -> dict[Key, ModuleInstance] | None:
        """Give the instances of a called module by key; None if its code is not there (a problem is reported)."""
        if name not in self._children:
            self._children[name] = self.tree.instantiate(self, self.module.calls[name])
        return self._children[name]

    def call_expansion(self, name: str) -> Expansion:
        """Give the instances that a module call makes."""
        return self._expansion(("module", name), self.module.calls[name])

    def _module_value(self, name: str, steps: Sequence[str | Value], place: Place) -> tuple[Value, int]:
        if name not in self.module.calls:
            raise StaticError(f'no module call "{name}" is declared in this module', place)
        expansion = self.call_expansion(name)
        prefix = f"{self.address}." if self.address else ""
        children = self.children(name)
        if children is None:
            return unknown(reason=Reason(ReasonKind.MODULE_MISSING, f"{prefix}module.{name}")), 1
        if expansion.unknown is not None:
            assert expansion.unknown.pending is not None
            return unknown(reason=expansion.unknown.pending.reason, references=expansion.unknown.pending.references), 1
        if expansion.kind == "single":
            return self._output_or_all(children[None], steps, 1, place) if children else (NULL, 1)
        key = steps[1] if len(steps) > 1 else None
        if isinstance(key, Value) and isinstance(key.raw, (str, int)) and key.raw in children:
            return self._output_or_all(children[key.raw], steps, 2, place)
        if expansion.kind == "count":
            return tuple_of(child.as_object() for child in children.values()), 1
        return object_of({str(key): child.as_object() for key, child in children.items()}), 1

    def _output_or_all(
        self, child: ModuleInstance, steps: Sequence[str | Value], taken: int, place: Place
    ) -> tuple[Value, int]:
        name = steps[taken] if len(steps) > taken else None
        if not isinstance(name, str):
            return child.as_object(), taken
        value = child.output(name, place)
        if name not in child.module.outputs:
            return value, taken + 1
        declaration = child.module.outputs[name]
        expression = declaration.body.expression("value")
        written = expression.place if expression is not None else declaration.place
        if len(steps) == taken + 1:
            return value, taken + 1
        return follow(value, steps, taken + 1, f"{child.address}.{name}", written, place)

    def _not_told(self) -> Value:
        """Give what is known of an output that a summary does not have."""
        return unknown(reason=Reason(ReasonKind.MODULE_MISSING, self.address))

    def as_object(self) -> Value:
        """Give all outputs as one object: what `module.x` is."""
        if self.summary:
            return self._not_told()
        return object_of({name: self.output(name) for name in self.module.outputs})

    # --- resources ---

    def _expansion(self, key: tuple[str, ...], declaration: Declaration) -> Expansion:
        if key not in self._expansions:
            label = self.absolute(declaration)
            token = (id(self), "the instances of " + label)
            if token in self._evaluation.active:
                raise EvaluationError(f"{label} refers to itself in its count or for_each", declaration.place)
            self._evaluation.active[token] = label
            try:
                found = expand(declaration.body, self)
            finally:
                del self._evaluation.active[token]
            if found.error is not None:
                self._evaluation.errors.append(found.error)
            self._expansions[key] = found
        return self._expansions[key]

    def expansion(self, declaration: Declaration) -> Expansion:
        """Give the instances of a resource."""
        return self._expansion((declaration.kind, *declaration.labels), declaration)

    def absolute(self, declaration: Declaration, key: Key = None) -> str:
        """Give the address of a declaration, or of one instance of it, within the root."""
        return (f"{self.address}." if self.address else "") + declaration.address + index_of(key)

    def resource(self, kind: str, type_: str, name: str, place: Place | None = None) -> Value:
        """Give what a reference to a resource stands for: an object, a tuple or map of objects, or an unknown."""
        declaration = self.module.resource(kind, type_, name, place)
        key = (kind, type_, name)
        if key not in self._resources:
            self._resources[key] = self._resource(declaration)
        return self._resources[key]

    def _resource(self, declaration: Declaration) -> Value:
        from imdsguard.terraform.source.objects import instance_object

        expansion = self.expansion(declaration)
        if expansion.unknown is not None:
            pending = expansion.unknown.pending
            assert pending is not None
            whole = (Reference(self.absolute(declaration)),)
            return with_choices(unknown(reason=pending.reason, references=whole), whole)
        if expansion.kind == "single" and not expansion.scopes:
            return NULL  # switched off: what refers to it must expect that
        if expansion.kind == "single":
            return instance_object(declaration, self.absolute(declaration), self, self.once)
        objects = {
            key: instance_object(declaration, self.absolute(declaration, key), scope, self.once)
            for key, scope in expansion.scopes.items()
        }
        if expansion.kind == "count":
            return tuple_of(objects.values())
        return object_of({str(key): value for key, value in objects.items()})

    def once(self, label: str, compute: Callable[[], Value]) -> Value:
        """Compute what a label of this instance stands for, as `Evaluation.once` does."""
        return self._evaluation.once(self, label, compute)

    def safe(self, expression: LazyExpression, scope: EvaluationScope | None = None) -> Value:
        """Evaluate; an error is noted and becomes an unknown value, as does a limit that is reached."""
        try:
            return (scope or self).evaluate(expression)
        except EvaluationError as error:
            self._evaluation.errors.append(error)
            return unknown(reason=reason_of(error, expression.place))
        except LimitReached as reached:
            return unknown(reason=reached.reason)


def _converted(constraint: Constraint, value: Value, place: Place | None) -> Value:
    """Convert a value to the type of its variable. Raises `EvaluationError`, at `place` if the value has no other."""
    try:
        converted = constraint.apply(value)
    except EvaluationError as error:
        raise type(error)(error.message, error.place or place) from None
    return converted if converted.origin is not None else converted.at(value.origin)


def index_of(key: Key) -> str:
    """Spell the key of an instance as addresses do: `["a"]`, `[0]`, nothing where there is none."""
    return "" if key is None else f"[{key}]" if isinstance(key, int) else f'["{_escaped(key)}"]'


def _escaped(key: str) -> str:
    return key.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("${", "$${").replace("%{", "%%{")
