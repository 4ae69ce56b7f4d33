"""What runs on instances, where the code shows it for sure: hosts of containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.types import ability
from imdsguard.model.value import Known, Unknown, text_of

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Resource

BY_TYPE = {
    "aws_eks_node_group": "it runs the nodes of an EKS cluster",
    "aws_batch_compute_environment": "AWS Batch runs jobs in containers on it",
    "awscc_batch_compute_environment": "AWS Batch runs jobs in containers on it",
    "aws_ecs_capacity_provider": "it runs tasks of an ECS cluster",
    "awscc_ecs_capacity_provider": "it runs tasks of an ECS cluster",
}
CLUSTER_TAGS = ("kubernetes.io/cluster/", "k8s.io/cluster/", "AmazonECSManaged")
"""Tags by which a cluster knows the group of its nodes. (Amazon EKS User Guide, "Self-managed nodes"; ECS Developer
Guide, "Amazon ECS capacity providers")"""
IMAGES = (
    "/aws/service/ecs/optimized-ami/",
    "/aws/service/eks/optimized-ami/",
    "/aws/service/bottlerocket/aws-k8s-",
    "/aws/service/bottlerocket/aws-ecs-",
    "amazon-eks-node-",
    "bottlerocket-aws-k8s-",
    "bottlerocket-aws-ecs-",
    "amzn2-ami-ecs-",
    "al2023-ami-ecs-",
)
"""Public parameters and names of the images that AWS makes for container hosts."""
SCRIPTS = ("ECS_CLUSTER", "/etc/eks/bootstrap.sh", "apiVersion: node.eks.aws/")
"""What joins an instance to a cluster, in user data. (ECS Developer Guide, "Bootstrapping container instances";
Amazon EKS User Guide, "Customize managed nodes with launch templates")"""
LARGEST = 64 * 1024
"""Characters of encoded user data: EC2 takes 16 KB of what it decodes to."""


GROUPS = ("aws_autoscaling_group", "awscc_autoscaling_auto_scaling_group")
PROVIDERS = ("aws_ecs_capacity_provider", "awscc_ecs_capacity_provider")


def containers(resource: Resource, root: RootIndex) -> str:
    """Return what shows that containers run on what the resource launches; nothing if nothing does."""
    return (
        BY_TYPE.get(resource.type, "")
        or _by_tags(resource)
        or _by_capacity_provider(resource, root)
        or _by_image(resource, root)
        or _by_user_data(resource)
    )


def _by_tags(resource: Resource) -> str:
    if resource.type != "aws_autoscaling_group":
        return ""
    for tag in resource.body.blocks("tag").items:
        key = text_of(tag.attribute("key")) or ""
        if key.startswith(CLUSTER_TAGS):
            return f"its tag {key[:60]} makes it a part of a cluster"
    return ""


def _by_capacity_provider(resource: Resource, root: RootIndex) -> str:
    if resource.type not in GROUPS:
        return ""
    for provider in root.able("launches"):
        if provider.type not in PROVIDERS:
            continue
        for block in provider.body.blocks("auto_scaling_group_provider").items:
            arn = block.attribute("auto_scaling_group_arn")
            reference = arn.reference if isinstance(arn, Unknown) else None
            if reference is not None and root.find(reference) is resource:
                return f"{provider.address} runs tasks of ECS on it"
    return ""


def _by_image(resource: Resource, root: RootIndex) -> str:
    for name in ("image_id", "ami"):
        value = resource.body.attribute(name)
        texts = [text_of(value) or ""]
        reference = value.reference if isinstance(value, Unknown) else None
        source = root.find(reference) if reference is not None else None
        read = ability(f"data.{source.type}", "image_names") if source is not None and source.data else None
        if read is not None:
            texts += read(source)
        for text in texts:
            if text.removeprefix("resolve:ssm:").startswith(IMAGES):
                return f"its image {text[:80]} is made for containers"
    return ""


def _by_user_data(resource: Resource) -> str:
    for name in ("user_data", "user_data_base64"):
        value = resource.body.attribute(name)
        if not isinstance(value, Known) or not isinstance(value.value, str) or len(value.value) > LARGEST:
            continue
        text = value.value
        for script in (text, _decoded(text)):
            if any(word in script for word in SCRIPTS):
                return "its user data joins a cluster"
    return ""


def _decoded(text: str) -> str:
    import base64

    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except ValueError:
        return ""
