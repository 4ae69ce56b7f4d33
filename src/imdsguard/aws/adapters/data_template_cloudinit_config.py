"""`template_cloudinit_config`: what `cloudinit_config` was called in the template provider."""

from __future__ import annotations

from imdsguard.aws.adapters.data_cloudinit_config import parts

__all__ = ["parts"]
