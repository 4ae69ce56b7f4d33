"""The source of a plan: the root module that it was made of, with the values that its variables had."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from imdsguard.hcl.errors import EvaluationError, LimitReached
from imdsguard.hcl.values.value import Origin, Value
from imdsguard.model.environment import Stack
from imdsguard.model.record import record
from imdsguard.model.value import Step
from imdsguard.terraform.documents.addresses import module_path, unkeyed
from imdsguard.terraform.source.resources import Collector
from imdsguard.terraform.source.tree import ModuleTree, evaluation_of
from imdsguard.terraform.source.variables import Given, given_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.hcl.values.types import Type
    from imdsguard.model.place import Place
    from imdsguard.model.resource import Resource
    from imdsguard.terraform.inputs import Inputs
    from imdsguard.terraform.source.discovery import ModuleGraph
    from imdsguard.terraform.source.evaluation import NoNames
    from imdsguard.terraform.source.source_cache import SourceCache


@record(frozen=True, slots=True)
class Match:
    """What the source has for an address. `exact`: this very instance; else one that stands for it, or beside it.

    `number` is its position in the source.
    """

    resource: Resource
    exact: bool
    number: int


@record(frozen=True, slots=True)
class Planned(Given):
    """The value that a variable of the root module had when the plan was made."""

    value: object = None

    def evaluate(self, declared: Type | None, scope: NoNames) -> Value:  # noqa: ARG002
        """Give it. Raises `EvaluationError`."""
        from imdsguard.hcl.values.jsonform import from_plain

        try:
            return from_plain(self.value).at(Origin(Step("", self.place)))
        except (AssertionError, ValueError, TypeError, RecursionError):  # 1e999, which JSON has and Terraform has not
            raise EvaluationError("the plan's value cannot be read", self.place) from None


class SourceBeside:
    """The wanted resources of a root module, found by address. `name` is what a scan of the folder calls the root."""

    def __init__(
        self,
        folder: str,
        cache: SourceCache,
        graph: ModuleGraph,
        inputs: Inputs,
        wanted: frozenset[str],
        variables: Mapping[str, object],
        document: Place,
    ) -> None:
        self.name = cache.label(folder)
        self._tree = _tree(folder, cache, inputs, variables, document)
        self.resources = Collector(self._tree, Stack(self.name), wanted, graph.matters).collect()
        self._exact = {resource.address: (number, resource) for number, resource in enumerate(self.resources)}
        self._blocks: dict[str, tuple[int, Resource]] = {}
        for number, resource in enumerate(self.resources):
            self._blocks.setdefault(unkeyed(resource.address), (number, resource))

    def find(self, address: str) -> Match | None:
        """Find what an address of the plan was planned from."""
        found = self._exact.get(address)
        if found is not None:
            return Match(found[1], exact=found[1].instances is None, number=found[0])
        beside = self._blocks.get(unkeyed(address))
        return Match(beside[1], exact=False, number=beside[0]) if beside is not None else None

    def unread(self, address: str) -> tuple[Place, ...]:
        """Give the module calls that lead to a resource whose code is not at hand; none if it is just not there.

        Terraform may have it elsewhere (`TF_DATA_DIR`).
        """
        places: list[Place] = []
        instance = self._tree.top
        for name, key in module_path(address):
            call = instance.module.calls.get(name)
            if call is None:
                return ()
            places.append(call.place)
            try:
                below = instance.children(name)
            except (EvaluationError, LimitReached):
                return tuple(places)
            if below is None:
                return tuple(places)
            child = below.get(key) or next(iter(below.values()), None)
            if child is None:
                return ()
            instance = child
        return ()


def _tree(
    folder: str, cache: SourceCache, inputs: Inputs, variables: Mapping[str, object], document: Place
) -> ModuleTree:
    """Load the root module with the values of the plan. Where `inputs` give the same value, it is said where."""
    given = given_values(folder, inputs, cache)
    tree = _load(folder, cache, inputs, given)
    changed = {name: Planned(document, value=v) for name, v in variables.items() if not _has(tree, name, v)}
    if not changed:
        return tree
    return _load(folder, cache, inputs, {**given, **changed})


def _load(folder: str, cache: SourceCache, inputs: Inputs, given: Mapping[str, Given]) -> ModuleTree:
    return ModuleTree(folder, cache, evaluation_of(folder, cache, inputs), given)


def _has(tree: ModuleTree, name: str, value: object) -> bool:
    """Whether a variable has that value; one that is not declared any more needs none."""
    from imdsguard.hcl.values.jsonform import to_json

    if name not in tree.top.module.variables:
        return True
    try:
        found = tree.top.variable(name)
        return bool(json.loads(to_json(found)) == value)
    except (EvaluationError, LimitReached, ValueError, TypeError, RecursionError):
        return False
