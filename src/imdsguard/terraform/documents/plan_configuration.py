"""A plan's configuration by module: which resource block, call and output an address belongs to."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from imdsguard.terraform.documents.addresses import steps_of
from imdsguard.terraform.documents.expressions import Shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imdsguard.terraform.documents.schema import (
        Configuration,
        ConfigurationModule,
        ConfigurationResource,
        ModuleCall,
    )

ModulePath: TypeAlias = "tuple[tuple[str, str | int | None], ...]"
"""A module instance: the calls that lead to it and their keys, from the root, which is `()`."""


REMOTE = "remote-exec"
"""The provisioner that runs commands on a machine."""


def runs_commands(block: ConfigurationResource) -> bool:
    """Whether a resource has a provisioner that runs commands on a machine."""
    return any(each.type == REMOTE for each in block.provisioners)


class ConfigurationBlocks:
    """Finds the blocks of a configuration. `root` is the root module's part of the document."""

    def __init__(self, configuration: Configuration) -> None:
        self.providers = configuration.provider_config
        self._root = configuration.root_module
        self._resources: dict[tuple[str, ...], dict[str, ConfigurationResource]] = {}
        self._of_instance: dict[ModulePath, dict[str, ConfigurationResource]] = {}
        self._shown: dict[tuple[tuple[str, ...], str], Shown] = {}

    @cached_property
    def run_commands(self) -> bool:
        """Whether any resource has a provisioner that runs commands on a machine."""
        pending = [self._root]
        while pending:
            module = pending.pop()
            if any(map(runs_commands, module.resources)):
                return True
            pending += (call.module for call in module.module_calls.values() if call.module is not None)
        return False

    def module(self, path: ModulePath) -> ConfigurationModule | None:
        """The module of an instance; its instances share one."""
        module: ConfigurationModule | None = self._root
        for name, _ in path:
            call = module.module_calls.get(name) if module is not None else None
            module = call.module if call is not None else None
        return module

    def call(self, path: ModulePath) -> ModuleCall | None:
        """The module block that creates the instance."""
        parent = self.module(path[:-1]) if path else None
        return parent.module_calls.get(path[-1][0]) if parent is not None else None

    def resource(self, path: ModulePath, label: str) -> ConfigurationResource | None:
        """The resource or data block of a module, by `aws_instance.web` or `data.aws_ami.linux`."""
        found = self._of_instance.get(path)
        if found is None:
            names = tuple(name for name, _ in path)
            if names not in self._resources:
                module = self.module(path)
                resources = module.resources if module is not None else ()
                self._resources[names] = {resource.address: resource for resource in resources}
            found = self._of_instance[path] = self._resources[names]
        return found.get(label)

    def shown(self, path: ModulePath, label: str) -> Shown | None:
        """What the block shows of its arguments: one for all its instances; None for a block that is not there."""
        block = self.resource(path, label)
        if block is None:
            return None
        key = (tuple(name for name, _ in path), label)
        if key not in self._shown:
            self._shown[key] = Shown(block.expressions)
        return self._shown[key]


def label_of(mode: str, type: str, name: str = "") -> str:  # noqa: A002
    """How a module names a resource of its own: the address without module and key; without `name` just its type."""
    label = f"{type}.{name}" if name else type
    return f"data.{label}" if mode == "data" else label


def most_specific(references: Iterable[str]) -> list[str]:
    """Leave out what Terraform lists with each reference: `a.b[0].id` is given as `a.b[0].id`, `a.b[0]`, `a.b`.

    An `a.b` that does not follow one of these is a reference of its own, to all of it.
    """
    kept: dict[str, None] = {}
    before: tuple[object, ...] = ()
    for reference in references:
        steps = steps_of(reference)
        if len(steps) >= len(before) or before[: len(steps)] != steps:
            kept[reference] = None
        before = steps
    return list(kept)
