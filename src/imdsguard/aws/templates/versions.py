"""Which versions of launch templates are launched, and whether a change of a template gets there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.layer import read_options
from imdsguard.aws.templates.lookup import template_of
from imdsguard.model.delivery import Pin, Renewal, VersionUse
from imdsguard.model.resource import Action
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.value import Value

FLEET = ("launch_template_config", "launch_template_specification")
FLEET_CC = ("launch_template_configs", "launch_template_specification")
MIXED = ("mixed_instances_policy", "launch_template")
COMPUTE = ("compute_resources", "launch_template")
PATHS: dict[str, tuple[tuple[str, ...], ...]] = {
    "aws_instance": (("launch_template",),),
    "aws_autoscaling_group": (
        ("launch_template",),
        (*MIXED, "launch_template_specification"),
        (*MIXED, "override", "launch_template_specification"),
    ),
    "aws_ec2_fleet": (FLEET,),
    "aws_spot_fleet_request": (FLEET,),
    "aws_eks_node_group": (("launch_template",),),
    "aws_batch_compute_environment": (COMPUTE,),
    "aws_gamelift_game_server_group": (("launch_template",),),
    "awscc_ec2_instance": (("launch_template",),),
    "awscc_autoscaling_auto_scaling_group": (
        ("launch_template",),
        (*MIXED, "launch_template_specification"),
        (*MIXED, "overrides", "launch_template_specification"),
    ),
    "awscc_ec2_ec2_fleet": (FLEET_CC,),
    "awscc_ec2_spot_fleet": (("spot_fleet_request_config_data", *FLEET_CC),),
    "awscc_batch_compute_environment": (COMPUTE, (*COMPUTE, "overrides")),
}
"""Where a resource names launch templates: the blocks on the way."""

RENEWALS = {"aws_instance": Renewal.REPLACED, "aws_eks_node_group": Renewal.REPLACED}
"""Types that bring a changed version to what runs (instances are replaced; EKS updates the nodes of a group)."""

WORDS = {"$Latest": Pin.LATEST, "$Default": Pin.DEFAULT}
ATTRIBUTES = {
    "latest_version": Pin.LATEST_VERSION,
    "default_version": Pin.DEFAULT_VERSION,
    "latest_version_number": Pin.LATEST_VERSION,
    "default_version_number": Pin.DEFAULT_VERSION,
}
"""Attributes of templates; those that end in `_number` are the `awscc` provider's."""


def versions_of(resource: Resource, root: RootIndex) -> tuple[VersionUse, ...]:
    """Return the templates in the code that a resource launches through, each with the version it names."""
    found: dict[VersionUse, None] = {}
    for path in PATHS.get(resource.type, ()):
        for block in _blocks(resource.body, path):
            template = template_of(block, resource, root).address
            if template:
                found[_version(block, template)] = None
    return tuple(found)


def _blocks(body: Body, path: tuple[str, ...]) -> Iterator[Body]:
    for block in body.blocks(path[0]).items:
        if len(path) == 1:
            yield block
        else:
            yield from _blocks(block, path[1:])


def _version(block: Body, template: str) -> VersionUse:
    """Read `version`: nothing, and an empty string, mean the default version.

    (EC2 API, LaunchTemplateSpecification)
    """
    value = block.attribute("version")
    place = value.place or block.place
    if isinstance(value, Absent):
        return VersionUse(template, Pin.DEFAULT, place=block.place)
    if isinstance(value, Unknown):
        reference = value.reference
        pin = ATTRIBUTES.get(str(reference.attribute[0])) if reference is not None and reference.attribute else None
        reason = "" if pin else value.reason
        return VersionUse(template, pin or Pin.UNKNOWN, reason=reason, place=place, trace=value.trace)
    if value.value == "":
        return VersionUse(template, Pin.DEFAULT, place=place, trace=value.trace)
    if isinstance(value.value, str) and value.value in WORDS:
        return VersionUse(template, WORDS[value.value], place=place, trace=value.trace)
    text = "" if value.sensitive else str(value.value)[:20]
    return VersionUse(template, Pin.NUMBER, text, place=place, trace=value.trace)


def renewal_of(resource: Resource) -> Renewal | None:
    """Say what becomes of running instances when the version changes. None where that is not documented.

    An Auto Scaling group replaces them only by an instance refresh. (Terraform AWS provider, `instance_refresh`)
    """
    if resource.type == "aws_autoscaling_group":
        refresh = resource.body.blocks("instance_refresh")
        return Renewal.REPLACED if refresh.items or refresh.unknown is not None else Renewal.KEPT
    return RENEWALS.get(resource.type)


def moves_default(template: Resource) -> bool | None:
    """Whether the template's default version follows the newest. It stays at 1 until something moves it.

    (Terraform AWS provider, `aws_launch_template`: `update_default_version`, `default_version`) None for the `awscc`
    provider, whose template has no such argument.
    """
    if template.type != "aws_launch_template":
        return None
    value = template.body.attribute("update_default_version")
    if isinstance(value, Unknown):
        return None
    return isinstance(value, Known) and value.value in (True, "true")


def frozen_by(resource: Resource) -> str:
    """Return the argument under `ignore_changes` that keeps the resource at its first version, or nothing."""
    if "all" in resource.ignored:
        return "all"
    names = [path[0] for path in PATHS.get(resource.type, ())]
    return next((name for name in names if name in resource.ignored), "")


def changed_options(template: Resource) -> tuple[str, ...] | None:
    """Return the metadata options that this plan changes in a template; None where nothing is planned."""
    if template.action is Action.NONE:
        return None
    if template.action is not Action.UPDATE or template.before is None:
        return ()
    before, after = _options(template.before), _options(template.body)
    return tuple(name for name, value in after.items() if _differs(value, before.get(name)))


def _options(body: Body) -> dict[str, Value]:
    data = body.blocks("launch_template_data").items
    blocks = (data[0] if data else body).blocks("metadata_options").items
    return read_options(blocks[0]) if len(blocks) == 1 else {}


def _differs(after: Value, before: Value | None) -> bool:
    return isinstance(after, Known) and not (isinstance(before, Known) and before.value == after.value)
