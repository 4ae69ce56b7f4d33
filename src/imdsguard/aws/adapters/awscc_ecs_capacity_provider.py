"""`awscc_ecs_capacity_provider`: like the `aws` one, with objects in place of blocks."""

from __future__ import annotations

from imdsguard.aws.adapters.aws_ecs_capacity_provider import launches

__all__ = ["launches"]
