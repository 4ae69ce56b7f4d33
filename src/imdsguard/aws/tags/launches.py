"""Which tags the instances of a launch get: what is handed on to them, type by type.

(EC2 API, LaunchTemplateTagSpecification; Auto Scaling API, CreateAutoScalingGroup: a group's tag overrides that of the
launch template; EKS User Guide: tags of a node group are not handed on; Terraform AWS provider, `default_tags`)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.fleets import ways_through_configs
from imdsguard.aws.precedence.cloud_control import ways_through
from imdsguard.aws.tags.added import AddedTags
from imdsguard.aws.tags.read import NONE, either, from_list, from_map, over_template, own_layers, specified
from imdsguard.aws.templates.launch_path import through
from imdsguard.model.tags import TagLayer, Tags
from imdsguard.model.value import Reference, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Body, Resource

OUTSIDE = Unknown("its launch template is not in the code, or it cannot be computed which one it is")
UNREAD = "which tags {} gives its instances is not read"


def tags_of(resource: Resource, root: RootIndex) -> tuple[Tags, ...]:
    """Return the tags by each way in which a launch starts instances; at least one."""
    read = READERS.get(resource.type)
    found = tuple(read(resource, root)) if read is not None else ()
    found = found or (Tags((TagLayer({}, Unknown(UNREAD.format(resource.type))),)),)
    added = tuple(root.once(AddedTags).to(resource))
    return tuple(Tags((*added, *tags.layers), tags.own) for tags in found) if added else found


def instance(resource: Resource, root: RootIndex) -> Iterable[Tags]:
    """Read an instance's own tags over those of its template."""
    own = own_layers(resource) if resource.type.startswith("aws_") else (either(resource.body),)
    for template in _templates(resource, root):
        yield Tags(over_template(own, template))


def spot_request(_: Resource, __: RootIndex) -> Iterable[Tags]:
    """Give none: a request's tags are not handed on.

    (Terraform AWS provider, `aws_spot_instance_request`: `tags`)
    """
    yield Tags(())


def group(resource: Resource, root: RootIndex) -> Iterable[Tags]:
    """Read what a group hands on at launch, over the tags of its templates."""
    handed = from_list(resource.body.blocks("tag"), "propagate_at_launch")
    listed = from_list(resource.body.blocks("tags"), "propagate_at_launch")
    for template in _templates(resource, root):
        yield Tags((handed, listed, template))


def node_group(resource: Resource, root: RootIndex) -> Iterable[Tags]:
    """Read the template's tags; the node group's own are not handed on."""
    for template in _templates(resource, root):
        yield Tags((template,), ("aws:", "eks:", "kubernetes.io/", "k8s.io/"))


def fleet(resource: Resource, root: RootIndex) -> Iterable[Tags]:
    """Read the templates' tags, under what the request says of instances where it can (Cloud Control)."""
    own = specified(resource.body) if resource.type.startswith("awscc_") else NONE
    for template in _templates(resource, root):
        yield Tags(over_template((own,), template))


def spot_fleet(resource: Resource, root: RootIndex) -> Iterable[Tags]:
    """Read the templates' tags, and those of each launch specification."""
    specifications = resource.body.blocks("launch_specification")
    for way in ways_through_configs(resource, root):
        yield Tags((_by_address(way.through, root),))
    for each in specifications.items:
        yield Tags((from_map(each.attribute("tags")),))
    if specifications.unknown is not None:
        yield Tags((TagLayer({}, specifications.unknown),))


def spot_fleet_by_cloud_control(resource: Resource, root: RootIndex) -> Iterable[Tags]:
    """Read the same from `spot_fleet_request_config_data`."""
    for data in resource.body.blocks("spot_fleet_request_config_data").items:
        configs, specifications = data.blocks("launch_template_configs"), data.blocks("launch_specifications")
        for _, way in ways_through(configs, resource, root):
            yield Tags((_by_address(way.through, root),))
        for each in specifications.items:
            yield Tags((specified(each),))
        for blocks in (configs, specifications):
            if blocks.unknown is not None:
                yield Tags((TagLayer({}, blocks.unknown),))


def compute_environment(resource: Resource, root: RootIndex) -> Iterable[Tags]:
    """Read the tags of a Batch environment's resources over those of its templates."""
    for resources in resource.body.blocks("compute_resources").items:
        own = from_map(resources.attribute("tags"))
        for template in _templates(resource, root, resources):
            yield Tags(over_template((own,), template), ("aws:", "AWSBatch"))


def cluster(resource: Resource, _: RootIndex) -> Iterable[Tags]:
    """Read a cluster's tags, which EMR hands on.

    (EMR Management Guide, "Tag and categorize Amazon EMR cluster resources")
    """
    yield Tags(own_layers(resource))


def environment(resource: Resource, _: RootIndex) -> Iterable[Tags]:
    """Read a Beanstalk environment's tags, which go to all it makes.

    (Elastic Beanstalk Developer Guide, "Tagging resources in your Elastic Beanstalk environments")
    """
    yield Tags(own_layers(resource), ("aws:", "elasticbeanstalk:", "Name"))


def image_builder(resource: Resource, _: RootIndex) -> Iterable[Tags]:
    """Read the tags for what Image Builder launches. (Image Builder API, InfrastructureConfiguration: resourceTags)."""
    yield Tags((from_map(resource.body.attribute("resource_tags")),), ("aws:", "CreatedBy", "Ec2ImageBuilder", "Name"))


def _templates(resource: Resource, root: RootIndex, body: Body | None = None) -> list[TagLayer]:
    """Return what each template that a launch goes through says of instances: one silent layer if it has none."""
    return [_template(found) for found in through(resource, root, body)] or [NONE]


def _by_address(address: str, root: RootIndex) -> TagLayer:
    return _template(root.find(Reference(address)) if address else None)


def _template(found: Resource | None) -> TagLayer:
    """Return what a template says of instances; a launch configuration cannot say anything."""
    if found is None:
        return TagLayer({}, OUTSIDE)
    if found.type == "aws_launch_template":
        return specified(found.body)
    if found.type != "awscc_ec2_launch_template":
        return NONE
    data = found.body.blocks("launch_template_data")
    layers = [specified(each) for each in data.items] or [TagLayer({}, data.unknown)]
    return layers[0]


READERS: dict[str, Callable[[Resource, RootIndex], Iterable[Tags]]] = {
    "aws_instance": instance,
    "awscc_ec2_instance": instance,
    "aws_spot_instance_request": spot_request,
    "aws_autoscaling_group": group,
    "awscc_autoscaling_auto_scaling_group": group,
    "aws_eks_node_group": node_group,
    "aws_ec2_fleet": fleet,
    "awscc_ec2_ec2_fleet": fleet,
    "aws_spot_fleet_request": spot_fleet,
    "awscc_ec2_spot_fleet": spot_fleet_by_cloud_control,
    "aws_batch_compute_environment": compute_environment,
    "awscc_batch_compute_environment": compute_environment,
    "aws_emr_cluster": cluster,
    "aws_elastic_beanstalk_environment": environment,
    "aws_imagebuilder_infrastructure_configuration": image_builder,
    "awscc_imagebuilder_infrastructure_configuration": image_builder,
}
