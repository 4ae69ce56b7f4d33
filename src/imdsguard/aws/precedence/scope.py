"""In which account and Region a resource lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.scope import Scope
from imdsguard.model.value import Known, Step, Unknown

if TYPE_CHECKING:
    from imdsguard.model.resource import Resource

OUTSIDE = Unknown(Reason(ReasonKind.REGION_OUTSIDE))


def scope_of(resource: Resource) -> Scope:
    """Return the account and Region of a resource.

    A Region that is not known is marked with the resource's address, unless it comes from the provider configuration:
    only then is it the same for two resources (see `Scope.same`).
    """
    provider = resource.provider
    region = resource.region
    if isinstance(region, Known) and isinstance(region.value, str) and region.value:
        return Scope(provider.account, region.value, provider.name, resource.stack)
    if region == provider.region:
        known = region if isinstance(region, Unknown) else OUTSIDE
        return Scope(provider.account, known, provider.name, resource.stack)
    own = region if isinstance(region, Unknown) else OUTSIDE
    marked = Unknown(own.reason, own.references, own.place, (Step(resource.address), *own.trace), own.exact)
    return Scope(provider.account, marked, provider.name, resource.stack)
