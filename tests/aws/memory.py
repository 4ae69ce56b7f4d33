"""Resources written out in memory, so that what AWS does is tested without any reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from imdsguard.aws.estate import build
from imdsguard.model.account import Account, AccountKind
from imdsguard.model.environment import Stack
from imdsguard.model.estate import Estate
from imdsguard.model.launch import Launch
from imdsguard.model.place import Place
from imdsguard.model.reason import Reason, ReasonKind, refused
from imdsguard.model.resource import Blocks, Body, Provider, Resource
from imdsguard.model.value import Absent, Known, Reference, Unknown, Value


def account(profile: str) -> Account:
    """The account that a profile leads to."""
    return Account(AccountKind.PROFILE, (("profile", profile),))


AWS = Provider("aws", account("a"), Known("eu-west-1"))
NOWHERE = Provider("aws", account("a"), Absent())
"""A provider whose Region is set by the environment."""

PLACE = Place("main.tf", 1)


def value(raw: Any) -> Value:
    """A model value of a Python one; None is an argument that is not set."""
    if isinstance(raw, (Known, Unknown, Absent)):
        return raw
    if raw is None:
        return Absent()
    if isinstance(raw, Mapping):
        return Known({key: value(item) for key, item in raw.items()}, PLACE)
    if isinstance(raw, (list, tuple)):
        return Known(tuple(value(item) for item in raw), PLACE)
    return Known(raw, PLACE)


def ref(text: str) -> Unknown:
    """The value of an attribute known after apply: `aws_ami.golden.id`."""
    address, _, attribute = text.rpartition(".")
    return Unknown(Reason(ReasonKind.AFTER_APPLY, text), (Reference(address, (attribute,)),), PLACE, exact=True)


def unknown(reason: str = "var.x has no value") -> Unknown:
    return Unknown(refused(reason), place=PLACE)


@dataclass(frozen=True)
class Memory:
    """A body: a list of dicts (or of `Blocks`) is nested blocks, everything else an argument."""

    items: Mapping[str, Any] = field(default_factory=dict)
    place: Place = PLACE

    def attribute(self, name: str) -> Value:
        found = self.items.get(name)
        return Absent(self.place) if isinstance(found, Blocks) or _is_blocks(found) else value(found)

    def blocks(self, name: str) -> Blocks:
        found = self.items.get(name)
        if isinstance(found, Blocks):
            return found
        if _is_blocks(found):
            bodies: Sequence[Body] = [Memory(item) for item in found]
            return Blocks(tuple(bodies))
        return Blocks()


def _is_blocks(raw: Any) -> bool:
    return isinstance(raw, list) and all(isinstance(item, dict) for item in raw)


def resource(
    address: str,
    *,
    provider: Provider = AWS,
    region: Any = None,
    instances: Unknown | None = None,
    **arguments: Any,
) -> Resource:
    """A resource instance; `region` is its own argument."""
    kind, name = address.rpartition("module.")[2].split(".")[-2:]
    return Resource(
        address=address,
        type=kind,
        name=name.partition("[")[0],
        body=Memory(arguments),
        provider=provider,
        region=provider.region if region is None else value(region),
        root=".",
        place=PLACE,
        instances=instances,
    )


def estate(*resources: Resource) -> Estate:
    return build([(Stack("."), resources)])


def launch(*resources: Resource) -> Launch:
    """The launch of the last resource."""
    return next(each for each in estate(*resources).launches if each.address == resources[-1].address)


def verdict(*resources: Resource) -> tuple[str, str]:
    """State and source of tokens of the last resource."""
    found = launch(*resources)
    return found.state.value, found.tokens.source.value
