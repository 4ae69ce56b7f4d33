"""Kubernetes objects by which controllers launch instances: Karpenter's EC2NodeClass, Cluster API's AWSMachineTemplate.

They stand as objects (`kubernetes_manifest`) or as YAML (`kubectl_manifest`, values of a `helm_release`, however deep,
and in texts of these, too). (Karpenter documentation, "NodeClasses"; Karpenter's AWS provider, package launchtemplate;
Cluster API Provider AWS, AWSMachineTemplate)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.aws.precedence.launching import worst_of
from imdsguard.aws.precedence.layer import Layer, silent, undecided
from imdsguard.aws.precedence.option import read_option
from imdsguard.aws.types.resource_type import NO_IDENTITY, NO_OPTIONS, ResourceType
from imdsguard.aws.workload import always
from imdsguard.model.launch import Kind
from imdsguard.model.layer import LaunchPath
from imdsguard.model.option import HOP_LIMIT, HTTP_ENDPOINT, HTTP_TOKENS, Source
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import record, replace
from imdsguard.model.service_terms import ServiceTerms
from imdsguard.model.value import Absent, Known, Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from yaml import Node

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.place import Place
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value

GAP = "\ufffc"
"""What stands for a stretch of a text that is not known."""
DEEPEST = 2
"""How often a text may stand in a text: a manifest in the values of a chart."""
MOST = 30_000
"""How many values of one resource are looked at."""

KEYS = {
    HTTP_ENDPOINT: "httpEndpoint",
    HTTP_TOKENS: "httpTokens",
    HOP_LIMIT: "httpPutResponseHopLimit",
    "http_protocol_ipv6": "httpProtocolIPv6",
    "instance_metadata_tags": "instanceMetadataTags",
}


@record(frozen=True, slots=True)
class NodeKind:
    """A kind of object: the group of its API, where its options and its user data stand, what holds without them."""

    group: str
    options: tuple[str, ...]
    user_data: tuple[str, ...]
    default: Callable[[str], Layer]


def _karpenter(version: str) -> Layer:
    """Require tokens with one hop; older versions of the API have two. (Karpenter, API of EC2NodeClass)."""
    hops = 1 if version.endswith("/v1") else 2
    return Layer(Source.LAUNCH, "Karpenter's default", {HTTP_TOKENS: Known("required"), HOP_LIMIT: Known(hops)})


def _cluster_api(_: str) -> Layer:
    """Leave tokens optional. (Cluster API Provider AWS, InstanceMetadataOptions)."""
    return silent(Source.LAUNCH)


NODE_KINDS = {
    "EC2NodeClass": NodeKind("karpenter.k8s.aws", ("spec", "metadataOptions"), ("spec", "userData"), _karpenter),
    "AWSMachineTemplate": NodeKind(
        "infrastructure.cluster.x-k8s.io",
        ("spec", "template", "spec", "instanceMetadataOptions"),
        ("spec", "template", "spec", "userData"),
        _cluster_api,
    ),
}


def launches(argument: str) -> Callable[[Resource, RootIndex], Launch | None]:
    """Make what reads the objects in an argument: the worst of what they launch; None where none launches."""

    def launch(resource: Resource, _: RootIndex) -> Launch | None:
        paths = [LaunchPath(tuple(_layers(resource, each))) for each in _objects(resource.body.attribute(argument))]
        return replace(worst_of(resource, Kind.SERVICE, paths), follows_account=False) if paths else None

    return launch


def user_data(argument: str) -> Callable[[Resource], tuple[Value, ...]]:
    """Make what gives the user data of the objects in an argument."""

    def values(resource: Resource) -> tuple[Value, ...]:
        found = (each for each in _objects(resource.body.attribute(argument)) if isinstance(each, Known))
        return tuple(_at(each, _kind_of(each).user_data) for each in found)

    return values


def _layers(resource: Resource, found: Known | Unknown) -> Iterator[Layer]:
    """Yield what an object says, and what holds without it."""
    if isinstance(found, Unknown):
        yield undecided(Source.LAUNCH, resource.address, found)
        return
    kind = _kind_of(found)
    options = _at(found, kind.options)
    if isinstance(options, Unknown):
        yield undecided(Source.LAUNCH, resource.address, options)
    elif isinstance(options, Known) and not isinstance(options.value, (str, bool, int, float, tuple)):
        said = {name: read_option(name, options.value.get(key, Absent())) for name, key in KEYS.items()}
        place = options.place or found.place or resource.place
        yield Layer(Source.LAUNCH, resource.address, {name: _placed(answer, place) for name, answer in said.items()})
    yield kind.default(text_of(_at(found, ("apiVersion",))) or "")


def _placed(answer: Value, place: Place) -> Value:
    return replace(answer, place=place) if answer.place is None else answer


def _kind_of(found: Known) -> NodeKind:
    return NODE_KINDS[text_of(_at(found, ("kind",))) or ""]


def _at(value: Value, path: tuple[str, ...]) -> Value:
    """Follow keys; an unknown value on the way is the answer."""
    for key in path:
        if not isinstance(value, Known):
            return value
        inner = value.value
        value = Absent() if isinstance(inner, (str, bool, int, float, tuple)) else inner.get(key, Absent())
    return value


def _objects(value: Value) -> list[Known | Unknown]:
    """Find the objects that launch, and the texts of which only that is known that they name such a kind."""
    found: list[Known | Unknown] = []
    left = [(value, 0)]
    for _ in range(MOST):
        if not left:
            break
        each, depth = left.pop()
        if isinstance(each, Unknown) and each.sketch is not None:
            left += _parsed(each.sketch, each, depth, found)
        elif not isinstance(each, Known):
            continue
        elif isinstance(each.value, str):
            left += _parsed(each.value, each, depth, found)
        elif isinstance(each.value, tuple):
            left += [(item, depth) for item in reversed(each.value)]
        elif not isinstance(each.value, (bool, int, float)):
            if _launches(each.value):
                found.append(each)
            else:
                left += [(item, depth) for item in reversed(list(each.value.values()))]
    return found


def _launches(fields: Mapping[str, Value]) -> bool:
    kind = NODE_KINDS.get(text_of(fields.get("kind", Absent())) or "")
    version = text_of(fields.get("apiVersion", Absent()))
    return kind is not None and (version is None or version.startswith(f"{kind.group}/"))


def _parsed(text: str, source: Known | Unknown, depth: int, found: list[Known | Unknown]) -> list[tuple[Value, int]]:
    """Read the documents of a text that names a kind; one that is no YAML is unknown."""
    from imdsguard.aws.user_data.yaml_nodes import NotYamlError, root_of

    if depth == DEEPEST or not any(kind in text for kind in NODE_KINDS):
        return []
    try:
        roots = [root_of(each) for each in re.split(r"^---(?=\s|$)", text, flags=re.MULTILINE)]
    except NotYamlError as error:
        reason = Reason(ReasonKind.MANIFEST_UNREAD, cause=error.reason)
        found.append(Unknown(reason, place=source.place, trace=source.trace))
        return []
    return [(_value(root, source), depth + 1) for root in reversed(roots) if root is not None]


def _value(root: Node, source: Known | Unknown) -> Value:
    """Make a value of a node of YAML; a scalar with a gap in it is unknown."""
    from yaml import MappingNode, ScalarNode, SequenceNode

    made: dict[int, Value] = {}

    def value(node: Node) -> Value:
        known = made.get(id(node))
        if known is not None:
            return known
        made[id(node)] = Absent()  # what an alias to a node says within that node
        answer: Value = Absent()
        if isinstance(node, ScalarNode):
            answer = _scalar(node, source)
        elif isinstance(node, SequenceNode):
            answer = Known(tuple(map(value, node.value)), source.place)
        elif isinstance(node, MappingNode):
            pairs = {str(key.value): value(each) for key, each in node.value if isinstance(key, ScalarNode)}
            answer = Known(pairs, source.place)
        made[id(node)] = answer
        return answer

    return value(root)


def _scalar(node: Node, source: Known | Unknown) -> Value:
    text = str(node.value)
    place = source.place
    if GAP in text:
        reason = source.reason if isinstance(source, Unknown) else Reason(ReasonKind.MANIFEST_UNREAD)
        return Unknown(reason, place=place, trace=source.trace)
    if node.tag.endswith(":null"):
        return Absent(place)
    return Known(text, place, source.trace, isinstance(source, Known) and source.sensitive)


MANIFEST = ResourceType(
    name="kubernetes_manifest",
    launches=launches("manifest"),
    options=NO_OPTIONS,
    user_data=user_data("manifest"),
    template_paths=(),
    workload=always("it runs the nodes of a Kubernetes cluster"),
    identity=NO_IDENTITY,
    terms=ServiceTerms(
        "spec.metadataOptions.httpTokens: required in the EC2NodeClass,\n"
        "spec.template.spec.instanceMetadataOptions.httpTokens: required in the AWSMachineTemplate",
        tokens="httpTokens",
        default="instanceMetadataOptions does not set httpTokens, and Cluster API leaves tokens optional",
    ),
    starts_later=True,
)

TYPES: tuple[ResourceType, ...] = (
    MANIFEST,
    replace(MANIFEST, name="kubectl_manifest", launches=launches("yaml_body"), user_data=user_data("yaml_body")),
    replace(MANIFEST, name="helm_release", launches=launches("values"), user_data=user_data("values")),
)
