"""Resources of a state: all values are known, and nothing is said about the code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from imdsguard.model.account import Account, AccountKind, account_id
from imdsguard.model.problem import Problem
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.resource import Provider, Resource
from imdsguard.model.value import Known, Reference, Unknown, Value
from imdsguard.terraform.documents.document_body import DocumentBody
from imdsguard.terraform.documents.expressions import NOT_SHOWN, NotShown
from imdsguard.terraform.documents.plan_configuration import label_of
from imdsguard.terraform.documents.provider_configurations import account_in, only, region_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imdsguard.model.place import Place
    from imdsguard.terraform.documents.schema import StateModule, StateResource

    Found: TypeAlias = tuple[str, StateResource, dict[str, Any], Any]

NO_REGION = Reason(ReasonKind.REGION_NOT_IN_STATE)


def read_state(
    root: StateModule, place: Place, wanted: frozenset[str]
) -> tuple[tuple[Resource, ...], tuple[Problem, ...]]:
    """Read all wanted resources of a state, from its root module."""
    problems: list[Problem] = []
    found = list(decoded(root, wanted, place, problems))
    owners = _Owners(found)
    resources = tuple(_resource(each, place, owners) for each in found)
    return resources, tuple(problems)


class _Owners:
    """What the resources of a state tell of each other: the account, and the Region of a provider configuration."""

    def __init__(self, found: Sequence[Found]) -> None:
        self._account = only(account_in(values) for _, _, values, _ in found)
        accounts: dict[str, list[str]] = {}
        regions: dict[str, list[str]] = {}
        for _, read, values, _ in found:
            if read.provider_config:
                accounts.setdefault(read.provider_config, []).append(account_in(values))
                regions.setdefault(read.provider_config, []).append(region_in(values))
        self._accounts = {name: only(those) for name, those in accounts.items()}
        self._regions = {name: only(those) for name, those in regions.items()}

    def account(self, read: StateResource, values: dict[str, Any]) -> Account:
        """Tell the account. With several in one state, a resource that tells of none has one of its own."""
        name = read.provider_config
        number = account_in(values) or self._account or self._accounts.get(name)
        return account_id(number) if number else Account(AccountKind.PROVIDER, (name or read.address,))

    def region(self, read: StateResource, values: dict[str, Any]) -> str:
        """Name the Region; empty if nothing tells."""
        return region_in(values) or self._regions.get(read.provider_config, "")


def decoded(module: StateModule, wanted: frozenset[str], place: Place, problems: list[Problem]) -> Iterator[Found]:
    """Yield each wanted resource with its module's address, values and sensitive marks."""
    pending = [module]
    while pending:
        module = pending.pop()
        pending.extend(reversed(module.child_modules))
        for resource in module.resources:
            if label_of(resource.mode, resource.type) not in wanted or resource.deposed_key:
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
    return None if raw is msgspec.UNSET else msgspec.json.decode(raw)


def _resource(found: Found, place: Place, owners: _Owners) -> Resource:
    module, read, values, marks = found
    name = owners.region(read, values)
    region: Value = Known(name, place) if name else Unknown(NO_REGION, place=place)
    configuration = read.provider_config or read.provider_name.rpartition("/")[2]
    provider = Provider(configuration, owners.account(read, values), region)
    return Resource(
        address=read.address,
        type=read.type,
        name=read.name,
        body=DocumentBody(place, values, None, marks, NotShown(NOT_SHOWN)),
        provider=provider,
        region=region,
        root=place.file,
        place=place,
        data=read.mode == "data",
        module=module,
        key=read.index,
        depends_on=tuple(Reference(address) for address in read.depends_on),
    )
