"""Terraform's own state file, `terraform.tfstate` (version 4), in the shape that `terraform show -json` gives a state.

Its form is not a public contract, but has been the same since Terraform 0.12; OpenTofu writes it too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from imdsguard.terraform.documents.addresses import written
from imdsguard.terraform.documents.plan_configuration import label_of
from imdsguard.terraform.documents.schema import Key, StateModule, StateResource

if TYPE_CHECKING:
    from collections.abc import Iterator

READ = 4
"""The one version of the form that is read."""


class StateFileInstance(Struct):
    """An instance of a resource. `attributes_flat` is how Terraform 0.11 wrote it, until the next apply.

    `provider` stands here, with the key of an instance, where the configuration has OpenTofu's `for_each`.
    """

    index_key: Key = None
    deposed: str = ""
    attributes: Raw | UnsetType = UNSET
    sensitive_attributes: Raw | UnsetType = UNSET
    dependencies: list[str] | None = None
    provider: str = ""


class StateFileResource(Struct):
    """A resource block of a module instance, with its instances. `provider` is its provider configuration's address."""

    mode: str
    type: str
    name: str
    module: str = ""
    provider: str = ""
    instances: list[StateFileInstance] = []


class StateFile(Struct):
    """The whole file."""

    version: int = 0
    terraform_version: str = ""
    resources: list[StateFileResource] | None = None


_DEEPEST = 100
_DECODER = msgspec.json.Decoder(StateFile)


def decode_state_file(text: bytes) -> StateFile:
    """Decode the file; of a version that is not read, the version alone.

    Raises `msgspec.DecodeError` (of which its `ValidationError` is one) for what is no such file.
    """
    version = msgspec.json.decode(text, type=_Version).version
    return _DECODER.decode(text) if version == READ else StateFile(version)


class _Version(Struct):
    version: int = 0


def root_of(file: StateFile, wanted: frozenset[str]) -> StateModule:
    """Give the wanted resources as a shown state has them, all modules right below the root."""
    root = StateModule()
    modules: dict[str, StateModule] = {"": root}
    for resource in file.resources or ():
        if label_of(resource.mode, resource.type) not in wanted:
            continue
        module = modules.get(resource.module)
        if module is None:
            module = modules[resource.module] = StateModule(resource.module)
            root.child_modules.append(module)
        module.resources.extend(_instances(resource))
    return root


def _instances(resource: StateFileResource) -> Iterator[StateResource]:
    block = f"{resource.module}{'.' if resource.module else ''}{label_of(resource.mode, resource.type, resource.name)}"
    for instance in resource.instances:
        provider, configuration = _provider_of(instance.provider or resource.provider)
        yield StateResource(
            address=block + written(instance.index_key),
            type=resource.type,
            name=resource.name,
            mode=resource.mode,
            index=instance.index_key,
            provider_name=provider,
            values=instance.attributes,
            sensitive_values=marks_of(instance.sensitive_attributes),
            depends_on=instance.dependencies or [],
            deposed_key=instance.deposed,
            provider_config=configuration,
        )


def _provider_of(address: str) -> tuple[str, str]:
    """Take apart `module.m.provider["registry.terraform.io/hashicorp/aws"].west`.

    Returns the provider's name and its configuration as a plan names it: `module.m:aws.west`.
    """
    module, _, rest = address.rpartition("provider[")
    name, _, alias = rest.removeprefix('"').partition('"]')
    short = name.rpartition("/")[2]
    if not rest or not short:
        return "", ""
    inside = f"{module.removesuffix('.')}:" if module else ""
    return name, f"{inside}{short}{alias}"


def marks_of(raw: Raw | UnsetType) -> Raw | UnsetType:
    """Turn the paths of sensitive attributes into marks, whole down to the first index. Broken ones mark everything."""
    if raw is UNSET:
        return UNSET
    marks: Any = {}
    try:
        for path in msgspec.json.decode(raw) or ():
            marks = _mark(marks, list(_names(path)))
    except (msgspec.DecodeError, RecursionError, TypeError, KeyError):
        marks = True
    return Raw(msgspec.json.encode(marks))


def _names(path: list[Any]) -> Iterator[str]:
    for step in path[:_DEEPEST]:
        if step["type"] != "get_attr" or not isinstance(step["value"], str):
            return
        yield step["value"]


def _mark(marks: Any, names: list[str]) -> Any:
    """Mark what the names lead to, within `marks` if they can hold it."""
    if marks is True or not names:
        return True
    inner = marks
    for name in names[:-1]:
        inner = inner.setdefault(name, {})
        if inner is True:
            return marks
    inner[names[-1]] = True
    return marks
