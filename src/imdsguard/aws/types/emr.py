"""EMR: what its security configurations say of the metadata service of clusters' nodes."""

from __future__ import annotations

import re
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
    NO_MEMBERS,
    NO_OPTIONS,
    InstanceTags,
    Members,
    ResourceType,
    SharedBy,
    SharedSettings,
    no_user_data,
)
from imdsguard.aws.workload import shown
from imdsguard.model.option import HOP_LIMIT, HTTP_TOKENS, Source
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import replace
from imdsguard.model.service_terms import ServiceTerms
from imdsguard.model.tags import Tags
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.aws.types.resource_type import Launches
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value

CLUSTER = "aws_emr_cluster"
CLUSTER_TAG = "aws:elasticmapreduce:job-flow-id"
"""What EMR tags the instances of a cluster with. (EMR Management Guide, "Tag and categorize Amazon EMR cluster
resources")"""
DEFAULT = Reason(ReasonKind.UNDOCUMENTED, "what EMR sets where no security configuration says it")
NOT_IN_CODE = Reason(ReasonKind.CLUSTER_OUTSIDE)
SECTION = "InstanceMetadataServiceConfiguration"
VERSION = "MinimumInstanceMetadataServiceVersion"
VERSIONS = {1: "optional", 2: "required", "1": "optional", "2": "required"}


_RELEASE = re.compile(r"emr-(\d{1,3})\.(\d{1,3})\.(\d{1,3})$")


def knows_tokens(label: str) -> bool | None:
    """Tell whether a release works without IMDSv1; None where the label is none of EMR's.

    (EMR Management Guide, "Configure metadata service requests to Amazon EC2 instances": 5.23.1, 5.27.1, 5.32 or later
    and 6.2 or later)
    """
    found = _RELEASE.match(label)
    if found is None:
        return None
    major, minor, patch = map(int, found.groups())
    if (major, minor) in ((5, 23), (5, 27)):
        return patch >= 1
    return (major, minor) >= (6, 2) or (major == 5 and minor >= 32)


def _default_layer(resource: Resource) -> Layer:
    """Return what EMR sets where no security configuration says it.

    A release that needs IMDSv1 gets it; of the others nothing is documented. (The same page)
    """
    label = resource.body.attribute("release_label")
    if isinstance(label, Known) and isinstance(label.value, str) and knows_tokens(label.value) is False:
        return silent(Source.LAUNCH, resource.address)
    return undocumented(resource, DEFAULT)


def _startable(resource: Resource, layer: Layer) -> Layer:
    """Doubt required tokens with a release that needs IMDSv1: the cluster does not start. (The same page)."""
    label = resource.body.attribute("release_label")
    tokens = layer.says(HTTP_TOKENS)
    if not (isinstance(label, Known) and isinstance(label.value, str) and knows_tokens(label.value) is False):
        return layer
    if not isinstance(tokens, Known) or tokens.value != "required":
        return layer
    shown = "this release" if label.sensitive else label.value
    reason = Reason(ReasonKind.RELEASE_NEEDS_V1, shown, VERSION)
    unknown = Unknown(reason, place=label.place or resource.place, trace=label.trace)
    return Layer(layer.source, layer.label, {**layer.answers, HTTP_TOKENS: unknown})


def cluster(resource: Resource, root: RootIndex) -> Launch:
    """Resolve what the security configuration says; below it the release decides, where that is documented."""
    default = _default_layer(resource)
    value = resource.body.attribute("security_configuration")
    if isinstance(value, Absent):
        return service(resource, (default,))
    found = named_by(value, resource, root, SharedBy.SECURITY_CONFIGURATION)
    if found is not None:
        return service(resource, (_startable(resource, root.settings(found).layer), default), (found.address,))
    if isinstance(value, Known):
        reason = Reason(ReasonKind.NOT_IN_CODE, "its security configuration")
    else:
        reason = Reason(ReasonKind.NOT_COMPUTED, "which security configuration is used", cause=value.reason)
    unknown = Unknown(reason, place=value.place, trace=value.trace)
    return service(resource, (undecided(Source.LAUNCH, resource.address, unknown),))


def member(resource: Resource, root: RootIndex) -> Launch:
    """Stand for the cluster's launch: added instances get what the cluster's get."""
    found = same_as(resource, resource.body.attribute("cluster_id"), (CLUSTER,), root)
    return found or unshown(resource, NOT_IN_CODE)


def security_configuration(argument: str) -> tuple[Launches, SharedSettings]:
    """Make what reads the JSON in an argument: alone, and for the clusters that use it.

    (EMR Management Guide, "Create a security configuration")
    """

    def settings(resource: Resource, _: RootIndex) -> Settings:
        return Settings(resource.address, _layer_of(resource, argument), Absent())

    def launches(resource: Resource, root: RootIndex) -> Launch | None:
        """Say what clusters get that somebody starts with it; None where it says nothing of the metadata service."""
        layer = root.settings(resource).layer
        return service(resource, (layer,), follows_account=False) if layer.answers else None

    return launches, SharedSettings(SharedBy.SECURITY_CONFIGURATION, settings)


def _layer_of(resource: Resource, argument: str) -> Layer:
    """Return what the JSON says of tokens and the hop limit; where its section is there, it must say both."""
    value = resource.body.attribute(argument)
    parsed = read_json(value, argument)
    if isinstance(parsed, Unknown):
        return undecided(Source.LAUNCH, resource.address, parsed)
    section = parsed.get(SECTION) if isinstance(parsed, dict) else None
    if not isinstance(section, dict):
        return silent(Source.LAUNCH, resource.address)
    place = value.place or resource.place
    answers: dict[str, Value] = {}
    version = section.get(VERSION)
    if version is None:
        unset = Reason(ReasonKind.NAMES_NOTHING, SECTION, VERSION)
        answers[HTTP_TOKENS] = Unknown(unset, place=place)
    else:
        known = VERSIONS.get(version) if isinstance(version, (int, str)) and not isinstance(version, bool) else None
        refused = Unknown(Reason(ReasonKind.NOT_ACCEPTED, VERSION, expected="1 and 2"), place=place)
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

LAUNCHES, SHARED = security_configuration("configuration")
LAUNCHES_BY_CLOUD_CONTROL, SHARED_BY_CLOUD_CONTROL = security_configuration("security_configuration")

SECURITY_CONFIGURATION = ResourceType(
    name="aws_emr_security_configuration",
    launches=LAUNCHES,
    shared=SHARED,
    options=NO_OPTIONS,
    user_data=no_user_data,
    template_paths=(),
    workload=shown,
    identity=NO_IDENTITY,
    terms=ServiceTerms(REMEDY, tokens=VERSION),
    starts_later=True,
)

MEMBER = ResourceType(
    name="aws_emr_instance_group",
    launches=member,
    options=NO_OPTIONS,
    user_data=no_user_data,
    template_paths=(),
    workload=shown,
    identity=NO_IDENTITY,
    members=NO_MEMBERS,  # those of its cluster
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
        members=Members(tag=(CLUSTER_TAG, ("id",))),
        terms=ServiceTerms(
            REMEDY,
            tokens=VERSION,
            default="no security configuration sets it, and a release that needs IMDSv1 allows it then",
        ),
    ),
    MEMBER,
    replace(MEMBER, name="aws_emr_instance_fleet"),
    SECURITY_CONFIGURATION,
    replace(
        SECURITY_CONFIGURATION,
        name="awscc_emr_security_configuration",
        launches=LAUNCHES_BY_CLOUD_CONTROL,
        shared=SHARED_BY_CLOUD_CONTROL,
    ),
)
