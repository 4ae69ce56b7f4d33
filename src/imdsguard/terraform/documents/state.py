"""Resources of a state: all values are known, and nothing is said about the code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from imdsguard.model.problem import Problem
from imdsguard.model.resource import Provider, Resource
from imdsguard.model.value import Known, Reference, Unknown, Value
from imdsguard.terraform.documents.body import DocumentBody
from imdsguard.terraform.documents.expressions import NOT_SHOWN, Unseen
from imdsguard.terraform.documents.providers import account_in, only, region_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.model.place import Place
    from imdsguard.terraform.documents.schema import Document, StateModule, StateResource

NO_REGION = "a state does not say which Region this resource is in"


def read_state(
    document: Document, place: Place, wanted: frozenset[str]
) -> tuple[tuple[Resource, ...], tuple[Problem, ...]]:
    """Read all wanted resources of a state."""
    problems: list[Problem] = []
    found = list(decoded(document.values.root_module, wanted, place, problems)) if document.values is not None else []
    account = only(account_in(values) for _, _, values, _ in found)
    resources = tuple(_resource(each, place, account) for each in found)
    return resources, tuple(problems)


def decoded(
    module: StateModule, wanted: frozenset[str], place: Place, problems: list[Problem]
) -> Iterator[tuple[str, StateResource, dict[str, Any], Any]]:
    """Yield each wanted resource with its module's address, values and sensitive marks."""
    pending = [module]
    while pending:
        module = pending.pop()
        pending.extend(reversed(module.child_modules))
        for resource in module.resources:
            kind = f"data.{resource.type}" if resource.mode == "data" else resource.type
            if kind not in wanted or resource.deposed_key:
                continue
            try:
                values = _decode(resource.values)
                marks = _decode(resource.sensitive_values)
            except (msgspec.DecodeError, RecursionError) as error:
                problems.append(Problem(f"{resource.address} cannot be read: {error}", place))
                continue
            if isinstance(values, dict):
                yield module.address, resource, values, marks
            else:
                problems.append(Problem(f"{resource.address} has no values", place))


def _decode(raw: msgspec.Raw | msgspec.UnsetType) -> Any:
    return {} if raw is msgspec.UNSET else msgspec.json.decode(raw)


def _resource(found: tuple[str, StateResource, dict[str, Any], Any], place: Place, account: str) -> Resource:
    module, read, values, marks = found
    name = region_in(values)
    region: Value = Known(name, place) if name else Unknown(NO_REGION, place=place)
    # With several accounts in one state, a resource that names none is put into an account of its own.
    owner = account_in(values) or account or f"of {read.address}"
    provider = Provider(read.provider_name.rpartition("/")[2], owner, region)
    return Resource(
        address=read.address,
        type=read.type,
        name=read.name,
        body=DocumentBody(place, values, None, marks, Unseen(NOT_SHOWN)),
        provider=provider,
        region=region,
        root=place.file,
        place=place,
        data=read.mode == "data",
        module=module,
        key=read.index,
        depends_on=tuple(Reference(address) for address in read.depends_on),
    )
