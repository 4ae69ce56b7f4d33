"""All resource instances of a root as the model has them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.model.absent_module import AbsentModule
from imdsguard.model.problem import Problem
from imdsguard.model.resource import Resource
from imdsguard.model.unseen import WayOut
from imdsguard.model.value import Absent, Reference, Unknown
from imdsguard.terraform.source.body import SourceBody
from imdsguard.terraform.source.configuration import META_ARGUMENTS
from imdsguard.terraform.source.doubted_body import DoubtedBody
from imdsguard.terraform.source.not_made import UnmadeBlocks
from imdsguard.terraform.source.order import CreationOrder, references
from imdsguard.terraform.source.prefilter import Prefilter
from imdsguard.terraform.source.provider_versions import ProviderVersions
from imdsguard.terraform.source.providers import Providers
from imdsguard.terraform.source.provisioners import provisioners_of, runs_commands
from imdsguard.terraform.source.replacement import replaced_by
from imdsguard.terraform.source.scopes import safely
from imdsguard.terraform.source.static_references import StaticReferenceCheck
from imdsguard.terraform.source.translate import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imdsguard.model.environment import Stack
    from imdsguard.model.not_made import NotMade
    from imdsguard.model.place import Place
    from imdsguard.terraform.source.configuration import Declaration
    from imdsguard.terraform.source.expansion import Expansion, Key
    from imdsguard.terraform.source.instance import ModuleInstance
    from imdsguard.terraform.source.merged_body import MergedBody
    from imdsguard.terraform.source.scopes import EvaluationScope
    from imdsguard.terraform.source.tree import ModuleTree

ALL = ("all",)


class Collector:
    """Walks the module instances of a root. `matters` says of a folder whether anything wanted is in it or below it."""

    def __init__(self, tree: ModuleTree, stack: Stack, wanted: frozenset[str], matters: Callable[[str], bool]) -> None:
        self._tree = tree
        self._stack = stack
        self._wanted = wanted
        self._matters = matters
        self._providers = Providers()
        self._order = CreationOrder()
        self._parsed: set[MergedBody] = set()
        self._static = StaticReferenceCheck(tree.cache)
        self._unmade = UnmadeBlocks(tree, stack, self.is_wanted, matters)
        self._running: dict[str, bool] = {}
        self._versions = ProviderVersions(tree.cache)
        self._absent: list[AbsentModule] = []

    @property
    def not_made(self) -> tuple[NotMade, ...]:
        """The wanted blocks of which `collect` has found no instance."""
        return tuple(self._unmade.found)

    @property
    def absent(self) -> tuple[AbsentModule, ...]:
        """The module calls without code that `collect` has met, those that make nothing last."""
        return (*self._absent, *self._unmade.absent)

    def collect(self) -> tuple[Resource, ...]:
        """Give the wanted resources, those of a module before those of the modules that it calls."""
        return tuple(self._module(self._tree.top))

    def _module(self, instance: ModuleInstance) -> Iterator[Resource]:
        for declaration in instance.module.resources.values():
            if self.is_wanted(declaration) or self._runs_commands(instance, declaration):
                # What stands in a data source counts only if something asks for it: most are about something else.
                if declaration.kind == "resource" and declaration.body not in self._parsed:
                    self._parse(declaration.body)
                    self._static.check(instance, declaration.body)
                try:
                    expansion = instance.expansion(declaration)
                except (EvaluationError, LimitReached) as error:
                    self._tree.cache.report(Problem(str(error), declaration.place, "this block was not checked"))
                    continue
                self._report_expansion(expansion, declaration)
                if self.is_wanted(declaration):
                    self._unmade.block(instance, declaration, expansion)
                for key, scope in expansion.scopes.items():
                    yield self._resource(instance, declaration, key, scope, expansion)
        for name, call in instance.module.calls.items():
            try:
                made = bool(instance.call_expansion(name).scopes)
                self._unmade.call(instance, call, instance.call_expansion(name))
                folder = self._tree.source_folder(instance, call) if made else None
                if made and folder is None:
                    source, known = self._tree.absent(instance, call)
                    given = partial(given_to, instance, name)
                    way_out = WayOut.FETCH_TAGS if known.fetch_tags else WayOut.GET_MODULES
                    address = instance.absolute(call)
                    self._absent.append(AbsentModule(address, given, known.may_make, source, way_out, call.place))
                if folder is None or not self._matters(folder):
                    continue
                children = instance.children(name)
                self._report_expansion(instance.call_expansion(name), call)
                self._static.check_call(instance, name)
            except (EvaluationError, LimitReached) as error:
                self._tree.cache.report(Problem(str(error), call.place, "this module was not checked"))
                continue
            for child in (children or {}).values():
                yield from self._module(child)

    def _report_expansion(self, expansion: Expansion, declaration: Declaration) -> None:
        """Report a `count` or `for_each` that Terraform refuses, or that we cannot afford."""
        place = _expansion_place(declaration)
        if expansion.error is not None:
            message = expansion.error.message
            self._tree.cache.report(Problem(message, expansion.error.place or place, "Terraform refuses this"))
        elif expansion.limit:
            self._tree.cache.report(Problem(expansion.limit, place, "they were judged as if they were one"))

    def _parse(self, body: MergedBody) -> None:
        """Report what is no expression in a wanted resource, even where nobody will ask for its value."""
        if body in self._parsed:
            return
        self._parsed.add(body)
        for name in body.names():
            expression = body.expression(name)
            try:
                if expression is not None:
                    expression.node()
            except EvaluationError as error:
                self._tree.cache.report(
                    Problem(error.message, error.place or expression.place if expression else body.place)
                )
            except LimitReached as limit:
                self._tree.cache.report(Problem(limit.message, expression.place if expression else body.place))
        for layer in body.layers() if len(body.bodies) > 1 else (body,):
            for type_ in layer.types():
                for nested in layer.nested(type_):
                    self._parse(nested.body)
                    content = nested.body.first("content") if nested.dynamic else None
                    if content is not None:
                        self._parse(content)

    def is_wanted(self, declaration: Declaration) -> bool:
        """Whether somebody asked for resources of this type."""
        type_ = declaration.labels[0]
        if declaration.kind == "data":
            return f"data.{type_}" in self._wanted
        return declaration.kind == "resource" and type_ in self._wanted

    def _runs_commands(self, instance: ModuleInstance, declaration: Declaration) -> bool:
        """Whether a resource of any type runs commands on a machine. Files that cannot say so are not searched."""
        folder, cache = instance.module.folder, self._tree.cache
        if folder not in self._running:
            found = (cache.data(path) for path in instance.module.files)
            self._running[folder] = any(data is not None and Prefilter.runs_commands(data) for data in found)
        return self._running[folder] and runs_commands(declaration)

    def _resource(
        self,
        instance: ModuleInstance,
        declaration: Declaration,
        key: Key,
        scope: EvaluationScope,
        expansion: Expansion,
    ) -> Resource:
        address = instance.absolute(declaration, key)
        provider = self._providers.of(instance, declaration, scope, address)
        body = SourceBody(declaration.body, scope, declaration.place)
        own = body.attribute("region")
        doubt = expansion.unknown or instance.uncertain
        unknown = translate(doubt, _expansion_place(declaration)) if doubt is not None else None
        return Resource(
            address=address,
            type=declaration.labels[0],
            name=declaration.labels[1],
            body=DoubtedBody(body, instance.doubt) if instance.doubt else body,
            provider=provider,
            region=provider.region if isinstance(own, Absent) else own,
            root=self._stack.root,
            place=declaration.place,
            data=declaration.kind == "data",
            module=instance.address,
            key=key,
            instances=unknown if isinstance(unknown, Unknown) else None,
            certain=instance.certain and (expansion.unknown is None or expansion.at_least_one),
            ignored=ignored(declaration),
            replaced_by=replaced_by(instance, declaration),
            depends_on=depends_on(instance, declaration),
            provisioners=provisioners_of(instance, declaration, scope, address),
            waits=self._order.before(instance, declaration),
            calls=calls(instance),
            overrides=overrides(instance, declaration),
            doubt=instance.doubt,
            environment=self._stack.environment,
            newest_provider=partial(self._versions.newest, instance, declaration),
        )


def _expansion_place(declaration: Declaration) -> Place:
    expression = declaration.body.expression("for_each") or declaration.body.expression("count")
    return expression.place if expression is not None else declaration.place


def calls(instance: ModuleInstance) -> tuple[Place, ...]:
    """Give the module blocks that lead to an instance, the root module's own first."""
    places: list[Place] = []
    each: ModuleInstance | None = instance
    while each is not None and each.call is not None:
        places.append(each.call.place)
        each = each.parent
    return tuple(reversed(places))


def overrides(instance: ModuleInstance, declaration: Declaration) -> tuple[Place, ...]:
    """Give the blocks of override files that change a resource, or of the calls that lead to it."""
    places = list(declaration.overrides)
    each: ModuleInstance | None = instance
    while each is not None and each.call is not None:
        places += each.call.overrides
        each = each.parent
    return tuple(places)


def ignored(declaration: Declaration) -> tuple[str, ...]:
    """Give the arguments under `ignore_changes`; an override's list takes the place of the original one."""
    for nested in reversed([n for s in declaration.body.layers() for n in s.nested("lifecycle")]):
        expression = nested.body.expression("ignore_changes")
        if expression is not None:
            names = references(expression)
            return ALL if ("all",) in names else tuple(dict.fromkeys(str(steps[0]) for steps in names))
    return ()


def depends_on(instance: ModuleInstance, declaration: Declaration) -> tuple[Reference, ...]:
    """Give the resources and modules of `depends_on`, by address."""
    expression = declaration.body.expression("depends_on")
    prefix = f"{instance.address}." if instance.address else ""
    return tuple(
        Reference(prefix + _address(steps)) for steps in (references(expression) if expression is not None else ())
    )


def _address(steps: tuple[str | int, ...]) -> str:
    text = ""
    for i, step in enumerate(steps):
        text += f"[{step}]" if isinstance(step, int) else step if not i else f".{step}"
    return text


MOST_VALUES = 10_000
"""So many values inside the arguments of a call are looked at."""


def given_to(instance: ModuleInstance, name: str) -> tuple[Reference, ...]:
    """Return the attributes that the arguments of a module call are made of, in all its instances."""
    body = instance.module.calls[name].body
    expressions = [body.expression(argument) for argument in body.names() if argument not in META_ARGUMENTS]
    waiting = [
        safely(scope, expression)
        for scope in instance.call_expansion(name).scopes.values()
        for expression in expressions
        if expression is not None
    ]
    found: dict[Reference, None] = {}
    for _ in range(MOST_VALUES):
        if not waiting:
            break
        value = waiting.pop()
        if value.pending is not None:
            found.update(dict.fromkeys(value.pending.references))
        waiting.extend(value.elements())
    return tuple(found)
