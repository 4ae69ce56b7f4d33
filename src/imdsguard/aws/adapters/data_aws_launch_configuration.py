"""`data.aws_launch_configuration`: a look-up of one that is made elsewhere; a plan or a state tells what it says."""

from __future__ import annotations

from imdsguard.aws.templates.looked_up import settings

__all__ = ["settings"]
