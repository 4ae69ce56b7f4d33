"""Which resources Terraform makes before another one, from a plan's configuration.

As `imdsguard.terraform.source.order` tells it of source. A plan shows no local values: what comes before
through one of them is not seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import UNSET

from imdsguard.terraform.documents.addresses import key_of, steps_of, unkeyed
from imdsguard.terraform.documents.schema import PlanExpression

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imdsguard.terraform.documents.plan_configuration import ConfigurationBlocks, ModulePath

MOST = 20_000
"""How many names are followed for one resource; what lies beyond is not known to come before."""

_Path: TypeAlias = tuple[str, ...]
_Name: TypeAlias = tuple[_Path, str, str]
"""A module by the calls that lead to it, and a kind of name in it: `resource`, `var`, `output`, `module`."""


class PlannedOrder:
    """Answers for the resources of one plan. Keeps its answers: launches of one block ask the same."""

    def __init__(self, blocks: ConfigurationBlocks) -> None:
        self._blocks = blocks
        self._before: dict[tuple[_Path, str], frozenset[str]] = {}

    def before(self, path: ModulePath, label: str) -> Callable[[str], bool]:
        """Give the question whether the resource with some address is made before this one."""
        names = tuple(name for name, _ in path)

        def asked(address: str) -> bool:
            if (names, label) not in self._before:
                self._before[names, label] = frozenset(self._made_before((names, "resource", label)))
            return unkeyed(address) in self._before[names, label]

        return asked

    def _made_before(self, start: _Name) -> Iterator[str]:
        seen = {start}
        waiting = [start]
        for name in waiting:
            path, kind, label = name
            if kind == "resource" and name is not start:
                yield ".".join([*(f"module.{call}" for call in path), label])
            for following in self._next(name):
                if following not in seen and len(waiting) < MOST:
                    seen.add(following)
                    waiting.append(following)

    def _next(self, name: _Name) -> Iterator[_Name]:
        """What a name waits for directly."""
        path, kind, label = name
        if kind == "resource":
            yield from self._of_resource(path, label)
        elif kind == "var" and path:
            call = self._blocks.call(_instance(path))
            yield from _of_expression(path[:-1], call.expressions.get(label) if call is not None else None)
        elif kind == "output":
            module = self._blocks.module(_instance(path))
            output = module.outputs.get(label) if module is not None else None
            if output is not None:
                yield from _of_expression(path, output.expression)
                yield from _of_references(path, output.depends_on)
        elif kind == "module":
            inside = (*path, label)
            module = self._blocks.module(_instance(inside))
            if module is not None:
                yield from ((inside, "resource", each.address) for each in module.resources)
                yield from ((inside, "output", each) for each in module.outputs)
                yield from ((inside, "module", each) for each in module.module_calls)

    def _of_resource(self, path: _Path, label: str) -> Iterator[_Name]:
        block = self._blocks.resource(_instance(path), label)
        if block is None:
            return
        for expression in (block.expressions, block.count_expression, block.for_each_expression):
            yield from _of_expression(path, expression)
        yield from _of_references(path, block.depends_on)
        for length in range(len(path), 0, -1):
            call = self._blocks.call(_instance(path[:length]))
            if call is not None:
                yield from _of_expression(path[: length - 1], call.count_expression)
                yield from _of_expression(path[: length - 1], call.for_each_expression)
                yield from _of_references(path[: length - 1], call.depends_on)


def _instance(path: _Path) -> ModulePath:
    return tuple((name, None) for name in path)


def _of_expression(path: _Path, expression: Any) -> Iterator[_Name]:
    """Everything that an expression, or a block of expressions, refers to."""
    waiting = [expression]
    while waiting:
        each = waiting.pop()
        if isinstance(each, PlanExpression):
            yield from _of_references(path, each.references)
        elif isinstance(each, dict):
            found = each.get("references", UNSET)
            if isinstance(found, list) and all(isinstance(one, str) for one in found):
                yield from _of_references(path, found)
            else:
                waiting += each.values()
        elif isinstance(each, list):
            waiting += each


def _of_references(path: _Path, references: list[str]) -> Iterator[_Name]:
    """What references are to. `module.a.x` comes with `module.a` beside it, which then does not count."""
    modules: set[str] = set()
    for reference in references:
        root, *steps = [str(step) for step in steps_of(reference) if key_of(step) is None] or [""]
        if not steps or root in ("local", "each", "count", "path", "terraform", "self"):
            continue
        if root == "var":
            yield path, "var", steps[0]
        elif root == "module" and len(steps) > 1:
            modules.add(steps[0])
            yield (*path, steps[0]), "output", steps[1]
        elif root == "module":
            if steps[0] not in modules:
                yield path, "module", steps[0]
        elif root in ("data", "ephemeral"):
            if len(steps) > 1:
                yield path, "resource", ".".join((root, *steps[:2]))
        else:
            yield path, "resource", f"{root}.{steps[0]}"
