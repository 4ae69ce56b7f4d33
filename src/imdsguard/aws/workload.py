"""What runs on instances, where the code shows it for sure: hosts of containers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.aws.types import capability
from imdsguard.aws.types.registry import record_of
from imdsguard.model.delivery import Workload
from imdsguard.model.value import Known, Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Resource

UNREAD = "what runs on instances of {} is not known"
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
CONTAINERS = re.compile(
    r"\b(?:docker|podman|nerdctl) (?:run|compose|swarm|pull|start|stack|service|load)\b|\bdocker-compose\b"
    r"|\bget\.(?:k3s|rke2|docker)\.\w+|\bkubeadm (?:init|join)\b|\bnodeadm\b|\bnomad agent\b"
    r"|\b(?:systemctl|service|rc-service)\b.{0,80}\b(?:docker|containerd|kubelet|k3s|rke2|nomad|podman|ecs)\b"
    r"|\binstall\b.{0,200}[ ,](?:docker(?:\.io|-ce|-engine)?|containerd(?:\.io)?|podman|nomad|kubelet|k3s)(?![\w./])"
    r"|^\s*- ['\"]?(?:docker(?:\.io|-ce)?|containerd(?:\.io)?|podman|nomad|kubelet)['\"]?\s*$"
    r"|^\[settings\.(?:kubernetes|ecs)"
)
"""Commands, packages and settings that start containers on the instance or make it run them."""
LARGEST = 64 * 1024
"""Characters of encoded user data: EC2 takes 16 KB of what it decodes to."""


def workload_of(resource: Resource, root: RootIndex) -> tuple[Workload, str]:
    """Return what runs on what the resource launches, and what shows it, or why that is not known."""
    record = record_of(resource.kind)
    if record is None or record.workload is None:
        return Workload.UNKNOWN, UNREAD.format(resource.type)
    because = record.workload(resource, root)
    return (Workload.CONTAINERS if because else Workload.PLAIN), because


def always(because: str) -> Callable[[Resource, RootIndex], str]:
    """Make what says of a type that containers run on all that it launches."""
    return lambda _resource, _root: because


def shown(resource: Resource, root: RootIndex) -> str:
    """Return what shows that containers run on it by its image or its user data; nothing if neither does."""
    return _by_image(resource, root) or _by_user_data(resource, root)


def of_group(resource: Resource, root: RootIndex) -> str:
    """Return what shows that containers run on an Auto Scaling group."""
    return _by_capacity_provider(resource, root) or shown(resource, root)


def of_tagged_group(resource: Resource, root: RootIndex) -> str:
    """Return the same of a group with blocks `tag`."""
    return _by_tags(resource) or of_group(resource, root)


def _by_tags(resource: Resource) -> str:
    for tag in resource.body.blocks("tag").items:
        key = text_of(tag.attribute("key")) or ""
        if key.startswith(CLUSTER_TAGS):
            return f"its tag {key[:60]} makes it a part of a cluster"
    return ""


def _by_capacity_provider(resource: Resource, root: RootIndex) -> str:
    for provider, groups in root.capable(capability.hosts_on):
        for arn in groups(provider):
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
        record = record_of(source.kind) if source is not None else None
        if source is not None and record is not None and record.image_names is not None:
            texts += record.image_names(source)
        for text in texts:
            if text.removeprefix("resolve:ssm:").startswith(IMAGES):
                return f"its image {text[:80]} is made for containers"
    return ""


def _said(_: RootIndex) -> dict[str, str]:
    """Give room for what each user data says: the instances of a count or for_each have the same one."""
    return {}


def _by_user_data(resource: Resource, root: RootIndex) -> str:
    said = root.once(_said)
    for name in ("user_data", "user_data_base64"):
        value = resource.body.attribute(name)
        text = value.sketch if isinstance(value, Unknown) else value.value if isinstance(value, Known) else None
        if not isinstance(text, str) or len(text) > LARGEST:
            continue
        if text not in said:
            said[text] = _by_script(text)
        if said[text]:
            return said[text]
    return ""


def _by_script(text: str) -> str:
    for script in (text, _decoded(text)):
        if any(word in script for word in SCRIPTS):
            return "its user data joins a cluster"
        shown = _started(script)
        if shown:
            return f"its user data runs containers ({shown})"
    return ""


def _started(script: str) -> str:
    """The words of a script by which containers run, comments aside."""
    for line in script.splitlines():
        found = CONTAINERS.search(line[:1_000]) if not line.lstrip().startswith("#") else None
        if found is not None:
            return " ".join(found[0].split())[:60]
    return ""


def _decoded(text: str) -> str:
    import base64

    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except ValueError:
        return ""
