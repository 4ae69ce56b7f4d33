"""`aws_emr_cluster`: the metadata service of its nodes is a matter of its security configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.layer import undecided
from imdsguard.aws.services import service, undocumented
from imdsguard.aws.templates.lookup import named_by
from imdsguard.model.option import Source
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


CONFIGURATION = "aws_emr_security_configuration"
DEFAULT = "what EMR sets where no security configuration says it is not documented"


def launches(resource: Resource, root: RootIndex) -> Launch:
    """Resolve what the security configuration says; below it nothing is documented."""
    default = undocumented(resource, DEFAULT)
    value = resource.body.attribute("security_configuration")
    if isinstance(value, Absent):
        return service(resource, (default,))
    found = named_by(value, resource, root, CONFIGURATION)
    if found is not None:
        return service(resource, (root.settings(found).layer, default), (found.address,))
    if isinstance(value, Known):
        reason = "its security configuration is not in the code"
    else:
        reason = f"which security configuration is used cannot be computed: {value.reason}"
    unknown = Unknown(reason, place=value.place, trace=value.trace)
    return service(resource, (undecided(Source.LAUNCH, resource.address, unknown),))
