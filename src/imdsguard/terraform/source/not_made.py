"""The blocks of a root module that make nothing with the values at hand, those inside unmade modules included.

Of an unmade module whose code is not there it is noted that it is not.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.model.absent_module import AbsentModule
from imdsguard.model.not_made import EmptyBy, NotMade
from imdsguard.model.unseen import WayOut
from imdsguard.model.value import Step
from imdsguard.terraform.source.modules_elsewhere import ModuleCode
from imdsguard.terraform.source.translate import trace_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imdsguard.model.environment import Stack
    from imdsguard.model.place import Place
    from imdsguard.terraform.source.configuration import Declaration
    from imdsguard.terraform.source.expansion import Expansion
    from imdsguard.terraform.source.instance import ModuleInstance
    from imdsguard.terraform.source.tree import ModuleTree

MOST_NESTED = 10
"""So deep are modules followed that are called by one that is not made."""


class UnmadeBlocks:
    """Gathers them while a root module is walked. `is_wanted` says of a block whether somebody asked for it."""

    def __init__(
        self,
        tree: ModuleTree,
        stack: Stack,
        is_wanted: Callable[[Declaration], bool],
        matters: Callable[[str], bool],
    ) -> None:
        self._tree = tree
        self._stack = stack
        self._is_wanted = is_wanted
        self._matters = matters
        self.found: list[NotMade] = []
        self.absent: list[AbsentModule] = []

    def block(self, instance: ModuleInstance, declaration: Declaration, expansion: Expansion) -> None:
        """Note a block, if its own argument makes none of it."""
        if not expansion.scopes and declaration.kind == "resource":
            address = instance.absolute(declaration)
            call = self._call_of(instance)
            self._add(declaration, address, _argument(expansion), _trace(declaration, expansion), "", call)

    def call(self, instance: ModuleInstance, call: Declaration, expansion: Expansion) -> None:
        """Note the blocks inside a module of which a call makes none, as far as its code is there."""
        if not expansion.scopes:
            address = instance.absolute(call)
            within = _argument(expansion), _trace(call, expansion), address
            outer = self._call_of(instance)
            folder = self._folder_below(instance, (call,), address)
            if outer is None and folder is not None and self._is_elsewhere(folder):
                outer = call.place, address
            for declaration, where in self._inside(instance, (call,), folder, address):
                self._add(declaration, where, *within, outer)

    def _folder_below(self, instance: ModuleInstance, calls: tuple[Declaration, ...], address: str) -> str | None:
        """Find the code that a chain of calls leads to; note a module that is not there."""
        folder = self._tree.folder_below(instance, calls)
        found = self._tree.elsewhere_below(instance, calls) if folder is None else None
        if found is None:
            return folder
        source, answer = found
        if isinstance(answer, ModuleCode):
            return answer.folder
        way_out = WayOut.FETCH_TAGS if answer.fetch_tags else WayOut.GET_MODULES
        absent = AbsentModule(address, tuple, answer.may_make, source, way_out, calls[-1].place, made=False)
        if absent not in self.absent:
            self.absent.append(absent)
        return None

    def _call_of(self, instance: ModuleInstance) -> tuple[Place, str] | None:
        """Give the outermost call whose code is not in the tree, if an instance stands in such: place and address."""
        found = None
        at: ModuleInstance | None = instance
        while at is not None and at.call is not None and at.parent is not None:
            if at.summary or self._is_elsewhere(at.module.folder):
                found = at.call.place, at.parent.absolute(at.call)
            at = at.parent
        return found

    def _is_elsewhere(self, folder: str) -> bool:
        """Whether code lies in a folder of ours, and not in the tree."""
        return any(folder == top or folder.startswith(top + os.sep) for top in self._tree.cache.boundary.places)

    def _inside(
        self, instance: ModuleInstance, calls: tuple[Declaration, ...], folder: str | None, address: str
    ) -> Iterator[tuple[Declaration, str]]:
        """Yield the wanted blocks below a chain of calls, each with its address: nothing in them is evaluated."""
        if folder is None or not self._matters(folder) or len(calls) > MOST_NESTED:
            return
        module = self._tree.cache.module(folder)
        for declaration in module.resources.values():
            if declaration.kind == "resource" and self._is_wanted(declaration):
                yield declaration, f"{address}.{declaration.address}"
        for call in module.calls.values():
            chain, where = (*calls, call), f"{address}.{call.address}"
            yield from self._inside(instance, chain, self._folder_below(instance, chain, where), where)

    def _add(
        self,
        declaration: Declaration,
        address: str,
        by: EmptyBy,
        trace: tuple[Step, ...],
        within: str,
        call: tuple[Place, str] | None,
    ) -> None:
        self.found.append(
            NotMade(
                address,
                declaration.labels[0],
                call[0] if call else declaration.place,
                self._stack.root,
                by,
                within,
                trace,
                self._stack.environment,
                call[1] if call else "",
            )
        )


def _argument(expansion: Expansion) -> EmptyBy:
    return EmptyBy.ENABLED if expansion.kind == "single" else EmptyBy(expansion.kind)


def _trace(declaration: Declaration, expansion: Expansion) -> tuple[Step, ...]:
    """Lead from the argument to where its value is written; the argument's own place comes first."""
    expression = declaration.body.expression("for_each") or declaration.body.expression("count")
    place = expression.place if expression is not None else declaration.place
    origin = expansion.given.origin if expansion.given is not None else None
    return (Step("", place), *trace_of(origin, place))
