"""EMR: what its security configurations say of the metadata service of clusters' nodes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imdsguard.aws.organizations.json_text import read_json
from imdsguard.aws.precedence.layer import Layer, silent, undecided
from imdsguard.aws.precedence.option import read_option
from imdsguard.aws.precedence.settings import Settings
from imdsguard.aws.tags.read import own_layers
from imdsguard.aws.templates.lookup import named_by
from imdsguard.aws.types.managed_services import same_as, service, undocumented, unshown
from imdsguard.aws.types.resource_type import (
    NO_IDENTITY,
    NO_OPTIONS,
    InstanceTags,
    ResourceType,
    SharedBy,
    SharedSettings,
    no_user_data,
)
from imdsguard.aws.workload import shown
from imdsguard.model.option import HOP_LIMIT, HTTP_TOKENS, Source
from imdsguard.model.service_terms import ServiceTerms
from imdsguard.model.tags import Tags
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value

CLUSTER = "aws_emr_cluster"
DEFAULT = "what EMR sets where no security configuration says it is not documented"
NOT_IN_CODE = "its EMR cluster, and the cluster's security configuration, are not in the code"
SECTION = "InstanceMetadataServiceConfiguration"
VERSION = "MinimumInstanceMetadataServiceVersion"
VERSIONS = {1: "optional", 2: "required", "1": "optional", "2": "required"}


def cluster(resource: Resource, root: RootIndex) -> Launch:
    """Resolve what the security configuration says; below it nothing is documented."""
    default = undocumented(resource, DEFAULT)
    value = resource.body.attribute("security_configuration")
    if isinstance(value, Absent):
        return service(resource, (default,))
    found = named_by(value, resource, root, SharedBy.SECURITY_CONFIGURATION)
    if found is not None:
        return service(resource, (root.settings(found).layer, default), (found.address,))
    if isinstance(value, Known):
        reason = "its security configuration is not in the code"
    else:
        reason = f"which security configuration is used cannot be computed: {value.reason}"
    unknown = Unknown(reason, place=value.place, trace=value.trace)
    return service(resource, (undecided(Source.LAUNCH, resource.address, unknown),))


def member(resource: Resource, root: RootIndex) -> Launch:
    """Stand for the cluster's launch: added instances get what the cluster's get."""
    found = same_as(resource, resource.body.attribute("cluster_id"), (CLUSTER,), root)
    return found or unshown(resource, NOT_IN_CODE)


def settings(resource: Resource, _: RootIndex) -> Settings:
    """Read the JSON.

    (EMR Management Guide, "Create a security configuration")
    """
    value = resource.body.attribute("configuration")
    return Settings(resource.address, _layer_of(resource, value), Absent())


def _layer_of(resource: Resource, value: Value) -> Layer:
    """Return what the JSON says of tokens and the hop limit."""
    parsed = read_json(value, "configuration")
    if isinstance(parsed, Unknown):
        return undecided(Source.LAUNCH, resource.address, parsed)
    section = parsed.get(SECTION) if isinstance(parsed, dict) else None
    if not isinstance(section, dict):
        return silent(Source.LAUNCH, resource.address)
    place = value.place or resource.place
    answers: dict[str, Value] = {}
    version = section.get(VERSION)
    if version is not None:
        known = VERSIONS.get(version) if isinstance(version, (int, str)) and not isinstance(version, bool) else None
        refused = Unknown(f"{VERSION} accepts nothing but 1 and 2", place=place)
        answers[HTTP_TOKENS] = Known(known, place) if known is not None else refused
    hops = section.get("HttpPutResponseHopLimit")
    if isinstance(hops, (int, str)):
        answers[HOP_LIMIT] = read_option(HOP_LIMIT, Known(hops, place))
    return Layer(Source.LAUNCH, resource.address, answers)


def cluster_tags(resource: Resource, _: RootIndex) -> Iterable[Tags]:
    """Read a cluster's tags, which EMR hands on.

    (EMR Management Guide, "Tag and categorize Amazon EMR cluster resources")
    """
    yield Tags(own_layers(resource))


REMEDY = """an aws_emr_security_configuration whose JSON says
"InstanceMetadataServiceConfiguration": {
  "MinimumInstanceMetadataServiceVersion": 2,
  "HttpPutResponseHopLimit": 1
}"""

MEMBER = ResourceType(
    name="aws_emr_instance_group",
    launches=member,
    options=NO_OPTIONS,
    user_data=no_user_data,
    template_paths=(),
    workload=shown,
    identity=NO_IDENTITY,
    terms=ServiceTerms(REMEDY),
)

TYPES: tuple[ResourceType, ...] = (
    ResourceType(
        name=CLUSTER,
        launches=cluster,
        options=NO_OPTIONS,
        user_data=no_user_data,
        tags=InstanceTags(cluster_tags, None),
        template_paths=(),
        workload=shown,
        identity=NO_IDENTITY,
        terms=ServiceTerms(REMEDY, tokens="MinimumInstanceMetadataServiceVersion"),
    ),
    MEMBER,
    replace(MEMBER, name="aws_emr_instance_fleet"),
    ResourceType(
        name="aws_emr_security_configuration", shared=SharedSettings(SharedBy.SECURITY_CONFIGURATION, settings)
    ),
)
