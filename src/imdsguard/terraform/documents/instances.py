"""The resource instances of a plan, by module instance and block; what is not asked for stays undecoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from imdsguard.terraform.documents.addresses import module_path
from imdsguard.terraform.documents.plan_configuration import ModulePath, label_of
from imdsguard.terraform.documents.schema import Change, ResourceChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_NONE: Mapping[str | int | None, Instance] = {}
CHANGE = msgspec.json.Decoder(Change)


class Instance:
    """One instance in a plan. Raises `msgspec.DecodeError` from what decodes its change."""

    __slots__ = ("_change", "label", "module", "planned")

    def __init__(self, planned: ResourceChange) -> None:
        self.planned = planned
        self.module = module_path(planned.module_address)
        self.label = label_of(planned.mode, planned.type, planned.name)
        self._change: Change | None = None

    @property
    def address(self) -> str:
        """Terraform's absolute address."""
        return self.planned.address

    @property
    def change(self) -> Change:
        """What the plan does to it."""
        if self._change is None:
            try:
                self._change = CHANGE.decode(self.planned.change)
            except UnicodeDecodeError as error:  # in a key: msgspec has no error of its own for it
                raise msgspec.DecodeError(str(error)) from None
        return self._change

    @property
    def unknown(self) -> Any:
        """The marks of what is known after apply; all of it if the document is broken here."""
        try:
            return self.change.after_unknown
        except (msgspec.DecodeError, RecursionError):
            return True

    def has(self, name: str) -> bool:
        """Whether the resource has an argument or attribute of that name."""
        try:
            change = self.change
        except (msgspec.DecodeError, RecursionError):
            return False
        return any(isinstance(part, dict) and name in part for part in (change.after, change.after_unknown))


class Instances:
    """All instances of a plan."""

    def __init__(self, changes: Iterable[ResourceChange]) -> None:
        self._by_block: dict[tuple[ModulePath, str], dict[str | int | None, Instance]] = {}
        for planned in changes:
            if planned.deposed:
                continue
            instance = Instance(planned)
            self._by_block.setdefault((instance.module, instance.label), {})[planned.index] = instance
        self._same_keys: dict[tuple[ModulePath, str, str], bool] = {}

    def of(self, module: ModulePath, label: str) -> Mapping[str | int | None, Instance]:
        """The instances of a block in a module instance, by key."""
        return self._by_block.get((module, label), _NONE)

    def have_same_keys(self, module: ModulePath, one: str, other: str) -> bool:
        """Whether two blocks of a module instance have the same keys: compared once, asked for each instance."""
        pair = (module, one, other)
        if pair not in self._same_keys:
            self._same_keys[pair] = self.of(module, one).keys() == self.of(module, other).keys()
        return self._same_keys[pair]

    def __iter__(self) -> Iterator[Instance]:
        for instances in self._by_block.values():
            yield from instances.values()
