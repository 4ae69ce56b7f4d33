"""Public modules that launch instances, and of which it was read what each version makes of its metadata options.

Where the version of a call is pinned and its code is not there, a summary stands for it: Terraform code of our own, in
`summaries/`, with just the resources and the inputs that decide. What the module has beside that is not known.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imdsguard.model.record import record
from imdsguard.terraform.source.module_address import REGISTRY
from imdsguard.terraform.source.modules_elsewhere import ModuleCode
from imdsguard.terraform.source.version_constraint import VersionConstraint

if TYPE_CHECKING:
    from imdsguard.terraform.source.module_address import ModuleAddress

FOLDER = "summaries"


@record(frozen=True, slots=True)
class ModuleSummary:
    """The versions of a module (its name in the public registry) that one folder of `summaries/` stands for.

    The end of the newest stretch is the next major version: the folder's first line says which tags were read.
    """

    source: str
    lowest: str
    below: str
    folder: str

    def covers(self, asked: VersionConstraint) -> bool:
        """Whether all versions that a constraint admits do the same."""
        mine = VersionConstraint.parse(f">= {self.lowest}, < {self.below}")
        assert mine is not None, self
        if mine.lower is None or mine.upper is None or asked.lower is None or asked.upper is None:
            return False
        return asked.lower >= mine.lower and asked.upper <= mine.upper


_EC2, _ASG = "terraform-aws-modules/ec2-instance/aws", "terraform-aws-modules/autoscaling/aws"
_EKS, _NODES = "terraform-aws-modules/eks/aws", "cloudposse/eks-node-group/aws"
SUMMARIES = (
    ModuleSummary(_EC2, "3.0.0", "5.0.0", "ec2_instance_3"),
    ModuleSummary(_EC2, "5.0.0", "5.8.0", "ec2_instance_5_0"),
    ModuleSummary(_EC2, "5.8.0", "6.0.0", "ec2_instance_5_8"),
    ModuleSummary(_EC2, "6.0.0", "7.0.0", "ec2_instance_6"),
    ModuleSummary(_ASG, "6.0.0", "7.0.0", "autoscaling_6"),
    ModuleSummary(_ASG, "7.0.0", "9.0.0", "autoscaling_7"),
    ModuleSummary(_ASG, "9.0.0", "10.0.0", "autoscaling_9"),
    ModuleSummary(_EKS, "19.0.0", "21.0.0", "eks_20"),
    ModuleSummary(_EKS, "21.0.0", "22.0.0", "eks_21"),
    ModuleSummary("cloudposse/ec2-instance/aws", "0.28.0", "3.0.0", "cloudposse_instance"),
    ModuleSummary("cloudposse/ec2-autoscale-group/aws", "0.23.0", "1.0.0", "cloudposse_group"),
    ModuleSummary(_NODES, "0.25.0", "1.0.0", "cloudposse_nodes_0"),
    ModuleSummary(_NODES, "2.0.0", "3.0.0", "cloudposse_nodes_0"),
    ModuleSummary(_NODES, "3.0.0", "4.0.0", "cloudposse_nodes_3"),
)


def summary_of(address: ModuleAddress, version: str | None) -> ModuleCode | None:
    """Give what stands for a call's code; None if its version is not pinned, or nobody has read it."""
    text = version if address.kind == "registry" else address.ref.removeprefix("refs/").removeprefix("tags/")
    asked = VersionConstraint.parse(text) if text else None
    if asked is None or address.folder:
        return None
    names = {name.removeprefix(f"{REGISTRY}/") for name in address.names}
    found = next((each for each in SUMMARIES if each.source in names and each.covers(asked)), None)
    if found is None:
        return None
    top = os.path.join(os.path.dirname(os.path.abspath(__file__)), FOLDER, found.folder)
    doubt = f"{found.source} {text} is not downloaded: read from a summary of what it makes of its input"
    return ModuleCode(top, top, f"summary of {found.source}:", doubt, summary=True)
