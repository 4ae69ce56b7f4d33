"""A root module as Terragrunt would hand it to Terraform: with generated files, and with inputs as variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.hcl.values.identity import same
from imdsguard.hcl.values.value import Origin, Value, unknown
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import record
from imdsguard.model.unseen import Unseen, UnseenKind, WayOut
from imdsguard.model.value import Step
from imdsguard.terraform.source.folder import is_configuration
from imdsguard.terraform.source.variables import Given

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.hcl.syntax.body import SyntaxBody
    from imdsguard.hcl.syntax.nodes import Node
    from imdsguard.hcl.values.types import Type
    from imdsguard.model.place import Place
    from imdsguard.terraform.source.configuration import Module
    from imdsguard.terraform.source.evaluation import NoNames
    from imdsguard.terraform.source.source_cache import SourceCache
    from imdsguard.terraform.source.terragrunt_units import TerragruntUnit, UnitInput


@record(frozen=True, slots=True)
class UnitGiven(Given):
    """The value of a variable by all units that run a root module; `node` is None where they do not say one."""

    node: Node | None = None
    name: str = ""

    def evaluate(self, declared: Type | None, scope: NoNames) -> Value:  # noqa: ARG002
        """Give it."""
        value = _value(self.node, scope)
        if value is None:
            return unknown(reason=Reason(ReasonKind.NO_VALUE, f"var.{self.name}"))
        return value.at(Origin(Step("", self.place)))


@record(frozen=True, slots=True)
class TerragruntRoot:
    """What the units that run a root module make of it. `unseen` is set where they say more than is read here."""

    module: Module
    given: dict[str, Given]
    unseen: Unseen | None = None


def under_units(folder: str, units: Sequence[TerragruntUnit], cache: SourceCache, scope: NoNames) -> TerragruntRoot:
    """Give the root module in `folder` as its units run it: what they all say counts, and the rest is left open."""
    bodies: list[tuple[str, SyntaxBody]] = []
    whole = not any(unit.open for unit in units)
    for name in dict.fromkeys(name for unit in units for name in unit.generated):
        texts = {unit.generated.get(name) for unit in units}
        (text,) = texts if len(texts) == 1 else (None,)
        body = cache.parse(f"{cache.label(folder)}/{name}", text.encode()) if text and is_configuration(name) else None
        if body is not None:
            bodies.append((name, body))
        whole &= body is not None or not is_configuration(name)
    module = cache.module_with(folder, bodies)
    given: dict[str, Given] = {}
    names = dict.fromkeys(name for unit in units for name in unit.inputs)
    for name in names:
        said = [unit.inputs.get(name) for unit in units]
        agreed = _agreed(said, scope)
        whole &= agreed is not None
        first = next(each for each in said if each is not None)
        given[name] = UnitGiven(first.place, node=agreed, name=name)
    if any(unit.open for unit in units):
        for name, declared in module.variables.items():
            given.setdefault(name, UnitGiven(declared.place, name=name))
    return TerragruntRoot(module, given, None if whole else _unseen(folder, units, cache))


def units_elsewhere(units: Sequence[TerragruntUnit], cache: SourceCache) -> tuple[Unseen, ...]:
    """Tell of units whose code is not in the repository, one record a source."""
    places: dict[str, list[Place]] = {}
    for unit in units:
        places.setdefault(unit.source, []).append(_place(unit, cache))
    return tuple(
        Unseen(UnseenKind.TERRAGRUNT, "", source, tuple(where), WayOut.RUN_TERRAGRUNT)
        for source, where in places.items()
    )


def _unseen(folder: str, units: Sequence[TerragruntUnit], cache: SourceCache) -> Unseen:
    places = tuple(_place(unit, cache) for unit in units)
    return Unseen(UnseenKind.TERRAGRUNT, cache.label(folder), "", places, WayOut.RUN_TERRAGRUNT)


def _place(unit: TerragruntUnit, cache: SourceCache) -> Place:
    from imdsguard.model.place import Place

    return Place(cache.label(unit.file))


def _agreed(said: Sequence[UnitInput | None], scope: NoNames) -> Node | None:
    """Give the expression of a value that all units give alike; None where they do not, or it is not literal."""
    values = [_value(each.node, scope) if each is not None else None for each in said]
    first = values[0]
    if first is None or any(value is None or not same(first, value) for value in values):
        return None
    return said[0].node if said[0] is not None else None


def _value(node: Node | None, scope: NoNames) -> Value | None:
    if node is None:
        return None
    from imdsguard.hcl.evaluate.compile import compile_expression

    try:
        return compile_expression(node).evaluate(scope)
    except (EvaluationError, LimitReached):
        return None
