"""Terraform as a child process: find it, have it plan, read the plan from memory, apply that very plan.

The only part of imdsguard that runs anything, and only for `imdsguard plan` and `imdsguard apply`, or to read a binary
plan. The code that Terraform works on is then trusted as far as a person who runs `terraform plan` on it trusts it:
providers and `external` data sources are run by Terraform.
"""

from __future__ import annotations
