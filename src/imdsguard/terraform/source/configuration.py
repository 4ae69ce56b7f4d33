"""One module folder as its author wrote it: what is declared, with all files and overrides merged."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError, StaticError
from imdsguard.model.problem import Problem
from imdsguard.model.record import record
from imdsguard.terraform.source.merged_body import MergedBody

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imdsguard.hcl.syntax.body import Block, SyntaxBody
    from imdsguard.model.place import Place
    from imdsguard.terraform.source.lazy_expression import LazyExpression

LABELS = {
    "variable": 1,
    "output": 1,
    "locals": 0,
    "module": 1,
    "provider": 1,
    "resource": 2,
    "data": 2,
    "ephemeral": 2,
    "terraform": 0,
    "moved": 0,
    "import": 0,
    "removed": 0,
    "check": 1,
    "action": 2,
    "language": 0,
}
"""The blocks of a configuration file and how many labels each has ("Terraform configuration language": blocks)."""

META_ARGUMENTS = {"source", "version", "providers", "count", "for_each", "depends_on", "lifecycle", "locals"}
"""Arguments of a module call that are not for the module's variables: no variable may have such a name ("variable")."""

RESOURCES = ("resource", "data", "ephemeral")
NAMED = ("variable", "output", "module", *RESOURCES)


@record(frozen=True, slots=True)
class Declaration:
    """A block that declares something.

    `labels` are `("aws_instance", "web")` of a resource, `("region",)` of a variable. `overrides` are the blocks of
    override files that were put over it.
    """

    kind: str
    labels: tuple[str, ...]
    body: MergedBody
    place: Place
    overrides: tuple[Place, ...] = ()

    @property
    def name(self) -> str:
        """The last label."""
        return self.labels[-1]

    @property
    def address(self) -> str:
        """How references within the module name it."""
        prefix = {"resource": "", "variable": "var."}.get(self.kind, self.kind + ".")
        return prefix + ".".join(self.labels)


@record(frozen=False, slots=True)
class Module:
    """The merged description of a folder. `resources` has managed, data and ephemeral ones by (kind, type, name)."""

    folder: str
    files: tuple[str, ...] = ()
    variables: dict[str, Declaration] = field(default_factory=dict)
    locals: dict[str, LazyExpression] = field(default_factory=dict)
    outputs: dict[str, Declaration] = field(default_factory=dict)
    resources: dict[tuple[str, str, str], Declaration] = field(default_factory=dict)
    calls: dict[str, Declaration] = field(default_factory=dict)
    providers: dict[tuple[str, str], Declaration] = field(default_factory=dict)
    settings: list[Declaration] = field(default_factory=list)
    checks: list[Declaration] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def table(self, kind: str) -> dict[str, Declaration]:
        """The declarations of a kind that is named by one label."""
        return {"variable": self.variables, "output": self.outputs, "module": self.calls}[kind]

    def resource(self, kind: str, type_: str, name: str, place: Place | None) -> Declaration:
        """Find a resource or data source. Raises `StaticError`, at `place`, if it is not declared."""
        declaration = self.resources.get((kind, type_, name))
        if declaration is None:
            what = {"resource": "resource", "data": "data source"}.get(kind, kind)
            raise StaticError(f'no {what} "{type_}" "{name}" is declared in this module', place)
        return declaration


def describe(
    folder: str, files: tuple[str, ...], primary: Iterable[SyntaxBody], override: Iterable[SyntaxBody]
) -> Module:
    """Merge the configuration files of a folder, overrides last, as Terraform does. `files` are the paths of all."""
    module = Module(folder, files)
    for body in primary:
        for declaration in _declarations(body, module.problems):
            _add(module, declaration)
        _add_locals(module, body)
    for body in override:
        for declaration in _declarations(body, module.problems):
            _override(module, declaration)
        _override_locals(module, body)
    return module


def module_calls(body: SyntaxBody) -> list[Declaration]:
    """Only the `module` blocks of a file: all that finding the roots needs."""
    return [_declaration(block) for block in _top(body, "module", []) if len(block.labels) == 1]


def _declaration(block: Block) -> Declaration:
    return Declaration(block.type, tuple(block.labels), MergedBody((block.body,), block.place), block.place)


def _top(body: SyntaxBody, kind: str, problems: list[Problem]) -> Sequence[Block]:
    try:
        return body.blocks(kind, LABELS[kind])
    except EvaluationError as error:
        problems.append(Problem(error.message, error.place or body.place))
        return ()


def _declarations(body: SyntaxBody, problems: list[Problem]) -> list[Declaration]:
    """Give all blocks of a file but `locals`; those that Terraform does not know are problems: they may be misspelt."""
    found = []
    for kind in body.block_types():
        if kind not in LABELS:
            first = next(iter(_unknown_blocks(body, kind)), None)
            problems.append(
                Problem(
                    f'blocks of type "{kind}" are not expected here',
                    first,
                    "this block was not checked: is it misspelt?",
                )
            )
            continue
        for block in _top(body, kind, problems) if kind != "locals" else ():
            if len(block.labels) == LABELS[kind]:
                found.append(_declaration(block))
            else:
                wants = {0: "no label", 1: "one label (its name)", 2: "two labels (its type and its name)"}[
                    LABELS[kind]
                ]
                problems.append(Problem(f"a {kind} block has {wants}", block.place, "this block was not checked"))
    return found


def _unknown_blocks(body: SyntaxBody, kind: str) -> list[Place]:
    attribute = body.attribute(kind)
    if attribute is not None:
        return [attribute.place]
    return [block.place for block in body.blocks(kind)]


def _add(module: Module, new: Declaration) -> None:
    if new.kind == "variable" and new.name in META_ARGUMENTS:
        message = f'the variable name "{new.name}" is reserved: it has a meaning of its own in module blocks'
        module.problems.append(Problem(message, new.place, "Terraform refuses this"))
    if new.kind in ("variable", "output", "module"):
        table = module.table(new.kind)
        if _is_new(module, table.get(new.name), new):
            table[new.name] = new
    elif new.kind in RESOURCES:
        key = (new.kind, new.labels[0], new.labels[1])
        if _is_new(module, module.resources.get(key), new):
            module.resources[key] = new
    elif new.kind == "provider":
        provider = provider_key(new)
        if _is_new(module, module.providers.get(provider), new):
            module.providers[provider] = new
    elif new.kind == "terraform":
        module.settings.append(new)
    else:
        module.checks.append(new)


def _is_new(module: Module, old: Declaration | None, new: Declaration) -> bool:
    """Whether a declaration is the first of its name; the first one counts, each further one is a problem."""
    if old is None:
        return True
    module.problems.append(
        Problem(f"{new.kind} {'.'.join(new.labels)} is declared twice", new.place, f"the other one is at {old.place}")
    )
    return False


def _local_expressions(body: SyntaxBody) -> list[tuple[str, LazyExpression]]:
    found = []
    for block in _top(body, "locals", []):
        merged = MergedBody((block.body,), block.place)
        found += [(name, expression) for name in merged.names() if (expression := merged.expression(name)) is not None]
    return found


def _add_locals(module: Module, body: SyntaxBody) -> None:
    for name, expression in _local_expressions(body):
        if name in module.locals:
            other = module.locals[name].place
            module.problems.append(
                Problem(f"local {name} is declared twice", expression.place, f"the other one is at {other}")
            )
        else:
            module.locals[name] = expression


def _override_locals(module: Module, body: SyntaxBody) -> None:
    for name, expression in _local_expressions(body):
        if name not in module.locals:
            module.problems.append(
                Problem(f"an override file has local {name}, which no other file declares", expression.place)
            )
        module.locals[name] = expression


def _override(module: Module, new: Declaration) -> None:
    """Merge a declaration of an override file into the one of the same name."""
    if new.kind in ("variable", "output", "module"):
        table = module.table(new.kind)
        old = table.get(new.name)
        if _is_overridable(module, old, new):
            table[new.name] = _put_over(old, new)
    elif new.kind in RESOURCES:
        key = (new.kind, new.labels[0], new.labels[1])
        old = module.resources.get(key)
        if _is_overridable(module, old, new):
            module.resources[key] = _put_over(old, new)
    elif new.kind == "provider":
        provider = provider_key(new)
        old = module.providers.get(provider)
        # A provider without an alias has an implied empty configuration, so an override may configure it.
        if old is not None or not provider[1]:
            module.providers[provider] = _put_over(old, new)
        else:
            _is_overridable(module, old, new)
    elif new.kind == "terraform":
        module.settings.append(new)
    else:
        module.problems.append(Problem(f"an override file cannot have {new.kind} blocks", new.place))


_EITHER = {"count": "for_each", "for_each": "count"}
"""Of these two the override's takes the place of the other one."""


def _put_over(old: Declaration | None, new: Declaration) -> Declaration:
    """Put an override over a declaration ("Override Files"). The place stays that of the original block."""
    if old is None:
        return new
    drop = tuple(_EITHER[name] for name in ("count", "for_each") if new.body.expression(name) is not None)
    if old.kind not in ("resource", "data", "ephemeral", "module"):
        drop = ()
    return Declaration(old.kind, old.labels, old.body.under(new.body, drop), old.place, (*old.overrides, new.place))


def _is_overridable(module: Module, old: Declaration | None, new: Declaration) -> bool:
    if old is None:
        what = f"{new.kind} {'.'.join(new.labels)}"
        module.problems.append(Problem(f"an override file has {what}, which no other file declares", new.place))
    return True  # what it says is still checked, though Terraform refuses it


def provider_key(declaration: Declaration) -> tuple[str, str]:
    """Give (local name, alias) of a provider block; the alias is empty for the default configuration."""
    alias = declaration.body.expression("alias")
    return declaration.name, (alias.literal() or "") if alias is not None else ""
