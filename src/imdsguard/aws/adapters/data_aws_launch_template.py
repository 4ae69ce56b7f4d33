"""`data.aws_launch_template`: a look-up of a template that is made elsewhere; a plan or a state tells what it says."""

from __future__ import annotations

from imdsguard.aws.templates.looked_up import settings

__all__ = ["settings"]
